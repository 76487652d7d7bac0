import { nowMs } from '../../platform/clock.ts';
import { expireSegments, putSegment, putUnderWay, readUnderWay, type SegmentPlace, type SegmentsOf, segmentPlace } from './store.ts';

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

/**
 * Puts segments and the head that names them in the place of those before; false where another run was there first. What is written or dropped is
 * noted before: whatever no head names is left to expire, by this run or, where it ends at any moment, by the next one.
 */
export const replaceSegments = async (
  profile: string,
  { of, version, segments, before, putHead, readNamed }: Replacement,
): Promise<boolean> => {
  const next = segments.map((one) => (isNew(one) ? segmentPlace(one.period, version, one.bytes) : one));
  const stays = new Set(segments.flatMap((one) => (isNew(one) ? [] : [nameOf(one)])));
  const written = next.filter((_, i) => isNew(segments[i] as SegmentPlace | NewSegment));
  const all = [...(await readUnderWay(profile, of)), ...before.filter((one) => !stays.has(nameOf(one))), ...written];
  const underWay = [...new Map(all.map((one) => [nameOf(one), one])).values()];
  if (underWay.length > 0) await putUnderWay(profile, of, underWay);
  for (const one of segments) if (isNew(one)) await putSegment(profile, one.period, version, one.bytes);
  const isPut = await putHead(next);
  if (underWay.length === 0) return isPut;
  const named = new Set((isPut ? next : await readNamed()).map(nameOf));
  const dropped = underWay.filter((one) => !named.has(nameOf(one)));
  await expireSegments(profile, dropped, Math.floor(nowMs() / 1_000));
  await putUnderWay(profile, of, []);
  return isPut;
};
