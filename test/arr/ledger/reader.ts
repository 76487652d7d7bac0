import { vi } from 'vitest';
import { company } from '../../../ascent.config.ts';

process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The ledger as a function that has just started reads it: nothing of before is in its memory. */
export const newLedgerReader = async () => {
  vi.resetModules();
  const [{ readLedger }, { readMonth }] = await Promise.all([
    import('../../../functions/arr/ledger/read-ledger.ts'),
    import('../../../functions/arr/ledger/read-month.ts'),
  ]);
  return { readLedger, readMonth };
};
