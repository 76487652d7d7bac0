import { counts } from '../lines/counts.ts';
import { contractedStepOn, servedOn } from '../lines/dated.ts';
import { EMPTY, extended } from '../lines/lists.ts';
import { NO_STEPS, type Steps } from '../lines/steps.ts';
import { ascending, type Stretch, type Subscription } from '../lines/stretches.ts';
import type { Change, Context } from '../lines/values.ts';
import type { Profile } from '../profiles/profile.ts';
import { type Adjustment, adjustmentDays } from './adjustments.ts';
import { conventional, hasConventions, type Visit, visitsLeftOut } from './conventions.ts';
import { type DecidedDay, decideDay } from './day.ts';
import { type Attributes, type Closing, NOTHING } from './movements.ts';
import type { KnownUsage } from './usage.ts';

/**
 * ARR of one customer as a fold over its days. A `Book` is what the fold needs to go on from its day: how the day before closed, and the
 * stretches, attributes and contracted steps in force since.
 */
export interface Book {
  readonly day: number;
  /** The end of the day before `day`. */
  readonly opening: Closing;
  readonly subscriptions: readonly Subscription[];
  readonly steps: Steps;
  /** Ascending by day; the first reaches back to the beginning. */
  readonly attributes: readonly AttributesFrom[];
  /** Not stored: a book that has any is settled. */
  readonly adjustments: readonly Adjustment[];
  /** The source's second of the newest fact about the customer itself. */
  readonly customerObservedAt: number | undefined;
  readonly usage: KnownUsage | undefined;
  /** Version of the plan rates that the book was decided under. */
  readonly ratesVersion: number;
  /** Whether more than one source's evidence decides it, adjustments by hand do, or a profile that asks for it all: then every fact is decided with all of them, and `subscriptions` are not stored. */
  readonly isSettled: boolean;
  /** The days from `day` on, as decided. Follows from all the rest, so it is never stored; undefined until it is asked for. */
  readonly decided: readonly DecidedDay[] | undefined;
}

export interface AttributesFrom {
  readonly fromDay: number;
  readonly attributes: Attributes;
}

const NO_ATTRIBUTES: Attributes = {};
/** Before and after every day, and still small integers to the machine. */
export const BEGINNING = -1_000_000_000;
const END = 1_000_000_000;

export const emptyBook = (context: Context): Book => ({
  day: BEGINNING,
  opening: NOTHING,
  subscriptions: [],
  steps: NO_STEPS,
  attributes: [],
  adjustments: [],
  customerObservedAt: undefined,
  usage: undefined,
  ratesVersion: context.rates.version,
  isSettled: false,
  decided: [],
});

/** The days of a book from its own day on, each decided once. */
export const decidedDays = (book: Book, context: Context): readonly DecidedDay[] => book.decided ?? decideUntil(book, END, context);

/** The book with its days decided. */
export const withDecided = (book: Book, context: Context): Book =>
  book.decided === undefined ? { ...book, decided: decideUntil(book, END, context) } : book;

/** Decides the days of a book, from its own day on and before `until`, on which something may change. */
export const decideUntil = (book: Book, until: number, context: Context): DecidedDay[] => {
  const { profile } = context;
  if (!hasConventions(profile)) return decidedUntil(book, until, context);
  // What a day is called, and whether the customer was there, may follow from what comes later.
  const told = decidedUntil(book, END, context);
  const leftOut = visitsLeftOut(told, profile);
  const days = leftOut.length === 0 ? told : decidedUntil(book, END, context, leftOut);
  return conventional(days, profile, (day) => isServed(book, day, profile)).filter(({ day }) => day < until);
};

const NO_VISITS: readonly Visit[] = [];
const NO_CHANGES: readonly Change[] = [];

/** On the days of visits that are left out, subscriptions change nothing: what adjustments move, and rates and attributes of them, is decided alone. */
const decidedUntil = (book: Book, until: number, context: Context, leftOut: readonly Visit[] = NO_VISITS): DecidedDay[] => {
  const days = daysOf(book, until, context);
  const decided = new Array<DecidedDay>(days.length);
  let closing = book.opening;
  for (let i = 0; i < days.length; i += 1) {
    const day = days[i] as number;
    const changes = leftOut.some(({ from, to }) => from <= day && day <= to) ? NO_CHANGES : changesOn(book, day);
    const told = { changes, adjustments: book.adjustments };
    const result = decideDay(day, closing, told, attributesOn(book, day), attributesOn(book, day - 1), context);
    closing = result.closing;
    decided[i] = result;
  }
  return decided;
};

/** Whether a subscription that counts is in service at the end of a day, whatever it is worth. */
const isServed = ({ subscriptions }: Book, day: number, profile: Profile): boolean =>
  subscriptions.some(({ stretches }) => {
    const stretch = inForceOn(stretches, day);
    return stretch !== undefined && stretch.lines.length > 0 && stretch.startDay <= day && counts(stretch.fact, profile);
  });

