import type { Write } from '../platform/table.ts';
import { toEntry } from './codec.ts';
import type { Movement } from './events.ts';
import { Tally } from './tally.ts';
import { type Counters, type MonthlyCounters, mergeMonths, TOTAL } from './totals.ts';
import { checkpointWrite, monthWrites, netNameOf, netWrites, type Part, readCheckpoint } from './totals-store.ts';

/** Movements of one outbox bucket with the stream's sequence number of the record that brought them, in the order of the stream. */
export interface Projected {
  readonly sequence: bigint;
  readonly planCurrency: string;
  readonly movements: readonly Movement[];
}

/** Movements that one step adds: each touches one month, so the step's items fit into one transaction. */
const MAX_MOVEMENTS = 40;

export interface ProjectionStep {
  /** None where all that was taken is counted already. */
  readonly writes: readonly Write[];
  /** How many of the records, from the first, are done when the writes are committed. */
  readonly taken: number;
}

/**
 * The writes that add a bucket's next records to its totals, with the checkpoint that makes a repeated batch add nothing. A bucket's records
 * lie in one shard at a time and its sequence numbers only grow, so one checkpoint a bucket is enough; numbers of different buckets are
 * never compared.
 */
export const projectionStep = async (bucket: string, records: readonly Projected[]): Promise<ProjectionStep> => {
  const before = await readCheckpoint(bucket);
  const tallies = new Map<string, Tally>();
  let after = before;
  let taken = 0;
  let movements = 0;
  for (const record of records) {
    const isNew = record.sequence > before;
    if (isNew && movements > 0 && movements + record.movements.length > MAX_MOVEMENTS) break;
    taken += 1;
    if (!isNew) continue;
    movements += record.movements.length;
    if (record.sequence > after) after = record.sequence;
    const tally = tallies.get(record.planCurrency) ?? new Tally(record.planCurrency);
    tallies.set(record.planCurrency, tally);
    for (const movement of record.movements) tally.add(toEntry(movement));
  }
  if (after === before) return { writes: [], taken };
  return { writes: writesOf(bucket, mergeMonths([...tallies.values()].map((tally) => tally.counters())), before, after), taken };
};

const writesOf = (bucket: string, months: MonthlyCounters, before: bigint, after: bigint): Write[] => {
  const nets: Record<Part, Counters> = { MAIN: new Map(), CUTS: new Map() };
  const writes: Write[] = [];
  for (const [month, counters] of months) {
    for (const [part, own] of byPart(counters)) {
      writes.push(...monthWrites(bucket, part, month, own));
      for (const [name, amount] of own) addNet(nets[part], name, amount);
    }
  }
  return [checkpointWrite(bucket, withoutZeros(nets.MAIN), before, after), ...netWrites(bucket, withoutZeros(nets.CUTS)), ...writes];
};

const addNet = (nets: Counters, counter: string, amount: bigint): void => {
  const name = netNameOf(counter);
  if (name !== undefined) nets.set(name, (nets.get(name) ?? 0n) + amount);
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
