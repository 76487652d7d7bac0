import { nowIso, nowMs } from '../../platform/clock.ts';
import { errorFields, log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { batchCommit, type Write } from '../../platform/table.ts';
import { replayedFrom } from '../kept-event.ts';
import { moveParked, parkedEvent, parkWrite } from '../parked-store.ts';
import { markIntake, type Outcome } from '../watermark.ts';
import { catalogueOf } from './catalogue.ts';
import { forget, knownEntries, learn } from './catalogue-store.ts';
import { contextOf } from './company.ts';
import { inheritedFrom } from './customer-discounts.ts';
import { type Delivery, isOpened } from './delivery.ts';
import { checked } from './fact-check.ts';
import { type Mapping, mapEvent } from './from-stripe.ts';
import { type IncompleteMessage, sendIncomplete } from './incomplete-queue.ts';
import type { Reading } from './outcomes.ts';
import { parkedItem } from './park.ts';
import { statementsOf, writesOf } from './record.ts';
import { staleStatements } from './restate.ts';
import { withCatalogue } from './with-catalogue.ts';

/** What is to be done for one delivery. */
interface Decision {
  readonly delivery: Delivery;
  readonly reading: Reading<Mapping>;
}

/** What becomes of each delivery of one instance, as far as the catalogue tells without asking Stripe. */
const decide = async (instance: string, deliveries: readonly Delivery[]): Promise<readonly Decision[]> => {
  const opened = deliveries.filter(isOpened);
  const readings = await withCatalogue(
    instance,
    opened.map(({ event, config }) => {
      const context = contextOf(config);
      return (catalogue) => {
        const reading = mapEvent(event, catalogue, context);
        return reading.kind === 'read' ? checked(reading.value) : reading;
      };
    }),
  );
  const byDelivery = new Map<Delivery, Reading<Mapping>>(
    opened.map((delivery, i) => [delivery, readings[i] ?? { kind: 'incomplete', needs: [] }]),
  );
  return deliveries.map((delivery) => ({
    delivery,
    reading: byDelivery.get(delivery) ?? { kind: 'parked', problem: problemOf(delivery) },
  }));
};

const problemOf = (delivery: Delivery) =>
  'problem' in delivery ? delivery.problem : ({ code: 'shape-unreadable', detail: 'The event cannot be read.' } as const);

/** Messages for the step that asks Stripe: the event itself where it is incomplete, or what has to be read again because of it. */
const forFetching = ({ delivery, reading }: Decision): readonly IncompleteMessage[] => {
  const { instance } = delivery;
  const event = { ...delivery.raw };
  if (reading.kind === 'incomplete') return [{ kind: 'complete', instance, event }];
  if (reading.kind === 'parked') return [];
  return reading.value.followUps.flatMap((need) =>
    need.kind === 'object' ? [{ kind: 'refetch' as const, instance, object: need.object, id: need.id, event }] : [],
  );
};

const passedOn = async (message: IncompleteMessage, eventId: string): Promise<boolean> => {
  try {
    await sendIncomplete(message);
    return true;
  } catch (error) {
    log.error('an incomplete event could not be sent on', { ...errorFields(error), eventId });
    return false;
  }
};

/** Sent before the commit: a crash in between sends them again with the next delivery, and reading twice does no harm. */
const sent = async (decision: Decision): Promise<boolean> => {
  const all = await Promise.all(forFetching(decision).map((message) => passedOn(message, decision.delivery.eventId)));
  return all.every(Boolean);
};

const writesFor = ({ delivery, reading }: Decision, recordedAt: string): readonly Write[] => {
  if (reading.kind === 'incomplete') return [];
  if (reading.kind === 'parked') return [parkWrite(parkedItem(delivery, reading.problem, recordedAt))];
  const observedAt = delivery.observedAt ?? 0;
  return writesOf(delivery.instance, reading.value, { eventId: delivery.eventId, eventType: delivery.eventType, observedAt }, recordedAt);
};

/** A fact that cannot be written is a bug of ours; it fails alone and takes no other event of the batch with it. */
const safeWrites = (decision: Decision, recordedAt: string): readonly Write[] | undefined => {
  try {
    return writesFor(decision, recordedAt);
  } catch (error) {
    log.error('a fact could not be written', { ...errorFields(error), eventId: decision.delivery.eventId });
    return undefined;
  }
};

/** Closes the parked copy of an event that was replayed and has now been taken in. */
export const closeParked = async ({ instance, raw }: Delivery): Promise<void> => {
  const eventId = replayedFrom(raw);
  const parked = eventId === undefined ? undefined : await parkedEvent('stripe', instance, eventId);
  if (parked !== undefined && parked.state !== 'replayed') await moveParked(parked, 'replayed', nowMs());
};

const outcomeOf = (reading: Reading<Mapping>): Outcome => (reading.kind === 'read' ? 'recorded' : reading.kind);

const report = ({ delivery, reading }: Decision, outcome: Outcome): void => {
  const fields = { eventId: delivery.eventId, eventType: delivery.eventType, instance: delivery.instance };
  if (outcome === 'parked' && reading.kind === 'parked') log.warn('an event was parked', { ...fields, reason: reading.problem.code });
  if (outcome === 'failed') log.warn('an event was not taken in and comes again', fields);
  if (outcome === 'recorded' && reading.kind === 'read')
    for (const warning of reading.value.warnings) log.warn('a part of an event was left out', { ...fields, reason: warning });
};

export interface Settled {
  readonly delivery: Delivery;
  readonly outcome: Outcome;
}

/** Writes what was decided, as many as possible in one transaction. */
const commitAll = async (decisions: readonly Decision[]): Promise<readonly Settled[]> => {
  const recordedAt = nowIso();
  const areSent = await Promise.all(decisions.map(sent));
  const writes = decisions.map((decision, i) => (areSent[i] ? safeWrites(decision, recordedAt) : undefined));
  const results = await batchCommit(writes.map((group) => group ?? []));
  return decisions.map((decision, i) => {
    const result = results[i];
    const written = result?.ok ? outcomeOf(decision.reading) : result?.problem.code === 'conflict' ? 'duplicate' : 'failed';
    const outcome: Outcome = writes[i] === undefined ? 'failed' : written;
    if (result?.ok === false && result.problem.code === 'refused')
      log.error('an event cannot be stored', { eventId: decision.delivery.eventId, reason: result.problem.detail });
    report(decision, outcome);
    return { delivery: decision.delivery, outcome };
  });
};

/**
 * A customer's discount may change while facts that inherit it are being written, and whoever looked for facts to state anew did not see them
 * yet. So it is looked at again afterwards; a repetition does not know what was written, so that is read.
 */
const withOvertaken = async (
  instance: string,
  decisions: readonly Decision[],
  settled: readonly Settled[],
): Promise<readonly Settled[]> => {
  const written = decisions.map(({ reading }, i) => {
    const isThere = settled[i]?.outcome === 'recorded' || settled[i]?.outcome === 'duplicate';
    if (!isThere || reading.kind !== 'read' || reading.value.inherited === undefined) return undefined;
    const { told, inherited } = reading.value;
    return told.kind === 'subscription' ? { ...told.fact, inherited } : undefined;
  });
  const wanted = written.flatMap((one) => (one === undefined ? [] : [{ kind: 'customer' as const, id: one.customerId }]));
  const { customer } = catalogueOf(await knownEntries(instance, wanted));
  return Promise.all(
    settled.map(async (one, i) => {
      const fact = written[i];
      const now = fact === undefined ? undefined : customer(fact.customerId);
      if (fact === undefined || now === undefined) return one;
      const { delivery, outcome } = one;
      const isChanged =
        outcome === 'recorded'
          ? inheritedFrom(now, delivery.observedAt ?? 0).key !== fact.inherited
          : now.discounts.length > 0 && staleStatements(await statementsOf(instance, [fact.subscriptionId]), now).length > 0;
      if (!isChanged) return one;
      const event = { ...delivery.raw };
      const isSent = await passedOn({ kind: 'refetch', instance, object: 'customer', id: fact.customerId, event }, delivery.eventId);
      return isSent ? one : { delivery, outcome: 'failed' as const };
    }),
  );
};

/** Everything that is to be done for the deliveries of one instance. Answers what became of each; a failed one is to be delivered again. */
export const takeIn = async (instance: string, deliveries: readonly Delivery[]): Promise<readonly Settled[]> => {
  const decisions = await decide(instance, deliveries);
  const mappings = decisions.flatMap(({ reading }) => (reading.kind === 'read' ? [reading.value] : []));
  // In this order: after a crash in between what was forgotten still leads to a reading.
  await forget(
    instance,
    mappings.flatMap(({ forgotten }) => forgotten),
  );
  await learn(
    instance,
    mappings.flatMap(({ learnt }) => learnt),
    nowIso(),
  );
  const settled = await withOvertaken(instance, decisions, await commitAll(decisions));
  // A repetition of an event that was parked again is a duplicate too, and nothing of it has been taken in.
  const taken = new Set(decisions.flatMap(({ delivery, reading }) => (reading.kind === 'read' ? [delivery] : [])));
  for (const { delivery, outcome } of settled)
    if (taken.has(delivery) && (outcome === 'recorded' || outcome === 'duplicate')) await closeParked(delivery);
  await mark(instance, settled);
  return settled;
};

const TAKEN_IN: ReadonlySet<Outcome> = new Set(['recorded', 'duplicate']);

/** Counts what became of the deliveries, and moves the instance's watermark to the newest that was taken in: what is parked, or comes again, is not. */
export const mark = async (instance: string, settled: readonly Settled[]): Promise<void> => {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of settled) counts[outcome] = (counts[outcome] ?? 0) + 1;
  count('Parked', counts.parked ?? 0);
  const [newest] = settled
    .filter(({ outcome }) => TAKEN_IN.has(outcome))
    .map(({ delivery }) => delivery)
    .sort((a, b) => (b.observedAt ?? 0) - (a.observedAt ?? 0));
  const last =
    newest?.observedAt === undefined ? undefined : { eventId: newest.eventId, eventType: newest.eventType, observedAt: newest.observedAt };
  await markIntake({ system: 'stripe', instance, counts, last, recordedAt: nowIso() });
};
