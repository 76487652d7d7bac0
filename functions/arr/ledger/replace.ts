import { nowMs } from '../../platform/clock.ts';
import {
  expireSegments,
  putSegment,
  putUnderWay,
  readUnderWay,
  type SegmentPlace,
  type SegmentsOf,
  segmentPlace,
  versionOf,
} from './store.ts';

/** A segment that is to be written for a version of the head. */
export interface NewSegment {
  readonly period: string;
  readonly bytes: Uint8Array;
}

/** Segments as a head is to name them, in their order: those that stay, and those that are written. */
export interface Replacement {
  readonly of: SegmentsOf;
  readonly version: number;
  readonly segments: readonly (SegmentPlace | NewSegment)[];
  /** What the head of before names. */
  readonly before: readonly SegmentPlace[];
  /** Puts the head; false where another was put there first. */
  readonly putHead: (segments: readonly SegmentPlace[]) => Promise<boolean>;
  /** What the head names that lies there. */
  readonly readNamed: () => Promise<readonly SegmentPlace[]>;
}

const nameOf = ({ period, key }: SegmentPlace): string => `${period} ${key}`;
const isNew = (segment: SegmentPlace | NewSegment): segment is NewSegment => 'bytes' in segment;

/** What some heads name is left out. */
const without = (segments: readonly SegmentPlace[], named: readonly SegmentPlace[]): readonly SegmentPlace[] => {
  const names = new Set(named.map(nameOf));
  return segments.filter((one) => !names.has(nameOf(one)));
};

/** Each once. */
const distinct = (segments: readonly SegmentPlace[]): readonly SegmentPlace[] => [
  ...new Map(segments.map((one) => [nameOf(one), one])).values(),
];

/**
 * Puts segments and the head that names them in the place of those before; false where another run was there first. What is written or dropped is
 * noted before: whatever no head names is left to expire, by this run or, where it ends at any moment, by the next one whose head is put. That one
 * leaves alone what was written for a later head, which another run may be about to put.
 */
export const replaceSegments = async (
  profile: string,
  { of, version, segments, before, putHead, readNamed }: Replacement,
): Promise<boolean> => {
  const next = segments.map((one) => (isNew(one) ? segmentPlace(one.period, version, one.bytes) : one));
  const written = next.filter((_, i) => isNew(segments[i] as SegmentPlace | NewSegment));
  const underWay = distinct([...(await readUnderWay(profile, of)), ...without(before, next), ...written]);
  if (underWay.length > 0) await putUnderWay(profile, of, underWay);
  for (const one of segments) if (isNew(one)) await putSegment(profile, one.period, version, one.bytes);
  const isPut = await putHead(next);
  const now = Math.floor(nowMs() / 1_000);
  if (!isPut) await expireSegments(profile, without(written, await readNamed()), now);
  else if (underWay.length > 0) {
    const isLater = (one: SegmentPlace): boolean => versionOf(one) > version;
    await expireSegments(
      profile,
      without(underWay, next).filter((one) => !isLater(one)),
      now,
    );
    await putUnderWay(profile, of, (await readUnderWay(profile, of)).filter(isLater));
  }
  return isPut;
};
