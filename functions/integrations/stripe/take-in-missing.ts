import { nowIso } from '../../platform/clock.ts';
import { log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { parkWrite } from '../parked-store.ts';
import { present } from '../present.ts';
import { written } from '../sync-marks-store.ts';
import { type Fate, fateOf, type PastLook } from './awaited.ts';
import { listedId } from './missing.ts';
import type { ParkProblem } from './outcomes.ts';
import { parkedItem } from './park.ts';
import { putOnSourceBus } from './source-bus.ts';
import { acceptedOf } from './webhook.ts';

type Json = Readonly<Record<string, unknown>>;

/** Events that are worked on at once. */
const AT_ONCE = 10;

const GIVEN_UP: ParkProblem = {
  code: 'not-taken-in',
  detail:
    'It was put on the source bus three times, and the intake behind the bus did not take it in. Mend what its log says, then replay it.',
};

const createdAt = ({ created }: Json): number | undefined =>
  typeof created === 'number' && Number.isFinite(created) ? created : undefined;

const park = async (instance: string, event: Json, problem: ParkProblem): Promise<void> => {
  const eventId = listedId(event);
  const eventType = typeof event['type'] === 'string' ? event['type'].slice(0, 128) : 'unknown';
  const from = { instance, eventId, eventType, ...present('observedAt', createdAt(event)), raw: event };
  if (!(await written(parkWrite(parkedItem(from, problem, nowIso()))))) return;
  count('Parked', 1);
  log.warn('an event was parked', { eventId, eventType, instance, reason: problem.code });
};

/** Puts an event on the bus, or parks it where no door would let it in. True where it is on its way. */
const takeInOne = async (instance: string, event: Json, fate: Fate): Promise<boolean> => {
  if (fate === 'waits') return true;
  if (fate === 'given-up') {
    await park(instance, event, GIVEN_UP);
    return false;
  }
  // The same door as a webhook's: what becomes of an event does not depend on how it came.
  const accepted = acceptedOf(Buffer.from(JSON.stringify(event)));
  if (!accepted.ok) {
    await park(instance, event, { ...accepted.problem, code: 'shape-unreadable' });
    return false;
  }
  await putOnSourceBus(accepted.value, instance);
  return true;
};

/** How a look treats what it finds missing: by what earlier looks have found, or all of it anew. */
export interface Finding {
  readonly instance: string;
  readonly looks: readonly PastLook[];
  readonly isAsked: boolean;
  readonly nowMs: number;
}

/** What became of events that are missing. */
export interface TakenIn {
  /** Those that no look had found before, or that were asked for. */
  readonly missed: number;
  /** Epoch milliseconds: when the oldest was created that is on its way. */
  readonly missingSinceMs?: number;
}

/** Takes in what a page has shown to be missing. */
export const takeInMissing = async (events: readonly Json[], { instance, looks, isAsked, nowMs }: Finding): Promise<TakenIn> => {
  let missed = 0;
  const onTheirWay: number[] = [];
  for (let from = 0; from < events.length; from += AT_ONCE) {
    await Promise.all(
      events.slice(from, from + AT_ONCE).map(async (event) => {
        const createdMs = (createdAt(event) ?? Math.floor(nowMs / 1000)) * 1000;
        const fate = isAsked ? 'new' : fateOf(createdMs, looks, nowMs);
        if (fate === 'new') missed += 1;
        if (await takeInOne(instance, event, fate)) onTheirWay.push(createdMs);
      }),
    );
  }
  return { missed, ...(onTheirWay.length === 0 ? {} : { missingSinceMs: Math.min(...onTheirWay) }) };
};
