import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { commit, getItems, type Key } from '../../platform/table.ts';
import { replaceSegments } from '../ledger/replace.ts';
import { readSegments, type SegmentPlace, segmentDigest } from '../ledger/store.ts';

/**
 * Figures that are kept of a ledger: `LEDGER#<profile>` has `FIGURES`, which says what they go by and which blocks there are;
 * `LEDGER#<profile>#FIGURES#<dimension>#<month>` the blocks, as segments of the ledger lie. A block is put once, and counts once the head names
 * it: who reads a head reads the figures of one moment.
 */
export interface KeptCurrency {
  readonly currency: string;
  /** The first day on which it moves, epoch day; and the first on which it does at a plan rate. */
  readonly movedOn: number;
  readonly convertedOn?: number;
}

export interface KeptCut {
  /** `` for the total. */
  readonly dimension: string;
  /** Whether customers have a part in each value. */
  readonly ofParts: boolean;
  /** Its values, then its months. */
  readonly blocks: readonly SegmentPlace[];
}

export interface KeptHead {
  /** Counts up by one. */
  readonly version: number;
  /** Form of the blocks: those of another one are neither read nor taken over. */
  readonly form: number;
  /** The head of the ledger that they were made of. */
  readonly ledgerVersion: number;
  /** All that was recorded before this second is in them, seconds since 1970. */
  readonly through: number;
  /** The day of the company that the last month is looked at on. */
  readonly on: string;
  /** The fiscal calendar that its months are of, as JSON. */
  readonly calendar: string;
  readonly planCurrency: string;
  /** Of the first row. */
  readonly firstDay: string;
  readonly currencies: readonly KeptCurrency[];
  /** All that there are; figures are kept of those in `cuts`. */
  readonly dimensions: readonly string[];
  readonly cuts: readonly KeptCut[];
}

const MAX_INFLATED_BYTES = 16_000_000;
const headKey = (profile: string): Key => ({ pk: `LEDGER#${profile}`, sk: 'FIGURES' });

interface HeadItem extends Key {
  readonly version: number;
  readonly head: Uint8Array;
}

export const readKeptHead = async (profile: string): Promise<KeptHead | undefined> => {
  const [item] = await getItems<HeadItem>([headKey(profile)]);
  return item === undefined
    ? undefined
    : (JSON.parse(inflateRawSync(item.head, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as KeptHead);
};

/** Puts a head behind the one before it; false where another was put there first. */
const putKeptHead = async (profile: string, head: KeptHead): Promise<boolean> => {
  const { version } = head;
  const written = await commit([
    {
      put: {
        Item: { ...headKey(profile), version, head: deflateRawSync(JSON.stringify(head)) },
        ...(version === 1
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#version = :before',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':before': version - 1 },
            }),
      },
    },
  ]);
  if (!written.ok && written.problem.code === 'busy') throw new Error(`the figures of ${profile} are busy; ask again`);
  return written.ok;
};

/** A block by what it is of. */
export interface Block {
  readonly of: string;
  readonly bytes: Uint8Array;
}

const placesOf = (head: KeptHead | undefined): readonly SegmentPlace[] => head?.cuts.flatMap(({ blocks }) => blocks) ?? [];

/** What a block is of and says. */
const contentOf = ({ period, key }: SegmentPlace): string => `${period} ${key.slice(key.indexOf('#') + 1)}`;

/**
 * Puts figures in the place of those before, which are taken over where they say the same. False where another run was there first: then nothing
 * of these counts.
 */
export const putKept = (
  profile: string,
  before: KeptHead | undefined,
  head: Omit<KeptHead, 'version' | 'cuts'>,
  cuts: readonly (Omit<KeptCut, 'blocks'> & { readonly blocks: readonly Block[] })[],
): Promise<boolean> => {
  const version = (before?.version ?? 0) + 1;
  const known = new Map(before?.form === head.form ? placesOf(before).map((place) => [contentOf(place), place]) : []);
  const segments = cuts.flatMap(({ dimension, blocks }) =>
    blocks.map(({ of, bytes }) => {
      const period = `FIGURES#${dimension}#${of}`;
      return known.get(`${period} ${segmentDigest(bytes)}`) ?? { period, bytes };
    }),
  );
  /** The cuts with the places of their blocks, which stand in the same order. */
  const placed = (places: readonly SegmentPlace[]): readonly KeptCut[] => {
    let at = 0;
    return cuts.map(({ dimension, ofParts, blocks }) => {
      at += blocks.length;
      return { dimension, ofParts, blocks: places.slice(at - blocks.length, at) };
    });
  };
  return replaceSegments(profile, {
    ...{ of: 'FIGURES', version, segments, before: placesOf(before) },
    putHead: (places) => putKeptHead(profile, { ...head, version, cuts: placed(places) }),
    readNamed: async () => placesOf(await readKeptHead(profile)),
  });
};

/** The same figures, through a later second; nothing happens where another run was there first. */
export const prolongKept = async (profile: string, head: KeptHead, through: number): Promise<void> => {
  await putKeptHead(profile, { ...head, version: head.version + 1, through });
};

/** The bytes of a cut's blocks: its values, then its months; undefined where one is not there any more: there is a newer head. */
export const readBlocks = (profile: string, { blocks }: KeptCut): Promise<readonly Uint8Array[] | undefined> =>
  readSegments(profile, blocks);
