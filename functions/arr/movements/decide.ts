import { toEpochDay } from '../../platform/calendar.ts';
import type { Watch } from '../evidence/ends.ts';
import type { CustomerFact, Fact, SubscriptionFact, UsageFact } from '../lines/facts.ts';
import { EMPTY, extended } from '../lines/lists.ts';
import { reachesBack, type Subscription, stretchAfter } from '../lines/stretches.ts';
import type { Context } from '../lines/values.ts';
import { isDecidedWhole } from './conventions.ts';
import type { DecidedDay } from './day.ts';
import { lastFactDay, wholeBook } from './history.ts';
import { type Attributes, type Closing, type Entry, sameAttributes } from './movements.ts';
import { difference } from './restatement.ts';
import {
  type AttributesFrom,
  attributesOn,
  BEGINNING,
  type Book,
  closingOfBook,
  decidedDays,
  decideUntil,
  indexFrom,
  inForceOn,
  rollTo,
  since,
  subscriptionSince,
  withDecided,
} from './timeline.ts';
import { isNewUsage, withUsage } from './usage.ts';

export { type Book, emptyBook } from './timeline.ts';

/** What one or more facts did to a customer. */
export interface Decision {
  readonly book: Book;
  readonly movements: readonly Entry[];
  /** Subscriptions whose newest state is tied within one second of the source: their state is fetched once. */
  readonly ambiguous: readonly string[];
}

/** What all facts of a customer came to. */
export interface WholeDecision extends Decision {
  /** What is to be looked at again when time has passed. */
  readonly watches: readonly Watch[];
}

const NO_MOVEMENTS: readonly Entry[] = [];
const NO_TIES: readonly string[] = [];

/**
 * Appends one fact that is the newest of its object; `late` where it is not, and the whole timeline must be decided again. Both ways give
 * the same movements in sum, whatever the order of arrival: the timeline depends on the set of facts only.
 */
export const append = (book: Book, fact: Fact, context: Context): Decision | 'late' => {
  if (book.ratesVersion !== context.rates.version || isDecidedWhole(context.profile)) return 'late';
  // Usage decides nothing, whatever evidence does.
  if (fact.kind === 'usage') return appendUsage(book, fact.data);
  if (book.isSettled) return 'late';
  switch (fact.kind) {
    case 'subscription':
      // Signed evidence reaches back, and other sources' evidence of the same lines is decided with it.
      return fact.data.evidence === 'billed' ? appendSubscription(book, fact.data, context) : 'late';
    case 'customer':
      return appendCustomer(book, fact.data, context);
    default:
      // Steps may lie in the past of the subscription, as may what is stated of links and terms. These are rare, so they take the whole timeline.
      return 'late';
  }
};

const appendSubscription = (book: Book, fact: SubscriptionFact, context: Context): Decision | 'late' => {
  const at = indexOfSubscription(book.subscriptions, fact.subscriptionId);
  const known = book.subscriptions[at];
  const observedAt = fact.provenance.observedAt;
  if (known !== undefined && observedAt <= known.observedAt) return 'late';
  const newest = known?.stretches[known.stretches.length - 1];
  if (newest !== undefined && reachesBack(newest.fact, fact, context.profile)) return 'late';
  const stretch = stretchAfter(newest, fact);
  const day = stretch.fromDay;
  if (day < book.day) return 'late';
  const inForce = known === undefined ? undefined : inForceOn(known.stretches, day - 1);
  const stretches = inForce === undefined ? [stretch] : [inForce, stretch];
  const changed: Subscription = { subscriptionId: known?.subscriptionId ?? fact.subscriptionId, observedAt, stretches };
  // In its own place: the order of a customer's subscriptions decides the order of its lines.
  const subscriptions = new Array<Subscription>(Math.max(book.subscriptions.length, at + 1));
  for (let i = 0; i < subscriptions.length; i += 1)
    subscriptions[i] = i === at ? changed : subscriptionSince(book.subscriptions[i] as Subscription, day);
  return decidedFrom(book, day, subscriptions, since(book.attributes, day), book.customerObservedAt, context);
};

const indexOfSubscription = (subscriptions: readonly Subscription[], subscriptionId: string): number => {
  for (let i = 0; i < subscriptions.length; i += 1) if ((subscriptions[i] as Subscription).subscriptionId === subscriptionId) return i;
  return subscriptions.length;
};

