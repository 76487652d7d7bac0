import { addDays, startOfDay } from '../../platform/calendar.ts';
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
