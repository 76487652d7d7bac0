import { fromEpochDay } from '../../platform/calendar.ts';
import { CAUSES } from '../ledger/rows.ts';
import type { Totals } from '../totals/store.ts';
import { safe } from '../totals/tally.ts';
import { type Counters, type MonthlyCounters, mergeMonths } from '../totals/totals.ts';
import { NO_VALUE } from './cut.ts';
import { ENDLESS } from './measure.ts';
import type { Kept } from './read-kept.ts';

const RENEWAL = CAUSES.indexOf('renewal');

const add = (counters: Counters, name: string, amount: bigint): void => {
  counters.set(name, (counters.get(name) ?? 0n) + amount);
};

/**
 * Totals of a dimension from a month on (`YYYY-MM`) by what is kept of it, up to the day that it is looked at on, all of it in the plan currency. Of
 * every other dimension they say that it is there.
 */
export const totalsOfKept = ({ head, rows, cut }: Kept, from: string): Totals => {
  const { planCurrency, dimensions } = head;
  const before: Counters = new Map();
  const months: MonthlyCounters = new Map();
  const texts = cut.values.map(safe);
  for (const dimension of dimensions)
    if (dimension !== 'currency' && dimension !== cut.dimension) before.set(`${dimension}||${planCurrency}`, 0n);
  for (const text of texts) if (text !== NO_VALUE) before.set(`${cut.dimension}|${text}|${planCurrency}`, 0n);
  for (let row = 0; row < rows.length && rows.day[row] !== ENDLESS; row += 1) {
    const text = texts[cut.column[row] as number] as string;
    if (rows.cause[row] === RENEWAL || text === NO_VALUE) continue;
    const date = fromEpochDay(rows.day[row] as number);
    const month = date.slice(0, 7);
    const amount = rows.planMinor[row] as bigint;
    if (month < from) add(before, `${cut.dimension}|${text}|${planCurrency}`, amount);
    else {
      const counters: Counters = months.get(month) ?? new Map();
      months.set(month, counters);
      add(counters, `${date.slice(8)}|${cut.dimension}|${text}|${CAUSES[rows.cause[row] as number]}|${planCurrency}`, amount);
    }
  }
  return { before, months };
};

/** Sums of the same. */
export const mergeTotals = (a: Totals, b: Totals): Totals => {
  const before = new Map(a.before);
  for (const [name, amount] of b.before) add(before, name, amount);
  return { before, months: mergeMonths([a.months, b.months]) };
};
