import { toEpochDay } from '../platform/calendar.ts';
import type { SubscriptionFact } from './facts.ts';
import type { Profile } from './profile.ts';
import { annualValues, type Fraction, roundHalfAway } from './rating.ts';

/** Plan-rate conversions, dated. A missing rate is `undefined`: amounts stay in their currency and the total says what is missing. */
export interface PlanRates {
  readonly planCurrency: string;
  /** Version of the loaded rates: a state decided under an older version is decided again. */
  readonly version: number;
  /** Factor from minor units of `currency` to minor units of the plan currency on a day (exponents included). */
  readonly factor: (currency: string, day: number) => Fraction | undefined;
  /** Days on which the factor of a currency changes, ascending. */
  readonly changeDays: (currency: string) => readonly number[];
}

export interface Context {
  readonly profile: Profile;
  readonly rates: PlanRates;
}

export type Origin = 'landed' | 'expanded' | 'renewal-uplift';

/** One commercial line's ARR at the end of a day. Amounts are minor units, rounded once each from the exact value (A1). */
export interface LineValue {
  /** Subscription, line, product, legal entity and currency: what changes any of them ends one commercial line and begins another. */
  readonly key: string;
  readonly subscriptionId: string;
  readonly lineId: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly origin: Origin | undefined;
  readonly exact: Fraction;
  readonly amountMinor: bigint;
  /** In the plan currency at plan rate; 0 where the rate is missing. */
  readonly planMinor: bigint;
  readonly converted: boolean;
  readonly eventId: string;
}

/** A subscription's state from one day on, until its next stretch begins. */
export interface Stretch {
  readonly fromDay: number;
  readonly fact: SubscriptionFact;
  /** Later days on which its value may change by itself: service start, discount edges, plan-rate changes. Ascending. */
  readonly breakDays: readonly number[];
}

const NO_DAYS: readonly number[] = [];

/** First day on which a fact counts: the service start for a creation, the end for a cancellation, otherwise the day that it was observed. */
const effectiveDay = (fact: SubscriptionFact): number => {
  const observed = toEpochDay(fact.observedOn);
  if (fact.status === 'canceled' && fact.endedOn !== undefined) return Math.min(observed, toEpochDay(fact.endedOn));
  if (fact.lifecycle === 'created') return Math.min(observed, toEpochDay(fact.startsOn));
  return observed;
};

export const stretchOf = (fact: SubscriptionFact, rates: PlanRates): Stretch => {
  const fromDay = effectiveDay(fact);
  return { fromDay, fact, breakDays: breakDaysAfter(fromDay, fact, rates) };
};

const breakDaysAfter = (fromDay: number, fact: SubscriptionFact, rates: PlanRates): readonly number[] => {
  let days: number[] | undefined;
  const note = (day: number): void => {
    if (day <= fromDay || days?.includes(day)) return;
    days ??= [];
    days.push(day);
  };
  if (fact.startsOn > fact.observedOn) note(toEpochDay(fact.startsOn));
  for (const discount of fact.discounts) noteEdges(discount, note);
  for (const line of fact.lines) for (const discount of line.discounts) noteEdges(discount, note);
  if (fact.currency !== rates.planCurrency) for (const day of rates.changeDays(fact.currency)) note(day);
  return days === undefined ? NO_DAYS : days.sort((a, b) => a - b);
};

const noteEdges = (discount: SubscriptionFact['discounts'][number], note: (day: number) => void): void => {
  if (discount.duration === 'once') return;
  if (discount.startsOn !== undefined) note(toEpochDay(discount.startsOn));
  if (discount.endsOn !== undefined) note(toEpochDay(discount.endsOn));
};

/** Whether the profile counts a subscription in this state at all. */
const counts = (fact: SubscriptionFact, profile: Profile): boolean => {
  if (fact.collectionPaused && profile.collectionPaused === 'excluded') return false;
  switch (fact.status) {
    case 'active':
      return true;
    case 'past-due':
      return profile.pastDue === 'counted';
    case 'trialing':
      return profile.trial === 'counted';
    case 'unpaid':
      return profile.unpaid === 'counted';
    case 'paused':
    case 'incomplete':
    case 'incomplete-expired':
    case 'canceled':
      return false;
  }
};

