import { eventsOf, type StripeEvent } from './events.ts';
import { DAY } from './model.ts';
import { idFactory, type Random, seeded } from './random.ts';
import type { Act } from './world.ts';

/** One attempt of Stripe to hand an event over. The request is signed with the time of the attempt. */
export interface Delivery {
  /** Epoch seconds. */
  readonly deliverAt: number;
  readonly event: StripeEvent;
}

/** Which act is delivered when; `twin` is a second event object that Stripe made for the same change. */
export interface Slot {
  readonly deliverAt: number;
  readonly act: number;
  readonly twin: boolean;
}

/** Per mille of events: delivered twice, some minutes out of order, hours late, and told by two event objects. */
const DUPLICATES = 18;
const OUT_OF_ORDER = 30;
const LATE = 8;
const TWINS = 1;
/** Nothing is late for the last two days before this instant, nor before the story's end, so that figures of these days are complete. */
const CALM = 2 * DAY;

const delay = (random: Random, act: Act, calmBefore: readonly number[]): number => {
  const prompt = 1 + random.below(4);
  const roll = random.below(1000);
  if (calmBefore.some((end) => act.at > end - CALM && act.at <= end)) return 0;
  if (roll < LATE) return 3600 + random.below(19 * 3600);
  return roll < LATE + OUT_OF_ORDER ? 20 + random.below(600) : prompt;
};

/** The order of delivery: mostly that of the events, with what happens on the way. Nothing is delivered again after the last of `calmBefore`. */
export const schedule = (acts: readonly Act[], seed: number, calmBefore: readonly number[]): readonly Slot[] => {
  const random = seeded(seed ^ 0xde11);
  const slots: Slot[] = [];
  const end = Math.max(...calmBefore);
  for (const [index, act] of acts.entries()) {
    const deliverAt = act.at + delay(random, act, calmBefore);
    slots.push({ deliverAt, act: index, twin: false });
    const again = deliverAt + 60 + random.below(6 * 3600);
    if (random.chance(DUPLICATES) && again <= end) slots.push({ deliverAt: again, act: index, twin: false });
    if (act.kind === 'subscription' && random.chance(TWINS)) slots.push({ deliverAt: deliverAt + 1, act: index, twin: true });
  }
  return slots.sort((a, b) => a.deliverAt - b.deliverAt || a.act - b.act);
};

/** Walks over the deliveries; events are made when they are first due and forgotten after their last delivery. */
export function* deliveriesOf(acts: readonly Act[], slots: readonly Slot[], seed: number): Generator<Delivery, void, undefined> {
  const uses = new Map<number, number>();
  for (const { act } of slots) uses.set(act, (uses.get(act) ?? 0) + 1);
  const source = eventsOf(acts, seed);
  const twinId = idFactory(seeded(seed ^ 0x2717));
  const made = new Map<number, StripeEvent>();
  let next = 0;
  for (const { deliverAt, act, twin } of slots) {
    while (next <= act) {
      const event = source.next();
      if (event.done === true) throw new RangeError('A delivery names an act that was never told.');
      made.set(next, event.value);
      next += 1;
    }
    const event = made.get(act);
    if (event === undefined) throw new RangeError('A delivery names an event that was forgotten.');
    const left = (uses.get(act) ?? 1) - 1;
    uses.set(act, left);
    if (left === 0) made.delete(act);
    yield { deliverAt, event: twin ? { ...event, id: twinId('evt') } : event };
  }
}
