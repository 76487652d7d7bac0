import { describe, expect, test, vi } from 'vitest';
import { accountsOn, allocations, type Books, contractBooks, journalTexts, revenueByMonth } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

/** Examples of the standard that no other file shows: their numbers, and how they are expressed. */

const good = (id: string, rest: object = {}) => ({ id, satisfaction: { method: 'atPoint' }, ...rest });
const months = (id: string, from: string, until: string, rest: object = {}) => ({
  id,
  satisfaction: { method: 'months', from, until },
  ...rest,
});
const fixed = (amount: string) => ({ kind: 'fixed', amount });
const variable = (estimate: object, rest: object = {}) => ({ kind: 'variable', estimate, ...rest });
const stated = (amount: string) => ({ method: 'stated', amount });
const totalOf = ({ transactionPrice }: Books): string => transactionPrice.total;

describe('step 1', () => {
  test('Example 1 Case C: what is received before the criteria are met is a liability', async () => {
    const books = await contractBooks(
      { criteria: { collectible: false }, obligations: [months('service', '2026-01-01', '2029-01-01')], price: [fixed('720')] },
      { events: [{ type: 'payment', on: '2026-01-31', amount: '20' }], balancesOn: ['2026-01-31'] },
    );
    // 36 × 20 = 720
    expect(accountsOn(books, '2026-01-31')).toEqual({ cash: '20.00', depositLiability: '20.00' });
  });

  test('Example 1 Case D and Example 18: a year of 10 or 100 a month', async () => {
    for (const fee of ['120', '1200']) {
      const books = await contractBooks({ obligations: [months('membership', '2026-01-01', '2027-01-01')], price: [fixed(fee)] });
      expect(new Set(Object.values(revenueByMonth(books)))).toEqual(new Set([(Number(fee) / 12).toFixed(2)]));
    }
  });

  test('Example 2: of 1,000,000 that is promised, 400,000 are expected', async () => {
    const books = await contractBooks(
      { obligations: [good('drug')], price: [fixed('1000000'), variable(stated('-600000'), { concession: true })] },
      { events: [{ type: 'transfer', on: '2026-01-05', obligation: 'drug' }] },
    );
    expect(journalTexts(books)).toEqual(['2026-01-05 receivable 400000.00 / revenue drug 400000.00']);
  });

  test('what was received and cannot be refunded is revenue after an event of 25-7', async () => {
    const books = await contractBooks(
      { criteria: { collectible: false }, obligations: [good('A')], price: [fixed('100')] },
      {
        events: [
          { type: 'payment', on: '2026-01-05', amount: '30' },
          { type: 'criteria', on: '2026-02-01', met: false, retained: true },
        ],
      },
    );
    expect(journalTexts(books)).toEqual([
      '2026-01-05 cash 30.00 / depositLiability 30.00',
      '2026-02-01 depositLiability 30.00 / revenue 30.00',
    ]);
  });
});

describe('step 3', () => {
  test('Example 20: 900,000 are fixed, and 100,000 depend on being in time', async () => {
    const inTime = {
      method: 'mostLikely',
      outcomes: [
        { amount: '100000', probability: '0.9' },
        { amount: '0', probability: '0.1' },
      ],
    };
    const books = await contractBooks({ obligations: [good('asset')], price: [fixed('900000'), variable(inTime)] });
    expect(books.transactionPrice.parts.map(({ effect, amount }) => [effect, amount])).toEqual([
      ['stated', '900000.00'],
      ['contingent', '100000.00'],
    ]);
  });

  test('Example 21: days by expected value, the bonus by the most likely amount', async () => {
    const days = { method: 'expectedValue', outcomes: [{ amount: '-50000', probability: '1' }] };
    const bonus = (probability: string, other: string) => ({
      method: 'mostLikely',
      outcomes: [
        { amount: '0', probability },
        { amount: '150000', probability: other },
      ],
    });
    const price = (estimate: object) =>
      contractBooks({ obligations: [good('asset')], price: [fixed('2500000'), variable(days), variable(estimate)] });
    // five days late at 10,000, without the bonus and with it
    expect([totalOf(await price(bonus('0.6', '0.4'))), totalOf(await price(bonus('0.4', '0.6')))]).toEqual(['2450000.00', '2600000.00']);
  });

  test('Example 23 Case A: a concession of 20% is expected, and all of it counts', async () => {
    const books = await contractBooks(
      { obligations: [good('units')], price: [fixed('100000'), variable(stated('-20000'), { concession: true })] },
      { events: [{ type: 'transfer', on: '2026-12-01', obligation: 'units' }] },
    );
    expect(books.transactionPrice.recognised).toBe('80000.00');
  });

  test('Example 12A: a day’s share of sales belongs to that day', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'management', satisfaction: { method: 'units' } }],
        price: [{ kind: 'perUnit', obligation: 'management', amount: '0.01' }],
      },
      { events: [{ type: 'transfer', on: '2026-01-31', obligation: 'management', units: '1500000' }] },
    );
    expect(revenueByMonth(books)).toEqual({ '2026-01': '15000.00' });
  });
});