const NO_LINES: readonly LineValue[] = [];

/** ARR of a stretch's lines at the end of a day; lines without value are left out. `on` is the same day as text. */
export const valuesOn = (stretch: Stretch, day: number, on: string, context: Context): readonly LineValue[] => {
  const fact = stretch.fact;
  if (!counts(fact, context.profile) || on < fact.startsOn) return NO_LINES;
  const factor = fact.currency === context.rates.planCurrency ? 'identity' : context.rates.factor(fact.currency, day);
  const values: LineValue[] = [];
  const annual = annualValues(fact.lines, fact.discounts, on, context.profile);
  for (let i = 0; i < annual.length; i += 1) {
    const exact = annual[i];
    const line = fact.lines[i];
    if (exact === undefined || line === undefined || exact.num === 0n) continue;
    const amountMinor = roundHalfAway(exact);
    values.push({
      key: `${fact.subscriptionId}/${line.lineId}/${line.productId}/${fact.legalEntity}/${fact.currency}`,
      subscriptionId: fact.subscriptionId,
      lineId: line.lineId,
      productId: line.productId,
      legalEntity: fact.legalEntity,
      currency: fact.currency,
      origin: line.origin,
      exact,
      amountMinor,
      planMinor: factor === 'identity' ? amountMinor : planMinor(exact, factor),
      converted: factor !== undefined,
      eventId: fact.provenance.eventId,
    });
  }
  return values;
};

/** The same line valued at another day's plan rate: the difference is FX, never expansion or contraction. */
export const revalued = (line: LineValue, day: number, rates: PlanRates): LineValue => {
  if (line.currency === rates.planCurrency) return line;
  const factor = rates.factor(line.currency, day);
  return { ...line, planMinor: planMinor(line.exact, factor), converted: factor !== undefined };
};

const planMinor = (exact: Fraction, factor: Fraction | undefined): bigint =>
  factor === undefined ? 0n : roundHalfAway({ num: exact.num * factor.num, den: exact.den * factor.den });

/** First day of the commercial term that a fact is in, and its length; undefined where the term is shorter than the profile watches. */
export const termOf = (fact: SubscriptionFact, profile: Profile): { readonly startsOn: string; readonly months: number } | undefined => {
  const months = fact.termMonths ?? longestIntervalMonths(fact);
  if (months === undefined || months < profile.renewalTermMonthsMin) return undefined;
  if (fact.termStartsOn !== undefined) return { startsOn: fact.termStartsOn, months };
  let period: string | undefined;
  for (const line of fact.lines) {
    if (line.usage === 'licensed' && line.periodStartsOn !== undefined && (period === undefined || line.periodStartsOn > period))
      period = line.periodStartsOn;
  }
  if (period === undefined) return undefined;
  return { startsOn: latestAnniversary(fact.startsOn, months, period), months };
};

const longestIntervalMonths = (fact: SubscriptionFact): number | undefined => {
  let longest: number | undefined;
  for (const line of fact.lines) {
    if (line.usage !== 'licensed') continue;
    const months = line.interval === 'year' ? 12 * line.intervalCount : line.interval === 'month' ? line.intervalCount : 0;
    if (longest === undefined || months > longest) longest = months;
  }
  return longest;
};

/** The latest `start + k × months` (by month number, the day of month clamped) that is not after `on`; both are `YYYY-MM-DD`. */
const latestAnniversary = (start: string, months: number, on: string): string => {
  const monthNumber = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  const elapsed = monthNumber(on) - monthNumber(start) + (on.slice(8) < start.slice(8) && !isMonthEnd(on) ? -1 : 0);
  const terms = Math.max(0, Math.floor(elapsed / months));
  const at = monthNumber(start) + terms * months;
  return `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}-${start.slice(8)}`;
};

const isMonthEnd = (date: string): boolean =>
  Number(date.slice(8)) === new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
