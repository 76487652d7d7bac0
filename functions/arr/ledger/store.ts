import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expireItem } from '../../platform/expire.ts';
import { digest } from '../../platform/ids.ts';
import { commit, expiresAtAttribute, getItems, type Key, queryRange } from '../../platform/table.ts';

/**
 * A ledger in the table: `LEDGER#<profile>` has its `HEAD`, which says how far it goes and which segments it has, and
 * `LEDGER#<profile>#<period>` the segments, in slices of what an item has room for. A segment is put once under a key of its own, with the
 * version of the head that it is written for, and counts once the head names it: readers see one head and all that it names. What a new head
 * does not name any more is left to expire, and so is what a run wrote that came to nothing (`replace.ts`).
 */
export interface SegmentPlace {
  readonly period: string;
  /** `<version of the head it was written for>#<digest>` */
  readonly key: string;
  readonly slices: number;
}

export interface Head {
  /** Counts up by one; 0 where there is none yet. */
  readonly version: number;
  /** When it was last made anew from the recordings, or gained what was recorded long before, epoch milliseconds: who keeps one of before reads it whole. */
  readonly rebuiltAt: number;
  /** All that was recorded before this second stands in the segments, and nothing else; seconds since 1970. */
  readonly through: number;
  readonly planCurrency: string;
  readonly segments: readonly SegmentPlace[];
}

const MAX_SLICE_BYTES = 350_000;
const MAX_INFLATED_BYTES = 16_000_000;
/** Whoever reads a segment that was replaced has ended long before. */
export const KEPT_SECONDS = 86_400;
const READ_AT_ONCE = 16;

const headKey = (profile: string): Key => ({ pk: `LEDGER#${profile}`, sk: 'HEAD' });
const sliceKey = (profile: string, { period, key }: SegmentPlace, slice: number): Key => ({
  pk: `LEDGER#${profile}#${period}`,
  sk: `${key}#${String(slice).padStart(3, '0')}`,
});
const keysOf = (profile: string, segment: SegmentPlace): readonly Key[] =>
  Array.from({ length: segment.slices }, (_, slice) => sliceKey(profile, segment, slice));

interface HeadItem extends Key, Omit<Head, 'segments'> {
  readonly segments: Uint8Array;
}

