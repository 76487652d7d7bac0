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

/** Errors of one lead that an interval is made from, the newest. */
export const ERRORS_KEPT = 24;

const errorOf = ({ model, arrMinor }: Missed): Fraction => fraction(size(model), arrMinor);

const isLess = (a: Fraction, b: Fraction): boolean => a.num * b.den < b.num * a.den;

/** The newest errors of one series at one lead, smallest first, each as part of the ARR of its origin. */
class Errors {
  readonly #inTime: Fraction[] = [];
  readonly #sorted: Fraction[] = [];

  add(error: Fraction): void {
    let at = this.#sorted.length;
    while (at > 0 && isLess(error, this.#sorted[at - 1] as Fraction)) at -= 1;
    this.#sorted.splice(at, 0, error);
    this.#inTime.push(error);
    const [oldest] = this.#inTime;
    if (oldest === undefined || this.#inTime.length <= ERRORS_KEPT) return;
    this.#inTime.shift();
    this.#sorted.splice(this.#sorted.indexOf(oldest), 1);
  }

  /**
   * The error that so many of ten thousand are to exceed: of n errors the ⌈(n + 1) × the rest⌉-th, at least the smallest and at most the largest.
   * Undefined where there are too few of them to say it of a level.
   */
  at(level: Level, missBps: number): Fraction | undefined {
    const { length } = this.#sorted;
    if (length < errorsNeeded(level)) return undefined;
    const place = Math.floor(((length + 1) * (WHOLE_BPS - missBps) + WHOLE_BPS - 1) / WHOLE_BPS);
    return this.#sorted[Math.min(Math.max(place, 1), length) - 1];
  }
}

const WHOLE_BPS = 10_000;
/** The part of what an outcome was off by that the share to be missed moves: one in so many. */
const STEPS = 20;

/**
 * Intervals of one level, made one after the other, each from what was known by then. How much they are to miss follows how much they did: each hit
 * lets the share to be missed grow by a twentieth of what the level allows, each miss lets it fall by a twentieth of the rest (adaptive conformal inference:
 * Gibbs and Candès 2021).
 */
class Intervals {
  readonly #level: Level;
  #missBps: number;
  /** Whether each missed what came; undefined where none was told. */
  readonly #missed: (boolean | undefined)[] = [];

  constructor(level: Level) {
    this.#level = level;
    this.#missBps = WHOLE_BPS - (WHOLE_BPS * level) / 100;
  }

  reach(errors: Errors): Fraction | undefined {
    return errors.at(this.#level, this.#missBps);
  }

  /** Tells the next one as far as `reach`; `error` will be known later. */
  tell(reach: Fraction | undefined, error: Fraction): void {
    this.#missed.push(reach === undefined ? undefined : isLess(reach, error));
  }

  /** What came of the one at a place is known. */
  learn(place: number): void {
    const hasMissed = this.#missed[place];
    if (hasMissed === undefined) return;
    const allowed = WHOLE_BPS - (WHOLE_BPS * this.#level) / 100;
    this.#missBps += (hasMissed ? allowed - WHOLE_BPS : allowed) / STEPS;
  }

  coverage(): Coverage {
    const told = this.#missed.filter((one) => one !== undefined);
    return { level: this.#level, told: told.length, covered: told.filter((one) => !one).length };
  }
}

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

/** Of each level; no interval is narrower than one of a lower level. */
const reaches = (intervals: readonly Intervals[], known: Errors): readonly (Fraction | undefined)[] => {
  let widest: Fraction | undefined;
  return intervals.map((own) => {
    const reach = own.reach(known);
    if (reach === undefined) return undefined;
    widest = widest === undefined || isLess(widest, reach) ? reach : widest;
    return widest;
  });
};

/** What errors of one series at one lead come to: how the model did, and how far intervals reach now, as part of ARR. */
interface Looked {
  readonly accuracy: Accuracy;
  readonly reach: Readonly<Record<Level, Fraction | undefined>>;
}

const lookedBack = (missed: readonly Missed[], lead: number): Looked => {
  const arrMinor = missed.reduce((sum, one) => sum + one.arrMinor, 0n);
  const sizeOf = (of: 'model' | 'stays' | 'goesOn'): Fraction =>
    fraction(
      missed.reduce((sum, one) => sum + size(one[of]), 0n),
      arrMinor,
    );
  const intervals = LEVELS.map((level) => new Intervals(level));
  const known = new Errors();
  let over = 0;
  const learnUntil = (origin: number): void => {
    for (; over < missed.length && (missed[over] as Missed).origin + lead <= origin; over += 1) {
      known.add(errorOf(missed[over] as Missed));
      for (const own of intervals) own.learn(over);
    }
  };
  for (const one of missed) {
    learnUntil(one.origin);
    for (const [place, reach] of reaches(intervals, known).entries()) intervals[place]?.tell(reach, errorOf(one));
  }
  learnUntil(Number.POSITIVE_INFINITY);
  const [eighty, ninetyFive] = reaches(intervals, known);
  return {
    accuracy: {
      backTests: missed.length,
      error: sizeOf('model'),
      errorIfStays: sizeOf('stays'),
      errorIfGoesOn: sizeOf('goesOn'),
      coverage: intervals.map((own) => own.coverage()),
    },
    reach: { 80: eighty, 95: ninetyFive },
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
  const arrNow = flows.closing(over - 1);
  const looked = missed.map((bySeries, place) => bySeries.map((own) => (own.length === 0 ? undefined : lookedBack(own, place + 1))));
  const of = (lead: number, series: number): Looked | undefined => looked[lead - 1]?.[series];
  return {
    accuracy: (lead, series) => of(lead, series)?.accuracy,
    reach: (lead, series) => {
      const reachOf = (level: Level): bigint | undefined => {
        const error = of(lead, series)?.reach[level];
        return error === undefined ? undefined : round({ num: error.num * arrNow, den: error.den }, 'up');
      };
      return { 80: reachOf(80), 95: reachOf(95) };
    },
  };
};
