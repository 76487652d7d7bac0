import { addDays } from '../../platform/calendar.ts';
import { moves, type Step, type WaterfallRow, waterfall } from './series.ts';

/** Whether there is a plan rate of a currency on a day. A plan rate holds until the next one: who has one on a day has one on every later day. */
export type HasRate = (currency: string, on: string) => boolean;

/** ARR that no plan rate converts: a figure in the plan currency that looks at its day is left out. */
export interface Unconverted {
  readonly currency: string;
  /** First of the days looked at on which the currency has ARR and no plan rate. */
  readonly on: string;
  /** Its ARR at the end of that day, in its own minor units. */
  readonly amountMinor: bigint;
}

/** Years that one answer may tell of. */
export const MAX_YEARS = 10;

export interface Period {
  readonly startsOn: string;
  /** First day after the period. */
  readonly endsBefore: string;
}

/** A period's movements, and what lacks a plan rate from its opening to its closing: nothing where the row is whole. */
export interface CourseRow extends WaterfallRow {
  readonly unconverted: readonly Unconverted[];
}

/**
 * ARR of a cut from day to day. What it says in the plan currency is whole or is not said: while a currency that has ARR on a day lacks a plan
 * rate, ARR of that day is undefined, and so is all that is computed from it.
 */
export class Course {
  readonly steps: readonly Step[];
  readonly hasRate: HasRate;
  readonly #byCurrency = new Map<string, Step[]>();
  /** Currencies whose rates are loaded, and of whose ARR nothing has been decided under them yet. */
  readonly #unapplied = new Set<string>();
  /** Days on which something moved, ascending, and the sum at the end of each. */
  readonly #days: string[] = [];
  readonly #sums: bigint[] = [];

  /** `moneys`: the steps that show which currencies the ARR is in. Origins are told in the plan currency alone; for them the total speaks. */
  constructor(steps: readonly Step[], hasRate: HasRate, moneys: readonly Step[] = steps) {
    this.steps = steps;
    this.hasRate = hasRate;
    let sum = 0n;
    for (const step of steps) {
      if (!moves(step)) continue;
      sum += step.amount.planMinor;
      if (this.#days.at(-1) !== step.date) this.#days.push(step.date);
      this.#sums[this.#days.length - 1] = sum;
    }
    for (const step of moneys) {
      if (!moves(step)) continue;
      const own = this.#byCurrency.get(step.currency);
      if (own === undefined) this.#byCurrency.set(step.currency, [step]);
      else own.push(step);
    }
    for (const [currency, own] of this.#byCurrency) if (isUnapplied(own)) this.#unapplied.add(currency);
  }

  /** ARR at the end of a day, in the plan currency at plan rates. */
  arrAt(on: string): bigint | undefined {
    return this.isWhole(on) ? this.convertedAt(on) : undefined;
  }

  /** The part of it that has a plan rate: of no use as a figure. */
  convertedAt(on: string): bigint {
    let first = 0;
    let end = this.#days.length;
    while (first < end) {
      const middle = (first + end) >> 1;
      if ((this.#days[middle] as string) <= on) first = middle + 1;
      else end = middle;
    }
    return this.#sums[first - 1] ?? 0n;
  }

  /** What was added from the end of one day to the end of another. */
  addedMinor(from: string, to: string): bigint | undefined {
    const before = this.arrAt(from);
    const after = this.arrAt(to);
    return before === undefined || after === undefined ? undefined : after - before;
  }

  /** Whether all ARR has its plan rate at the end of each day from `from` to `to`. */
  isWhole(from: string, to: string = from): boolean {
    for (const [currency, steps] of this.#byCurrency) if (this.#firstWithoutRate(currency, steps, from, to) !== undefined) return false;
    return true;
  }

  /** By currency, in its alphabetical order, what lacks a plan rate on any day from `from` to `to`. */
  unconverted(from: string, to: string = from): Unconverted[] {
    const found: Unconverted[] = [];
    for (const [currency, steps] of this.#byCurrency) {
      const on = this.#firstWithoutRate(currency, steps, from, to);
      if (on !== undefined) found.push({ currency, on, amountMinor: amountAt(steps, on) });
    }
    return found.sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }

  /** Opening + Σ movements = closing for each period, one after the other (A3). */
  rows(periods: readonly Period[]): CourseRow[] {
    return waterfall(this.steps, periods).map((row) => ({
      ...row,
      unconverted: this.unconverted(addDays(row.startsOn, -1), addDays(row.endsBefore, -1)),
    }));
  }

  #firstWithoutRate(currency: string, steps: readonly Step[], from: string, to: string): string | undefined {
    const hasRate = (on: string): boolean => !this.#unapplied.has(currency) && this.hasRate(currency, on);
    if (hasRate(from)) return undefined;
    if (amountAt(steps, from) !== 0n) return from;
    return steps.find(({ date, amount }) => date > from && date <= to && amount.amountMinor !== 0n && !hasRate(date))?.date;
  }
}

const isUnapplied = (steps: readonly Step[]): boolean =>
  steps.every(({ amount }) => amount.planMinor === 0n) && steps.some(({ amount }) => amount.amountMinor !== 0n);

const amountAt = (steps: readonly Step[], on: string): bigint => {
  let sum = 0n;
  for (const step of steps) {
    if (step.date > on) break;
    sum += step.amount.amountMinor;
  }
  return sum;
};
