import { assert } from '../../platform/bug.ts';
import { nowMs } from '../../platform/clock.ts';
import { listRecorded, readTold } from '../records/recorded-store.ts';
import { sectionOf } from './build.ts';
import { filtered, type Section } from './columns.ts';
import { joined } from './join.ts';
import { periodOf, unchanged } from './periods.ts';
import { type NewSegment, replaceSegments } from './replace.ts';
import { Dictionary, freshOf, sectionFrom, segmentsOf } from './segments.ts';
import { type Head, putHead, readHead, readSegments, type SegmentPlace } from './store.ts';

/**
 * What was recorded by a time is listed at the latest so many seconds later: a function that records ends within thirty seconds of the time that
 * it records by, and the index follows the table within moments.
 */
const LISTED_AFTER_SECONDS = 120;

/** Through which second all that was recorded is listed by now. */
export const listedThrough = (): number => Math.floor(nowMs() / 1000) - LISTED_AFTER_SECONDS;

export const NO_HEAD = (planCurrency: string): Head => ({ version: 0, rebuiltAt: 0, through: 0, planCurrency, segments: [] });

/** Movements of some items of recordings in columns. */
export const sectionOfRecorded = async (keys: Parameters<typeof readTold>[0], planCurrency: string): Promise<Section> => {
  const sections: Section[] = [];
  for await (const told of readTold(keys)) {
    const other = told.find((one) => one.planCurrency !== planCurrency);
    assert(other === undefined, `movements at plan rates in ${other?.planCurrency} do not stand in a ledger in ${planCurrency}`);
    sections.push(sectionOf(told.flatMap(({ movements }) => movements)));
  }
  return joined(sections);
};

/** What was recorded from a second on, as far as another one and somewhat beyond. */
export const recordedBetween = async (from: number, through: number, planCurrency: string): Promise<Section> => {
  const sections: Section[] = [];
  for (let since = from; since < through; ) {
    const { keys, before = through * 1_000 } = await listRecorded(since);
    sections.push(await sectionOfRecorded(keys, planCurrency));
    since = before / 1_000;
  }
  return joined(sections);
};

/** Segments of this function's last head: each is written once. */
const kept = new Map<string, Uint8Array>();

const bytesOf = async (profile: string, segments: readonly SegmentPlace[]): Promise<readonly Uint8Array[] | undefined> => {
  const keyOf = ({ period, key }: SegmentPlace): string => `${profile} ${period} ${key}`;
  const missing = segments.filter((segment) => !kept.has(keyOf(segment)));
  const read = await readSegments(profile, missing);
  if (read === undefined) return undefined;
  for (const [i, segment] of missing.entries()) kept.set(keyOf(segment), read[i] as Uint8Array);
  const all = segments.map((segment) => kept.get(keyOf(segment)) as Uint8Array);
  const named = new Set(segments.map(keyOf));
  for (const key of kept.keys()) if (key.startsWith(`${profile} `) && !named.has(key)) kept.delete(key);
  return all;
};

/** All rows that a head names; undefined where there is a newer one. */
export const sectionOfHead = async (profile: string, { segments }: Head): Promise<Section | undefined> => {
  const bytes = await bytesOf(profile, segments);
  return bytes === undefined ? undefined : sectionFrom(bytes);
};

/** Rows by the periods in which they were recorded, in the order of these. */
const byPeriod = ({ rows, names }: Section, through: number): ReadonlyMap<string, Section> => {
  const known = new Map<number, string>();
  const periodAt = (second: number): string => {
    const hour = Math.floor(second / 3_600);
    const period = known.get(hour) ?? periodOf(second, through);
    known.set(hour, period);
    return period;
  };
  const periods = Array.from(rows.recordedAt, periodAt);
  return new Map([...new Set(periods)].sort().map((period) => [period, { rows: filtered(rows, (row) => periods[row] === period), names }]));
};

/** The segments of a period with their bytes, behind those that the dictionary knows. */
export const cut = (section: Section, through: number, dictionary: Dictionary): readonly NewSegment[] =>
  [...byPeriod(section, through)].flatMap(([period, own]) => segmentsOf(own, dictionary).map((bytes) => ({ period, bytes })));

/**
 * The head after these rows are in; undefined where another run was there first. The first of them was recorded at `first` or later: where that is
 * before what the ledger went through, whoever has it in memory reads it whole.
 */
export const advanced = async (
  profile: string,
  head: Head,
  fresh: Section,
  through: number,
  first: number = head.through,
): Promise<Head | undefined> => {
  const still = unchanged(
    head.segments.map(({ period }) => period),
    first,
    through,
  );
  const bytes = await bytesOf(profile, head.segments);
  if (bytes === undefined) return undefined;
  const dictionary = new Dictionary();
  for (const own of bytes.slice(0, still)) dictionary.take(freshOf(own));
  const segments = [...head.segments.slice(0, still), ...cut(joined([sectionFrom(bytes, still), fresh]), through, dictionary)];
  const rebuiltAt = first < head.through ? nowMs() : head.rebuiltAt;
  return replaceHead(profile, head, { ...head, version: head.version + 1, rebuiltAt, through }, segments);
};

/** Puts a head with its segments in the place of the one before it; undefined where another run was there first. */
export const replaceHead = async (
  profile: string,
  before: Head,
  next: Omit<Head, 'segments'>,
  segments: readonly (SegmentPlace | NewSegment)[],
): Promise<Head | undefined> => {
  let head: Head | undefined;
  const isPut = await replaceSegments(profile, {
    ...{ of: 'LEDGER', version: next.version, segments, before: before.segments },
    putHead: (placed) => {
      head = { ...next, segments: placed };
      return putHead(profile, head);
    },
    readNamed: async () => (await readHead(profile))?.segments ?? [],
  });
  return isPut ? head : undefined;
};

export interface TakenIn {
  readonly rows: number;
  readonly through: number;
  /** False where time was up: the next call goes on. */
  readonly isDone: boolean;
}

/** Attempts while other runs take in the same. */
const MAX_ATTEMPTS = 5;

/**
 * Takes into a profile's ledger what was recorded since it was last done, up to the time by which all is listed. What comes twice counts once, so
 * it may stop anywhere and begin again: nothing counts before the head names it, and the head is replaced only by one that was made from it.
 */
export const takeIn = async (profile: string, planCurrency: string, hasTime: () => boolean): Promise<TakenIn> => {
  let rows = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; ) {
    const head = (await readHead(profile)) ?? NO_HEAD(planCurrency);
    const { keys, before = Number.POSITIVE_INFINITY } = await listRecorded(head.through);
    const through = Math.min(listedThrough(), before / 1_000);
    if (through <= head.through) return { rows, through: head.through, isDone: true };
    const own = keys.filter(({ gsi1sk }) => Date.parse(gsi1sk.slice(0, gsi1sk.indexOf('#'))) < through * 1_000);
    if (own.length > 0) {
      const fresh = await sectionOfRecorded(own, head.planCurrency);
      if ((await advanced(profile, head, fresh, through)) === undefined) {
        attempt += 1;
        continue;
      }
      rows += fresh.rows.length;
    }
    const isDone = before === Number.POSITIVE_INFINITY;
    if (isDone || !hasTime()) return { rows, through, isDone };
  }
  throw new Error(`other runs took in the ledger of ${profile} at each of ${MAX_ATTEMPTS} attempts; the next one goes on`);
};
