import { addDays, endOfMonth, startOfMonth, toEpochDay } from '../../platform/calendar.ts';
import { type Course, revenueBefore } from './course.ts';

/** Revenue by period and obligation, what happened and what is expected. */

export interface ScheduleRow {
  /** First day of the period. */
  readonly from: string;
  /** Its last day, included. */
  readonly through: string;
  readonly obligation: string;
  /** Minor units earned within it; below 0 where an estimate took some back. */
  readonly minor: bigint;
  /** Whether the period has ended by `asOf`. */
  readonly status: 'actual' | 'expected';
}

/** The longest schedule that one request gets. */
export const MAX_PERIODS = 1_500;

const periodsOf = (course: Course, by: 'month' | 'day'): readonly (readonly [string, string])[] => {
  const periods: (readonly [string, string])[] = [];
  for (let from = by === 'day' ? course.firstDay : startOfMonth(course.firstDay); from <= course.lastDay; ) {
    const through = by === 'day' ? from : endOfMonth(from);
    periods.push([from, through]);
    from = addDays(through, 1);
  }
  return periods;
};

/** How many periods a schedule would have: asked before it is made. */
export const periodsBetween = (firstDay: string, lastDay: string, by: 'month' | 'day'): number => {
  const days = toEpochDay(lastDay) - toEpochDay(firstDay) + 1;
  return by === 'day' ? days : Math.ceil(days / 28) + 1;
};

/** Rows of periods in which an obligation earns something, in order. They sum to what it earns until the last. */
export const scheduleOf = (course: Course, by: 'month' | 'day', asOf: string | undefined): readonly ScheduleRow[] => {
  const rows: ScheduleRow[] = [];
  let before: ReadonlyMap<string, bigint> = new Map();
  for (const [from, through] of periodsOf(course, by)) {
    const revenue = revenueBefore(course, toEpochDay(through) + 1);
    const status = asOf === undefined || through <= asOf ? 'actual' : 'expected';
    for (const obligation of new Set([...before.keys(), ...revenue.keys()])) {
      const minor = (revenue.get(obligation) ?? 0n) - (before.get(obligation) ?? 0n);
      if (minor !== 0n) rows.push({ from, through, obligation, minor, status });
    }
    before = revenue;
  }
  return rows;
};
