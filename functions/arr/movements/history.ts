import { toEpochDay } from '../../platform/calendar.ts';
import {
  type CustomerFact,
  type Fact,
  isOpen,
  type Ordered,
  orderFacts,
  type ScheduleFact,
  type SubscriptionFact,
} from '../lines/facts.ts';
import { stepsOf } from '../lines/steps.ts';
import { stretchesOf } from '../lines/stretches.ts';
import type { Context } from '../lines/values.ts';
import { sameAttributes } from './movements.ts';
import { type AttributesFrom, BEGINNING, type Book, emptyBook, type Subscription } from './timeline.ts';

const orderOfSubscription = (fact: SubscriptionFact): Ordered => ({
  observedAt: fact.provenance.observedAt,
  eventId: fact.provenance.eventId,
  place: fact.lifecycle,
  fingerprint: fact.fingerprint,
  previousFingerprint: fact.previousFingerprint,
});

const orderOfCustomer = (fact: CustomerFact): Ordered => ({
  observedAt: fact.provenance.observedAt,
  eventId: fact.provenance.eventId,
  // Facts of before customers told their state are ordered by event id.
  place: fact.deleted ? 'deleted' : (fact.lifecycle ?? (fact.provenance.eventType.endsWith('.created') ? 'created' : 'changed')),
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
  const { subscriptions, ambiguous } = subscriptionTimelines(bySubscription, context);
  const inOrder = orderFacts(customers, orderOfCustomer);
  const book: Book = {
    ...emptyBook(context),
    subscriptions,
    steps: stepsOf(schedules),
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
  { profile }: Context,
): { subscriptions: Subscription[]; ambiguous: string[] } => {
  const subscriptions: Subscription[] = [];
  const ambiguous: string[] = [];
  for (const subscriptionId of [...bySubscription.keys()].sort()) {
    const ordered = orderFacts(bySubscription.get(subscriptionId) ?? [], orderOfSubscription);
    const newest = ordered[ordered.length - 1] as SubscriptionFact;
    if (isTied(ordered)) ambiguous.push(subscriptionId);
    subscriptions.push({ subscriptionId, observedAt: newest.provenance.observedAt, stretches: stretchesOf(ordered, profile) });
  }
  return { subscriptions, ambiguous };
};

/** Whether the facts of the newest second leave open which state came last. An end and a reading of the present state settle it. */
const isTied = (ordered: readonly SubscriptionFact[]): boolean => {
  const newestAt = ordered[ordered.length - 1]?.provenance.observedAt;
  if (ordered[ordered.length - 2]?.provenance.observedAt !== newestAt) return false;
  const group = ordered.filter((fact) => fact.provenance.observedAt === newestAt).map(orderOfSubscription);
  return !group.some(({ place }) => place === 'deleted' || place === 'observed') && isOpen(group);
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