export const readHead = async (profile: string): Promise<Head | undefined> => {
  const [item] = await getItems<HeadItem>([headKey(profile)]);
  if (item === undefined) return undefined;
  const { version, rebuiltAt, through, planCurrency, segments } = item;
  const text = inflateRawSync(segments, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8');
  return { version, rebuiltAt, through, planCurrency, segments: JSON.parse(text) as SegmentPlace[] };
};

/** Puts the head behind the one that it was made from; false where another was put there first. */
export const putHead = async (profile: string, head: Head): Promise<boolean> => {
  const { version } = head;
  const written = await commit([
    {
      put: {
        Item: { ...headKey(profile), ...head, segments: deflateRawSync(JSON.stringify(head.segments)) },
        ConditionExpression: version === 1 ? 'attribute_not_exists(pk)' : '#version = :before',
        ...(version === 1
          ? {}
          : { ExpressionAttributeNames: { '#version': 'version' }, ExpressionAttributeValues: { ':before': version - 1 } }),
      },
    },
  ]);
  if (!written.ok && written.problem.code === 'busy') throw new Error(`the ledger of ${profile} is busy; ask again`);
  return written.ok;
};

const put = async (item: Key & Readonly<Record<string, unknown>>): Promise<void> => {
  const written = await commit([{ put: { Item: item } }]);
  if (!written.ok) throw new Error(`${item.pk} ${item.sk} was not written: ${written.problem.code}; ask again`);
};

/** The part of a segment's key that says what is in it. */
export const segmentDigest = (bytes: Uint8Array): string => digest(Buffer.from(bytes).toString('base64'), 16);

/** Where a segment stands for a version of the head. */
export const segmentPlace = (period: string, version: number, bytes: Uint8Array): SegmentPlace => ({
  period,
  key: `${String(version).padStart(8, '0')}#${segmentDigest(bytes)}`,
  slices: Math.ceil(bytes.length / MAX_SLICE_BYTES),
});

/** The version of the head that a segment was written for. */
export const versionOf = ({ key }: SegmentPlace): number => Number(key.slice(0, key.indexOf('#')));

/** Puts a segment for a version of the head. The same bytes for the same version are the same items. */
export const putSegment = async (
  profile: string,
  period: string,
  version: number,
  bytes: Uint8Array,
  expiresAt?: number,
): Promise<SegmentPlace> => {
  const segment = segmentPlace(period, version, bytes);
  for (const [slice, place] of keysOf(profile, segment).entries()) {
    const own = bytes.subarray(slice * MAX_SLICE_BYTES, (slice + 1) * MAX_SLICE_BYTES);
    await put({ ...place, bytes: own, ...(expiresAt === undefined ? {} : { [expiresAtAttribute]: expiresAt }) });
  }
  return segment;
};

/**
 * The bytes of segments, one after the other in the order of these, while those behind are being read. It ends early where one is not there any
 * more: there is a newer head.
 */
export async function* eachSegment(profile: string, segments: readonly SegmentPlace[]): AsyncGenerator<Uint8Array> {
  const keys = segments.flatMap((segment) => keysOf(profile, segment));
  const batches = Array.from({ length: Math.ceil(keys.length / READ_AT_ONCE) }, (_, i) =>
    keys.slice(READ_AT_ONCE * i, READ_AT_ONCE * (i + 1)),
  );
  const reads: Promise<readonly (Key & { readonly bytes: Uint8Array })[]>[] = [];
  const begin = (): void => {
    const next = batches[reads.length];
    if (next === undefined) return;
    const read = getItems<Key & { readonly bytes: Uint8Array }>(next);
    // Whoever stops early does not wait for it.
    read.catch(() => undefined);
    reads.push(read);
  };
  for (let i = 0; i < READ_AT_ONCE; i += 1) begin();
  let slices: Uint8Array[] = [];
  let segment = 0;
  for (const [i, batch] of batches.entries()) {
    const items = (await reads[i]) ?? [];
    begin();
    if (items.length < batch.length) return;
    for (const { bytes } of items) {
      slices.push(bytes);
      if (slices.length < (segments[segment] as SegmentPlace).slices) continue;
      yield slices.length === 1 ? bytes : Buffer.concat(slices);
      slices = [];
      segment += 1;
    }
  }
}

/** The bytes of segments, in the order of these; undefined where one is not there any more: there is a newer head. */
export const readSegments = async (profile: string, segments: readonly SegmentPlace[]): Promise<readonly Uint8Array[] | undefined> => {
  const read: Uint8Array[] = [];
  for await (const bytes of eachSegment(profile, segments)) read.push(bytes);
  return read.length < segments.length ? undefined : read;
};

/** Leaves segments that no head names any more to the table's time to live. */
export const expireSegments = async (profile: string, segments: readonly SegmentPlace[], nowSecond: number): Promise<void> => {
  for (const key of segments.flatMap((segment) => keysOf(profile, segment))) await expireItem(key, nowSecond + KEPT_SECONDS);
};

/** Of what segments are: rows, or figures that are kept of them. */
export type SegmentsOf = 'LEDGER' | 'FIGURES';
const underWayKey = (profile: string, of: SegmentsOf): Key => ({ ...headKey(profile), sk: `UNDER-WAY#${of}` });

/** Segments that a run was about to write or to drop when it was last heard of; empty once it had ended. */
export const readUnderWay = async (profile: string, of: SegmentsOf): Promise<readonly SegmentPlace[]> => {
  const [item] = await getItems<Key & { readonly segments: Uint8Array }>([underWayKey(profile, of)]);
  if (item === undefined) return [];
  return JSON.parse(inflateRawSync(item.segments, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as SegmentPlace[];
};

export const putUnderWay = (profile: string, of: SegmentsOf, segments: readonly SegmentPlace[]): Promise<void> =>
  put({ ...underWayKey(profile, of), segments: deflateRawSync(JSON.stringify(segments)) });

/** A shard of the customers as a rebuild has read it: rows as segments of their own. */
export interface Staged {
  readonly shard: string;
  readonly segments: readonly SegmentPlace[];
  /** Recordings read. */
  readonly recordings: number;
}

interface StagedItem extends Key, Staged {}
const stagedPk = (profile: string, rebuild: string): string => `LEDGER#${profile}#REBUILD#${rebuild}`;

export const putStaged = (profile: string, rebuild: string, staged: Staged, expiresAt: number): Promise<void> =>
  put({ pk: stagedPk(profile, rebuild), sk: staged.shard, ...staged, [expiresAtAttribute]: expiresAt });

export const readStaged = (profile: string, rebuild: string): Promise<readonly Staged[]> =>
  queryRange<StagedItem>({ pk: stagedPk(profile, rebuild), from: '0', to: '~' });

/** When the rebuild that goes on was begun, epoch milliseconds; undefined where none does. */
export const readRebuilding = async (profile: string): Promise<number | undefined> => {
  const [item] = await getItems<Key & { readonly begunAt: number; readonly isDone: boolean }>([{ ...headKey(profile), sk: 'REBUILD' }]);
  return item === undefined || item.isDone ? undefined : item.begunAt;
};

export const putRebuilding = (profile: string, begunAt: number, isDone: boolean): Promise<void> =>
  put({ ...headKey(profile), sk: 'REBUILD', begunAt, isDone });

/** The day on which the ledger was last looked through for what was listed late, and the second to go on from where that is not done. */
export interface LookedBack {
  readonly on: string;
  readonly from?: number | undefined;
}

export const readLookedBack = async (profile: string): Promise<LookedBack | undefined> => {
  const [item] = await getItems<Key & LookedBack>([{ ...headKey(profile), sk: 'LATE' }]);
  return item;
};

export const putLookedBack = (profile: string, { on, from }: LookedBack): Promise<void> =>
  put({ ...headKey(profile), sk: 'LATE', on, ...(from === undefined ? {} : { from }) });
