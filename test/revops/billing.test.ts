import { describe, expect, test, vi } from 'vitest';
import { type Books, contractBooks, revenueByMonth } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

/** Changes of an account by month, as billing systems report them: `receivable` → `{ '2026-01': '31.00' }`. */
const movements = ({ journals }: Books): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  const minor = (text = '0') => Number(text.replace('.', ''));
  const sums: Record<string, Record<string, number>> = {};
  for (const { on, lines } of journals)
    for (const { account, debit, credit } of lines) {
      const byMonth = sums[account] ?? {};
      sums[account] = byMonth;
      byMonth[on.slice(0, 7)] = (byMonth[on.slice(0, 7)] ?? 0) + minor(debit) - minor(credit);
    }
  const CREDITS = ['contractLiability', 'refundLiability', 'revenue'];
  return Object.fromEntries(
    Object.entries(sums).map(([account, byMonth]) => [
      account,
      Object.fromEntries(
        Object.entries(byMonth)
          .filter(([, sum]) => sum !== 0)
          .map(([month, sum]) => [month, ((CREDITS.includes(account) ? -sum : sum) / 100).toFixed(2)]),
      ),
    ]),
  );
};

const plan = (amount: string, from: string, until: string) => ({
  signedOn: from,
  obligations: [{ id: 'plan', satisfaction: { method: 'days', from, until } }],
  price: [{ kind: 'fixed', amount }],
});
const invoice = (on: string, amount: string) => ({ type: 'invoice', on, amount });
const payment = (on: string, amount: string) => ({ type: 'payment', on, amount });
const policies = { unbilled: 'apart', contraRevenue: 'apart' };
const monthly = plan('31', '2026-01-15', '2026-02-15');
const quarterly = plan('90', '2026-01-01', '2026-04-01');

describe('an invoice in advance', () => {
  test('of a month from the middle of it on is earned by its days', async () => {
    const books = await contractBooks(monthly, { policies, events: [invoice('2026-01-15', '31')] });
    expect(movements(books)).toEqual({
      receivable: { '2026-01': '31.00' },
      revenue: { '2026-01': '17.00', '2026-02': '14.00' },
      contractLiability: { '2026-01': '14.00', '2026-02': '-14.00' },
    });
  });

  test('of a leap year has 366 days', async () => {
    const books = await contractBooks(plan('366', '2028-01-01', '2029-01-01'), { policies, events: [invoice('2028-01-01', '366')] });
    expect(revenueByMonth(books)).toMatchObject({ '2028-01': '31.00', '2028-02': '29.00', '2028-03': '31.00' });
  });

  test('that is voided takes back what was earned of it', async () => {
    const books = await contractBooks(quarterly, {
      policies,
      events: [invoice('2026-01-01', '90'), { type: 'credit', as: 'void', on: '2026-02-01', amount: '90' }],
    });
    expect(movements(books)).toEqual({
      receivable: { '2026-01': '90.00', '2026-02': '-90.00' },
      revenue: { '2026-01': '31.00' },
      contractLiability: { '2026-01': '59.00', '2026-02': '-59.00' },
      voids: { '2026-02': '31.00' },
    });
  });

  test('that is credited by half takes back half of what was earned, and earns half from then on', async () => {
    const books = await contractBooks(quarterly, {
      policies,
      events: [invoice('2026-01-01', '90'), { type: 'credit', as: 'creditNote', on: '2026-02-01', amount: '45' }],
    });
    expect(movements(books)).toEqual({
      receivable: { '2026-01': '90.00', '2026-02': '-45.00' },
      revenue: { '2026-01': '31.00', '2026-02': '14.00', '2026-03': '15.50' },
      contractLiability: { '2026-01': '59.00', '2026-02': '-43.50', '2026-03': '-15.50' },
      creditNotes: { '2026-02': '15.50' },
    });
  });

  test('that will not be paid leaves what was earned as a loss, and earns nothing more', async () => {
    const books = await contractBooks(monthly, {
      policies,
      events: [invoice('2026-01-15', '31'), { type: 'terminate', on: '2026-02-01' }, { type: 'writeOff', on: '2026-02-01', amount: '31' }],
    });
    expect(movements(books)).toEqual({
      receivable: { '2026-01': '31.00', '2026-02': '-31.00' },
      revenue: { '2026-01': '17.00' },
      contractLiability: { '2026-01': '14.00', '2026-02': '-14.00' },
      creditLoss: { '2026-02': '17.00' },
    });
  });
});

