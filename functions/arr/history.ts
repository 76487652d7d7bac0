import { toEpochDay } from '../platform/calendar.ts';
import { type Context, type Stretch, stretchLike } from './book.ts';
import { type CustomerFact, type Fact, type Ordered, orderFacts, type ScheduleFact, type SubscriptionFact } from './facts.ts';
import { sameAttributes } from './movements.ts';
import { type AttributesFrom, BEGINNING, type Book, emptyBook, NO_STEPS, type Subscription } from './timeline.ts';

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

/**
 * The book of a customer's whole timeline, from the beginning, whatever the order of its facts; none of its days is decided yet. A fact that
 * is there twice takes its own place again.
 */
export const wholeBook = (facts: readonly Fact[], context: Context): { readonly book: Book; readonly ambiguous: readonly string[] } => {
  const bySubscription = new Map<string, SubscriptionFact[]>();
  const customers: CustomerFact[] = [];
  const schedules: ScheduleFact[] = [];
  for (const fact of facts) {
    switch (fact.kind) {
      case 'subscription':
        note(bySubscription, fact.data);
        break;
      case 'customer':
        customers.push(fact.data);
        break;
      case 'schedule':
        schedules.push(fact.data);
        break;
    }
  }
  const { subscriptions, ambiguous } = subscriptionTimelines(bySubscription);
  const inOrder = orderFacts(customers, orderOfCustomer);
  const book: Book = {
    ...emptyBook(context),
    subscriptions,
    stepDays: stepDaysOf(schedules),
    attributes: attributeTimeline(inOrder),
    customerObservedAt: inOrder[inOrder.length - 1]?.provenance.observedAt,
    decided: undefined,
  };
  return { book, ambiguous };
};

const note = (bySubscription: Map<string, SubscriptionFact[]>, fact: SubscriptionFact): void => {
  const list = bySubscription.get(fact.subscriptionId);
  if (list === undefined) bySubscription.set(fact.subscriptionId, [fact]);
  else list.push(fact);
};

const subscriptionTimelines = (
  bySubscription: ReadonlyMap<string, readonly SubscriptionFact[]>,
): { subscriptions: Subscription[]; ambiguous: string[] } => {
  const subscriptions: Subscription[] = [];
  const ambiguous: string[] = [];
  for (const subscriptionId of [...bySubscription.keys()].sort()) {
    const ordered = orderFacts(bySubscription.get(subscriptionId) ?? [], orderOfSubscription);
    const newest = ordered[ordered.length - 1] as SubscriptionFact;
    if (isTied(ordered)) ambiguous.push(subscriptionId);
    const stretches: Stretch[] = [];
    for (const fact of ordered) putStretch(stretches, stretchLike(stretches[0], fact));
    subscriptions.push({ subscriptionId, observedAt: newest.provenance.observedAt, stretches });
  }
  return { subscriptions, ambiguous };
};

/** A newer state replaces all that begins on its day or later; they are ascending by day. */
const putStretch = (stretches: Stretch[], stretch: Stretch): void => {
  while (stretches.length > 0 && (stretches[stretches.length - 1] as Stretch).fromDay >= stretch.fromDay) stretches.pop();
  stretches.push(stretch);
};

/**
 * Whether the facts of the newest second leave open which state came last: their chain has more than one end, or none (a circle). An end, a
 * deletion and a reading of the present state settle it.
 */
const isTied = (ordered: readonly SubscriptionFact[]): boolean => {
  const newest = ordered[ordered.length - 1] as SubscriptionFact;
  if (ordered[ordered.length - 2]?.provenance.observedAt !== newest.provenance.observedAt) return false;
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
const stepDaysOf = (schedules: readonly ScheduleFact[]): ReadonlyMap<string, readonly number[]> => {
  if (schedules.length === 0) return NO_STEPS;
  const newest = new Map<string, ScheduleFact>();
  for (const schedule of schedules) {
    const known = newest.get(schedule.scheduleId);
    if (known === undefined || isNewer(schedule, known)) newest.set(schedule.scheduleId, schedule);
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
