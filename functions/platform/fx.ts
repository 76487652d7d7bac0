import { daysBetween, isDate, toEpochDay } from './calendar.ts';
import { type CurrencyProblem, exponentOf } from './currencies.ts';
import { type Fraction, fractionOf, mulFractions, ONE, parseDecimal, pow10, reduced } from './decimal.ts';
import { fail, ok, type Problem, type Result } from './result.ts';

export const RATE_TYPES = ['spot', 'average', 'closing', 'plan'] as const;
export type RateType = (typeof RATE_TYPES)[number];

/** One major unit of `base` costs `rate` major units of `quote`. */
export interface Rate {
  readonly base: string;
  readonly quote: string;
  readonly type: RateType;
  /** The day it was observed; of an average, the last day averaged; of a closing rate, the closing day; of a plan rate, its version's date. */
  readonly on: string;
  /** Decimal text above 0, never a number. */
  readonly rate: string;
  /** Who says so, e.g. `ECB`, `treasury`. */
  readonly source: string;
}

/** A rate as found: exact, with what it was made of. */
export interface FoundRate {
  /** Major units of quote for one major unit of base; never rounded, so an inverse or a cross is exact. */
  readonly rate: Fraction;
  /** What it rests on: none for a currency and itself, one for a direct or inverse rate, two for a cross. */
  readonly legs: readonly { readonly rate: Rate; readonly inverted: boolean }[];
}

export type RateMissing = Problem<'rate-missing'>;
export type RateProblem = CurrencyProblem | Problem<'rate-invalid' | 'date-invalid' | 'rate-same-currency'>;

/**
 * Days after which the latest rate is too old to be used. Plan rates hold until the next version; a spot rate survives a long weekend
 * with holidays; an average or closing rate belongs to its month, and is used at most until the next one is due.
 */
export const MAX_AGE_DAYS: Readonly<Record<RateType, number>> = { spot: 7, average: 31, closing: 31, plan: Number.POSITIVE_INFINITY };

const MAX_FOUND_KEPT = 20_000;

/** For rates from outside. Checks in this order: both currencies, that they differ, date, rate. */
export const parseRate = (rate: Rate, field = 'rate'): Result<Rate, RateProblem | Problem<'decimal-invalid'>> => {
  const base = exponentOf(rate.base, `${field}.base`);
  if (!base.ok) return base;
  const quote = exponentOf(rate.quote, `${field}.quote`);
  if (!quote.ok) return quote;
  if (rate.base === rate.quote) return fail('rate-same-currency', `${rate.base} needs no rate to itself.`, `${field}.quote`);
  if (!isDate(rate.on))
    return fail('date-invalid', `"${rate.on.slice(0, 20)}" is not a date that exists, written YYYY-MM-DD.`, `${field}.on`);
  const value = parseDecimal(rate.rate, `${field}.rate`);
  if (!value.ok) return value;
  if (value.value.n <= 0n) return fail('rate-invalid', `A rate must be above 0, received ${rate.rate}.`, `${field}.rate`);
  return ok(rate);
};

/** Rates of one pair and type, oldest first. */
interface Series {
  readonly days: number[];
  readonly rates: Rate[];
}

/**
 * Rates by pair, type and day. `find` takes the latest on or before the day, at most `MAX_AGE_DAYS` old, in this order:
 * 1. the pair itself; 2. the pair the other way round, inverted exactly; 3. a cross through the plan currency, each of its two legs by 1 or 2.
 * Of several rates of one pair, type and day the one given last counts (a correction is appended, not overwritten).
 */
export class RateTable {
  readonly #planCurrency: string;
  readonly #maxAgeDays: Readonly<Record<RateType, number>>;
  readonly #series = new Map<string, Series>();
  readonly #found = new Map<string, Result<FoundRate, RateMissing>>();

