import type { Write } from '../platform/table.ts';
import { toEntry } from './codec.ts';
import type { Movement } from './events.ts';
import { type Counters, mergeMonths, Tally, TOTAL } from './totals.ts';
import { monthWrite, netNameOf, netWrite, type Part, readCheckpoint } from './totals-store.ts';

/** Movements of one outbox bucket with the stream's sequence number of the record that brought them, in the order of the stream. */
export interface Projected {
  readonly sequence: bigint;
  readonly planCurrency: string;
  readonly movements: readonly Movement[];
}

/**
 * The writes that add a bucket's movements to its totals, with the checkpoint that makes a repeated batch add nothing; none where all are
 * counted already. A bucket's records lie in one shard at a time and its sequence numbers only grow, so one checkpoint a bucket is enough;
 * numbers of different buckets are never compared.
 */
export const projectionWrites = async (bucket: string, records: readonly Projected[]): Promise<readonly Write[]> => {
  const before = await readCheckpoint(bucket);
  const tallies = new Map<string, Tally>();
  let after = before;
  for (const record of records) {
    if (record.sequence <= before) continue;
    if (record.sequence > after) after = record.sequence;
    const tally = tallies.get(record.planCurrency) ?? new Tally(record.planCurrency);
    tallies.set(record.planCurrency, tally);
    for (const movement of record.movements) tally.add(toEntry(movement));
  }
  if (after === before) return [];
  const months = mergeMonths([...tallies.values()].map((tally) => tally.counters()));
  const nets: Counters = new Map();
  const writes: Write[] = [];
  for (const [month, counters] of months) {
    for (const [part, own] of byPart(counters)) writes.push(monthWrite(bucket, part, month, own));
    for (const [name, amount] of counters) {
      const net = netNameOf(name);
      if (net !== undefined) nets.set(net, (nets.get(net) ?? 0n) + amount);
    }
  }
  return [netWrite(bucket, withoutZeros(nets), before, after), ...writes];
};

const MAIN_DIMENSIONS: ReadonlySet<string> = new Set([TOTAL, 'origin']);

const byPart = (counters: Counters): Map<Part, Counters> => {
  const parts = new Map<Part, Counters>();
  for (const [name, amount] of counters) {
    const part = MAIN_DIMENSIONS.has(name.split('|', 2)[1] ?? '') ? 'MAIN' : 'CUTS';
    const own = parts.get(part) ?? new Map<string, bigint>();
    parts.set(part, own);
    own.set(name, amount);
  }
  return parts;
};

const withoutZeros = (counters: Counters): Counters => new Map([...counters].filter(([, amount]) => amount !== 0n));
