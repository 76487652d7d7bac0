import { describe, expect, test, vi } from 'vitest';
import { allocations, type Books, contractBooks, journalTexts, revenueByMonth } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const observed = (amount: string) => ({ method: 'observed', amount });
const units = (id: string, quantity: string, each: string) => ({
  id,
  quantity,
  sellingPrice: { ...observed(each), per: 'unit' },
  satisfaction: { method: 'units' },
});
const decidedBy = ({ decisions }: Books): readonly string[] =>
  decisions.filter(({ rule }) => rule === 'modification').map(({ paragraph }) => paragraph);

describe('a modification', () => {
  const products = { obligations: [units('product', '120', '100')], price: [{ kind: 'fixed', amount: '12000' }] };
  const sixty = { type: 'transfer', on: '2026-02-01', obligation: 'product', units: '60' };

  test('that adds distinct goods at their own price is a contract by itself (Example 5 Case A)', async () => {
    const books = await contractBooks(products, {
      events: [
        sixty,
        { type: 'modify', on: '2026-03-01', add: [units('more', '30', '95')], price: [{ kind: 'fixed', amount: '2850' }] },
        { type: 'transfer', on: '2026-04-01', obligation: 'product', units: '60' },
        { type: 'transfer', on: '2026-04-02', obligation: 'more', units: '30' },
      ],
    });
    expect(decidedBy(books)).toEqual(['606-10-25-12']);
    // 120 at 100, and 30 at 95
    expect(allocations(books)).toEqual({ product: '12000.00', more: '2850.00' });
  });

  test('that adds distinct goods below their price ends the contract and begins a new one (Example 5 Case B)', async () => {
    const books = await contractBooks(products, {
      events: [
        sixty,
        {
          type: 'modify',
          on: '2026-03-01',
          add: [units('more', '30', '100')],
          price: [
            { kind: 'fixed', amount: '2400' },
            { kind: 'fixed', amount: '-900', transferred: 'product' },
          ],
        },
        { type: 'transfer', on: '2026-04-01', obligation: 'product', units: '60' },
        { type: 'transfer', on: '2026-05-01', obligation: 'more', units: '30' },
      ],
    });
    expect(decidedBy(books)).toEqual(['606-10-25-13(a)']);
    // 60 × 100; a credit of 60 × 15; (60 × 100 + 30 × 80) × 60 ÷ 90 = 93.33 × 60, and the rest for 30
    expect(revenueByMonth(books)).toEqual({ '2026-02': '6000.00', '2026-03': '-900.00', '2026-04': '5600.00', '2026-05': '2800.00' });
  });

  test('is followed by a change of an amount that was promised before it (Example 6)', async () => {
    const good = (id: string) => ({ id, sellingPrice: observed('600'), satisfaction: { method: 'atPoint' } });
    const books = await contractBooks(
      {
        signedOn: '2020-07-01',
        obligations: [good('X'), good('Y')],
        price: [
          { kind: 'fixed', amount: '1000' },
          { id: 'bonus', kind: 'variable', estimate: { method: 'stated', amount: '200' } },
        ],
      },
      {
        events: [
          { type: 'transfer', on: '2020-07-01', obligation: 'X' },
          { type: 'modify', on: '2020-11-30', add: [good('Z')], price: [{ kind: 'fixed', amount: '300' }] },
          { type: 'estimate', on: '2020-12-31', price: 'bonus', estimate: { method: 'stated', amount: '240' } },
          { type: 'transfer', on: '2021-03-31', obligation: 'Y' },
          { type: 'transfer', on: '2021-06-30', obligation: 'Z' },
        ],
      },
    );
    // (1,000 + 200) ÷ 2 = 600; then (600 + 300) ÷ 2 = 450 each; of 40 more, 20 are X’s at once and 20 ÷ 2 join Y and Z each
    expect(revenueByMonth(books)).toEqual({ '2020-07': '600.00', '2020-12': '20.00', '2021-03': '460.00', '2021-06': '460.00' });
    expect(books.transactionPrice.total).toBe('1540.00');
  });

  test('of a series changes what is to come only (Example 7)', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'service', satisfaction: { method: 'months', from: '2026-01-01', until: '2029-01-01' } }],
        price: [{ kind: 'fixed', amount: '300000' }],
      },
      {
        policies: { rounding: 'cumulative' },
        events: [
          {
            type: 'modify',
            on: '2028-01-01',
            change: [{ obligation: 'service', until: '2032-01-01' }],
            price: [
              { kind: 'fixed', amount: '-20000' },
              { kind: 'fixed', amount: '200000' },
            ],
          },
        ],
      },
    );
    const years = new Map<string, number>();
    for (const { from, amount } of books.schedule)
      years.set(from.slice(0, 4), (years.get(from.slice(0, 4)) ?? 0) + Number(amount.replace('.', '')));
    // 300,000 ÷ 3; then (100,000 − 20,000 + 200,000) ÷ 4
    expect([...years]).toEqual([
      ['2026', 10_000_000],
      ['2027', 10_000_000],
      ['2028', 7_000_000],
      ['2029', 7_000_000],
      ['2030', 7_000_000],
      ['2031', 7_000_000],
    ]);
  });

  test('of one obligation that is not distinct is measured again, and the difference counts at once (Example 8)', async () => {
    const building = (policies: object) =>
      contractBooks(
        {
          obligations: [{ id: 'building', satisfaction: { method: 'cost', expected: '700000' } }],
          price: [
            { kind: 'fixed', amount: '1000000' },
            { id: 'bonus', kind: 'variable', estimate: { method: 'stated', amount: '200000' }, constrainedTo: '0' },
          ],
        },
        {
          policies,
          events: [
            { type: 'cost', on: '2026-12-31', obligation: 'building', amount: '420000' },
            {
              type: 'modify',
              on: '2027-01-02',
              change: [{ obligation: 'building', expectedCost: '820000' }],
              price: [{ kind: 'fixed', amount: '150000' }],
            },
            { type: 'estimate', on: '2027-01-02', price: 'bonus', estimate: { method: 'stated', amount: '200000' } },
          ],
        },
      );
    // 420 ÷ 700 × 1,000,000 = 600,000; 420 ÷ 820 × 1,350,000 = 691,463.41, or 691,200 at 51.2%
    const books = await building({});
    expect(decidedBy(books)).toEqual(['606-10-25-13(b)']);
    expect(revenueByMonth(books)).toEqual({ '2026-12': '600000.00', '2027-01': '91463.41' });
    expect(revenueByMonth(await building({ progressPlaces: 1 }))).toEqual({ '2026-12': '600000.00', '2027-01': '91200.00' });
    expect(books.transactionPrice.total).toBe('1350000.00');
  });

  test('of a fee for one obligation in the course of its term catches up', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'project', satisfaction: { method: 'months', from: '2026-01-01', until: '2029-01-01' } }],
        price: [{ kind: 'fixed', amount: '36000' }],
      },
      { events: [{ type: 'modify', on: '2027-01-01', notDistinct: ['project'], price: [{ kind: 'fixed', amount: '6000' }] }] },
    );
    // 12,000 until then; 42,000 × 12 ÷ 36 = 14,000, so 2,000 at once; then 28,000 ÷ 24 = 1,166.67 a month
    const months = revenueByMonth(books);
    expect([months['2026-12'], months['2027-01'], months['2027-02']]).toEqual(['1000.00', '3166.71', '1166.67']);
    expect(books.transactionPrice.total).toBe('42000.00');
  });

  test('of both kinds at once is accounted for in both ways (25-13c)', async () => {
    const books = await contractBooks(
      {
        obligations: [
          { id: 'project', sellingPrice: observed('600'), satisfaction: { method: 'progress' } },
          { id: 'goods', sellingPrice: observed('400'), satisfaction: { method: 'atPoint' } },
        ],
        price: [{ kind: 'fixed', amount: '1000' }],
      },
      {
        events: [
          { type: 'progress', on: '2026-02-01', obligation: 'project', share: '0.5' },
          { type: 'modify', on: '2026-03-01', price: [{ kind: 'fixed', amount: '-100' }] },
          { type: 'transfer', on: '2026-04-01', obligation: 'goods' },
        ],
      },
    );
    expect(decidedBy(books)).toEqual(['606-10-25-13(c)']);
    // 600 × 50% = 300; 900 × 60% = 540, of which 50% = 270, so −30 at once; goods 900 × 40% = 360
    expect(revenueByMonth(books)).toEqual({ '2026-02': '300.00', '2026-03': '-30.00', '2026-04': '360.00' });
  });

  test('when nothing is left to transfer counts at once', async () => {
    const books = await contractBooks(
      { obligations: [{ id: 'A', satisfaction: { method: 'atPoint', on: '2026-01-10' } }], price: [{ kind: 'fixed', amount: '100' }] },
      { events: [{ type: 'modify', on: '2026-03-01', price: [{ kind: 'fixed', amount: '-30' }] }] },
    );
    expect(decidedBy(books)).toEqual(['606-10-32-43']);
    expect(revenueByMonth(books)).toEqual({ '2026-01': '100.00', '2026-03': '-30.00' });
  });

  test('and its inverse restore what is to come', async () => {
    const plan = {
      obligations: [{ id: 'plan', satisfaction: { method: 'days', from: '2026-01-01', until: '2027-01-01' } }],
      price: [{ kind: 'fixed', amount: '365' }],
    };
    const change = (amount: string) => ({ type: 'modify', on: '2026-07-01', price: [{ kind: 'fixed', amount }] });
    const books = await contractBooks(plan, { events: [change('100'), change('-100')] });
    expect(revenueByMonth(books)).toEqual(revenueByMonth(await contractBooks(plan)));
  });
});

