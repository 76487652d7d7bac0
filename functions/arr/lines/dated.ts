import { fromEpochDay } from '../../platform/calendar.ts';
import type { Profile } from '../profiles/profile.ts';
import { annualValues, type Fraction, type Line } from './rating.ts';
import type { Step } from './steps.ts';
import type { Stretch } from './stretches.ts';

const isServed = ({ startsOn, endsOn }: Line, on: string): boolean =>
  (startsOn === undefined || startsOn <= on) && (endsOn === undefined || on < endsOn);

/**
 * Lines whose source states their own first and last days: the segments of a ramp, an addition that ends with the term. Of a stretch's lines,
 * those are in force on a day whose service has begun and has not ended by then; they change by themselves, as was contracted.
 * Answers the stretch with these alone; the very same one where none is dated.
 */
export const servedOn = (stretch: Stretch, day: number): Stretch => {
  if (!stretch.hasDatedLines) return stretch;
  const on = fromEpochDay(day);
  return { ...stretch, lines: stretch.lines.filter((line) => isServed(line, on)) };
};

/** A line that is in force, and what it is worth a year, in minor units of its currency. */
export interface Rated {
  readonly line: Line;
  readonly exact: Fraction;
}

/** A stretch's lines that are in force on a day and are worth something, whatever its status and whatever another source says. */
export const ratedOn = (stretch: Stretch, day: number, profile: Profile): readonly Rated[] => {
  const { lines, discounts } = servedOn(stretch, day);
  const values = annualValues(lines, discounts, fromEpochDay(day), profile);
  return lines.flatMap((line, i) => {
    const exact = values[i] as Fraction;
    return exact.num === 0n ? [] : [{ line, exact }];
  });
};

/**
 * What a stretch had fixed in advance for a day: lines that are in force on it otherwise than the day before. A line that begins on it by a
 * signature of its own, later than that of the line that it follows or of the first lines, is no step but a new decision.
 */
export const contractedStepOn = (stretch: Stretch | undefined, day: number): Step | undefined => {
  if (stretch === undefined || !stretch.hasDatedLines || !stretch.breakDays.includes(day)) return undefined;
  const { lines } = servedOn(stretch, day);
  const before = servedOn(stretch, day - 1).lines;
  if (lines.length === before.length && lines.every((line, i) => line === before[i])) return undefined;
  const first = firstBookedOn(stretch.lines);
  const lineIds = new Set<string>();
  const isNew = (line: Line): boolean => {
    const previous = before.find(({ lineId }) => lineId === line.lineId);
    return line.bookedOn !== first && line.bookedOn !== previous?.bookedOn;
  };
  // What ends on a day on which something else begins by a later signature was given up for it.
  const isReplaced = lines.some((line) => !before.includes(line) && isNew(line));
  if (!isReplaced) for (const line of before) if (!lines.includes(line)) lineIds.add(line.lineId);
  for (const line of lines) {
    if (before.includes(line)) continue;
    if (isNew(line)) lineIds.delete(line.lineId);
    else lineIds.add(line.lineId);
  }
  const items = lines
    .filter(({ lineId }) => lineIds.has(lineId))
    .map(({ priceId, quantity }) => ({ priceId, ...(quantity === undefined ? {} : { quantity }) }));
  return { day, items, lineIds };
};

/** The earliest signature under any line; undefined where one has none of its own. */
const firstBookedOn = (lines: readonly Line[]): string | undefined => {
  let first = lines[0]?.bookedOn;
  for (const { bookedOn } of lines) if (first !== undefined && (bookedOn === undefined || bookedOn < first)) first = bookedOn;
  return first;
};
