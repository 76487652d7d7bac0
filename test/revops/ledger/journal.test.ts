import { describe, expect, it } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { defineCompany } from '../../../functions/platform/config.ts';
import { chartOf, sideOf } from '../../../functions/revops/ledger/accounts.ts';
import { checkedLines, contentOf, type Draft, isBalanced, journalIdOf, type WantedLine } from '../../../functions/revops/ledger/journal.ts';
import { reversalIdOf, reversalOf } from '../../../functions/revops/ledger/reversal.ts';

const books = { functionalCurrency: 'USD', chart: chartOf([]) };

const draft = (...lines: readonly WantedLine[]): Draft => ({
  legalEntity: 'acme-inc',
  key: 'k',
  accountingOn: '2026-11-01',
  description: 'an invoice',
  origin: { event: 'evt_1', rule: 'invoice-issued' },
  lines,
});

const receivable: WantedLine = { account: '1100', amountMinor: 120_000n, currency: 'USD', subLedgerKey: 'in_1', contractId: 'c-1' };
const liability: WantedLine = { account: '2100', amountMinor: -120_000n, currency: 'USD', subLedgerKey: 'c-1', contractId: 'c-1' };

/** Field and code of everything that is wrong with lines. */
const wrong = (...lines: readonly WantedLine[]): readonly string[] => {
  const checked = checkedLines(draft(...lines), books);
  return checked.ok ? [] : checked.problem.problems.map(({ field, code }) => `${field} ${code}`);
};

describe('a journal', () => {
  it('in the functional currency has its amounts as functional amounts', () => {
    expect(checkedLines(draft(receivable, liability), books)).toEqual({
      ok: true,
      value: [
        { ...receivable, functionalMinor: 120_000n },
        { ...liability, functionalMinor: -120_000n },
      ],
    });
  });

  it('in other currencies balances in each of them and in the functional one', () => {
    // €100.00 received at 1.10 for a receivable that stood at 1.05: a gain of $5.00.
    const cash = { account: '1000', amountMinor: 10_000n, currency: 'EUR', functionalMinor: 11_000n };
    const settled = { account: '1100', amountMinor: -10_000n, currency: 'EUR', functionalMinor: -10_500n, subLedgerKey: 'in_1' };
    const gain = { account: '7000', amountMinor: 0n, currency: 'EUR', functionalMinor: -500n };
    expect(wrong(cash, settled, gain)).toEqual([]);
    expect(wrong(cash, settled)).toEqual(['lines unbalanced']);
    expect(wrong(cash, { ...settled, amountMinor: -9_999n }, gain)).toEqual(['lines unbalanced']);
    expect(wrong(cash, { ...settled, currency: 'GBP' }, gain)).toEqual(['lines unbalanced', 'lines unbalanced']);
  });

  it('refuses what is wrong, line by line, and names all of it', () => {
    expect(wrong(receivable)).toEqual(['lines lines-out-of-bounds', 'lines unbalanced', 'lines unbalanced']);
    expect(wrong({ ...receivable, account: '1199' }, { ...liability, subLedgerKey: undefined })).toEqual([
      'lines[0].account account-unknown',
      'lines[1].subLedgerKey sub-ledger-key-missing',
    ]);
    expect(wrong({ ...receivable, currency: 'XAU', functionalMinor: 1n }, { ...liability, currency: 'ABC', functionalMinor: -1n })).toEqual(
      ['lines[0].currency currency-without-minor-unit', 'lines[1].currency currency-unknown', 'lines unbalanced', 'lines unbalanced'],
    );
    expect(wrong({ ...receivable, currency: 'EUR' }, liability)).toEqual(['lines[0].functionalMinor functional-amount-missing']);
    expect(wrong({ ...receivable, functionalMinor: 120_001n }, { ...liability, functionalMinor: -120_001n })).toEqual([
      'lines[0].functionalMinor functional-amount-differs',
      'lines[1].functionalMinor functional-amount-differs',
    ]);
    const euro = { ...receivable, currency: 'EUR', functionalMinor: -1n };
    expect(wrong(euro, { ...liability, currency: 'EUR', functionalMinor: 1n })).toEqual([
      'lines[0].functionalMinor sides-differ',
      'lines[1].functionalMinor sides-differ',
    ]);
    expect(wrong(receivable, liability, { account: '1000', amountMinor: 0n, currency: 'USD' })).toEqual([
      'lines[2].amountMinor line-empty',
    ]);
  });

  it('refuses more lines and more contracts than one item holds', () => {
    const many = (count: number, contracts: number): readonly WantedLine[] =>
      Array.from({ length: count }, (_, i) => ({ ...(i % 2 === 0 ? receivable : liability), contractId: `c-${i % contracts}` }));
    expect(wrong(...many(200, 50))).toEqual([]);
    expect(wrong(...many(202, 50))).toEqual(['lines lines-out-of-bounds']);
    expect(wrong(...many(200, 51))).toEqual(['lines contracts-out-of-bounds']);
  });

  it('is known by its legal entity and key, and told apart by everything that its caller says', () => {
    expect(journalIdOf('acme-inc', 'k')).toBe(journalIdOf('acme-inc', 'k'));
    expect(new Set([journalIdOf('a', 'bc'), journalIdOf('ab', 'c'), journalIdOf('a', 'b')]).size).toBe(3);
    const one = draft(receivable, liability);
    const others: readonly Draft[] = [
      { ...one, accountingOn: '2026-11-02' },
      { ...one, description: 'another' },
      { ...one, origin: { ...one.origin, paragraph: '606-10-45-2' } },
      { ...one, tag: { kind: 'error', reason: 'twice' } },
      draft(liability, receivable),
      draft({ ...receivable, functionalMinor: 120_000n }, liability),
      draft({ ...receivable, obligationId: 'o' }, liability),
      draft({ ...receivable, customerId: 'o' }, liability),
    ];
    expect(new Set([one, ...others].map(contentOf)).size).toBe(9);
    expect(contentOf({ ...one, key: 'another' })).toBe(contentOf(one));
  });
});

