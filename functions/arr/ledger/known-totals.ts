import { addCounters, netsOf } from '../totals/log-store.ts';
import type { Totals } from '../totals/store.ts';
import type { Counters } from '../totals/totals.ts';
import { countersOf } from './counters.ts';
import type { Ledger } from './rows.ts';

/** Totals of a ledger from a month on (`YYYY-MM`), as the totals of all are read: in every cut but the origins. */
export const totalsFrom = (ledger: Ledger, from: string): Totals => {
  const months = countersOf(ledger);
  const before: Counters = new Map();
  for (const [month, counters] of months) {
    if (month >= from) continue;
    addCounters(before, netsOf(counters));
    months.delete(month);
  }
  return { before, months };
};