  constructor(rates: Iterable<Rate>, planCurrency: string, maxAgeDays: Readonly<Record<RateType, number>> = MAX_AGE_DAYS) {
    this.#planCurrency = planCurrency;
    this.#maxAgeDays = maxAgeDays;
    // A stable sort keeps the order given within a day, so that the last one given is met first from the end.
    const sorted = [...rates].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
    for (const rate of sorted) {
      const key = `${rate.type} ${rate.base}${rate.quote}`;
      const series = this.#series.get(key) ?? { days: [], rates: [] };
      series.days.push(toEpochDay(rate.on));
      series.rates.push(rate);
      this.#series.set(key, series);
    }
  }

  /** The rate on a day. Problem: `rate-missing`, naming pair, type and day; there is no default, and never 1. */
  find(base: string, quote: string, type: RateType, on: string): Result<FoundRate, RateMissing> {
    const key = `${type} ${base}${quote} ${on}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = this.#search(base, quote, type, on);
    if (this.#found.size >= MAX_FOUND_KEPT) this.#found.clear();
    this.#found.set(key, found);
    return found;
  }

  #search(base: string, quote: string, type: RateType, on: string): Result<FoundRate, RateMissing> {
    if (base === quote) return ok({ rate: ONE, legs: [] });
    const pair = this.#pair(base, quote, type, on);
    if (pair !== undefined) return ok(pair);
    const toPlan = this.#pair(base, this.#planCurrency, type, on);
    const fromPlan = this.#pair(this.#planCurrency, quote, type, on);
    if (toPlan !== undefined && fromPlan !== undefined) {
      return ok({ rate: reduced(mulFractions(toPlan.rate, fromPlan.rate)), legs: [...toPlan.legs, ...fromPlan.legs] });
    }
    const maxAge = this.#maxAgeDays[type];
    const age = Number.isFinite(maxAge) ? ` and at most ${maxAge} days old` : '';
    return fail(
      'rate-missing',
      `There is no ${type} rate for ${base}/${quote} on or before ${on}${age}, direct, inverse or through ${this.#planCurrency}.`,
      'rate',
    );
  }

  #pair(base: string, quote: string, type: RateType, on: string): FoundRate | undefined {
    const direct = this.#latest(base, quote, type, on);
    if (direct !== undefined) return { rate: reduced(fractionOf(direct.rate)), legs: [{ rate: direct, inverted: false }] };
    const inverse = this.#latest(quote, base, type, on);
    if (inverse === undefined) return undefined;
    const { num, den } = fractionOf(inverse.rate);
    return { rate: reduced({ num: den, den: num }), legs: [{ rate: inverse, inverted: true }] };
  }

  #latest(base: string, quote: string, type: RateType, on: string): Rate | undefined {
    const series = this.#series.get(`${type} ${base}${quote}`);
    if (series === undefined) return undefined;
    const day = toEpochDay(on);
    let low = 0;
    let high = series.days.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((series.days[middle] ?? 0) <= day) low = middle + 1;
      else high = middle;
    }
    const rate = series.rates[low - 1];
    return rate !== undefined && daysBetween(rate.on, on) <= this.#maxAgeDays[type] ? rate : undefined;
  }
}

/**
 * An amount in (fractions of) minor units of `from` as a fraction of minor units of `to`: amount × rate × 10^(places of to − places of from).
 * `rate` is major `to` for one major `from`. Not rounded: the caller rounds once, by its named rule. Both currencies must have been checked.
 */
export const convert = (amountMinor: Fraction, from: string, to: string, rate: Fraction): Fraction => {
  const fromPlaces = exponentOf(from);
  const toPlaces = exponentOf(to);
  if (!fromPlaces.ok) throw new TypeError(fromPlaces.problem.detail);
  if (!toPlaces.ok) throw new TypeError(toPlaces.problem.detail);
  const shift = toPlaces.value - fromPlaces.value;
  const value = mulFractions(amountMinor, rate);
  if (shift === 0) return value;
  return shift > 0 ? { num: value.num * pow10(shift), den: value.den } : { num: value.num, den: value.den * pow10(-shift) };
};
