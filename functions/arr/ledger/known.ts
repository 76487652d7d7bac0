import { addDays, startOfDay } from '../../platform/calendar.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { filtered } from './columns.ts';
import type { Ledger } from './rows.ts';

/** The ledger as it was known before a second: without what was recorded in it or later. Of one that goes through the second it never changes. */
export const asKnownBefore = (ledger: Ledger, second: number): Ledger => {
  const { recordedAt } = ledger.rows;
  const rows = filtered(ledger.rows, (row) => (recordedAt[row] as number) < second);
  return { ...ledger, rows, through: Math.min(ledger.through, second) };
};

/** The ledger as it was known at the end of a day of the zone. */
export const asKnownOn = (ledger: Ledger, day: string, zone: string): Ledger => asKnownBefore(ledger, startOfDay(addDays(day, 1), zone));

/** Whether something can be known on a day: not on one to come, of which an answer of today would look like one of then. */
export const knowable = (day: string | undefined, today: string): Result<void, Problem<'period-invalid'>> =>
  day === undefined || day <= today
    ? ok(undefined)
    : fail('period-invalid', `Nothing is known as of ${day} yet: today is ${today}.`, 'query.asKnownOn');
