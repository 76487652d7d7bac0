import type { Movement } from '../events.ts';
import { readNamed } from '../records/recorded-store.ts';
import { movementIdAt } from './identity.ts';
import { pageOf } from './month.ts';
import { readLedger } from './read-ledger.ts';

export interface MovementPage {
  readonly items: readonly Movement[];
  /** Where the page ended, or undefined after the last page. */
  readonly next: string | undefined;
}

/**
 * Movements of a period over all customers, in the order of day, customer and recording, from the ledger; at most `limit`. `after` is where a page
 * ended: the last movement of it.
 */
export const readMonth = async (from: string, to: string, after: string | undefined, limit: number): Promise<MovementPage> => {
  const ledger = await readLedger();
  const { rows, more } = pageOf(ledger, from, to, after, limit);
  const named = rows.map((row) => ({
    customerId: ledger.names.customers[ledger.rows.customer[row] as number] as string,
    version: ledger.rows.version[row] as number,
    movementId: movementIdAt(ledger, row),
  }));
  return { items: await readNamed(named), next: more ? named[named.length - 1]?.movementId : undefined };
};
