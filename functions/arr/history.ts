import { toEpochDay } from '../platform/calendar.ts';
import { type Context, type Stretch, stretchOf } from './book.ts';
import { type CustomerFact, type Fact, type Ordered, orderFacts, type ScheduleFact, type SubscriptionFact } from './facts.ts';
import { sameAttributes } from './movements.ts';
import { type AttributesFrom, BEGINNING, type Book, emptyBook, type Subscription } from './timeline.ts';

const orderOfSubscription = (fact: SubscriptionFact): Ordered => ({
  observedAt: fact.provenance.observedAt,
  eventId: fact.provenance.eventId,
  first: fact.lifecycle === 'created',
  // A reading of the source's present state comes after the events of its second.
  last: fact.lifecycle === 'deleted' || fact.lifecycle === 'observed',
  fingerprint: fact.fingerprint,
  previousFingerprint: fact.previousFingerprint,
});

const orderOfCustomer = (fact: CustomerFact): Ordered => ({
  observedAt: fact.provenance.observedAt,
  eventId: fact.provenance.eventId,
  first: fact.lifecycle === undefined ? fact.provenance.eventType.endsWith('.created') : fact.lifecycle === 'created',
  last: fact.deleted || fact.lifecycle === 'observed',
  // Facts of before customers told their state have none, and are ordered by event id.
  fingerprint: fact.fingerprint ?? '',
  previousFingerprint: fact.previousFingerprint,
});

/** The book of a customer's whole timeline, from the beginning, whatever the order of its facts; none of its days is decided yet. */
export const wholeBook = (facts: readonly Fact[], context: Context): { readonly book: Book; readonly ambiguous: readonly string[] } => {
  const unique = [
    ...new Map(facts.map((fact) => [`${fact.data.provenance.instance}/${fact.data.provenance.eventId}/${fact.kind}`, fact])).values(),
  ];
  const { subscriptions, ambiguous } = subscriptionTimelines(unique);
  const customers = orderFacts(
    unique.flatMap((fact) => (fact.kind === 'customer' ? [fact.data] : [])),
    orderOfCustomer,
  );
  const book: Book = {
    ...emptyBook(context),
    subscriptions,
    stepDays: stepDaysOf(unique),
    attributes: attributeTimeline(customers),
    customerObservedAt: customers[customers.length - 1]?.provenance.observedAt,
    decided: undefined,
  };
  return { book, ambiguous };
};

const subscriptionTimelines = (facts: readonly Fact[]): { subscriptions: Subscription[]; ambiguous: string[] } => {
  const bySubscription = new Map<string, SubscriptionFact[]>();
  for (const fact of facts) {
    if (fact.kind !== 'subscription') continue;
    const list = bySubscription.get(fact.data.subscriptionId);
    if (list === undefined) bySubscription.set(fact.data.subscriptionId, [fact.data]);
    else list.push(fact.data);
  }
  const subscriptions: Subscription[] = [];
  const ambiguous: string[] = [];
  for (const subscriptionId of [...bySubscription.keys()].sort()) {
    const ordered = orderFacts(bySubscription.get(subscriptionId) ?? [], orderOfSubscription);
    const newest = ordered[ordered.length - 1] as SubscriptionFact;
    if (isTied(ordered)) ambiguous.push(subscriptionId);
    let stretches: readonly Stretch[] = [];
    for (const fact of ordered) stretches = withStretch(stretches, stretchOf(fact));
    subscriptions.push({ subscriptionId, observedAt: newest.provenance.observedAt, stretches });
  }
  return { subscriptions, ambiguous };
};

/** A newer state replaces all that begins on its day or later. */
const withStretch = (stretches: readonly Stretch[], stretch: Stretch): readonly Stretch[] => {
  const kept: Stretch[] = [];
  for (const earlier of stretches) if (earlier.fromDay < stretch.fromDay) kept.push(earlier);
  kept.push(stretch);
  return kept;
};

/**
 * Whether the facts of the newest second leave open which state came last: their chain has more than one end, or none (a circle). An end, a
 * deletion and a reading of the present state settle it.
 */
const isTied = (ordered: readonly SubscriptionFact[]): boolean => {
  const newest = ordered[ordered.length - 1] as SubscriptionFact;
  const group = ordered.filter((fact) => fact.provenance.observedAt === newest.provenance.observedAt && fact.lifecycle !== 'created');
  if (group.length < 2 || newest.lifecycle === 'deleted' || newest.lifecycle === 'observed') return false;
  const states = new Set(group.map((fact) => fact.fingerprint));
  if (states.size === 1) return false;
  const ends = new Set(
    [...states].filter((state) => !group.some((fact) => fact.previousFingerprint === state && fact.fingerprint !== state)),
  );
  return ends.size !== 1;
};

/** The newest showing of each schedule says when its phases begin; the first phase is the start, not a step. */
const stepDaysOf = (facts: readonly Fact[]): Map<string, readonly number[]> => {
  const newest = new Map<string, ScheduleFact>();
  for (const fact of facts) {
    if (fact.kind !== 'schedule') continue;
    const known = newest.get(fact.data.scheduleId);
    if (known === undefined || isNewer(fact.data, known)) newest.set(fact.data.scheduleId, fact.data);
  }
  const days = new Map<string, readonly number[]>();
  for (const schedule of newest.values()) {
    if (schedule.subscriptionId !== undefined)
      days.set(schedule.subscriptionId, [...(days.get(schedule.subscriptionId) ?? []), ...stepsOf(schedule)]);
  }
  return days;
};

/** A schedule that was released or canceled has no steps after that day. */
const stepsOf = (schedule: ScheduleFact): number[] => {
  const isOver = schedule.status === 'released' || schedule.status === 'canceled';
  return schedule.phases.slice(1).flatMap((phase) => (isOver && phase.startsOn > schedule.observedOn ? [] : [toEpochDay(phase.startsOn)]));
};

const isNewer = (a: ScheduleFact, b: ScheduleFact): boolean =>
  a.provenance.observedAt === b.provenance.observedAt
    ? a.provenance.eventId > b.provenance.eventId
    : a.provenance.observedAt > b.provenance.observedAt;

const attributeTimeline = (customers: readonly CustomerFact[]): AttributesFrom[] => {
  const timeline: AttributesFrom[] = [];
  for (const fact of customers) {
    const newest = timeline[timeline.length - 1];
    const fromDay = toEpochDay(fact.observedOn);
    if (newest === undefined) timeline.push({ fromDay: BEGINNING, attributes: fact.attributes });
    else if (newest.fromDay >= fromDay) timeline[timeline.length - 1] = { fromDay: newest.fromDay, attributes: fact.attributes };
    else if (!sameAttributes(newest.attributes, fact.attributes)) timeline.push({ fromDay, attributes: fact.attributes });
  }
  return timeline;
};

export const lastFactDay = (book: Book): number => {
  let last = BEGINNING;
  for (const subscription of book.subscriptions) for (const stretch of subscription.stretches) last = Math.max(last, stretch.fromDay);
  for (const { fromDay } of book.attributes) last = Math.max(last, fromDay);
  return last;
};
