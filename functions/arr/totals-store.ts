import { tableName } from '../platform/table.ts';
import type { Counters, MonthlyCounters } from './totals.ts';
import { catchUp, type Folded, readLane } from './totals-base-store.ts';
import { addCounters, lanes, netsOf, type Part } from './totals-log-store.ts';

/** What totals say from a month on. */
export interface Totals {
  /** Net of every cut before the first month: `<dimension>|<value>|<currency>`, a trailing `=` as in the counters. */
  readonly before: Counters;
  readonly months: MonthlyCounters;
}

/** Lanes as this function last read them; each is taken further by what its log has gained since. */
const known = new Map<string, Promise<Folded>>();

const foldedOf = (lane: string, part: Part, from: string): Promise<Folded> => {
  const key = `${tableName()} ${lane} ${part} ${from}`;
  const before = known.get(key);
  // One after the other: two readers at once must not take the same entries in twice.
  const next = (async () => {
    const folded = await before?.catch(() => undefined);
    if (folded !== undefined && (await catchUp(lane, part, from, folded))) return folded;
    return readLane(lane, part, from);
  })();
  if (known.size > MAX_KNOWN) known.clear();
  known.set(key, next);
  return next;
};

/** Months that are asked from: the plan's history, and those that people look at. */
const MAX_KNOWN = 8 * lanes.length;

/**
 * Totals from a month on (`YYYY-MM`), summed over the lanes. `MAIN` holds the total and the origins only. One consistent request a lane brings
 * what is new since this function last read it.
 */
export const readTotals = async (part: Part, from: string): Promise<Totals> => {
  const all = await Promise.all(lanes.map((lane) => foldedOf(lane, part, from)));
  const before: Counters = new Map();
  const months: MonthlyCounters = new Map();
  for (const folded of all) {
    addCounters(before, folded.nets);
    for (const [month, counters] of folded.months) {
      const sums = months.get(month) ?? new Map<string, bigint>();
      months.set(month, sums);
      addCounters(sums, counters);
    }
  }
  for (const counters of months.values()) for (const [name, amount] of netsOf(counters)) addCounters(before, new Map([[name, -amount]]));
  return { before, months };
};
