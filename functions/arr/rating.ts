import type { SubscriptionFact } from './facts.ts';
import type { Profile } from './profile.ts';

/**
 * The exact annual value of a recurring line (row A1): price × quantity × intervals per year, net of discounts, as a fraction of minor units.
 * Nothing is rounded here. Billing intervals: month 12/n, year 1/n, week 52/n (or 365/7/n by profile), day 365/n, n = interval count.
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

/** `-?digits(.digits)?` to an exact fraction. The schema has checked the form. */
export const decimalFraction = (text: string): Fraction => {
  const point = text.indexOf('.');
  if (point < 0) return { num: BigInt(text), den: 1n };
  const decimals = text.length - point - 1;
  return { num: BigInt(text.slice(0, point) + text.slice(point + 1)), den: 10n ** BigInt(decimals) };
};

export const add = (a: Fraction, b: Fraction): Fraction =>
  a.den === b.den ? { num: a.num + b.num, den: a.den } : { num: a.num * b.den + b.num * a.den, den: a.den * b.den };

const multiply = (a: Fraction, b: Fraction): Fraction => ({ num: a.num * b.num, den: a.den * b.den });

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
    const upper = tier.upTo === null ? undefined : BigInt(tier.upTo);
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
  const tier = tiers.find((t) => t.upTo === null || quantity.num <= BigInt(t.upTo) * quantity.den) ?? tiers[tiers.length - 1];
  if (tier === undefined) return ZERO;
  return add(multiply(decimalFraction(tier.unitMinor), quantity), decimalFraction(tier.flatMinor));
};

/** Billing intervals in a year. */
const perYear = (line: Line, profile: Profile): Fraction => {
  const count = BigInt(line.intervalCount);
  switch (line.interval) {
    case 'month':
      return { num: 12n, den: count };
    case 'year':
      return { num: 1n, den: count };
    case 'week':
      return profile.weekFactor === '52' ? { num: 52n, den: count } : { num: 365n, den: 7n * count };
    case 'day':
      return { num: 365n, den: count };
  }
};

/** Whether a discount counts on a day (dates compare as text): never a one-off one, and only from its first day to the day before its end. */
export const discountCounts = (discount: Discount, on: string): boolean =>
  discount.duration !== 'once' &&
  (discount.startsOn === undefined || discount.startsOn <= on) &&
  (discount.endsOn === undefined || on < discount.endsOn);

const afterPercent = (value: Fraction, percent: string): Fraction => {
  const p = decimalFraction(percent);
  const kept = ONE_HUNDRED * p.den - p.num;
  return kept <= 0n ? ZERO : { num: value.num * kept, den: value.den * ONE_HUNDRED * p.den };
};

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
  let values = lines.map((line) => {
    const quantity = quantities?.get(line.lineId) ?? line.quantity;
    if (line.usage === 'metered' || quantity === undefined) return ZERO;
    const gross = perInterval(line, decimalFraction(quantity));
    return profile.discounts === 'gross' || line.discounts.length === 0 ? gross : discountedLine(gross, line.discounts, on);
  });
  if (profile.discounts === 'net') {
    for (const discount of discounts) if (discountCounts(discount, on)) values = discountedAll(values, discount);
  }
  return values.map((value, i) => (value.num === 0n ? ZERO : multiply(value, perYear(lines[i] as Line, profile))));
};

const discountedLine = (gross: Fraction, discounts: readonly Discount[], on: string): Fraction => {
  let value = gross;
  for (const discount of discounts) {
    if (!discountCounts(discount, on)) continue;
    value = discount.kind === 'percent' ? afterPercent(value, discount.value) : minus(value, decimalFraction(discount.value));
  }
  return value;
};

const discountedAll = (values: readonly Fraction[], discount: Discount): Fraction[] => {
  if (discount.kind === 'percent') return values.map((value) => afterPercent(value, discount.value));
  const total = values.reduce(add, ZERO);
  if (total.num <= 0n) return [...values];
  const off = decimalFraction(discount.value);
  // share = off × value ÷ total
  return values.map((value) => minus(value, { num: off.num * value.num * total.den, den: off.den * value.den * total.num }));
};
