import { type CounterName, type MonthlyCounters, parseCounterName, TOTAL } from './totals.ts';

/** A cut of the totals: everything, or one value of a dimension (`segment`/`Enterprise`, `product`/`prod_1`, `origin`/`landed`). */
export interface Cut {
  readonly dimension: string;
  readonly value: string;
}

export const EVERYTHING: Cut = { dimension: TOTAL, value: '' };

/** Signed minor units: in the lines' own currency, and in the plan currency at plan rates. */
export interface Amount {
  readonly amountMinor: bigint;
  readonly planMinor: bigint;
}

/** A net movement of one day, cause and currency within a cut. */
export interface Step {
  readonly date: string;
  readonly cause: CounterName['cause'];
  readonly currency: string;
  readonly amount: Amount;
}

/** The steps of a cut in the order of their days. */
export const stepsOf = (months: MonthlyCounters, cut: Cut, planCurrency: string): Step[] => {
  const steps = new Map<string, { date: string; cause: Step['cause']; currency: string; amountMinor: bigint; planMinor: bigint }>();
  for (const [month, counters] of months) {
    for (const [name, amount] of counters) {
      const counter = parseCounterName(name);
      if (counter.dimension !== cut.dimension || counter.value !== cut.value) continue;
      const key = `${month}${counter.dayOfMonth}${counter.cause}${counter.currency}`;
      const step = steps.get(key) ?? {
        date: `${month}-${counter.dayOfMonth}`,
        cause: counter.cause,
        currency: counter.currency,
        amountMinor: 0n,
        planMinor: 0n,
      };
      if (counter.atPlanRate) step.planMinor += amount;
      else {
        step.amountMinor += amount;
        if (counter.currency === planCurrency) step.planMinor += amount;
      }
      steps.set(key, step);
    }
  }
  return [...steps.values()]
    .map(({ date, cause, currency, amountMinor, planMinor }) => ({ date, cause, currency, amount: { amountMinor, planMinor } }))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
};

/** All values of a dimension that have ever moved, sorted. */
export const valuesOf = (months: MonthlyCounters, dimension: string): string[] => {
  const values = new Set<string>();
  for (const counters of months.values()) {
    for (const name of counters.keys()) {
      const counter = parseCounterName(name);
      if (counter.dimension === dimension) values.add(counter.value);
    }
  }
  return [...values].sort();
};

/** Dimensions that totals are cut by, sorted. */
export const dimensionsOf = (months: MonthlyCounters): string[] => {
  const names = new Set<string>();
  for (const counters of months.values()) for (const name of counters.keys()) names.add(parseCounterName(name).dimension);
  names.delete(TOTAL);
  return [...names].sort();
};

const moves = (step: Step): boolean => step.cause !== 'renewed';

/** ARR at the end of a day, in the plan currency at plan rates. */
export const arrAt = (steps: readonly Step[], date: string): bigint =>
  steps.reduce((sum, step) => (step.date <= date && moves(step) ? sum + step.amount.planMinor : sum), 0n);

/** ARR at the end of a day by currency, in its own minor units; currencies without any are left out. */
export const arrByCurrency = (steps: readonly Step[], date: string): Map<string, Amount> => {
  const sums = new Map<string, Amount>();
  for (const step of steps) {
    if (step.date > date || !moves(step)) continue;
    const sum = sums.get(step.currency) ?? { amountMinor: 0n, planMinor: 0n };
    sums.set(step.currency, { amountMinor: sum.amountMinor + step.amount.amountMinor, planMinor: sum.planMinor + step.amount.planMinor });
  }
  for (const [currency, sum] of sums) if (sum.amountMinor === 0n && sum.planMinor === 0n) sums.delete(currency);
  return sums;
};

export interface WaterfallRow {
  readonly startsOn: string;
  /** First day after the period. */
  readonly endsBefore: string;
  readonly openingMinor: bigint;
  /** Net of each cause in the period, in plan currency; without the causes that did not occur. */
  readonly byCause: ReadonlyMap<Step['cause'], bigint>;
  readonly closingMinor: bigint;
  /** ARR that came up for renewal and was renewed; part of no sum. */
  readonly renewedMinor: bigint;
}

/** Opening + Σ movements = closing for each period, one after the other (A3). */
export const waterfall = (
  steps: readonly Step[],
  periods: readonly { readonly startsOn: string; readonly endsBefore: string }[],
): WaterfallRow[] =>
  periods.map(({ startsOn, endsBefore }) => {
    let openingMinor = 0n;
    let renewedMinor = 0n;
    const byCause = new Map<Step['cause'], bigint>();
    for (const step of steps) {
      if (step.date >= endsBefore) break;
      if (step.date < startsOn) openingMinor += moves(step) ? step.amount.planMinor : 0n;
      else if (moves(step)) byCause.set(step.cause, (byCause.get(step.cause) ?? 0n) + step.amount.planMinor);
      else renewedMinor += step.amount.planMinor;
    }
    let closingMinor = openingMinor;
    for (const net of byCause.values()) closingMinor += net;
    return { startsOn, endsBefore, openingMinor, byCause, closingMinor, renewedMinor };
  });