describe('a reversal', () => {
  it('has the same lines on the other side, and names what it takes back', () => {
    const lines = [
      { account: '1000', amountMinor: 10_000n, currency: 'EUR', functionalMinor: 11_000n },
      { account: '1100', amountMinor: -10_000n, currency: 'EUR', functionalMinor: -11_000n, subLedgerKey: 'in_1' },
    ];
    const journal = {
      ...draft(...lines),
      lines,
      journalId: 'jnl_1',
      functionalCurrency: 'USD',
      period: '2026-11-01',
      postedBy: 'u',
      recordedAt: '',
    };
    const reversal = reversalOf(journal, { accountingOn: '2026-12-01', description: 'paid by another' });
    expect(reversal).toEqual({
      legalEntity: 'acme-inc',
      key: 'reversal:jnl_1',
      accountingOn: '2026-12-01',
      description: 'paid by another',
      origin: { event: 'jnl_1', rule: 'reversal' },
      lines: [
        { account: '1000', amountMinor: -10_000n, currency: 'EUR', functionalMinor: -11_000n },
        { account: '1100', amountMinor: 10_000n, currency: 'EUR', functionalMinor: 11_000n, subLedgerKey: 'in_1' },
      ],
    });
    expect(isBalanced(lines)).toBe(true);
    // A caller's key does not lead to it.
    expect(reversalIdOf(journal)).not.toBe(journalIdOf('acme-inc', 'reversal:jnl_1'));
  });
});

describe('the chart', () => {
  it('has every account once, in order, and the company’s own in place of those of the same number', () => {
    const chart = chartOf([
      { number: '4010', name: 'Public sector', type: 'income', isContra: false, isMonetary: false },
      { number: '1000', name: 'Cash at bank', type: 'asset', isContra: false, isMonetary: true },
    ]);
    const numbers = [...chart.keys()];
    expect(numbers).toEqual([...numbers].sort());
    expect(numbers.length).toBe(chartOf([]).size + 1);
    expect([chart.get('1000')?.name, chart.get('4010')?.name]).toEqual(['Cash at bank', 'Public sector']);
  });

  it('remeasures receivables, contract assets and refund liabilities, and no contract liability or cost', () => {
    const monetary = [...chartOf([]).values()]
      .filter(({ subLedger }) => subLedger !== undefined)
      .map(({ subLedger, isMonetary }) => [subLedger, isMonetary]);
    expect(Object.fromEntries(monetary)).toEqual({
      receivables: true,
      'contract-assets': true,
      'capitalised-costs': false,
      'contract-liabilities': false,
      'refund-liabilities': true,
    });
  });

  it('says on which side a balance stands', () => {
    const side = (number: string) => sideOf(books.chart.get(number)!);
    expect(['1100', '1110', '2100', '3000', '4000', '4900', '5000'].map(side)).toEqual([
      'debit',
      'credit',
      'credit',
      'credit',
      'credit',
      'debit',
      'debit',
    ]);
  });

  it('refuses two accounts of one number in the configuration', () => {
    const account = { number: '4010', name: 'Public sector', type: 'income' as const };
    expect(() => defineCompany({ ...company, ledger: { accounts: [account, account] } })).toThrow(
      'ledger.accounts: accounts have different numbers',
    );
    expect(() => defineCompany({ ...company, ledger: { accounts: [{ ...account, name: 'a;b' }] } })).toThrow('ledger.accounts.0.name');
  });
});
