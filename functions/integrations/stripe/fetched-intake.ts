import { subscriptionTieFound } from '../../arr/events.ts';
import { Bug } from '../../platform/bug.ts';
import { nowIso, nowMs } from '../../platform/clock.ts';
import type { StripeInstance } from '../../platform/config.ts';
import { openDomainEvent, openEnvelope } from '../../platform/envelope.ts';
import type { EventData } from '../../platform/events.ts';
import type { QueueMessage } from '../../platform/handler.ts';
import { log } from '../../platform/log.ts';
import { commit, type Write } from '../../platform/table.ts';
import { parkWrite } from '../parked-store.ts';
import type { Outcome } from '../watermark.ts';
import { openAccount } from './account-reading.ts';
import { forget, heardOfCustomer, learn } from './catalogue-store.ts';
import { contextOf, instanceNamed } from './company.ts';
import { type Completion, completeEvent, readCustomer, readObject, readSubscriptionsOf, stateAnew, type Workbench } from './complete.ts';
import { type Delivery, isOpened, openDelivery } from './delivery.ts';
import { type IncompleteMessage, incompleteMessage } from './incomplete-queue.ts';
import { closeParked, mark } from './intake.ts';
import { parkedItem } from './park.ts';
import { statementsOf, triggerWrite, writesOf } from './record.ts';
import { staleStatements } from './restate.ts';
import { WEBHOOK_SOURCE } from './source-bus.ts';
import type { Because } from './subject.ts';
import { withCatalogue } from './with-catalogue.ts';

/** Kept free at the end of an invocation, for writing. */
const RESERVE_MS = 8_000;

const benchOf = (config: StripeInstance, remainingMs: () => number): Workbench => {
  const reader = openAccount(config, () => remainingMs() - RESERVE_MS);
  return {
    reader,
    context: contextOf(config),
    look: async (map, learnt) => {
      const [reading] = await withCatalogue(config.instance, [map], learnt);
      return reading ?? { kind: 'incomplete', needs: [] };
    },
    learn: (learnt, askedAtMs) => learn(config.instance, learnt, new Date(askedAtMs).toISOString()),
    nowMs,
    hasTime: () => remainingMs() > RESERVE_MS,
  };
};

/** A customer whose discount changed, with all of its subscriptions. */
interface Changed {
  readonly customerId: string;
  readonly subscriptionIds: readonly string[];
}

/** What came of an event, and of each reading that it led to. */
interface Outcomes {
  readonly completions: readonly Completion[];
  readonly changed: readonly Changed[];
}

interface Work extends Outcomes {
  readonly delivery: Delivery;
  /** Absent where the delivery could not be opened. */
  readonly bench?: Workbench;
}

/** Reads what an event changed without showing it: one object, or all subscriptions of a customer. */
const readChanged = async (object: string, id: string, because: Because, bench: Workbench): Promise<Outcomes> => {
  if (object !== 'customer') return { completions: [await readObject({ kind: 'object', object, id }, because, bench)], changed: [] };
  const { completions, subscriptionIds } = await readSubscriptionsOf(id, because, bench);
  return { completions, changed: [{ customerId: id, subscriptionIds }] };
};

/** The event, and what it leads to. That is read before the event is recorded: a crash in between has all of it done again. */
const withFollowUps = async (completion: Completion, because: Because, instance: string, bench: Workbench): Promise<Outcomes> => {
  if (completion.kind !== 'mapped') return { completions: [completion], changed: [] };
  const { learnt, forgotten, followUps } = completion.mapping;
  await forget(instance, forgotten);
  await learn(instance, learnt, nowIso());
  const readings: Outcomes[] = [];
  for (const { object, id } of followUps) readings.push(await readChanged(object, id, because, bench));
  return {
    completions: [...readings.flatMap(({ completions }) => completions), completion],
    changed: readings.flatMap((one) => one.changed),
  };
};

const workOn = async (message: IncompleteMessage, messageId: string, remainingMs: () => number): Promise<Work> => {
  const { instance, event: raw } = message;
  const delivery = openDelivery(
    { source: `${WEBHOOK_SOURCE}${instance}`, raw, busEventId: messageId, detailType: 'unknown' },
    instanceNamed(instance),
    messageId,
  );
  if (!isOpened(delivery)) return { delivery, completions: [{ kind: 'parked', problem: delivery.problem }], changed: [] };
  const bench = benchOf(delivery.config, remainingMs);
  const outcomes =
    message.kind === 'complete'
      ? await withFollowUps(await completeEvent(delivery.event, bench), delivery, instance, bench)
      : await readChanged(message.object, message.id, delivery, bench);
  return { delivery, bench, ...outcomes };
};

const writesFor = (delivery: Delivery, completion: Completion, recordedAt: string): readonly Write[] => {
  if (completion.kind === 'failed') return [];
  if (completion.kind === 'parked') return [parkWrite(parkedItem(delivery, completion.problem, recordedAt))];
  const { mapping, by, trigger } = completion;
  const writes = writesOf(delivery.instance, mapping, by, recordedAt);
  return trigger === undefined ? writes : [triggerWrite(delivery.instance, mapping.objectId, trigger, recordedAt), ...writes];
};

const committed = async (delivery: Delivery, completion: Completion): Promise<Outcome> => {
  const fields = { eventId: delivery.eventId, eventType: delivery.eventType, instance: delivery.instance };
  if (completion.kind === 'failed') {
    log.warn('Stripe could not be read', { ...fields, reason: completion.reason });
    return 'failed';
  }
  const result = await commit(writesFor(delivery, completion, nowIso()));
  if (!result.ok) return result.problem.code === 'conflict' ? 'duplicate' : 'failed';
  if (completion.kind !== 'parked') return 'recorded';
  log.warn('an event was parked', { ...fields, reason: completion.problem.code });
  return 'parked';
};