describe('rights, fees and licences', () => {
  test('Example 51: renewals that are expected, by what each year costs (55-45)', async () => {
    const year = (id: string, cost: string) => good(id, { sellingPrice: { method: 'costPlusMargin', cost } });
    const books = await contractBooks(
      {
        obligations: [year('first', '600'), year('second', '675'), year('third', '810')],
        price: [fixed('1000'), variable(stated('900')), variable(stated('810'))],
      },
      { policies: { allocation: 'major' } },
    );
    // 600, 750 × 90% and 1,000 × 81% of 2,085, of 1,000 + 900 + 810 in whole dollars
    expect(allocations(books)).toEqual({ first: '780.00', second: '877.00', third: '1053.00' });
  });

  test('Example 53: a fee that cannot be refunded is earned with the service', async () => {
    const books = await contractBooks({
      obligations: [months('service', '2026-01-01', '2027-01-01')],
      price: [fixed('120'), fixed('1200')],
    });
    expect(new Set(Object.values(revenueByMonth(books)))).toEqual(new Set(['110.00']));
  });

  test('Example 59 Case A: a right to use is earned when its period begins', async () => {
    const books = await contractBooks({
      signedOn: '2020-12-15',
      obligations: [{ id: 'licence', satisfaction: { method: 'atPoint', on: '2021-01-01' } }],
      price: [fixed('240000')],
    });
    expect(revenueByMonth(books)).toEqual({ '2021-01': '240000.00' });
  });

  test('Example 61: a right to access over its term, and a royalty with the sales', async () => {
    const books = await contractBooks(
      {
        obligations: [months('logo', '2026-01-01', '2027-01-01')],
        price: [fixed('2000000'), { id: 'royalty', kind: 'royalty', percent: '5', allocateTo: ['logo'] }],
      },
      { events: [{ type: 'sales', on: '2026-03-31', price: 'royalty', amount: '3000000' }] },
    );
    // 2,000,000 ÷ 12 a month, and 3,000,000 × 5%
    expect(revenueByMonth(books)).toMatchObject({ '2026-02': '166666.67', '2026-03': '316666.67', '2026-04': '166666.67' });
  });
});

describe('disclosure', () => {
  test('Example 42 Contract B: what remains of a fixed fee', async () => {
    const books = (await contractBooks(
      { signedOn: '2017-06-30', obligations: [months('service', '2017-07-01', '2019-07-01')], price: [fixed('9600')] },
      { asOf: '2017-12-31' },
    )) as Books & { readonly remaining: readonly { readonly amount: string }[] };
    // 400 a month
    expect(books.remaining.map(({ amount }) => amount)).toEqual(['4800.00', '2400.00']);
  });
});

describe('subscriptions', () => {
  test('that get cheaper for the last ten of thirty days earn less from then on', async () => {
    const books = await contractBooks(
      {
        signedOn: '2026-04-01',
        obligations: [{ id: 'plan', satisfaction: { method: 'days', from: '2026-04-01', until: '2026-05-01' } }],
        price: [fixed('90')],
      },
      {
        events: [
          { type: 'invoice', on: '2026-04-01', amount: '90' },
          { type: 'modify', on: '2026-04-21', price: [fixed('-20')] },
        ],
      },
    );
    // 20 × 3 + 10 × 1; the credit of 20 is owed until it is billed
    expect(revenueByMonth(books)).toEqual({ '2026-04': '70.00' });
    expect(accountsOn(books, '2026-04-30')).toEqual({ receivable: '90.00', contractLiability: '20.00', revenue: '70.00' });
  });

  test('with a month that is free are earned evenly: a contract asset at first', async () => {
    const books = await contractBooks(
      { obligations: [months('plan', '2026-01-01', '2027-01-01')], price: [fixed('5500')], rightToPayment: 'invoice' },
      { events: [{ type: 'invoice', on: '2026-02-01', amount: '500' }], balancesOn: ['2026-01-31', '2026-02-28'] },
    );
    expect(accountsOn(books, '2026-01-31')).toEqual({ contractAsset: '458.33', revenue: '458.33' });
    expect(accountsOn(books, '2026-02-28')).toEqual({ receivable: '500.00', contractAsset: '416.66', revenue: '916.66' });
  });

  test('after a trial that binds nobody are earned from their beginning', async () => {
    const books = await contractBooks({
      signedOn: '2026-01-15',
      obligations: [months('plan', '2026-01-15', '2026-02-15')],
      price: [fixed('500')],
    });
    expect([books.schedule[0]!.from, totalOf(books)]).toEqual(['2026-01-01', '500.00']);
  });

  test('with a line that has no period earn that at once', async () => {
    const books = await contractBooks(
      {
        signedOn: '2026-01-15',
        obligations: [
          { id: 'plan', satisfaction: { method: 'days', from: '2026-01-15', until: '2026-02-15' } },
          { id: 'setup', satisfaction: { method: 'atPoint', on: '2026-01-15' } },
        ],
        price: [
          { ...fixed('31'), allocateTo: ['plan'] },
          { ...fixed('5'), allocateTo: ['setup'] },
        ],
      },
      { events: [{ type: 'invoice', on: '2026-01-15', amount: '36' }] },
    );
    // 17 + 5, and 14
    const ofMonth = (month: string) =>
      books.schedule.filter(({ from }) => from.startsWith(month)).reduce((sum, { amount }) => sum + Number(amount), 0);
    expect([ofMonth('2026-01'), ofMonth('2026-02')]).toEqual([22, 14]);
    expect(accountsOn(books, '2026-01-31')).toEqual({ receivable: '36.00', contractLiability: '14.00', revenue: '22.00' });
  });
});
