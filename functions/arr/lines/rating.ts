import type { Profile } from '../profiles/profile.ts';
import type { SubscriptionFact } from './facts.ts';
import { Kept } from './kept.ts';

/**
 * The exact annual value of a recurring line (row A1): price × quantity × intervals per year, net of discounts, as a fraction of minor units.
 * Nothing is rounded here. Billing intervals: month 12/n, year 1/n, week 52/n (or as the profile counts weeks), day 365/n, n = interval count.
 */
export type Line = SubscriptionFact['lines'][number];
export type Discount = SubscriptionFact['discounts'][number];
type Tier = Extract<Line['pricing'], { model: 'graduated' }>['tiers'][number];

/** Minor units as an exact fraction; `den` is positive. Not reduced: denominators stay small (powers of ten × interval counts). */
export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

export const ZERO: Fraction = { num: 0n, den: 1n };
const ONE_HUNDRED = 100n;

/** A price list has few prices with a fraction, and few that are long. */
const MAX_DECIMALS = 20_000;
const MAX_PERCENTS = 1_000;

const readDecimal = (text: string): Fraction => {
  const point = text.indexOf('.');
  if (point < 0) return { num: BigInt(text), den: 1n };
  const decimals = text.length - point - 1;
  return { num: BigInt(text.slice(0, point) + text.slice(point + 1)), den: 10n ** BigInt(decimals) };
};

const decimals = new Kept(MAX_DECIMALS, readDecimal);

/** Digits of a whole number that surely fits into a 32-bit integer, so that reading it is exact machine arithmetic. */
const MAX_WHOLE_DIGITS = 9;

/** The whole number that a short text of digits is; -1 for any other text. */
const shortWhole = (text: string): number => {
  if (text.length > MAX_WHOLE_DIGITS) return -1;
  let whole = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    whole = (whole * 10 + digit) | 0;
  }
  return whole;
};

/** `-?digits(.digits)?` to an exact fraction. The schema has checked the form. */
export const decimalFraction = (text: string): Fraction => {
  const whole = shortWhole(text);
  return whole < 0 ? decimals.get(text) : { num: BigInt(whole | 0), den: 1n };
};

export const add = (a: Fraction, b: Fraction): Fraction =>
  a.den === b.den ? { num: a.num + b.num, den: a.den } : { num: a.num * b.den + b.num * a.den, den: a.den * b.den };

const multiply = (a: Fraction, b: Fraction): Fraction => ({
  num: a.num * b.num,
  den: a.den === 1n ? b.den : b.den === 1n ? a.den : a.den * b.den,
});

/** Rounds half away from zero: the rule of A1, once per line, currency and day. */
export const roundHalfAway = (value: Fraction): bigint => {
  if (value.den === 1n) return value.num;
  const doubled = value.num * 2n;
  return doubled >= 0n ? (doubled + value.den) / (2n * value.den) : (doubled - value.den) / (2n * value.den);
};

/** Value of one billing interval before discounts, in minor units. */
export const perInterval = (line: Line, quantity: Fraction): Fraction => {
  const pricing = line.pricing;
  switch (pricing.model) {
    case 'per-unit':
      return multiply(decimalFraction(pricing.unitMinor), quantity);
    case 'package': {
      const size = BigInt(pricing.size) * quantity.den;
      const whole = quantity.num / size;
      const packages = pricing.round === 'up' && quantity.num % size > 0n ? whole + 1n : whole;
      const unit = decimalFraction(pricing.unitMinor);
      return { num: unit.num * packages, den: unit.den };
    }
    case 'graduated':
      return graduated(pricing.tiers, quantity);
    case 'volume':
      return volume(pricing.tiers, quantity);
  }
};

/** Each tier prices the units that fall into it; its flat amount counts when the tier is entered. */
const graduated = (tiers: readonly Tier[], quantity: Fraction): Fraction => {
  let total = ZERO;
  let lower = 0n;
  for (const tier of tiers) {
    const reached = quantity.num > lower * quantity.den || (lower === 0n && quantity.num === 0n);
    if (!reached) break;
    const upper = tier.upTo === null ? undefined : decimalFraction(tier.upTo).num;
    const full = upper !== undefined && quantity.num >= upper * quantity.den;
    const units: Fraction = full ? { num: upper - lower, den: 1n } : { num: quantity.num - lower * quantity.den, den: quantity.den };
    total = add(add(total, multiply(decimalFraction(tier.unitMinor), units)), decimalFraction(tier.flatMinor));
    if (!full) break;
    lower = upper;
  }
  return total;
};

/** All units at the price of the tier that contains the quantity; beyond the last bounded tier its price stays. */
const volume = (tiers: readonly Tier[], quantity: Fraction): Fraction => {
  const tier = tiers.find((t) => t.upTo === null || quantity.num <= decimalFraction(t.upTo).num * quantity.den) ?? tiers[tiers.length - 1];
  if (tier === undefined) return ZERO;
  return add(multiply(decimalFraction(tier.unitMinor), quantity), decimalFraction(tier.flatMinor));
};