/** Rounds of stating a customer's facts anew; each sees what others have written meanwhile. */
const MAX_ROUNDS = 5;

type Commit = (completion: Completion) => Promise<Outcome>;

/**
 * States facts anew that inherit something else by what is known now, until none is left: after the last look nothing has changed, or what
 * changed it looks itself. What is parked stays as it is. Answers what became of each.
 */
const restate = async (changed: Changed, instance: string, bench: Workbench, commitOne: Commit): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const customer = await readCustomer(changed.customerId, (id) => heardOfCustomer(instance, id), bench);
    if (customer.kind !== 'got') return [...outcomes, await commitOne(customer)];
    // Nothing was ever heard of a discount: nothing inherits one.
    if (customer.value.discounts.length === 0) return outcomes;
    let goesOn = false;
    for (const statement of staleStatements(await statementsOf(instance, changed.subscriptionIds), customer.value)) {
      // What has been stated anew stays so: the next attempt goes on behind it.
      if (!bench.hasTime()) return [...outcomes, 'failed'];
      const completion = await stateAnew(statement, bench);
      const outcome = await commitOne(completion);
      outcomes.push(outcome);
      if (outcome === 'failed') return outcomes;
      goesOn ||= completion.kind === 'mapped';
    }
    if (!goesOn) return outcomes;
  }
  return [...outcomes, 'failed'];
};

/** Subscriptions that inherit: their customers' discounts may have changed while their facts were being written. */
const inheriting = (completions: readonly Completion[]): readonly Changed[] =>
  completions.flatMap((completion) => {
    if (completion.kind !== 'mapped' || completion.mapping.inherited === undefined) return [];
    const { told } = completion.mapping;
    return told.kind === 'subscription' ? [{ customerId: told.fact.customerId, subscriptionIds: [told.fact.subscriptionId] }] : [];
  });

/** What became of the delivery as a whole: it comes again where any part failed, and is parked where any part was. */
const concluded = async ({ delivery, completions, changed, bench }: Work): Promise<boolean> => {
  const own: Outcome[] = [];
  for (const completion of completions) own.push(await committed(delivery, completion));
  // All subscriptions of a customer whose discount changed; otherwise those that were told of.
  const inDoubt = changed.length > 0 ? changed : inheriting(completions);
  const anew: Outcome[] = [];
  if (bench !== undefined)
    for (const one of inDoubt)
      anew.push(...(await restate(one, delivery.instance, bench, (completion) => committed(delivery, completion))));
  const outcomes = [...anew, ...own];
  const isParked = completions.some(({ kind }) => kind === 'parked') || anew.includes('parked');
  const outcome = outcomes.find((one) => one === 'failed') ?? outcomes.find((one) => one === 'parked') ?? outcomes.at(-1) ?? 'recorded';
  if (outcome !== 'failed' && !isParked) await closeParked(delivery);
  await mark(delivery.instance, [{ delivery, outcome }]);
  return outcome !== 'failed';
};

/** Without an event to park: what cannot be read stays as it was. */
const written = async (instance: string, completion: Completion): Promise<Outcome> => {
  if (completion.kind !== 'mapped') return completion.kind;
  const result = await commit(writesOf(instance, completion.mapping, completion.by, nowIso()));
  if (result.ok) return 'recorded';
  return result.problem.code === 'conflict' ? 'duplicate' : 'failed';
};

/** Two states share a second and nothing tells their order: the state of now settles it, as a fact of its own. */
const settleTie = async (
  { instance, subscriptionId }: EventData<typeof subscriptionTieFound>,
  tieId: string,
  remainingMs: () => number,
): Promise<boolean> => {
  const config = instanceNamed(instance);
  if (config === undefined) throw new Bug(`a tie names the instance ${instance}, which is not configured`);
  const bench = benchOf(config, remainingMs);
  const completion = await readObject(
    { kind: 'object', object: 'subscription', id: subscriptionId },
    { eventId: tieId, eventType: subscriptionTieFound.name },
    bench,
  );
  if (completion.kind === 'mapped') {
    const outcomes = [await written(instance, completion)];
    for (const one of inheriting([completion])) outcomes.push(...(await restate(one, instance, bench, (anew) => written(instance, anew))));
    return !outcomes.includes('failed');
  }
  // What Stripe does not show any more stays as the order by event id has it.
  log.warn('a tie could not be settled', {
    instance,
    subscriptionId,
    reason: completion.kind === 'failed' ? completion.reason : completion.problem.code,
  });
  return completion.kind === 'parked';
};

/** Takes in one message: an event or object that waits for a reading, or a tie that the revenue bus tells of. False: to be delivered again. */
export const takeInFetched = async ({ messageId, body }: QueueMessage, remainingMs: () => number): Promise<boolean> => {
  const message = incompleteMessage.safeParse(JSON.parse(body));
  if (message.success) return concluded(await workOn(message.data, messageId, remainingMs));
  const envelope = openEnvelope(body);
  const tie = envelope.ok ? openDomainEvent(envelope.value, [subscriptionTieFound]) : envelope;
  if (!tie.ok) throw new Bug('a message of the incomplete queue has none of its forms');
  return settleTie(tie.value.data, tie.value.id, remainingMs);
};
