import { nowMs } from '../../platform/clock.ts';
import type { Movement } from '../events.ts';
import { toEntry } from '../records/codec.ts';
import { foldLane } from './base-store.ts';
import { appendEntry, countedUntil, laneOf, newestEntry, type Part } from './log-store.ts';
import { Tally } from './tally.ts';
import { type MonthlyCounters, mergeMonths, TOTAL } from './totals.ts';

/** Movements of one record of the table's stream, with its sequence number, which compares within a shard. */
export interface Projected {
  readonly sequence: bigint;
  readonly planCurrency: string;
  readonly movements: readonly Movement[];
}

/** Attempts at the end of a lane's log while other shards of the lane write there. */
const MAX_ATTEMPTS = 20;
/** Entries between two foldings: what a reader that knows nothing reads beside the bases. */
const FOLD_EVERY = 100;

/**
 * Adds a shard's next records to the totals, each once whatever comes again: what the shard's checkpoint covers is left out, and the rest
 * becomes one entry of the log together with the new checkpoint.
 */
export const project = async (shardId: string, records: readonly Projected[]): Promise<void> => {
  const lane = laneOf(shardId);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const newest = await newestEntry(lane);
    const counted = countedUntil(newest, shardId);
    const fresh = records.filter(({ sequence }) => sequence > counted);
    if (fresh.length === 0) return;
    const sequence = fresh.reduce((most, record) => (record.sequence > most ? record.sequence : most), counted);
    const position = await appendEntry(lane, newest, { shardId, sequence, parts: byPart(tallied(fresh)), nowMs: nowMs() });
    if (position === undefined) continue;
    if (position % FOLD_EVERY === 0) await foldLane(lane);
    return;
  }
  throw new Error(`other shards wrote to lane ${lane} at each of ${MAX_ATTEMPTS} attempts; the batch comes again`);
};

const tallied = (records: readonly Projected[]): MonthlyCounters => {
  const tallies = new Map<string, Tally>();
  for (const { planCurrency, movements } of records) {
    const tally = tallies.get(planCurrency) ?? new Tally(planCurrency);
    tallies.set(planCurrency, tally);
    for (const movement of movements) tally.add(toEntry(movement));
  }
  return mergeMonths([...tallies.values()].map((tally) => tally.counters()));
};

const MAIN_DIMENSIONS: ReadonlySet<string> = new Set([TOTAL, 'origin']);

const byPart = (months: MonthlyCounters): Record<Part, MonthlyCounters> => {
  const parts: Record<Part, MonthlyCounters> = { MAIN: new Map(), CUTS: new Map() };
  for (const [month, counters] of months) {
    for (const [name, amount] of counters) {
      const part = MAIN_DIMENSIONS.has(name.split('|', 2)[1] ?? '') ? 'MAIN' : 'CUTS';
      const own = parts[part].get(month) ?? new Map<string, bigint>();
      parts[part].set(month, own);
      own.set(name, amount);
    }
  }
  return parts;
};
