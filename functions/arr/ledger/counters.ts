import { Tally } from '../totals/tally.ts';
import type { MonthlyCounters } from '../totals/totals.ts';
import { endOfMovement, entryAt } from './entries.ts';
import type { Ledger } from './rows.ts';

/** What a ledger's movements sum to, in the counters of the totals: by the same arithmetic, in every cut but the origins. */
export const countersOf = (ledger: Ledger): MonthlyCounters => {
  const tally = new Tally(ledger.planCurrency);
  for (let first = 0; first < ledger.rows.length; ) {
    const end = endOfMovement(ledger, first);
    tally.add(entryAt(ledger, first, end));
    first = end;
  }
  return tally.counters();
};
