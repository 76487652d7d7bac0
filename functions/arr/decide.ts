import { fromEpochDay, toEpochDay } from '../platform/calendar.ts';
import { type Context, type Stretch, stretchOf } from './book.ts';
import { type CustomerFact, type Fact, follows, type Ordered, orderFacts, type ScheduleFact, type SubscriptionFact } from './facts.ts';
import { type Attributes, type Change, type Closing, decideDay, type Entry, NOTHING, sameAttributes } from './movements.ts';
import { difference } from './restatement.ts';

/**
 * ARR of one customer as a fold over its days. A `Book` is what the fold needs to go on from its day: how the day before closed, and the
 * stretches, attributes and contracted steps in force since. A fact in order appends to it; a late one is decided from the whole timeline.
 * Both ways give the same movements in sum, whatever the order of arrival: the timeline depends on the set of facts only.
 */
export interface Book {
  readonly day: number;
  /** The end of the day before `day`. */
  readonly opening: Closing;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  /** Days on which a phase of a subscription's schedule begins. */
  readonly stepDays: ReadonlyMap<string, readonly number[]>;
  /** Ascending by day; the first reaches back to the beginning. */
  readonly attributes: readonly AttributesFrom[];
  readonly lastCustomerFact: Ordered | undefined;
  /** Version of the plan rates that the book was decided under. */
  readonly ratesVersion: number;
}

interface Subscription {
  /** Newest fact in the source's order. */
  readonly newest: Ordered;
  /** The stretch in force at `opening`, and all later ones; ascending by day. */
  readonly stretches: readonly Stretch[];
}

interface AttributesFrom {
  readonly fromDay: number;
  readonly attributes: Attributes;
}

/** What one or more facts did to a customer. */
export interface Decision {
  readonly book: Book;
  readonly movements: readonly Entry[];
  /** Subscriptions whose newest state is tied within one second of the source: their state is fetched once. */
  readonly ambiguous: readonly string[];
}

const NO_ATTRIBUTES: Attributes = {};
const BEGINNING = Number.MIN_SAFE_INTEGER;

export const emptyBook = (context: Context): Book => ({
  day: BEGINNING,
  opening: NOTHING,
  subscriptions: new Map(),
  stepDays: new Map(),
  attributes: [],
  lastCustomerFact: undefined,
  ratesVersion: context.rates.version,
});

