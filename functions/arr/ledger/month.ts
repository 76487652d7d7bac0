import { isDate, toEpochDay } from '../../platform/calendar.ts';
import { firstFrom } from './columns.ts';
import { sameMovement } from './join.ts';
import type { Ledger } from './rows.ts';

/** A page of a period's movements: the first row of each, in their order. */
export interface RowPage {
  readonly rows: readonly number[];
  /** Whether others follow. */
  readonly more: boolean;
}

/** The first row behind a movement, by its id: the ledger may have grown in front of it since. Behind what is no id stands nothing. */
const behind = (ledger: Ledger, movementId: string, from: number, to: number): number => {
  const { rows, names } = ledger;
  const [number = '', version = '', day = '', ...rest] = movementId.split('~').reverse();
  const customerId = rest.reverse().join('~');
  if (!isDate(day)) return to;
  const wanted = [toEpochDay(day), customerId, Number(version), Number(number)] as const;
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const own = [rows.day[middle], names.customers[rows.customer[middle] as number], rows.version[middle], rows.number[middle]];
    const differs = own.findIndex((part, i) => part !== wanted[i]);
    if (differs === -1 || (own[differs] as number | string) < (wanted[differs] as number | string)) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Movements of a period over all customers, in the order of day, customer and recording; at most `limit`. `after` is the last one of the page before. */
export const pageOf = (ledger: Ledger, from: string, to: string, after: string | undefined, limit: number): RowPage => {
  const { rows } = ledger;
  const end = firstFrom(rows, toEpochDay(to) + 1);
  const start = firstFrom(rows, toEpochDay(from));
  const page: number[] = [];
  let row = after === undefined ? start : behind(ledger, after, start, end);
  for (; row < end && page.length < limit; row += 1) if (row === start || !sameMovement(rows, row - 1, row)) page.push(row);
  while (row < end && sameMovement(rows, row - 1, row)) row += 1;
  return { rows: page, more: row < end };
};
