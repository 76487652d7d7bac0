import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Entity } from 'electrodb';
import { nowMs } from '../../platform/clock.ts';
import type { Result } from '../../platform/result.ts';
import { type CommitProblem, commit, entityDefaults, getItems, primaryPk, primarySk, readAll } from '../../platform/table.ts';
import type { SegmentPlace } from '../ledger/store.ts';
import { shards } from '../records/store.ts';

/**
 * Ledgers that are decided from all facts when somebody asks for them. One list says which were asked for; each has its rows in the shards of the
 * list of customers, every shard with a head that names its segments and says as of when. Made of facts alone: what is lost is made again, and
 * all of it leaves by the table's time to live once nobody asks.
 */
const ledgers = new Entity(
  {
    model: { entity: 'arrDecidedLedger', version: '1', service: 'arr' },
    attributes: {
      /** `<profile>@<version>`, or two of them: `<left>..<right>`. */
      ledger: { type: 'string', required: true },
      left: { type: 'string', required: true },
      right: { type: 'string' },
      /** Who asked for it first. */
      askedBy: { type: 'string', required: true },
      /** When somebody last looked at it, to the day: without it nobody keeps it up to date. */
      askedAtMs: { type: 'number', required: true },
      /** When somebody last asked that it be brought up to date. */
      wantedAtMs: { type: 'number', required: true },
      expiresAt: { type: 'number', required: true },
    },
    indexes: {
      all: {
        pk: { ...primaryPk, composite: [], template: 'DECIDED' },
        sk: { ...primarySk, composite: ['ledger'], template: 'LEDGER#${ledger}' },
      },
    },
  } as const,
  entityDefaults,
);

const heads = new Entity(
  {
    model: { entity: 'arrDecidedShard', version: '1', service: 'arr' },
    attributes: {
      ledger: { type: 'string', required: true },
      shard: { type: 'string', required: true },
      /** Grows by one with each write of the shard. */
      number: { type: 'number', required: true },
      /** All that was recorded before this second is in it; seconds since 1970. */
      through: { type: 'number', required: true },
      lookedAtMs: { type: 'number', required: true },
      /** What it was decided under: plan rates and rules. */
      decidedUnder: { type: 'string', required: true },
      rows: { type: 'number', required: true },
      segments: { type: 'any', required: true },
      expiresAt: { type: 'number', required: true },
    },
    indexes: {
      ofLedger: {
        pk: { ...primaryPk, composite: ['ledger'], template: 'DECIDED#${ledger}' },
        sk: { ...primarySk, composite: ['shard'], template: 'SHARD#${shard}' },
      },
    },
  } as const,
  entityDefaults,
);

/** Of which recording each customer of a shard was decided: who has a newer one is decided again. */
const versions = new Entity(
  {
    model: { entity: 'arrDecidedVersions', version: '1', service: 'arr' },
    attributes: {
      ledger: { type: 'string', required: true },
      shard: { type: 'string', required: true },
      /** Customers with their versions as JSON, deflated: bytes. */
      packed: { type: 'any', required: true },
      expiresAt: { type: 'number', required: true },
    },
    indexes: {
      ofLedger: {
        pk: { ...primaryPk, composite: ['ledger'], template: 'DECIDED#${ledger}' },
        sk: { ...primarySk, composite: ['shard'], template: 'VERSIONS#${shard}' },
      },
    },
  } as const,
  entityDefaults,
);

const MAX_INFLATED_BYTES = 64_000_000;
const pack = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));
const unpack = (packed: Uint8Array): unknown =>
  JSON.parse(inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8'));

/** What expires is gone from that second on, whenever the table deletes it. */
const isThere = ({ expiresAt }: { readonly expiresAt: number }): boolean => expiresAt > nowMs() / 1_000;

export interface AskedLedger {
  readonly ledger: string;
  readonly left: string;
  readonly right?: string | undefined;
  readonly askedBy: string;
  readonly askedAtMs: number;
  readonly wantedAtMs: number;
  readonly expiresAt: number;
}

/** Ledgers that were asked for, by their names. */
export const readAskedLedgers = async (): Promise<readonly AskedLedger[]> =>
  (await readAll(ledgers.query.all({}), { consistent: true })).filter(isThere);

export const putAskedLedger = async (asked: AskedLedger): Promise<void> => {
  const { right, ...own } = asked;
  const put = await commit([{ put: ledgers.put({ ...own, ...(right === undefined ? {} : { right }) }).params() }]);
  if (!put.ok) throw new Error(`that ${asked.ledger} is asked for could not be noted: ${put.problem.detail}`);
};

export interface ShardHead {
  readonly shard: string;
  readonly number: number;
  readonly through: number;
  readonly lookedAtMs: number;
  readonly decidedUnder: string;
  readonly rows: number;
  readonly segments: readonly SegmentPlace[];
  readonly expiresAt: number;
}

interface HeadItem extends Omit<ShardHead, 'segments'> {
  readonly pk: string;
  readonly sk: string;
  readonly segments: Uint8Array;
}

/** Heads of the shards that were made, in the order of the shards. */
export const readShardHeads = async (ledger: string): Promise<readonly ShardHead[]> =>
  (await getItems<HeadItem>(shards.map((shard) => ({ pk: `DECIDED#${ledger}`, sk: `SHARD#${shard}` }))))
    .filter(isThere)
    .map(({ pk: _, sk: __, segments, ...head }) => ({ ...head, segments: unpack(segments) as readonly SegmentPlace[] }));

export type Versions = Readonly<Record<string, number>>;

export const readVersions = async (ledger: string, shard: string): Promise<Versions> => {
  const [item] = await getItems<{ pk: string; sk: string; packed: Uint8Array; expiresAt: number }>([
    { pk: `DECIDED#${ledger}`, sk: `VERSIONS#${shard}` },
  ]);
  return item !== undefined && isThere(item) ? (unpack(item.packed) as Versions) : {};
};

/** Puts a shard's head in place of the one of before. Problem `conflict`: another run put one meanwhile. */
export const writeShardHead = (
  ledger: string,
  next: ShardHead,
  previous: ShardHead | undefined,
  of: Versions,
): Promise<Result<void, CommitProblem>> => {
  const { shard, expiresAt } = next;
  const put = heads.put({ ledger, ...next, segments: pack(next.segments) }).params<Record<string, unknown>>();
  // One that has expired may still lie there.
  const condition =
    previous === undefined
      ? {
          ConditionExpression: 'attribute_not_exists(pk) OR #expiresAt <= :now',
          ExpressionAttributeNames: { '#expiresAt': 'expiresAt' },
          ExpressionAttributeValues: { ':now': Math.floor(nowMs() / 1_000) },
        }
      : {
          ConditionExpression: '#number = :before',
          ExpressionAttributeNames: { '#number': 'number' },
          ExpressionAttributeValues: { ':before': previous.number },
        };
  return commit([{ put: { ...put, ...condition } }, { put: versions.put({ ledger, shard, expiresAt, packed: pack(of) }).params() }]);
};
