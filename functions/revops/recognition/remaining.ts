import { addDays, addMonths } from '../../platform/calendar.ts';
import type { ScheduleRow } from './schedule.ts';

/** Remaining performance obligations by time bands, ASC 606-10-50-13. */

export interface Band {
  readonly from: string;
  /** Last day; absent where no day is known. */
  readonly through?: string;
  readonly minor: bigint;
}

const MONTHS = 12;

/** What is expected after a day, by twelve months each, and what is left without a day. Bands sum to what remains. */
export const bandsOf = (rows: readonly ScheduleRow[], on: string, remainingMinor: bigint): readonly Band[] => {
  const bands: Band[] = [];
  let left = remainingMinor;
  const ahead = rows.filter(({ through }) => through > on);
  const last = ahead.reduce((latest, { through }) => (through > latest ? through : latest), on);
  for (let from = addDays(on, 1); from <= last; from = addMonths(from, MONTHS)) {
    const through = addDays(addMonths(from, MONTHS), -1);
    const minor = ahead.filter((row) => row.through >= from && row.through <= through).reduce((sum, row) => sum + row.minor, 0n);
    if (minor !== 0n) bands.push({ from, through, minor });
    left -= minor;
  }
  return left === 0n ? bands : [...bands, { from: addDays(on, 1), minor: left }];
};
