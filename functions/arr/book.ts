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
  /** Later days on which its value may change by itself: service start and discount edges. Ascending; plan rates have days of their own. */
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

export const stretchOf = (fact: SubscriptionFact): Stretch => {
  const fromDay = effectiveDay(fact);
  return { fromDay, fact, breakDays: breakDaysAfter(fromDay, fact) };
};

const breakDaysAfter = (fromDay: number, fact: SubscriptionFact): readonly number[] => {
  const days: number[] = [];
  if (fact.startsOn > fact.observedOn) days.push(toEpochDay(fact.startsOn));
  for (const discount of fact.discounts) noteEdges(discount, days);
  for (const line of fact.lines) for (const discount of line.discounts) noteEdges(discount, days);
  return days.length === 0 ? NO_DAYS : ascending(days.filter((day) => day > fromDay));
};

/** Sorts days in place and drops those that are there twice. */
export const ascending = (days: number[]): number[] => {
  if (days.length < 2) return days;
  days.sort((a, b) => a - b);
  let unique = 1;
  for (let i = 1; i < days.length; i += 1) if (days[i] !== days[i - 1]) days[unique++] = days[i] as number;
  days.length = unique;
  return days;
};

const noteEdges = (discount: SubscriptionFact['discounts'][number], days: number[]): void => {
  if (discount.duration === 'once') return;
  if (discount.startsOn !== undefined) days.push(toEpochDay(discount.startsOn));
  if (discount.endsOn !== undefined) days.push(toEpochDay(discount.endsOn));
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
const AT_PAR: Fraction = { num: 1n, den: 1n };

/**
 * ARR of a stretch's lines at the end of a day; lines without value are left out. `on` is the same day as text. A line's identity is taken
 * over from `known`, the customer's lines before, where it is among them: its strings are then the very same, and compare at once.
 */
export const valuesOn = (
  stretch: Stretch,
  day: number,
  on: string,
  known: readonly LineValue[],
  context: Context,
): readonly LineValue[] => {
  const fact = stretch.fact;
  if (fact.lines.length === 0 || !counts(fact, context.profile) || on < fact.startsOn) return NO_LINES;
  const factor = fact.currency === context.rates.planCurrency ? AT_PAR : context.rates.factor(fact.currency, day);
  const annual = annualValues(fact.lines, fact.discounts, on, context.profile);
  const values: LineValue[] = [];
  for (let i = 0; i < annual.length; i += 1) {
    const exact = annual[i] as Fraction;
    if (exact.num === 0n) continue;
    const line = fact.lines[i] as SubscriptionFact['lines'][number];
    const same = knownLine(known, values.length, fact, line);
    const amountMinor = roundHalfAway(exact);
    values.push({
      key: same?.key ?? `${fact.subscriptionId}/${line.lineId}/${line.productId}/${fact.legalEntity}/${fact.currency}`,
      subscriptionId: same?.subscriptionId ?? fact.subscriptionId,
      lineId: line.lineId,
      productId: same?.productId ?? line.productId,
      legalEntity: same?.legalEntity ?? fact.legalEntity,
      currency: fact.currency,
      origin: line.origin,
      exact,
      amountMinor,
      planMinor: factor === AT_PAR ? amountMinor : planMinor(exact, factor),
      converted: factor !== undefined,
      eventId: fact.provenance.eventId,
    });
  }
  return values;
};

/** The line among the known ones; mostly it stands where it stood, otherwise all are looked through. */
const knownLine = (
  known: readonly LineValue[],
  hint: number,
  fact: SubscriptionFact,
  line: SubscriptionFact['lines'][number],
): LineValue | undefined => {
  const likely = known[hint];
  if (likely !== undefined && isLine(likely, fact, line)) return likely;
  for (const other of known) if (isLine(other, fact, line)) return other;
  return undefined;
};

const isLine = (known: LineValue, fact: SubscriptionFact, line: SubscriptionFact['lines'][number]): boolean =>
  known.lineId === line.lineId &&
  known.subscriptionId === fact.subscriptionId &&
  known.productId === line.productId &&
  known.legalEntity === fact.legalEntity &&
  known.currency === fact.currency;

/** Whether the plan rate of a currency changes on a day. */
const isRevalued = (currency: string, day: number, rates: PlanRates): boolean =>
  currency !== rates.planCurrency && rates.changeDays(currency).includes(day);

/** The lines at the plan rates of a day: the difference is FX, never expansion or contraction. The very same list where no rate changes. */
export const atRatesOf = (day: number, lines: readonly LineValue[], rates: PlanRates): readonly LineValue[] => {
  for (const line of lines) if (isRevalued(line.currency, day, rates)) return lines.map((each) => revalued(each, day, rates));
  return lines;
};

const revalued = (line: LineValue, day: number, rates: PlanRates): LineValue => {
  if (!isRevalued(line.currency, day, rates)) return line;
  const factor = rates.factor(line.currency, day);
  return { ...line, planMinor: planMinor(line.exact, factor), converted: factor !== undefined };
};

const planMinor = (exact: Fraction, factor: Fraction | undefined): bigint =>
  factor === undefined ? 0n : roundHalfAway({ num: exact.num * factor.num, den: exact.den * factor.den });
