import { getItems, tableName } from '../../platform/table.ts';
import { catchUp, type Folded, readLane } from './base-store.ts';
import { laneIn, readGenerations } from './generation-store.ts';
import { addCounters, lanes as laneNumbers, logKey, netsOf, type Part } from './log-store.ts';
import type { Counters, MonthlyCounters } from './totals.ts';

/** What totals say from a month on. */
export interface Totals {
  /** Net of every cut before the first month: `<dimension>|<value>|<currency>`, a trailing `=` as in the counters. */
  readonly before: Counters;
  readonly months: MonthlyCounters;
}

/** Lanes as this function last read them; each is taken further by what its log has gained since. */
const known = new Map<string, Promise<Folded>>();

const keyOf = (lane: string, part: Part, from: string): string => `${tableName()} ${lane} ${part} ${from}`;

/** What is known of each lane, where anything is; a reading that failed told its own caller. */
const knownLanes = (lanes: readonly string[], part: Part, from: string): Promise<readonly (Folded | undefined)[]> =>
  Promise.all(lanes.map((lane) => known.get(keyOf(lane, part, from))?.catch(() => undefined)));

/** Lanes whose log goes on behind what is known of them. */
const lanesBehind = async (lanes: readonly string[], folded: readonly (Folded | undefined)[]): Promise<ReadonlySet<string>> => {
  const next = folded.flatMap((own, i) => (own === undefined ? [] : [{ pk: `TOT#${lanes[i]}`, sk: logKey(own.position + 1) }]));
  return new Set((await getItems(next)).map(({ pk }) => pk.slice('TOT#'.length)));
};

const foldedOf = (lane: string, part: Part, from: string): Promise<Folded> => {
  const key = keyOf(lane, part, from);
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
const MAX_KNOWN = 8 * laneNumbers.length;

/**
 * Totals from a month on (`YYYY-MM`), summed over the lanes. `MAIN` holds the total and the origins only. One consistent request asks all lanes
 * whether they go on behind what this function has read; only those that do are read further. Before it, another one asks for the generation
 * that is read now.
 */
export const readTotals = async (part: Part, from: string): Promise<Totals> => {
  const { reading } = await readGenerations();
  const lanes = laneNumbers.map((lane) => laneIn(reading, lane));
  const folded = await knownLanes(lanes, part, from);
  const behind = await lanesBehind(lanes, folded);
  const all = await Promise.all(
    lanes.map((lane, i) => {
      const own = folded[i];
      return own === undefined || behind.has(lane) ? foldedOf(lane, part, from) : own;
    }),
  );
  const before: Counters = new Map();
  const months: MonthlyCounters = new Map();
  for (const lane of all) {
    addCounters(before, lane.nets);
    for (const [month, counters] of lane.months) {
      const sums = months.get(month) ?? new Map<string, bigint>();
      months.set(month, sums);
      addCounters(sums, counters);
    }
  }
  for (const counters of months.values()) for (const [name, amount] of netsOf(counters)) addCounters(before, new Map([[name, -amount]]));
  return { before, months };
};