/** Weeks of a year, exactly. */
const WEEKS: Readonly<Record<Profile['weekFactor'], Fraction>> = {
  '52': { num: 52n, den: 1n },
  '365/7': { num: 365n, den: 7n },
  // 12 × 30.44 = 365.28 days
  '12*30.44/7': { num: 36_528n, den: 700n },
  // 12 × 4.33 = 51.96 weeks
  '12*4.33': { num: 5196n, den: 100n },
};

/** Billing intervals in a year, of interval count 1. */
const PER_YEAR: Readonly<Record<Exclude<Line['interval'], 'week'>, Fraction>> = {
  month: { num: 12n, den: 1n },
  year: { num: 1n, den: 1n },
  day: { num: 365n, den: 1n },
};

const perYear = ({ interval, intervalCount }: Line, profile: Profile): Fraction => {
  const once = interval === 'week' ? WEEKS[profile.weekFactor] : PER_YEAR[interval];
  return intervalCount === 1 ? once : { num: once.num, den: once.den * BigInt(intervalCount) };
};

/** Whether a discount counts on a day (dates compare as text): never a one-off one, and only from its first day to the day before its end. */
export const discountCounts = (discount: Discount, on: string): boolean =>
  discount.duration !== 'once' &&
  (discount.startsOn === undefined || discount.startsOn <= on) &&
  (discount.endsOn === undefined || on < discount.endsOn);

/** Whether a discount lowers the value that a profile counts. */
const isTakenOff = (discount: Discount, on: string, { discounts }: Profile): boolean =>
  discounts !== 'gross' && (discounts === 'net' || discount.duration === 'forever') && discountCounts(discount, on);

/** What a percentage off leaves of an amount; never less than nothing. */
const keptShares = new Kept<Fraction>(MAX_PERCENTS, (percent) => {
  const off = decimalFraction(percent);
  const num = ONE_HUNDRED * off.den - off.num;
  return num <= 0n ? ZERO : { num, den: ONE_HUNDRED * off.den };
});

const afterPercent = (value: Fraction, percent: string): Fraction => multiply(value, keptShares.get(percent));

const minus = (value: Fraction, off: Fraction): Fraction => {
  const rest = add(value, { num: -off.num, den: off.den });
  return rest.num > 0n ? rest : ZERO;
};

/**
 * Annual value of every line of a subscription on one day, in the order of its lines; metered and excluded lines are zero.
 * Discounts of a line come first, then those of the subscription, each on what the earlier ones left (Stripe's order); an amount off the
 * whole subscription is spread over its lines in proportion to what they bill per interval, and never makes a line negative.
 */
export const annualValues = (
  lines: readonly Line[],
  discounts: readonly Discount[],
  on: string,
  profile: Profile,
  quantities?: ReadonlyMap<string, string>,
): Fraction[] => {
  const values: Fraction[] = [];
  for (const line of lines) values.push(valuePerInterval(line, quantities?.get(line.lineId) ?? line.quantity, on, profile));
  for (const discount of discounts) if (isTakenOff(discount, on, profile)) discountAll(values, discount);
  for (let i = 0; i < values.length; i += 1) values[i] = annually(values[i] as Fraction, lines[i] as Line, profile);
  return values;
};

/** Annual value on one day of a line of a subscription that has no discounts itself. */
export const annualValue = (line: Line, on: string, profile: Profile): Fraction => {
  const { pricing, quantity } = line;
  if (pricing.model === 'per-unit' && line.discounts.length === 0 && line.usage !== 'metered' && quantity !== undefined) {
    // Nearly every line: whole minor units a unit, and whole units.
    const unit = shortWhole(pricing.unitMinor);
    const units = shortWhole(quantity);
    const times = perYear(line, profile);
    if (unit >= 0 && units >= 0) return { num: BigInt(unit | 0) * BigInt(units | 0) * times.num, den: times.den };
  }
  return annually(valuePerInterval(line, quantity, on, profile), line, profile);
};

const annually = (value: Fraction, line: Line, profile: Profile): Fraction => {
  if (value.num === 0n) return ZERO;
  const times = perYear(line, profile);
  return times === PER_YEAR.year ? value : multiply(value, times);
};

/** One line per billing interval, less its own discounts. */
const valuePerInterval = (line: Line, quantity: string | undefined, on: string, profile: Profile): Fraction => {
  if (line.usage === 'metered' || quantity === undefined) return ZERO;
  let value = perInterval(line, decimalFraction(quantity));
  for (const discount of line.discounts) {
    if (!isTakenOff(discount, on, profile)) continue;
    value = discount.kind === 'percent' ? afterPercent(value, discount.value) : minus(value, decimalFraction(discount.value));
  }
  return value;
};

/** A discount of the whole subscription, taken off its lines in place. */
const discountAll = (values: Fraction[], discount: Discount): void => {
  const off = decimalFraction(discount.value);
  const total = discount.kind === 'percent' ? ZERO : values.reduce(add, ZERO);
  if (discount.kind === 'amount' && total.num <= 0n) return;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as Fraction;
    // share = off × value ÷ total
    values[i] =
      discount.kind === 'percent'
        ? afterPercent(value, discount.value)
        : minus(value, { num: off.num * value.num * total.den, den: off.den * value.den * total.num });
  }
};