describe('the end of a contract', () => {
  const plan = {
    obligations: [{ id: 'plan', satisfaction: { method: 'days', from: '2026-01-01', until: '2026-04-01' } }],
    price: [{ kind: 'fixed', amount: '90' }],
  };
  const paid = [
    { type: 'payment', on: '2026-01-01', amount: '90' },
    { type: 'terminate', on: '2026-02-01' },
  ];

  test('leaves what was earned, and owes back what was paid beyond', async () => {
    const books = await contractBooks(plan, { events: [...paid, { type: 'refund', on: '2026-02-10', amount: '59' }] });
    expect(books.transactionPrice).toMatchObject({ total: '31.00', recognised: '31.00', remaining: '0.00' });
    expect(journalTexts(books)).toEqual([
      '2026-01-01 cash 90.00 / contractLiability 90.00',
      '2026-01-31 contractLiability 31.00 / revenue plan 31.00',
      '2026-02-01 contractLiability 59.00 / refundLiability 59.00',
      '2026-02-10 refundLiability 59.00 / cash 59.00',
    ]);
  });

  test('earns what stays by agreement', async () => {
    const books = await contractBooks(plan, { events: [paid[0]!, { ...paid[1], retained: true }] });
    expect(journalTexts(books).at(-1)).toBe('2026-02-01 contractLiability 59.00 / revenue 59.00');
  });
});
