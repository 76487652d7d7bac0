import { expect, it } from 'vitest';
import { chartOf } from '../../../functions/revops/ledger/accounts.ts';
import { csvOf, hledgerOf } from '../../../functions/revops/ledger/export.ts';
import type { Journal } from '../../../functions/revops/ledger/journal.ts';

/** ¥5,000 at 0.0064: $32.00. */
const journal: Journal = {
  journalId: 'jnl_1',
  legalEntity: 'acme-inc',
  functionalCurrency: 'USD',
  key: 'k',
  accountingOn: '2026-11-02',
  period: '2026-11-01',
  description: 'Invoice | in_1;  paid',
  origin: { event: '=evt,1', rule: 'invoice-paid', paragraph: '606-10-45-4' },
  tag: { kind: 'late-data', reason: 'found' },
  lines: [
    { account: '1000', amountMinor: 5_000n, currency: 'JPY', functionalMinor: 3_200n },
    { account: '1100', amountMinor: -5_000n, currency: 'JPY', functionalMinor: -3_200n, subLedgerKey: '+in_1', contractId: 'c-1' },
  ],
  postedBy: 'u',
  recordedAt: '2026-11-05T10:00:00.000Z',
};
const chart = chartOf([]);

it('tells hledger of a journal as a transaction with its amounts in major units, and nothing that it would read otherwise', () => {
  expect(hledgerOf([journal], chart, 'transaction')).toBe(
    [
      '2026-11-02 * (jnl_1) Invoice in_1 paid',
      '    ; event:=evt 1, rule:invoice-paid, paragraph:606-10-45-4, late:late-data',
      '    assets:1000 Cash  5000 JPY',
      '    assets:1100 Accounts receivable  -5000 JPY  ; key:+in_1, contract:c-1',
      '',
    ].join('\n'),
  );
  expect(hledgerOf([journal, journal], chart, 'functional')).toContain(
    '    assets:1000 Cash  32.00 USD\n    assets:1100 Accounts receivable  -32.00 USD',
  );
});

it('tells a spreadsheet a row a line, and no formula', () => {
  const [, first, second, end] = csvOf([{ ...journal, reverses: 'jnl_0' }], chart).split('\r\n');
  expect(first).toBe(`jnl_1,2026-11-02,1000,Cash,JPY,5000,USD,32.00,,,,,"'=evt,1",invoice-paid,606-10-45-4,late-data,jnl_0`);
  expect(second).toBe(
    `jnl_1,2026-11-02,1100,Accounts receivable,JPY,-5000,USD,-32.00,'+in_1,,c-1,,"'=evt,1",invoice-paid,606-10-45-4,late-data,jnl_0`,
  );
  expect(end).toBe('');
});