const appendCustomer = (book: Book, fact: CustomerFact, context: Context): Decision | 'late' => {
  const observedAt = fact.provenance.observedAt;
  const day = toEpochDay(fact.observedOn);
  const isOlder = book.customerObservedAt !== undefined && observedAt <= book.customerObservedAt;
  if (isOlder || (book.attributes.length === 0 && book.subscriptions.length > 0) || day < book.day) return 'late';
  const newest = book.attributes[book.attributes.length - 1];
  if (newest !== undefined && sameAttributes(newest.attributes, fact.attributes)) {
    return { book: { ...book, customerObservedAt: observedAt }, movements: NO_MOVEMENTS, ambiguous: NO_TIES };
  }
  // The first attributes reach back to the beginning: nothing changes on any day, and the book stays where it is.
  if (newest === undefined) {
    const first: readonly AttributesFrom[] = [{ fromDay: BEGINNING, attributes: fact.attributes }];
    return { book: { ...book, attributes: first, customerObservedAt: observedAt }, movements: NO_MOVEMENTS, ambiguous: NO_TIES };
  }
  const inForce = inForceOn(book.attributes, day - 1);
  const attributes: AttributesFrom[] = [...(inForce === undefined ? [] : [inForce]), { fromDay: day, attributes: fact.attributes }];
  const subscriptions = book.subscriptions.map((subscription) => subscriptionSince(subscription, day));
  return decidedFrom(book, day, subscriptions, attributes, observedAt, context);
};

const appendUsage = (book: Book, fact: UsageFact): Decision | 'late' =>
  isNewUsage(book.usage, fact)
    ? { book: { ...book, usage: withUsage(book.usage, fact) }, movements: NO_MOVEMENTS, ambiguous: NO_TIES }
    : 'late';

/** Moves a book's day forward to `day`, and decides again from there with what was replaced. */
const decidedFrom = (
  before: Book,
  day: number,
  subscriptions: readonly Subscription[],
  attributes: readonly AttributesFrom[],
  customerObservedAt: number | undefined,
  context: Context,
): Decision => {
  const days = decidedDays(before, context);
  const later = indexFrom(days, day);
  const book: Draft = {
    day,
    opening: days[later - 1]?.closing ?? before.opening,
    subscriptions,
    steps: before.steps,
    attributes,
    adjustments: before.adjustments,
    customerObservedAt,
    usage: before.usage,
    ratesVersion: before.ratesVersion,
    isSettled: before.isSettled,
    decided: undefined,
  };
  book.decided = decidedDays(book, context);
  const recorded = entriesOf(days, later);
  const wanted = entriesOf(book.decided, 0);
  return { book, movements: recorded.length === 0 ? wanted : difference(recorded, wanted), ambiguous: NO_TIES };
};

type Draft = { -readonly [K in keyof Book]: Book[K] };

const entriesOf = (days: readonly DecidedDay[], first: number): readonly Entry[] => {
  if (first >= days.length) return NO_MOVEMENTS;
  if (first === days.length - 1) return (days[first] as DecidedDay).entries;
  let entries: Entry[] = EMPTY;
  for (let i = first; i < days.length; i += 1) for (const entry of (days[i] as DecidedDay).entries) entries = extended(entries, entry);
  return entries;
};

/** Decides a customer from all of its facts, and appends what differs from the movements recorded so far. */
export const decideAll = (facts: readonly Fact[], recorded: readonly Entry[], context: Context): WholeDecision => {
  const { book: whole, ambiguous, settlement } = wholeBook(facts, context);
  const book = withDecided(whole, context);
  const wanted = entriesOf(decidedDays(book, context), 0);
  return {
    book: rollTo(book, lastFactDay(book), context),
    movements: difference(recorded, wanted),
    ambiguous,
    watches: settlement?.watches ?? [],
  };
};

/** The book's ARR at the end of a day at or after its own. */
export const closingOn = closingOfBook;

/** A customer at the end of any day, decided from all of its facts, with its attributes on that day. */
export const closingAt = (
  facts: readonly Fact[],
  day: number,
  context: Context,
): { readonly closing: Closing; readonly attributes: Attributes } => {
  const whole = wholeBook(facts, context).book;
  const days = decideUntil(whole, day + 1, context);
  return { closing: days[days.length - 1]?.closing ?? whole.opening, attributes: attributesOn(whole, day) };
};
