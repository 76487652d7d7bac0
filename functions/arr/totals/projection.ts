import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../platform/clock.ts';
import { tableName } from '../../platform/table.ts';
import type { Movement } from '../events.ts';
import { toEntry } from '../records/codec.ts';
import { shardOf } from '../records/store.ts';
import { foldLane } from './base-store.ts';
import { type Generations, laneIn, type RefilledShard, readGenerations, refilledShard } from './generation-store.ts';
import { appendEntry, countedUntil, laneOf, newestEntry, SHARD_KEPT_MS } from './log-store.ts';
import { byPart } from './parts.ts';
import { isRefilled } from './refilled.ts';
import { Tally } from './tally.ts';
import { type MonthlyCounters, mergeMonths } from './totals.ts';

/** Movements of one record of the table's stream, with its sequence number, which compares within a shard. */
export interface Projected {
  readonly sequence: bigint;
  /** Of which item of whose recordings: see records/store.ts. */
  readonly customerId: string;
  readonly place: string;
  readonly planCurrency: string;
  readonly movements: readonly Movement[];
}

/** Attempts at the end of a lane's log while other shards of the lane write there. */
const MAX_ATTEMPTS = 20;
/** Entries between two foldings: what a reader that knows nothing reads beside the bases. */
const FOLD_EVERY = 100;
/** As many as two refills have. */
const MAX_KNOWN_SHARDS = 64;

/**
 * Adds a shard's next records to the totals, each once whatever comes again: what the shard's checkpoint covers is left out, and the rest
 * becomes one entry of the log together with the new checkpoint.
 */
export const project = async (shardId: string, records: readonly Projected[]): Promise<void> => {
  const generations = await readGenerations();
  const lane = laneIn(generations.writing, laneOf(shardId));
  const own = await notRefilled(generations, records);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const newest = await newestEntry(lane);
    const counted = countedUntil(newest, shardId);
    const fresh = own.filter(({ sequence }) => sequence > counted);
    if (fresh.length === 0) return;
    const sequence = fresh.reduce((most, record) => (record.sequence > most ? record.sequence : most), counted);
    const position = await appendEntry(lane, newest, { shardId, sequence, parts: byPart(tallied(fresh)), nowMs: nowMs() });
    if (position === undefined) continue;
    if (position % FOLD_EVERY === 0) await foldLane(lane);
    return;
  }
  throw new Error(`other shards wrote to lane ${lane} at each of ${MAX_ATTEMPTS} attempts; the batch comes again`);
};

/** What is known of the shards of a refill; what one is done with stays. */
const knownShards = new Map<string, RefilledShard>();

/** Attempts at a shard that is being read, and the wait between them: ten seconds, then the batch comes again. */
const MAX_LOOKS = 40;
const LOOK_EVERY_MS = 250;

/** What the refill says of a shard, once it is not being read any more; `undefined` where it has not been begun. */
const settledShard = async (generation: string, shard: string): Promise<RefilledShard | undefined> => {
  const key = `${tableName()} ${generation} ${shard}`;
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const known = knownShards.get(key) ?? (await refilledShard(generation, shard));
    if (known === undefined) return undefined;
    if (!known.isOpen) {
      if (knownShards.size > MAX_KNOWN_SHARDS) knownShards.clear();
      knownShards.set(key, known);
      return known;
    }
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(
    `shard ${shard} of the customers is being counted anew; the batch comes again. Go on with the refill where it was stopped`,
  );
};

/**
 * Records that no refill counts. What is of a shard that has not been begun lies in the table already, and is counted by it. Once the stream has
 * forgotten what was there when the refill ended, there is nothing to ask.
 */
const notRefilled = async (
  { reading, writing, sinceMs = 0 }: Generations,
  records: readonly Projected[],
): Promise<readonly Projected[]> => {
  if (writing === '' || (reading === writing && nowMs() > sinceMs + SHARD_KEPT_MS)) return records;
  const shardsOf = new Map<string, RefilledShard | undefined>();
  for (const shard of new Set(records.map(({ customerId }) => shardOf(customerId))))
    shardsOf.set(shard, await settledShard(writing, shard));
  return records.filter(({ customerId, place }) => {
    const shard = shardsOf.get(shardOf(customerId));
    return shard !== undefined && !isRefilled(shard.counted, customerId, place);
  });
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