describe('a refund', () => {
  const refund = (amount: string) => [
    payment('2026-01-01', '90'),
    { type: 'credit', as: 'refund', on: '2026-02-01', amount },
    { type: 'refund', on: '2026-02-01', amount },
  ];

  test('of all takes back all', async () => {
    expect(movements(await contractBooks(quarterly, { policies, events: refund('90') }))).toEqual({
      cash: { '2026-01': '90.00', '2026-02': '-90.00' },
      revenue: { '2026-01': '31.00' },
      contractLiability: { '2026-01': '59.00', '2026-02': '-59.00' },
      refunds: { '2026-02': '31.00' },
    });
  });

  test('of a tenth takes back a tenth of every day', async () => {
    expect(movements(await contractBooks(quarterly, { policies, events: refund('9') }))).toEqual({
      cash: { '2026-01': '90.00', '2026-02': '-9.00' },
      revenue: { '2026-01': '31.00', '2026-02': '25.20', '2026-03': '27.90' },
      contractLiability: { '2026-01': '59.00', '2026-02': '-31.10', '2026-03': '-27.90' },
      refunds: { '2026-02': '3.10' },
    });
  });
});

describe('usage', () => {
  const metered = (events: readonly object[], periods: readonly object[]) =>
    contractBooks(
      {
        signedOn: '2026-01-15',
        obligations: [{ id: 'usage', satisfaction: { method: 'units' } }],
        price: [{ kind: 'perUnit', obligation: 'usage', amount: '1' }],
      },
      { policies, events: [...events, ...periods] },
    );
  const used = (on: string, units: string) => ({ type: 'transfer', on, obligation: 'usage', units });

  test('is earned when it happens, and billed later', async () => {
    const books = await metered([used('2026-01-25', '15'), used('2026-02-04', '17')], [invoice('2026-02-15', '32')]);
    expect(movements(books)).toEqual({
      unbilledReceivable: { '2026-01': '15.00', '2026-02': '-15.00' },
      revenue: { '2026-01': '15.00', '2026-02': '17.00' },
      receivable: { '2026-02': '32.00' },
    });
  });

  test('that is restated to its latest value is told by the difference', async () => {
    const books = await metered(
      [used('2026-01-25', '17'), used('2026-01-27', '-7'), used('2026-02-04', '5')],
      [invoice('2026-02-15', '15')],
    );
    expect(movements(books)).toEqual({
      unbilledReceivable: { '2026-01': '10.00', '2026-02': '-10.00' },
      revenue: { '2026-01': '10.00', '2026-02': '5.00' },
      receivable: { '2026-02': '15.00' },
    });
  });

  test('of what was bought before is a liability until then', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'credits', quantity: '100', satisfaction: { method: 'units' } }],
        price: [{ kind: 'perUnit', obligation: 'credits', amount: '1' }],
      },
      { events: [payment('2026-01-01', '100'), { type: 'transfer', on: '2026-01-20', obligation: 'credits', units: '30' }] },
    );
    expect(movements(books)).toEqual({
      cash: { '2026-01': '100.00' },
      revenue: { '2026-01': '30.00' },
      contractLiability: { '2026-01': '70.00' },
    });
  });
});

describe('what remains', () => {
  test('is told by twelve months each (Example 42 Contract C)', async () => {
    const { remaining, transactionPrice } = (await contractBooks(
      {
        signedOn: '2017-06-30',
        obligations: [{ id: 'service', satisfaction: { method: 'months', from: '2017-07-01', until: '2019-07-01' } }],
        price: [
          { kind: 'fixed', amount: '2400' },
          { kind: 'variable', estimate: { method: 'stated', amount: '1000' }, constrainedTo: '750' },
        ],
      },
      { asOf: '2017-12-31' },
    )) as Books & { readonly remaining: unknown };
    // 3,150 ÷ 24 = 131.25 a month: 12 × 131.25 and 6 × 131.25
    expect([transactionPrice.total, remaining]).toEqual([
      '3150.00',
      [
        { from: '2018-01-01', through: '2018-12-31', amount: '1575.00' },
        { from: '2019-01-01', through: '2019-12-31', amount: '787.50' },
      ],
    ]);
  });

  test('has no day where nobody knows it (Example 43)', async () => {
    const { remaining } = (await contractBooks(
      { obligations: [{ id: 'building', satisfaction: { method: 'progress' } }], price: [{ kind: 'fixed', amount: '10000000' }] },
      { asOf: '2026-12-31', events: [{ type: 'progress', on: '2026-12-31', obligation: 'building', share: '0.32' }] },
    )) as Books & { readonly remaining: unknown };
    expect(remaining).toEqual([{ from: '2027-01-01', amount: '6800000.00' }]);
  });
});
