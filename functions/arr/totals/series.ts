import type { Totals } from './store.ts';
import { type CounterName, parseCounterName, TOTAL } from './totals.ts';

/** A cut of the totals: everything, or one value of a dimension (`segment`/`Enterprise`, `product`/`prod_1`, `origin`/`landed`). */
export interface Cut {
  readonly dimension: string;
  readonly value: string;
}

export const EVERYTHING: Cut = { dimension: TOTAL, value: '' };

/** Totals are kept by currency in every cut, so that a currency is a part of the total. */
export const CURRENCY = 'currency';

/** Signed minor units: in the lines' own currency, and in the plan currency at plan rates. */
export interface Amount {
  readonly amountMinor: bigint;
  readonly planMinor: bigint;
}

/** A net movement of one day, cause and currency within a cut. */
export interface Step {
  readonly date: string;
  /** `opening`: the sum of everything before the first month that was read. */
  readonly cause: CounterName['cause'] | 'opening';
  readonly currency: string;
  readonly amount: Amount;
}

/** Before any day: the date of a cut's opening. */
export const OPENING_DATE = '0000-00-00';

type Sums = { amountMinor: bigint; planMinor: bigint };

/** An amount in its own currency or, `atPlanRate`, in the plan currency; amounts of the plan currency itself are both. */
const addTo = (sums: Sums, amount: bigint, currency: string, atPlanRate: boolean, planCurrency: string): void => {
  if (atPlanRate) sums.planMinor += amount;
  else {
    sums.amountMinor += amount;
    if (currency === planCurrency) sums.planMinor += amount;
  }
};

/** The steps of a cut in the order of their days; what it netted to before the first month stands first, by currency. */
export const stepsOf = (totals: Totals, cut: Cut, planCurrency: string): Step[] =>
  cut.dimension === CURRENCY
    ? stepsIn(totals, EVERYTHING, planCurrency).filter(({ currency }) => currency === cut.value)
    : stepsIn(totals, cut, planCurrency);

const stepsIn = (totals: Totals, cut: Cut, planCurrency: string): Step[] => {
  const steps = new Map<string, { date: string; cause: Step['cause']; currency: string } & Sums>();
  const ofCut = `|${cut.dimension}|${cut.value}|`;
  for (const [month, counters] of totals.months) {
    for (const [name, amount] of counters) {
      // Behind the day of the month: most counters are of other cuts, and are not taken apart.
      if (!name.startsWith(ofCut, 2)) continue;
      const counter = parseCounterName(name);
      const { cause, currency, dayOfMonth } = counter;
      const key = `${month}${dayOfMonth}${cause}${currency}`;
      const step = steps.get(key) ?? { date: `${month}-${dayOfMonth}`, cause, currency, amountMinor: 0n, planMinor: 0n };
      addTo(step, amount, currency, counter.atPlanRate, planCurrency);
      steps.set(key, step);
    }
  }
  const moved = [...steps.values()]
    .map(({ date, cause, currency, amountMinor, planMinor }) => ({ date, cause, currency, amount: { amountMinor, planMinor } }))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  return [...openingOf(totals.before, cut, planCurrency), ...moved];
};

const openingOf = (before: Totals['before'], cut: Cut, planCurrency: string): Step[] => {
  const sums = new Map<string, Sums>();
  for (const [name, amount] of before) {
    const [dimension, value, text = ''] = name.split('|');
    if (dimension !== cut.dimension || value !== cut.value) continue;
    const atPlanRate = text.endsWith('=');
    const currency = atPlanRate ? text.slice(0, -1) : text;
    const sum = sums.get(currency) ?? { amountMinor: 0n, planMinor: 0n };
    sums.set(currency, sum);
    addTo(sum, amount, currency, atPlanRate, planCurrency);
  }
  return [...sums]
    .filter(([, sum]) => sum.amountMinor !== 0n || sum.planMinor !== 0n)
    .map(([currency, amount]) => ({ date: OPENING_DATE, cause: 'opening', currency, amount }));
};

/** Dimensions that totals are cut by, each with all values that ever moved, sorted. */
export const dimensionsOf = ({ before, months }: Totals): Map<string, string[]> => {
  const found = new Map<string, Set<string>>();
  const note = (dimension: string, value: string): void => {
    const values = found.get(dimension) ?? new Set();
    found.set(dimension, values.add(value));
  };
  for (const name of before.keys()) {
    const [dimension = '', value = ''] = name.split('|');
    note(dimension, value);
  }
  for (const counters of months.values()) {
    for (const name of counters.keys()) {
      const { dimension, value } = parseCounterName(name);
      note(dimension, value);
    }
  }
  found.delete(TOTAL);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([dimension, values]) => [dimension, [...values].sort()]));
};

/** Currencies that ever moved in the total, sorted. */
export const currenciesOf = ({ before, months }: Totals): string[] => {
  const found = new Set<string>();
  for (const name of before.keys()) {
    const [dimension, , currency = ''] = name.split('|');
    if (dimension === TOTAL) found.add(currency.replace('=', ''));
  }
  for (const counters of months.values())
    for (const name of counters.keys()) {
      const { dimension, currency } = parseCounterName(name);
      if (dimension === TOTAL) found.add(currency);
    }
  return [...found].sort();
};

/** Whether a step is part of ARR: what came up for renewal is told beside it. */
export const moves = (step: Step): boolean => step.cause !== 'renewed';

/** ARR at the end of a day, in the plan currency at plan rates; what lacks its rate counts as 0 (see course.ts). */
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
