import { describe, expect, test, vi } from 'vitest';
import { accountsOn, allocations, contractBooks, journalTexts, revenueByMonth } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const observed = (amount: string) => ({ method: 'observed', amount });
const good = (id: string, sellingPrice?: object) => ({
  id,
  satisfaction: { method: 'atPoint' },
  ...(sellingPrice ? { sellingPrice } : {}),
});
const fixed = (amount: string) => [{ kind: 'fixed', amount }];

describe('a discount and a residual', () => {
  const abc = [good('A', observed('40')), good('B', observed('55')), good('C', observed('45'))];
  const bundles = [{ obligations: ['B', 'C'], price: '60' }];
  const d = good('D', { method: 'residual', because: 'highlyVariable', low: '15', high: '45' });

  test('belong to the bundle that explains the whole discount (Example 34 Case A)', async () => {
    // 60 × 55 ÷ 100 = 33, 60 × 45 ÷ 100 = 27
    expect(allocations(await contractBooks({ obligations: abc, bundles, price: fixed('100') }))).toEqual({
      A: '40.00',
      B: '33.00',
      C: '27.00',
    });
  });

  test('belong to all where the bundle does not explain it', async () => {
    const books = await contractBooks({ obligations: abc, bundles, price: fixed('70') });
    // 70 ÷ 140 of 40, 55 and 45
    expect(allocations(books)).toEqual({ A: '20.00', B: '27.50', C: '22.50' });
    expect(books.decisions.find(({ rule }) => rule === 'discount')?.sentence).toContain('does not explain');
  });

  test('leave 130 − 40 − 60 = 30, within the range (Example 34 Case B)', async () => {
    const books = await contractBooks({ obligations: [...abc, d], bundles, price: fixed('130') });
    expect(allocations(books)).toEqual({ A: '40.00', B: '33.00', C: '27.00', D: '30.00' });
  });

  test('that would leave 105 − 40 − 60 = 5, outside of the range, are no faithful price (Example 34 Case C)', async () => {
    const books = await contractBooks({ obligations: [...abc, d], bundles, price: fixed('105') });
    // by 40, 55, 45 and the middle of 15 to 45: 105 ÷ 170 of each
    expect(allocations(books)).toEqual({ A: '24.71', B: '33.97', C: '27.79', D: '18.53' });
  });

  test('of three products, of which two are sold together', async () => {
    const gtm = [good('G', observed('90000')), good('T', observed('44000')), good('M', observed('66000'))];
    const together = [{ obligations: ['T', 'M'], price: '100000' }];
    expect(allocations(await contractBooks({ currency: 'INR', obligations: gtm, bundles: together, price: fixed('190000') }))).toEqual({
      G: '90000.00',
      T: '40000.00',
      M: '60000.00',
    });
    const h = good('H', { method: 'residual', because: 'uncertain', low: '40000', high: '65000' });
    expect(
      allocations(await contractBooks({ currency: 'INR', obligations: [...gtm, h], bundles: together, price: fixed('240000') })),
    ).toEqual({ G: '90000.00', T: '40000.00', M: '60000.00', H: '50000.00' });
  });
});

describe('a royalty', () => {
  const licences = [good('X', observed('800')), good('Y', observed('1000'))];

  test('of one licence alone is earned with the sales (Example 35 Case A)', async () => {
    const books = await contractBooks(
      {
        obligations: licences,
        price: [
          { kind: 'fixed', amount: '800', allocateTo: ['X'] },
          { id: 'royalty', kind: 'royalty', percent: '3', allocateTo: ['Y'] },
        ],
      },
      {
        events: [
          { type: 'transfer', on: '2026-01-01', obligation: 'Y' },
          { type: 'transfer', on: '2026-02-01', obligation: 'X' },
          { type: 'sales', on: '2026-03-31', price: 'royalty', amount: '10000' },
        ],
      },
    );
    // nothing for Y before there are sales, 10,000 × 3% = 300 with them
    expect(revenueByMonth(books)).toEqual({ '2026-02': '800.00', '2026-03': '300.00' });
  });

  test('that belongs to two is allocated to both, and waits for the one that is not transferred (Example 35 Case B)', async () => {
    const books = await contractBooks(
      {
        obligations: licences,
        price: [
          { kind: 'fixed', amount: '300' },
          { id: 'royalty', kind: 'royalty', percent: '5' },
        ],
      },
      {
        policies: { allocation: 'major' },
        events: [
          { type: 'transfer', on: '2026-01-01', obligation: 'Y' },
          { type: 'sales', on: '2026-01-31', price: 'royalty', amount: '4000' },
          { type: 'transfer', on: '2026-04-01', obligation: 'X' },
        ],
      },
    );
    // 300 × 1,000 ÷ 1,800 = 167 and 133; 4,000 × 5% = 200: 111 and 89
    expect(journalTexts(books)).toEqual([
      '2026-01-01 receivable 167.00 / revenue Y 167.00',
      '2026-01-31 receivable 200.00 / contractLiability 89.00, revenue Y 111.00',
      '2026-04-01 receivable 133.00, contractLiability 89.00 / revenue X 222.00',
    ]);
  });

  test('of a franchise comes on top of what its term earns (Example 57)', async () => {
    const books = await contractBooks(
      {
        obligations: [
          { id: 'licence', sellingPrice: observed('1000000'), satisfaction: { method: 'months', from: '2026-01-01', until: '2036-01-01' } },
          good('equipment', observed('150000')),
        ],
        price: [
          { kind: 'fixed', amount: '1150000' },
          { id: 'royalty', kind: 'royalty', percent: '5', allocateTo: ['licence'] },
        ],
      },
      {
        asOf: '2026-12-31',
        events: [
          { type: 'transfer', on: '2026-01-01', obligation: 'equipment' },
          { type: 'sales', on: '2026-12-31', price: 'royalty', amount: '800000' },
        ],
      },
    );
    // 1,000,000 ÷ 10 (each month rounded: 12 × 8,333.33) and 800,000 × 5%
    expect(books.obligations.map(({ recognised }) => recognised)).toEqual(['139999.96', '150000.00']);
  });
});

