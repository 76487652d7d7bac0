import { toEpochDay } from '../../platform/calendar.ts';
import { byRank } from '../evidence/members.ts';
import { type Settlement, settle } from '../evidence/precedence.ts';
import { chainsOf } from '../evidence/terms.ts';
import { chosen } from '../lines/chosen.ts';
import {
  type AdjustmentEndFact,
  type AdjustmentFact,
  type CustomerFact,
  type Fact,
  isOpen,
  type LapseFact,
  type Ordered,
  orderFacts,
  type PairFact,
  type ScheduleFact,
  type SubscriptionFact,
  type UsageFact,
} from '../lines/facts.ts';
import { meteredSubscriptions } from '../lines/metered.ts';
import { stepsOf } from '../lines/steps.ts';
import { type Subscription, stretchesOf } from '../lines/stretches.ts';
import type { Context } from '../lines/values.ts';
import { adjustmentsOf } from './adjustments.ts';
import { isDecidedWhole } from './conventions.ts';
import { type Attributes, sameAttributes } from './movements.ts';
import { type AttributesFrom, BEGINNING, type Book, emptyBook } from './timeline.ts';
import { type KnownUsage, withUsage } from './usage.ts';

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

/** Facts of one customer, told apart by what they are about. */
interface Sorted {
  readonly billed: Map<string, SubscriptionFact[]>;
  /** Readings of agreements: those of which one at least is more than billed. */
  readonly agreements: SubscriptionFact[];
  readonly customers: CustomerFact[];
  readonly schedules: ScheduleFact[];
  readonly pairs: PairFact[];
  readonly lapses: LapseFact[];
  readonly adjustments: AdjustmentFact[];
  readonly adjustmentEnds: AdjustmentEndFact[];
  readonly invoices: UsageFact[];
  usage: KnownUsage | undefined;
}

const sorted = (facts: readonly Fact[]): Sorted => {
  const result: Sorted = {
    billed: new Map(),
    agreements: [],
    customers: [],
    schedules: [],
    pairs: [],
    lapses: [],
    adjustments: [],
    adjustmentEnds: [],
    invoices: [],
    usage: undefined,
  };
  for (const fact of facts) {
    switch (fact.kind) {
      case 'subscription':
        if (fact.data.evidence === 'billed') note(result.billed, fact.data);
        else result.agreements.push(fact.data);
        break;
      case 'customer':
        result.customers.push(fact.data);
        break;
      case 'schedule':
        result.schedules.push(fact.data);
        break;
      case 'pair':
        result.pairs.push(fact.data);
        break;
      case 'lapse':
        result.lapses.push(fact.data);
        break;
      case 'adjustment':
        result.adjustments.push(fact.data);
        break;
      case 'adjustment-end':
        result.adjustmentEnds.push(fact.data);
        break;
      case 'usage':
        // Mostly no ARR: beside/usage.ts tells it.
        result.invoices.push(fact.data);
        result.usage = withUsage(result.usage, fact.data);
        break;
      case 'link':
        // Says whose facts these are (members.ts), and nothing of what they come to.
        break;
    }
  }
  return result;
};

/** A book of all facts, the subscriptions whose newest state is tied, and what evidence of several sources came to; absent where billing decides alone. */
interface Whole {
  readonly book: Book;
  readonly ambiguous: readonly string[];
  readonly settlement: Settlement | undefined;
}

/**
 * The book of a customer's whole timeline, from the beginning, whatever the order of its facts; none of its days is decided yet. A fact that
 * is there twice takes its own place again.
 */
export const wholeBook = (facts: readonly Fact[], context: Context): Whole => {
  const { profile } = context;
  const { billed, agreements, customers, schedules, pairs, lapses, invoices, usage, ...byHand } = sorted(facts);
  const adjustments = adjustmentsOf(byHand.adjustments, byHand.adjustmentEnds);
  const { subscriptions, ambiguous } = subscriptionTimelines(billed, context);
  const chains = agreements.length === 0 || profile.basis === 'billed' ? [] : chainsOf(agreements, profile.renewalGraceDays);
  const settlement = chains.length === 0 ? undefined : settle(chains, subscriptions, { pairs, lapses }, context);
  const counted = chosen(settlement?.subscriptions ?? subscriptions, agreements, profile);
  const members = [...Map.groupBy(customers, memberOf)].sort(([a], [b]) => byRank(a, b));
  const inOrder = members.map(([, own]) => orderFacts(own, orderOfCustomer));
  const newest = inOrder.map((own) => own[own.length - 1]?.provenance.observedAt ?? 0);
  const book: Book = {
    ...emptyBook(context),
    subscriptions: profile.metered === 'included' ? [...counted, ...meteredSubscriptions(invoices, subscriptions)] : counted,
    steps: stepsOf(schedules),
    attributes: merged(inOrder.map(attributeTimeline)),
    adjustments,
    customerObservedAt: newest.length === 0 ? undefined : Math.max(...newest),
    usage,
    isSettled: settlement !== undefined || byHand.adjustments.length > 0 || isDecidedWhole(profile),
    decided: undefined,
  };
  return { book, ambiguous, settlement };
};

/** The customer as one system knows it. */
const memberOf = ({ provenance: { system, instance }, customerId }: CustomerFact): string => `${system}.${instance}.${customerId}`;

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

/** Attributes of customers that are one, in their order: on every day the first that has an attribute says it. */
const merged = (timelines: readonly (readonly AttributesFrom[])[]): readonly AttributesFrom[] => {
  const [first = [], ...others] = timelines;
  if (others.length === 0) return first;
  const days = [...new Set(timelines.flatMap((timeline) => timeline.map(({ fromDay }) => fromDay)))].sort((a, b) => a - b);
  const all: AttributesFrom[] = [];
  for (const fromDay of days) {
    const inForce = timelines.map((timeline) => timeline.findLast((one) => one.fromDay <= fromDay)?.attributes ?? {});
    const attributes: Attributes = Object.assign({}, ...inForce.toReversed());
    const before = all[all.length - 1];
    if (before === undefined || !sameAttributes(before.attributes, attributes)) all.push({ fromDay, attributes });
  }
  return all;
};

export const lastFactDay = (book: Book): number => {
  let last = BEGINNING;
  for (const subscription of book.subscriptions) for (const stretch of subscription.stretches) last = Math.max(last, stretch.fromDay);
  for (const { fromDay } of book.attributes) last = Math.max(last, fromDay);
  return last;
};
