import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Entity } from 'electrodb';
import type { Result } from '../../platform/result.ts';
import { type CommitProblem, commit, entityDefaults, getItems, primaryPk, primarySk, readAll, type Write } from '../../platform/table.ts';
import { shards } from '../records/store.ts';
import type { Standing } from './standing.ts';

/**
 * How all customers stand, in the shards of their list: each shard has its standings in parts, deflated, and a head that says as of when. Parts
 * and head are one write, so a reader that knows a head's number knows the parts. Made of recordings alone: what is lost is made again.
 */
const parts = new Entity(
  {
    model: { entity: 'arrStandings', version: '1', service: 'arr' },
    attributes: {
      shard: { type: 'string', required: true },
      part: { type: 'string', required: true },
      /** Standings as JSON, deflated: bytes. */
      packed: { type: 'any', required: true },
    },
    indexes: {
      ofShard: {
        pk: { ...primaryPk, composite: ['shard'], template: 'STANDINGS#${shard}' },
        sk: { ...primarySk, composite: ['part'], template: 'PART#${part}' },
      },
    },
  } as const,
  entityDefaults,
);

const heads = new Entity(
  {
    model: { entity: 'arrStandingsHead', version: '1', service: 'arr' },
    attributes: {
      shard: { type: 'string', required: true },
      /** Grows by one with each write of the shard. */
      number: { type: 'number', required: true },
      /** The day at whose end they stand so, and the instant (ISO) through which recordings are in it. */
      on: { type: 'string', required: true },
      through: { type: 'string', required: true },
      /** Version of the plan rates that they are decided under. */
      ratesVersion: { type: 'number', required: true },
      /** Form of its standings: those of another form are looked at again. */
      form: { type: 'number', required: true },
      /** Parts that belong to it: one that lies behind them is of before. */
      parts: { type: 'number', required: true },
    },
    indexes: {
      ofShard: {
        pk: { ...primaryPk, composite: ['shard'], template: 'STANDINGS#${shard}' },
        sk: { ...primarySk, composite: [], template: 'HEAD' },
      },
    },
  } as const,
  entityDefaults,
);

/** That somebody looks at them: without it nobody keeps them up to date. */
const askings = new Entity(
  {
    model: { entity: 'arrStandingsAsked', version: '1', service: 'arr' },
    attributes: { askedAtMs: { type: 'number', required: true } },
    indexes: {
      only: { pk: { ...primaryPk, composite: [], template: 'STANDINGS' }, sk: { ...primarySk, composite: [], template: 'ASKED' } },
    },
  } as const,
  entityDefaults,
);

export interface StandingsHead {
  readonly shard: string;
  readonly number: number;
  readonly on: string;
  readonly through: string;
  readonly ratesVersion: number;
  readonly form: number;
  readonly parts: number;
}

/** Heads of the shards that were made, in the order of the shards. */
export const readHeads = (): Promise<readonly StandingsHead[]> =>
  getItems(shards.map((shard) => ({ pk: `STANDINGS#${shard}`, sk: 'HEAD' }))) as Promise<never>;

/** Customers of one item where they are usual: at 150 bytes each, and 50 more for each booking, far below what an item holds. */
const CUSTOMERS_A_PART = 250;
/** Those that have more to tell are in parts of fewer. */
const MAX_PART_BYTES = 300_000;
const MAX_INFLATED_BYTES = 64_000_000;

const pack = (standings: readonly Standing[]): Uint8Array => deflateRawSync(JSON.stringify(standings));
const unpack = (packed: Uint8Array): readonly Standing[] =>
  JSON.parse(inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as readonly Standing[];

/** Customers in parts that an item has room for, in their order. */
const partsOf = (standings: readonly Standing[]): readonly Uint8Array[] => {
  const packed = pack(standings);
  if (packed.length <= MAX_PART_BYTES || standings.length === 1) return [packed];
  const half = standings.length >> 1;
  return [...partsOf(standings.slice(0, half)), ...partsOf(standings.slice(half))];
};

/** Standings of a shard, in the order of their customers' ids. */
export const readShard = async ({ shard, parts: count }: Pick<StandingsHead, 'shard' | 'parts'>): Promise<readonly Standing[]> => {
  const all = await readAll(parts.query.ofShard({ shard }), { consistent: true });
  return all.slice(0, count).flatMap(({ packed }) => unpack(packed as Uint8Array));
};

/** Puts a shard's standings in place of those of `previous`. Problem `conflict`: another run put them meanwhile. */
export const writeShard = (
  next: Omit<StandingsHead, 'parts'>,
  previous: StandingsHead | undefined,
  standings: readonly Standing[] | 'unchanged',
): Promise<Result<void, CommitProblem>> => {
  const { shard, ...as } = next;
  const chunks: Uint8Array[] = [];
  if (standings !== 'unchanged')
    for (let from = 0; from < standings.length; from += CUSTOMERS_A_PART)
      chunks.push(...partsOf(standings.slice(from, from + CUSTOMERS_A_PART)));
  const count = standings === 'unchanged' ? (previous?.parts ?? 0) : chunks.length;
  const head: Write =
    previous === undefined
      ? { put: heads.create({ ...next, parts: count }).params() }
      : {
          update: heads
            .patch({ shard })
            .set({ ...as, parts: count })
            .where(({ number }, { eq }) => eq(number, previous.number))
            .params(),
        };
  const puts = chunks.map((chunk, i) => ({
    put: parts.put({ shard, part: String(i).padStart(3, '0'), packed: chunk }).params(),
  }));
  return commit([head, ...puts]);
};

/** Epoch milliseconds at which somebody last asked, to the day; undefined where nobody has. */
export const readAsked = async (): Promise<number | undefined> => (await askings.get({}).go()).data?.askedAtMs;

export const noteAsked = async (askedAtMs: number): Promise<void> => {
  const noted = await commit([{ put: askings.put({ askedAtMs }).params() }]);
  if (!noted.ok) throw new Error(`that standings are asked for could not be noted: ${noted.problem.detail}`);
};
