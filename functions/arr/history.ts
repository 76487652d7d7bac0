import { toEpochDay } from '../platform/calendar.ts';
import { type Context, type Stretch, stretchOf } from './book.ts';
import { type CustomerFact, type Fact, follows, type Ordered, orderFacts, type ScheduleFact, type SubscriptionFact } from './facts.ts';
import { sameAttributes } from './movements.ts';
import { type AttributesFrom, BEGINNING, type Book, emptyBook, type Subscription } from './timeline.ts';

const orderOfSubscription = (fact: SubscriptionFact): Ordered => ({
  observedAt: fact.provenance.observedAt,
  eventId: fact.provenance.eventId,
  first: fact.lifecycle === 'created',
  last: fact.lifecycle === 'deleted',
  fingerprint: fact.fingerprint,
  previousFingerprint: fact.previousFingerprint,
});

const orderOfRest = (fact: CustomerFact | ScheduleFact): Ordered => ({
  observedAt: fact.provenance.observedAt,
  eventId: fact.provenance.eventId,
  first: false,
  last: false,
  fingerprint: '',
  previousFingerprint: undefined,
});

/** The book of a customer's whole timeline, from the beginning, whatever the order of its facts; none of its days is decided yet. */
export const wholeBook = (facts: readonly Fact[], context: Context): { readonly book: Book; readonly ambiguous: readonly string[] } => {
  const unique = [
    ...new Map(facts.map((fact) => [`${fact.data.provenance.instance}/${fact.data.provenance.eventId}/${fact.kind}`, fact])).values(),
  ];
  const { subscriptions, ambiguous } = subscriptionTimelines(unique);
  const customers = orderFacts(
    unique.flatMap((fact) => (fact.kind === 'customer' ? [fact.data] : [])),
    orderOfRest,
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

/** Whether the two newest facts share a second, differ, and neither says that it follows the other. */
const isTied = (ordered: readonly SubscriptionFact[]): boolean => {
  const a = ordered[ordered.length - 2];
  const b = ordered[ordered.length - 1];
  if (a === undefined || b === undefined || a.provenance.observedAt !== b.provenance.observedAt) return false;
  if (a.fingerprint === b.fingerprint || b.lifecycle === 'deleted' || a.lifecycle === 'created') return false;
  return !follows(orderOfSubscription(b), orderOfSubscription(a));
};

/** Every schedule that was ever seen says when its phases begin; the first phase is the start, not a step. */
const stepDaysOf = (facts: readonly Fact[]): Map<string, readonly number[]> => {
  const days = new Map<string, readonly number[]>();
  for (const fact of facts) {
    if (fact.kind !== 'schedule' || fact.data.subscriptionId === undefined) continue;
    const steps = fact.data.phases.slice(1).map((phase) => toEpochDay(phase.startsOn));
    days.set(fact.data.subscriptionId, [...(days.get(fact.data.subscriptionId) ?? []), ...steps]);
  }
  return days;
};

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
