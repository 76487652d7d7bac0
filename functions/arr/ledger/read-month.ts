import { isDate, toEpochDay } from '../../platform/calendar.ts';
import type { Movement } from '../events.ts';
import { type Named, readNamed } from '../records/recorded-store.ts';
import { firstFrom } from './columns.ts';
import { movementIdAt } from './identity.ts';
import { sameMovement } from './join.ts';
import { readLedger } from './read-ledger.ts';
import type { Ledger } from './rows.ts';

export interface MovementPage {
  readonly items: readonly Movement[];
  /** Where the page ended, or undefined after the last page. */
  readonly next: string | undefined;
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

/**
 * Movements of a period over all customers, in the order of day, customer and recording, from the ledger; at most `limit`. `after` is where a page
 * ended: the last movement of it.
 */
export const readMonth = async (from: string, to: string, after: string | undefined, limit: number): Promise<MovementPage> => {
  const ledger = await readLedger();
  const { rows } = ledger;
  const end = firstFrom(rows, toEpochDay(to) + 1);
  const start = firstFrom(rows, toEpochDay(from));
  const named: Named[] = [];
  let row = after === undefined ? start : behind(ledger, after, start, end);
  for (; row < end && named.length < limit; row += 1) {
    if (row > start && sameMovement(rows, row - 1, row)) continue;
    const customerId = ledger.names.customers[rows.customer[row] as number] as string;
    named.push({ customerId, version: rows.version[row] as number, movementId: movementIdAt(ledger, row) });
  }
  while (row < end && sameMovement(rows, row - 1, row)) row += 1;
  return { items: await readNamed(named), next: row < end ? named[named.length - 1]?.movementId : undefined };
};