describe('returns', () => {
  const hundred = (satisfaction: string) => ({
    obligations: [
      { id: 'product', quantity: '100', satisfaction: { method: satisfaction }, goods: { unitCost: '60', expectedReturns: '3' } },
    ],
    price: [{ kind: 'perUnit', obligation: 'product', amount: '100' }],
  });
  const sold = [
    { type: 'transfer', on: '2026-01-01', obligation: 'product', units: '100' },
    { type: 'payment', on: '2026-01-01', amount: '10000' },
  ];

  test('that are expected are no revenue: a refund liability, and a right to the goods (Example 22)', async () => {
    const books = await contractBooks(hundred('units'), { events: sold });
    expect(accountsOn(books, '2026-01-31')).toEqual({
      cash: '10000.00',
      refundLiability: '300.00', // 100 × 3
      revenue: '9700.00', // 100 × 97
      rightToRecoverGoods: '180.00', // 60 × 3
      inventory: '-6000.00',
      costOfSales: '5820.00', // 60 × 97
    });
    expect(books.transactionPrice).toMatchObject({ total: '9700.00', recognised: '9700.00' });
  });

  test('of which fewer come than expected release the rest', async () => {
    const books = await contractBooks(hundred('units'), {
      events: [
        ...sold,
        { type: 'return', on: '2026-01-20', obligation: 'product', units: '2' },
        { type: 'refund', on: '2026-01-20', amount: '200' },
        { type: 'estimate', on: '2026-01-31', obligation: 'product', expectedReturns: '2' },
      ],
    });
    expect(journalTexts(books).slice(2)).toEqual([
      '2026-01-20 inventory product 120.00 / rightToRecoverGoods product 120.00',
      '2026-01-20 refundLiability 200.00 / cash 200.00',
      '2026-01-31 refundLiability 100.00, costOfSales product 60.00 / revenue product 100.00, rightToRecoverGoods product 60.00',
    ]);
  });

  test('of which nobody knows leave nothing earned and no receivable (Example 26)', async () => {
    const books = await contractBooks(
      {
        obligations: [{ ...good('product'), goods: { unitCost: '80', expectedReturns: 'unknown' } }],
        price: fixed('100'),
      },
      {
        events: [
          { type: 'transfer', on: '2026-01-01', obligation: 'product' },
          { type: 'estimate', on: '2026-04-01', obligation: 'product', expectedReturns: '0' },
        ],
      },
    );
    expect(journalTexts(books)).toEqual([
      '2026-01-01 rightToRecoverGoods product 80.00 / inventory product 80.00',
      '2026-04-01 receivable 100.00, costOfSales product 80.00 / revenue product 100.00, rightToRecoverGoods product 80.00',
    ]);
  });

  test('of a thousand units at 50', async () => {
    const books = await contractBooks(
      {
        currency: 'INR',
        obligations: [
          { id: 'product', quantity: '1000', satisfaction: { method: 'atPoint' }, goods: { unitCost: '30', expectedReturns: '30' } },
        ],
        price: fixed('50000'),
      },
      { events: [{ type: 'transfer', on: '2026-01-01', obligation: 'product' }] },
    );
    // 970 × 50, 30 × 50, 30 × 30, 970 × 30
    expect(accountsOn(books, '2026-01-31')).toMatchObject({
      revenue: '48500.00',
      refundLiability: '1500.00',
      rightToRecoverGoods: '900.00',
      costOfSales: '29100.00',
    });
  });
});

