import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { fnv1a32 } from '../../platform/ids.ts';
import { commit, queryRange, type Write } from '../../platform/table.ts';
import type { Counters, MonthlyCounters } from './totals.ts';

/**
 * Totals lie in lanes, `TOT#<lane>`; only the projector writes them. A lane is a log: each batch of the stream becomes one item,
 * `LOG#<position>`, with what it adds to the counters and how far each shard of the stream has been counted. An item is put once and only
 * behind the one before it, so a batch that comes again finds its shard counted, and two writers of a lane take turns. Readers add the log to
 * the bases (base-store.ts) that it is folded into now and then.
 */
export type Part = 'MAIN' | 'CUTS';
export const PARTS: readonly Part[] = ['MAIN', 'CUTS'];

/** A shard of the stream writes to one lane. Each lane takes 1,000 write units a second, and every reader asks all of them. */
const LANES = 8;
export const lanes: readonly string[] = Array.from({ length: LANES }, (_, i) => String(i));
export const laneOf = (shardId: string): string => String(fnv1a32(shardId) % LANES);

const POSITION_DIGITS = 12;
const END_OF_LOG = 'LOG#~';
export const logKey = (position: number): string => `LOG#${String(position).padStart(POSITION_DIGITS, '0')}`;

/** Records are kept by the stream for a day: a shard that was last heard of before that cannot come again. */
export const SHARD_KEPT_MS = 48 * 3_600_000;

/** How far a shard has been counted, as `<sequence number> <epoch milliseconds>`. */
type Checkpoints = Readonly<Record<string, string>>;

export interface LogEntry {
  readonly position: number;
  readonly checkpoints: Checkpoints;
  /** What it adds, by part. */
  readonly additions: (part: Part) => MonthlyCounters;
}

const MAX_INFLATED_BYTES = 64_000_000;

/** `{"2026-01":{"05|total||new|USD":"100"}}`, raw deflate. */
export const packCounters = (months: MonthlyCounters): Uint8Array =>
  deflateRawSync(
    JSON.stringify(
      Object.fromEntries(
        [...months].map(([month, counters]) => [month, Object.fromEntries([...counters].map(([name, amount]) => [name, String(amount)]))]),
      ),
    ),
  );

export const unpackCounters = (packed: Uint8Array): MonthlyCounters => {
  const text = inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8');
  const months = JSON.parse(text) as Record<string, Record<string, string>>;
  return new Map(
    Object.entries(months).map(([month, counters]) => [
      month,
      new Map(Object.entries(counters).map(([name, amount]) => [name, BigInt(amount)])),
    ]),
  );
};

interface LogItem {
  readonly sk: string;
  readonly checkpoints: Checkpoints;
  readonly MAIN?: Uint8Array;
  readonly CUTS?: Uint8Array;
}

const NOTHING: MonthlyCounters = new Map();
const entryOf = (item: LogItem): LogEntry => ({
  position: Number(item.sk.slice('LOG#'.length)),
  checkpoints: item.checkpoints,
  additions: (part) => {
    const packed = item[part];
    return packed === undefined ? NOTHING : unpackCounters(packed);
  },
});

const EMPTY: LogEntry = { position: 0, checkpoints: {}, additions: () => NOTHING };

/** The newest entry of a lane, or one at position 0 where it has none. */
export const newestEntry = async (lane: string): Promise<LogEntry> => {
  const [newest] = await queryRange<LogItem>({ pk: `TOT#${lane}`, from: logKey(0), to: END_OF_LOG, newestFirst: true, limit: 1 });
  return newest === undefined ? EMPTY : entryOf(newest);
};

/** Entries behind a position, oldest first, at most `limit`; a full answer says that there may be more. */
export const entriesAfter = async (lane: string, position: number, limit: number): Promise<readonly LogEntry[]> => {
  const items = await queryRange<LogItem>({ pk: `TOT#${lane}`, from: logKey(position + 1), to: END_OF_LOG, limit });
  return items.map(entryOf);
};

export const countedUntil = ({ checkpoints }: LogEntry, shardId: string): bigint => BigInt(checkpoints[shardId]?.split(' ')[0] ?? '0');

export interface Addition {
  readonly shardId: string;
  /** Sequence number of the newest record that it counts. */
  readonly sequence: bigint;
  readonly parts: Readonly<Record<Part, MonthlyCounters>>;
  readonly nowMs: number;
}

const entryWrite = (lane: string, position: number, checkpoints: Checkpoints, parts: Addition['parts']): Write => {
  const packed = Object.fromEntries(PARTS.filter((part) => parts[part].size > 0).map((part) => [part, packCounters(parts[part])]));
  return {
    put: { Item: { pk: `TOT#${lane}`, sk: logKey(position), checkpoints, ...packed }, ConditionExpression: 'attribute_not_exists(pk)' },
  };
};

/** Puts an entry behind `newest`; answers its position, or undefined where another was put there first. */
export const appendEntry = async (lane: string, newest: LogEntry, addition: Addition): Promise<number | undefined> => {
  const { shardId, sequence, parts, nowMs } = addition;
  const live = Object.entries(newest.checkpoints).filter(([, checkpoint]) => Number(checkpoint.split(' ')[1]) > nowMs - SHARD_KEPT_MS);
  const checkpoints: Checkpoints = { ...Object.fromEntries(live), [shardId]: `${sequence} ${nowMs}` };
  const position = newest.position + 1;
  const written = await commit([entryWrite(lane, position, checkpoints, parts)]);
  if (written.ok) return position;
  if (written.problem.code === 'busy') throw new Error(`the totals of lane ${lane} are busy; the batch comes again`);
  return undefined;
};

/**
 * Puts entries behind `newest` that are of no shard of the stream, together with what else is to be written, or nothing. `behind`: another entry
 * was put there first. `refused`: the condition of the other write does not hold.
 */
export const appendWith = async (
  lane: string,
  newest: LogEntry,
  entries: readonly Addition['parts'][],
  other: Write,
): Promise<'appended' | 'behind' | 'refused'> => {
  const writes = entries.map((parts, i) => entryWrite(lane, newest.position + 1 + i, newest.checkpoints, parts));
  const written = await commit([other, ...writes]);
  if (written.ok) return 'appended';
  if (written.problem.code === 'busy') throw new Error(`the totals of lane ${lane} are busy; ask again`);
  return written.problem.reasons[0] === 'condition-failed' ? 'refused' : 'behind';
};

/** Adds counters in place. */
export const addCounters = (sums: Counters, counters: Counters): void => {
  for (const [name, amount] of counters) {
    const sum = (sums.get(name) ?? 0n) + amount;
    if (sum === 0n) sums.delete(name);
    else sums.set(name, sum);
  }
};

/** The net that a counter is part of; none for what came up for renewal, which is no movement. */
export const netNameOf = (counter: string): string | undefined => {
  const [, dimension, value, cause, currency] = counter.split('|');
  return cause === 'renewed' ? undefined : `${dimension}|${value}|${currency}`;
};

/** What counters net to, by cut and currency. */
export const netsOf = (counters: Counters): Counters => {
  const nets: Counters = new Map();
  for (const [counter, amount] of counters) {
    const name = netNameOf(counter);
    if (name !== undefined) nets.set(name, (nets.get(name) ?? 0n) + amount);
  }
  return nets;
};
