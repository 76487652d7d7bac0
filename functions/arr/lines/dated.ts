import { fromEpochDay } from '../../platform/calendar.ts';
import type { Line } from './rating.ts';
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

/** What a stretch had fixed in advance for a day: the lines that are in force on it, where they are others than the day before. */
export const contractedStepOn = (stretch: Stretch | undefined, day: number): Step | undefined => {
  if (stretch === undefined || !stretch.hasDatedLines || !stretch.breakDays.includes(day)) return undefined;
  const { lines } = servedOn(stretch, day);
  const before = servedOn(stretch, day - 1).lines;
  if (lines.length === before.length && lines.every((line, i) => line === before[i])) return undefined;
  return {
    day,
    cause: 'contracted-step',
    items: lines.map(({ priceId, quantity }) => (quantity === undefined ? { priceId } : { priceId, quantity })),
  };
};
