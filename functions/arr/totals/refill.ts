import { nowIso, nowMs } from '../../platform/clock.ts';
import { log } from '../../platform/log.ts';
import { toEntry } from '../records/codec.ts';
import { readCustomerIds, readRecorded, shards } from '../records/store.ts';
import { foldLane } from './base-store.ts';
import { expireGeneration } from './expire.ts';
import {
  type Counted,
  type Generations,
  laneIn,
  openShard,
  readGenerations,
  refilledShard,
  replaceGenerations,
  shardDone,
} from './generation-store.ts';
import { appendWith, lanes, newestEntry } from './log-store.ts';
import { byPart, inChunks } from './parts.ts';
import { newestPlaces } from './refilled.ts';
import { Tally } from './tally.ts';
import { type MonthlyCounters, mergeMonths } from './totals.ts';

export interface Refill {
  readonly generation: string;
  /** Shards of the list of customers that are counted, and how many there are. */
  readonly done: number;
  readonly of: number;
  /** The new totals are read from now on, and those of before are left to expire. */
  readonly isDone: boolean;
}

/** Customers whose recordings are read side by side, and held at once. */
const CUSTOMERS_AT_ONCE = 20;
/** Attempts at the end of a lane's log while the projector writes there. */
const MAX_ATTEMPTS = 50;

/** Digits and letters of an instant: a generation is never begun twice, and a later one sorts behind. */
const generationNow = (): string => nowIso().replaceAll(/[^0-9TZ]/g, '');

/** The generation that is being refilled, begun where none is, unless what was begun is only to go on. */
const begun = async (goOn: boolean): Promise<Generations> => {
  const now = await readGenerations();
  if (now.reading !== now.writing || goOn) return now;
  const next = { ...now, writing: generationNow() };
  return (await replaceGenerations(now, next)) ? next : begun(goOn);
};

/** What some customers' movements sum to, and which of their recordings these are. */
const counted = async (customerIds: readonly string[]): Promise<{ readonly months: MonthlyCounters; readonly counted: Counted }> => {
  const all = await Promise.all(customerIds.map(async (customerId) => ({ customerId, items: await readRecorded(customerId) })));
  const tallies = new Map<string, Tally>();
  for (const { planCurrency, movements } of all.flatMap(({ items }) => items.flatMap(({ told }) => told ?? []))) {
    const tally = tallies.get(planCurrency) ?? new Tally(planCurrency);
    tallies.set(planCurrency, tally);
    for (const movement of movements) tally.add(toEntry(movement));
  }
  return {
    months: mergeMonths([...tallies.values()].map((tally) => tally.counters())),
    counted: Object.fromEntries(
      all.flatMap(({ customerId, items }) => (items.length === 0 ? [] : [[customerId, newestPlaces(items.map(({ place }) => place))]])),
    ),
  };
};

/** Counts one shard of the customers, all at once or not at all. */
const refillShard = async (generation: string, shard: string): Promise<void> => {
  if (!(await openShard(generation, shard))) return;
  const customerIds = await readCustomerIds(shard);
  const months: MonthlyCounters[] = [];
  const places: Record<string, readonly string[]> = {};
  for (let from = 0; from < customerIds.length; from += CUSTOMERS_AT_ONCE) {
    const some = await counted(customerIds.slice(from, from + CUSTOMERS_AT_ONCE));
    months.push(some.months);
    Object.assign(places, some.counted);
  }
  const parts = inChunks(byPart(mergeMonths(months)));
  const lane = laneIn(generation, lanes[Number(shard) % lanes.length] as string);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const written = await appendWith(lane, await newestEntry(lane), parts, shardDone(generation, shard, places));
    if (written === 'behind') continue;
    if (written === 'appended') log.info('a shard of the customers is counted anew', { count: customerIds.length, source: shard });
    return;
  }
  throw new Error(`the projector wrote to lane ${lane} at each of ${MAX_ATTEMPTS} attempts; ask again`);
};

/** Counts the shards that are not counted yet, and answers how many there are by then: fewer than all where it was not to go on. */
const refillShards = async (generation: string, mayGoOn: () => boolean): Promise<number> => {
  let done = 0;
  for (const shard of shards) {
    const known = await refilledShard(generation, shard);
    if (known === undefined || known.isOpen) {
      if (!mayGoOn()) return done;
      await refillShard(generation, shard);
    }
    done += 1;
  }
  return done;
};

/**
 * Makes the totals anew from the recordings, in a generation of their own, while facts go on arriving; at the end that one is read, and the one of
 * before is left to expire. What is done is kept, so that whoever stops in between is gone on from by the next call: `mayGoOn` is asked before each
 * shard, and before each page of what is to expire. With `goOn` a call only goes on: where the totals are made anew already, it leaves what is left
 * to expire, and begins none.
 *
 * Each item of a recording is counted once: while a shard has not been begun, the projector leaves its records out, for they lie in the table
 * when the shard is read; while it is read, the projector waits; from then on it counts what the shard's entries do not hold (projection.ts).
 */
export const refillTotals = async (mayGoOn: () => boolean, goOn = false): Promise<Refill> => {
  const begunAs = await begun(goOn);
  const { reading: before, writing: generation, leaving = [] } = begunAs;
  const of = shards.length;
  const left = before === generation ? leaving : [...leaving, before];
  if (before !== generation) {
    const done = await refillShards(generation, mayGoOn);
    if (done < of) return { generation, done, of, isDone: false };
    // What readers add to the bases stays short.
    for (const lane of lanes) await foldLane(laneIn(generation, lane));
    await replaceGenerations(begunAs, { reading: generation, writing: generation, sinceMs: nowMs(), leaving: left });
  }
  for (const one of left) if (!(await expireGeneration(one, mayGoOn))) return { generation, done: of, of, isDone: false };
  if (left.length > 0) await leave(generation);
  return { generation, done: of, of, isDone: true };
};

/** Nothing of the generations before this one is left to do. */
const leave = async (generation: string): Promise<void> => {
  const now = await readGenerations();
  const { leaving, ...rest } = now;
  if (now.reading === generation && leaving !== undefined) await replaceGenerations(now, rest);
};