export const orderOfSubscription = (fact: SubscriptionFact): Ordered => ({
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

/** Appends one fact that is the newest of its object; `late` where it is not, and the whole timeline must be decided again. */
export const append = (book: Book, fact: Fact, context: Context): Decision | 'late' => {
  if (book.ratesVersion !== context.rates.version) return 'late';
  switch (fact.kind) {
    case 'subscription':
      return appendSubscription(book, fact.data, context);
    case 'customer':
      return appendCustomer(book, fact.data, context);
    case 'schedule':
      // Steps may lie in the past of the subscription; they are rare, so they take the whole timeline.
      return 'late';
  }
};

const appendSubscription = (book: Book, fact: SubscriptionFact, context: Context): Decision | 'late' => {
  const known = book.subscriptions.get(fact.subscriptionId);
  const order = orderOfSubscription(fact);
  if (known !== undefined && order.observedAt <= known.newest.observedAt) return 'late';
  const stretch = stretchOf(fact, context.rates);
  if (stretch.fromDay < book.day) return 'late';
  const rolled = rollTo(book, stretch.fromDay, context);
  const before = rolled.subscriptions.get(fact.subscriptionId);
  const stretches = before === undefined ? [stretch] : [...before.stretches.filter((s) => s.fromDay < stretch.fromDay), stretch];
  const subscriptions = new Map(rolled.subscriptions);
  subscriptions.set(fact.subscriptionId, { newest: order, stretches });
  return decided(rolled, { ...rolled, subscriptions }, context);
};

const appendCustomer = (book: Book, fact: CustomerFact, context: Context): Decision | 'late' => {
  const order = orderOfRest(fact);
  const fromDay = toEpochDay(fact.observedOn);
  const isOlder = book.lastCustomerFact !== undefined && order.observedAt <= book.lastCustomerFact.observedAt;
  if (isOlder || (book.attributes.length === 0 && book.subscriptions.size > 0) || fromDay < book.day) return 'late';
  const newest = book.attributes[book.attributes.length - 1];
  if (newest !== undefined && sameAttributes(newest.attributes, fact.attributes)) {
    return { book: { ...book, lastCustomerFact: order }, movements: [], ambiguous: [] };
  }
  const rolled = rollTo(book, fromDay, context);
  const attributes =
    newest === undefined
      ? [{ fromDay: BEGINNING, attributes: fact.attributes }]
      : [...rolled.attributes.filter((a) => a.fromDay < fromDay), { fromDay, attributes: fact.attributes }];
  return decided(rolled, { ...rolled, attributes, lastCustomerFact: order }, context);
};

const decided = (before: Book, after: Book, context: Context): Decision => {
  const wanted = entriesFrom(after, context);
  const recorded = hasLaterDays(before) ? entriesFrom(before, context) : [];
  return { book: after, movements: recorded.length === 0 ? wanted : difference(recorded, wanted), ambiguous: [] };
};

const hasLaterDays = (book: Book): boolean => {
  for (const subscription of book.subscriptions.values()) {
    for (const stretch of subscription.stretches)
      if (stretch.fromDay >= book.day || (stretch.breakDays[stretch.breakDays.length - 1] ?? BEGINNING) >= book.day) return true;
  }
  return book.attributes.some((a) => a.fromDay >= book.day);
};

/** Decides a customer from all of its facts, and appends what differs from the movements recorded so far. */
export const decideAll = (facts: readonly Fact[], recorded: readonly Entry[], context: Context): Decision => {
  const { book, ambiguous } = wholeBook(facts, context);
  return { book: rollTo(book, lastFactDay(book), context), movements: difference(recorded, entriesFrom(book, context)), ambiguous };
};

/** The book of a customer's whole timeline, from the beginning. */
const wholeBook = (facts: readonly Fact[], context: Context): { readonly book: Book; readonly ambiguous: readonly string[] } => {
  const unique = [
    ...new Map(facts.map((fact) => [`${fact.data.provenance.instance}/${fact.data.provenance.eventId}/${fact.kind}`, fact])).values(),
  ];
  const { subscriptions, ambiguous } = subscriptionTimelines(unique, context);
  const customers = orderFacts(
    unique.flatMap((fact) => (fact.kind === 'customer' ? [fact.data] : [])),
    orderOfRest,
  );
  const newestCustomer = customers[customers.length - 1];
  const book: Book = {
    ...emptyBook(context),
    subscriptions,
    stepDays: stepDaysOf(unique),
    attributes: attributeTimeline(customers),
    lastCustomerFact: newestCustomer === undefined ? undefined : orderOfRest(newestCustomer),
  };
  return { book, ambiguous };
};

const subscriptionTimelines = (
  facts: readonly Fact[],
  context: Context,
): { subscriptions: Map<string, Subscription>; ambiguous: string[] } => {
  const bySubscription = new Map<string, SubscriptionFact[]>();
  for (const fact of facts) {
    if (fact.kind !== 'subscription') continue;
    const list = bySubscription.get(fact.data.subscriptionId);
    if (list === undefined) bySubscription.set(fact.data.subscriptionId, [fact.data]);
    else list.push(fact.data);
  }
  const subscriptions = new Map<string, Subscription>();
  const ambiguous: string[] = [];
  for (const id of [...bySubscription.keys()].sort()) {
    const ordered = orderFacts(bySubscription.get(id) ?? [], orderOfSubscription);
    const newest = ordered[ordered.length - 1] as SubscriptionFact;
    if (isTied(ordered)) ambiguous.push(id);
    let stretches: Stretch[] = [];
    for (const fact of ordered) {
      const stretch = stretchOf(fact, context.rates);
      stretches = [...stretches.filter((s) => s.fromDay < stretch.fromDay), stretch];
    }
    subscriptions.set(id, { newest: orderOfSubscription(newest), stretches });
  }
  return { subscriptions, ambiguous };
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

const lastFactDay = (book: Book): number => {
  let last = BEGINNING;
  for (const subscription of book.subscriptions.values())
    for (const stretch of subscription.stretches) last = Math.max(last, stretch.fromDay);
  for (const a of book.attributes) last = Math.max(last, a.fromDay);
  return last;
};

/** Days of a book, from its own day on, on which something may change. */
const daysOf = (book: Book, until: number): number[] => {
  const days = new Set<number>();
  for (const subscription of book.subscriptions.values()) {
    subscription.stretches.forEach((stretch, i) => {
      const end = subscription.stretches[i + 1]?.fromDay ?? Number.MAX_SAFE_INTEGER;
      if (stretch.fromDay >= book.day && stretch.fromDay < until) days.add(stretch.fromDay);
      for (const day of stretch.breakDays) if (day >= book.day && day < end && day < until) days.add(day);
    });
  }
  for (const a of book.attributes) if (a.fromDay >= book.day && a.fromDay < until && a.fromDay !== BEGINNING) days.add(a.fromDay);
  return days.size < 2 ? [...days] : [...days].sort((x, y) => x - y);
};

const fold = (book: Book, until: number, context: Context, collect: Entry[] | undefined): Closing => {
  let closing = book.opening;
  for (const day of daysOf(book, until)) {
    const result = decideDay(day, closing, changesOn(book, day), attributesOn(book, day), attributesOn(book, day - 1), context);
    closing = result.closing;
    if (collect !== undefined) collect.push(...result.entries);
  }
  return closing;
};

const entriesFrom = (book: Book, context: Context): Entry[] => {
  const entries: Entry[] = [];
  fold(book, Number.MAX_SAFE_INTEGER, context, entries);
  return entries;
};

/** Moves a book's day forward: what happened before it is folded into the opening. */
const rollTo = (book: Book, day: number, context: Context): Book => {
  if (day <= book.day) return book;
  const opening = fold(book, day, context, undefined);
  const subscriptions = new Map<string, Subscription>();
  for (const [id, subscription] of book.subscriptions) {
    subscriptions.set(
      id,
      subscription.stretches.length === 1 ? subscription : { ...subscription, stretches: since(subscription.stretches, day) },
    );
  }
  return { ...book, day, opening, subscriptions, attributes: book.attributes.length < 2 ? book.attributes : since(book.attributes, day) };
};

/** What is in force the day before `day`, and all that begins on it or later. */
const since = <T extends { readonly fromDay: number }>(items: readonly T[], day: number): T[] => {
  let inForce = 0;
  items.forEach((item, i) => {
    if (item.fromDay < day) inForce = i;
  });
  return items.slice(inForce);
};

const changesOn = (book: Book, day: number): Change[] => {
  const changes: Change[] = [];
  for (const [id, subscription] of book.subscriptions) {
    const after = inForceOn(subscription.stretches, day);
    if (after === undefined || (after.fromDay !== day && !after.breakDays.includes(day))) continue;
    changes.push({
      before: inForceOn(subscription.stretches, day - 1),
      after,
      contractedStep: book.stepDays.get(id)?.includes(day) ?? false,
    });
  }
  return changes;
};

const inForceOn = <T extends { readonly fromDay: number }>(items: readonly T[], day: number): T | undefined => {
  for (let i = items.length - 1; i >= 0; i -= 1) {
    const item = items[i];
    if (item !== undefined && item.fromDay <= day) return item;
  }
  return undefined;
};

const attributesOn = (book: Book, day: number): Attributes => inForceOn(book.attributes, day)?.attributes ?? NO_ATTRIBUTES;

/** The book's ARR at the end of a day at or after its own. */
export const closingOn = (book: Book, day: number, context: Context): Closing => fold(book, day + 1, context, undefined);

/** For messages and storage: the book's day as text; a book that has seen nothing has none. */
export const bookDay = (book: Book): string | undefined => (book.day === BEGINNING ? undefined : fromEpochDay(book.day));

/** A customer at the end of any day, decided from all of its facts, with its attributes on that day. */
export const closingAt = (
  facts: readonly Fact[],
  day: number,
  context: Context,
): { readonly closing: Closing; readonly attributes: Attributes } => {
  const whole = wholeBook(facts, context).book;
  return { closing: fold(whole, day + 1, context, undefined), attributes: attributesOn(whole, day) };
};