/** Something begins on the book's own day, unless it is the beginning of all. */
const daysOf = (book: Book, until: number, context: Context): number[] => {
  let days: number[] = book.day > BEGINNING && book.day < until ? [book.day] : [];
  for (const subscription of book.subscriptions) days = withDays(days, subscription.stretches, book.day + 1, until, context);
  for (const { fromDay } of book.attributes) if (fromDay > book.day && fromDay < until) days = extended(days, fromDay);
  for (const adjustment of book.adjustments) days = withDaysWithin(days, adjustmentDays(adjustment, context.rates), book.day + 1, until);
  return ascending(days);
};

/** With the days of [from, until) on which a stretch begins or changes its value, or on which it is revalued at another plan rate. */
const withDays = (noted: number[], stretches: readonly Stretch[], from: number, until: number, { rates }: Context): number[] => {
  let days = noted;
  for (let i = 0; i < stretches.length; i += 1) {
    const { fromDay, breakDays, currency } = stretches[i] as Stretch;
    const end = Math.min(stretches[i + 1]?.fromDay ?? END, until);
    if (fromDay >= from && fromDay < until) days = extended(days, fromDay);
    const after = Math.max(from, fromDay + 1);
    days = withDaysWithin(days, breakDays, after, end);
    if (currency !== rates.planCurrency) days = withDaysWithin(days, rates.changeDays(currency), after, end);
  }
  return days;
};

const withDaysWithin = (noted: number[], candidates: readonly number[], from: number, end: number): number[] => {
  let days = noted;
  for (const day of candidates) if (day >= from && day < end) days = extended(days, day);
  return days;
};

const changesOn = (book: Book, day: number): readonly Change[] => {
  let changes: Change[] = EMPTY;
  for (const { subscriptionId, stretches } of book.subscriptions) {
    const after = inForceOn(stretches, day);
    if (after === undefined || (after.fromDay !== day && !after.breakDays.includes(day))) continue;
    const before = inForceOn(stretches, day - 1);
    const scheduled = book.steps.size === 0 ? undefined : book.steps.get(subscriptionId)?.find((one) => one.day === day);
    const step = scheduled ?? contractedStepOn(before, day);
    changes = extended(changes, { subscriptionId, before: before && servedOn(before, day - 1), after: servedOn(after, day), step });
  }
  return changes;
};

/** The last that begins on a day or before it. */
export const inForceOn = <T extends { readonly fromDay: number }>(items: readonly T[], day: number): T | undefined => {
  for (let i = items.length - 1; i >= 0; i -= 1) {
    const item = items[i];
    if (item !== undefined && item.fromDay <= day) return item;
  }
  return undefined;
};

export const attributesOn = (book: Book, day: number): Attributes => inForceOn(book.attributes, day)?.attributes ?? NO_ATTRIBUTES;

/** Moves a book's day forward: what happened before it is in the opening, which follows from the days decided so far. */
export const rollTo = (from: Book, day: number, context: Context): Book => {
  const book = withDecided(from, context);
  if (day <= book.day) return book;
  const decided = decidedDays(book, context);
  const later = indexFrom(decided, day);
  const subscriptions: Subscription[] = [];
  for (const subscription of book.subscriptions) subscriptions.push(subscriptionSince(subscription, day));
  return {
    day,
    opening: decided[later - 1]?.closing ?? book.opening,
    subscriptions,
    steps: book.steps,
    attributes: since(book.attributes, day),
    adjustments: book.adjustments,
    customerObservedAt: book.customerObservedAt,
    usage: book.usage,
    ratesVersion: book.ratesVersion,
    isSettled: book.isSettled,
    decided: decided.slice(later),
  };
};

/** Index of the first decided day that is not before `day`. */
export const indexFrom = (decided: readonly DecidedDay[], day: number): number => {
  let index = decided.length;
  while (index > 0 && (decided[index - 1] as DecidedDay).day >= day) index -= 1;
  return index;
};

/** What of a subscription a book of that day needs. */
export const subscriptionSince = (subscription: Subscription, day: number): Subscription => {
  const stretches = since(subscription.stretches, day);
  return stretches === subscription.stretches ? subscription : { ...subscription, stretches };
};

/** What is in force the day before `day`, and all that begins on it or later. */
export const since = <T extends { readonly fromDay: number }>(items: readonly T[], day: number): readonly T[] => {
  let inForce = 0;
  for (let i = 1; i < items.length; i += 1) if ((items[i] as T).fromDay < day) inForce = i;
  return inForce === 0 ? items : items.slice(inForce);
};

/** How a book closes at the end of a day at or after its own. */
export const closingOfBook = (book: Book, day: number, context: Context): Closing => {
  const decided = book.decided ?? decideUntil(book, day + 1, context);
  return decided[indexFrom(decided, day + 1) - 1]?.closing ?? book.opening;
};
