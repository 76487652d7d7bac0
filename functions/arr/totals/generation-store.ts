import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { commit, queryRange, type Write } from '../../platform/table.ts';

/**
 * Totals are made anew in lanes of their own, beside those that are read: a generation. Its lanes are `TOT#<generation>#<lane>`; those of the
 * first one have no generation in their key. `TOT#GENERATIONS` says which one is read and which is written to. While they differ, the new one is
 * refilled shard by shard of the list of customers; `TOT#<generation>#REFILL` says of each shard what its entries of the log hold.
 */
export interface Generations {
  readonly reading: string;
  /** The same, unless totals are being refilled. */
  readonly writing: string;
  /** When it was read for the first time, epoch milliseconds; absent of the first generation. */
  readonly sinceMs?: number;
  /** Those that were read before it, as long as items of them are not yet left to expire. */
  readonly leaving?: readonly string[];
}

const FIRST: Generations = { reading: '', writing: '' };
const PLACE = { pk: 'TOT#GENERATIONS', sk: 'NOW' } as const;

export const readGenerations = async (): Promise<Generations> => {
  const [item] = await queryRange<Generations>({ pk: PLACE.pk, from: PLACE.sk, to: PLACE.sk });
  if (item === undefined) return FIRST;
  const { reading, writing, sinceMs, leaving } = item;
  return { reading, writing, ...(sinceMs === undefined ? {} : { sinceMs }), ...(leaving === undefined ? {} : { leaving }) };
};

/** Replaces what is read and written; false where another was there first. */
export const replaceGenerations = async (before: Generations, after: Generations): Promise<boolean> => {
  const isFirst = before.reading === '' && before.writing === '';
  const replaced = await commit([
    {
      put: {
        Item: { ...PLACE, ...after },
        ConditionExpression: `${isFirst ? 'attribute_not_exists(pk) OR ' : ''}(#reading = :reading AND #writing = :writing)`,
        ExpressionAttributeNames: { '#reading': 'reading', '#writing': 'writing' },
        ExpressionAttributeValues: { ':reading': before.reading, ':writing': before.writing },
      },
    },
  ]);
  if (!replaced.ok && replaced.problem.code === 'busy') throw new Error('the generations of totals are busy; ask again');
  return replaced.ok;
};

/** A lane of a generation, by which its log and bases are found. */
export const laneIn = (generation: string, lane: string): string => (generation === '' ? lane : `${generation}#${lane}`);

/** Of each customer of a shard, places of the newest recording that the refill has counted, in their order; all earlier ones are counted. */
export type Counted = Readonly<Record<string, readonly string[]>>;

export interface RefilledShard {
  /** It is being read: what is recorded now may be counted by it or not. */
  readonly isOpen: boolean;
  readonly counted: Counted;
}

interface ShardItem {
  readonly sk: string;
  readonly state: 'open' | 'done';
  readonly counted?: Uint8Array;
}

const MAX_INFLATED_BYTES = 64_000_000;
export const refillKey = (generation: string): string => `TOT#${generation}#REFILL`;

const shardOf = ({ state, counted }: ShardItem): RefilledShard => ({
  isOpen: state === 'open',
  counted:
    counted === undefined ? {} : (JSON.parse(inflateRawSync(counted, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as Counted),
});

/** A shard of the refill; `undefined` where it has not been begun. */
export const refilledShard = async (generation: string, shard: string): Promise<RefilledShard | undefined> => {
  const [item] = await queryRange<ShardItem>({ pk: refillKey(generation), from: shard, to: shard });
  return item === undefined ? undefined : shardOf(item);
};

const shardWrite = (generation: string, shard: string, more: Readonly<Record<string, unknown>>, condition: string): Write => ({
  put: {
    Item: { pk: refillKey(generation), sk: shard, ...more },
    ConditionExpression: condition,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':open': 'open' },
  },
});

/** From here on the projector waits with this shard's records. False: it is done already. */
export const openShard = async (generation: string, shard: string): Promise<boolean> => {
  const opened = await commit([shardWrite(generation, shard, { state: 'open' }, 'attribute_not_exists(pk) OR #state = :open')]);
  if (!opened.ok && opened.problem.code === 'busy') throw new Error(`shard ${shard} of the refill is busy; ask again`);
  return opened.ok;
};

/** What the shard's entries hold, written with them; fails where it is done already. */
export const shardDone = (generation: string, shard: string, counted: Counted): Write =>
  shardWrite(generation, shard, { state: 'done', counted: deflateRawSync(JSON.stringify(counted)) }, '#state = :open');