describe('estimates', () => {
  test('of a volume that will lower all prices correct earlier units at once (Example 24)', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'A', satisfaction: { method: 'units' } }],
        price: [{ id: 'unit', kind: 'perUnit', obligation: 'A', amount: '100' }],
      },
      {
        events: [
          { type: 'transfer', on: '2026-03-31', obligation: 'A', units: '75' },
          { type: 'estimate', on: '2026-06-30', price: 'unit', expectedAmount: '90' },
          { type: 'transfer', on: '2026-06-30', obligation: 'A', units: '500' },
        ],
      },
    );
    // 75 × 100; 500 × 90 − 75 × 10 = 44,250; 575 × 10 are given back
    expect(revenueByMonth(books)).toEqual({ '2026-03': '7500.00', '2026-06': '44250.00' });
    expect(accountsOn(books, '2026-06-30')).toEqual({ receivable: '57500.00', refundLiability: '5750.00', revenue: '51750.00' });
  });

  const loyalty = (sales: string, sold: string, each: string, points: string, policies: object, events: readonly object[]) =>
    contractBooks(
      {
        obligations: [
          good('product', observed(sold)),
          { id: 'points', quantity: points, sellingPrice: { ...observed(each), per: 'unit' }, satisfaction: { method: 'units' } },
        ],
        price: fixed(sales),
      },
      { policies, events: [{ type: 'transfer', on: '2026-01-01', obligation: 'product' }, ...events] },
    );
  const redeemed = (on: string, count: string) => ({ type: 'transfer', on, obligation: 'points', units: count });
  const expected = (on: string, quantity: string) => ({ type: 'estimate', on, obligation: 'points', quantity });

  test('of points that will be redeemed change what those that were redeemed have earned (Example 52)', async () => {
    const books = await loyalty('100000', '100000', '1', '9500', { allocation: 'major' }, [
      redeemed('2026-12-31', '4500'),
      expected('2027-12-31', '9700'),
      redeemed('2027-12-31', '4000'),
    ]);
    expect(allocations(books)).toEqual({ product: '91324.00', points: '8676.00' });
    // 8,676 × 4,500 ÷ 9,500 = 4,109.68; 8,676 × 8,500 ÷ 9,700 = 7,602.68
    expect(revenueByMonth(books, 'points')).toEqual({ '2026-12': '4109.68', '2027-12': '3493.00' });
    expect(books.obligations[1]!.remaining).toBe('1073.32');
  });

  test('of points by shares of whole percent', async () => {
    const books = await loyalty('100000', '100000', '1', '9700', { allocation: 'percent' }, [
      redeemed('2026-12-31', '4500'),
      expected('2027-12-31', '9900'),
      redeemed('2027-12-31', '4000'),
    ]);
    expect(allocations(books)).toEqual({ product: '91000.00', points: '9000.00' });
    // 9,000 × 4,500 ÷ 9,700 = 4,175.26; 9,000 × 8,500 ÷ 9,900 = 7,727.27
    expect(revenueByMonth(books, 'points')).toEqual({ '2026-12': '4175.26', '2027-12': '3552.01' });
  });

  test('of points over three years', async () => {
    const books = await loyalty('7200000', '7200000', '100', '8000', {}, [
      redeemed('2026-12-31', '4000'),
      expected('2027-12-31', '9000'),
      redeemed('2027-12-31', '4100'),
      redeemed('2028-12-31', '900'),
    ]);
    expect(allocations(books)).toEqual({ product: '6480000.00', points: '720000.00' });
    // 720,000 × 4,000 ÷ 8,000; × 8,100 ÷ 9,000 − 360,000; the rest
    expect(revenueByMonth(books, 'points')).toEqual({ '2026-12': '360000.00', '2027-12': '288000.00', '2028-12': '72000.00' });
  });

  test('of a voucher: what its discount is worth beyond the one that everybody gets (Example 49)', async () => {
    const voucher = {
      method: 'discountOption',
      averagePurchase: '50',
      discountPercent: '40',
      generalDiscountPercent: '10',
      likelihood: '0.8',
    };
    const contract = { obligations: [good('A', observed('100')), good('voucher', voucher)], price: fixed('100') };
    const books = await contractBooks(contract);
    // 50 × 30% × 80% = 12; 100 × 100 ÷ 112 = 89.29
    expect(books.obligations[1]!.sellingPrice).toBe('12.00');
    expect(allocations(books)).toEqual({ A: '89.29', voucher: '10.71' });
    expect(allocations(await contractBooks(contract, { policies: { allocation: 'major' } }))).toEqual({ A: '89.00', voucher: '11.00' });
  });
});
