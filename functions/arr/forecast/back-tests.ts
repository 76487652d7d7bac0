import { type Fraction, fraction, round } from '../../platform/decimal.ts';
import type { Flows } from './flows.ts';
import { type Expected, forecastFrom } from './model.ts';
import { STREAMS } from './streams.ts';

/** How sure an interval is, in percent. */
export const LEVELS = [80, 95] as const;
export type Level = (typeof LEVELS)[number];

/** Origins that are looked back on, the newest. */
export const MAX_ORIGINS = 60;

/** What is forecast of a month: ARR at its end (0), and what each stream moves in it (1 and on, in the order of `STREAMS`). */
const SERIES = STREAMS.length + 1;

/** Forecast less actual, of the model and of two that anybody could make; and the ARR of the origin, by which errors are measured. */
interface Missed {
  readonly origin: number;
  readonly arrMinor: bigint;
  readonly model: bigint;
  readonly stays: bigint;
  readonly goesOn: bigint;
}

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** Errors of one series at one lead, smallest first, each as part of the ARR of its origin. */
class Errors {
  readonly #sorted: Fraction[] = [];

  add({ model, arrMinor }: Missed): void {
    const error = fraction(size(model), arrMinor);
    let at = this.#sorted.length;
    while (at > 0 && isLess(error, this.#sorted[at - 1] as Fraction)) at -= 1;
    this.#sorted.splice(at, 0, error);
  }

  /**
   * The error that is not exceeded at a level: of n errors the ⌈(n + 1) × level⌉-th (split conformal, Vovk 2005; Lei et al. 2018). Undefined where
   * there are too few of them to say.
   */
  at(level: Level): Fraction | undefined {
    return this.#sorted[Math.floor(((this.#sorted.length + 1) * level + 99) / 100) - 1];
  }
}

const isLess = (a: Fraction, b: Fraction): boolean => a.num * b.den < b.num * a.den;

/** The fewest errors of which an interval of a level can be told: 4 of 80%, 19 of 95%. */
export const errorsNeeded = (level: Level): number => Math.ceil(level / (100 - level));

/** How often what came lay within what would have been told then: from the errors that were known at that time. */
export interface Coverage {
  readonly level: Level;
  readonly told: number;
  readonly covered: number;
}

/** How the model did at one lead. Errors are Σ |forecast − actual| ÷ Σ ARR of the origins. */
export interface Accuracy {
  readonly backTests: number;
  readonly error: Fraction;
  /** Of the forecast that ARR stays as it is. */
  readonly errorIfStays: Fraction;
  /** Of the forecast that last month's change goes on. */
  readonly errorIfGoesOn: Fraction;
  readonly coverage: readonly Coverage[];
}

/** How far to either side of a forecast an interval goes, in minor units; undefined where too few errors are known. */
export type Reach = Readonly<Record<Level, bigint | undefined>>;

export interface BackTests {
  /** Undefined where no forecast of that lead is over. */
  readonly accuracy: (lead: number, series: number) => Accuracy | undefined;
  readonly reach: (lead: number, series: number) => Reach;
}

const actualOf = (flows: Flows, month: number, series: number): bigint =>
  series === 0 ? flows.closing(month) : (flows.moved(month)[series - 1] as bigint);

const forecastOf = ({ closingMinor, expectedMinor }: Expected, series: number): bigint =>
  series === 0 ? closingMinor : (expectedMinor[series - 1] as bigint);

const missedBy = (flows: Flows, origin: number, expected: Expected, series: number): Missed => {
  const actual = actualOf(flows, origin + expected.lead, series);
  const arrMinor = flows.closing(origin);
  const last = series === 0 ? arrMinor - flows.closing(origin - 1) : (flows.moved(origin)[series - 1] as bigint);
  return {
    origin,
    arrMinor,
    model: forecastOf(expected, series) - actual,
    stays: (series === 0 ? arrMinor : 0n) - actual,
    goesOn: (series === 0 ? arrMinor + BigInt(expected.lead) * last : last) - actual,
  };
};

const accuracyOf = (missed: readonly Missed[], lead: number): Accuracy => {
  const arrMinor = missed.reduce((sum, one) => sum + one.arrMinor, 0n);
  const sizeOf = (of: 'model' | 'stays' | 'goesOn'): Fraction =>
    fraction(
      missed.reduce((sum, one) => sum + size(one[of]), 0n),
      arrMinor,
    );
  const coverage = LEVELS.map((level) => ({ level, told: 0, covered: 0 }));
  const known = new Errors();
  let over = 0;
  for (const one of missed) {
    for (; over < missed.length && (missed[over] as Missed).origin + lead <= one.origin; over += 1) known.add(missed[over] as Missed);
    for (const row of coverage) {
      const reach = known.at(row.level);
      if (reach === undefined) continue;
      row.told += 1;
      if (!isLess(reach, fraction(size(one.model), one.arrMinor))) row.covered += 1;
    }
  }
  return {
    backTests: missed.length,
    error: sizeOf('model'),
    errorIfStays: sizeOf('stays'),
    errorIfGoesOn: sizeOf('goesOn'),
    coverage,
  };
};

/**
 * Forecasts that the same model would have made at the end of each month that is over (the newest sixty that had history enough, and ARR), held
 * against what came. An interval reaches as far as the errors of its lead did, as parts of the ARR of their origins.
 */
export const backTestsOf = (flows: Flows, months: number): BackTests => {
  const { over } = flows;
  const missed = Array.from({ length: months }, () => Array.from({ length: SERIES }, (): Missed[] => []));
  for (let origin = Math.max(0, over - 1 - MAX_ORIGINS); origin < over - 1; origin += 1) {
    if (flows.closing(origin) <= 0n) continue;
    for (const expected of forecastFrom(flows, origin, Math.min(months, over - 1 - origin)) ?? [])
      for (let series = 0; series < SERIES; series += 1)
        missed[expected.lead - 1]?.[series]?.push(missedBy(flows, origin, expected, series));
  }
  const of = (lead: number, series: number): readonly Missed[] => missed[lead - 1]?.[series] ?? [];
  const arrNow = flows.closing(over - 1);
  return {
    accuracy: (lead, series) => (of(lead, series).length === 0 ? undefined : accuracyOf(of(lead, series), lead)),
    reach: (lead, series) => {
      const errors = new Errors();
      for (const one of of(lead, series)) errors.add(one);
      const reachOf = (level: Level): bigint | undefined => {
        const error = errors.at(level);
        return error === undefined ? undefined : round({ num: error.num * arrNow, den: error.den }, 'up');
      };
      return { 80: reachOf(80), 95: reachOf(95) };
    },
  };
};
