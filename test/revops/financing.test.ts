import { describe, expect, test, vi } from 'vitest';
import { accountsOn, contractBooks, journalTexts } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const good = (id: string, on: string) => ({ id, satisfaction: { method: 'atPoint', on } });

describe('a significant financing component', () => {
  test('of payments that come later is interest on the receivable', async () => {
    const books = await contractBooks(
      {
        obligations: [good('product', '2026-01-01')],
        price: [{ kind: 'financed', on: '2026-01-01', ratePercent: '10', payments: [{ on: '2028-01-01', amount: '121' }] }],
      },
      { balancesOn: ['2026-01-01', '2026-12-31', '2027-12-31'], events: [{ type: 'payment', on: '2028-01-01', amount: '121' }] },
    );
    // 121 ÷ 1.1² = 100; 10 in the first year, 11 in the second
    expect(accountsOn(books, '2026-01-01')).toMatchObject({ revenue: '100.00' });
    expect(accountsOn(books, '2026-12-31')).toEqual({ receivable: '110.00', revenue: '100.00', interestIncome: '10.00' });
    expect(accountsOn(books, '2027-12-31')).toEqual({ receivable: '121.00', revenue: '100.00', interestIncome: '21.00' });
    expect(books.balances).toHaveLength(3);
    expect(journalTexts(books).at(-1)).toBe('2028-01-01 cash 121.00 / receivable 121.00');
  });

  test('runs from a right that cannot be returned any more, and is earned in the time that is left (Example 26)', async () => {
    const books = await contractBooks(
      {
        obligations: [
          { id: 'product', satisfaction: { method: 'atPoint', on: '2026-01-01' }, goods: { unitCost: '80', expectedReturns: 'unknown' } },
        ],
        price: [
          {
            kind: 'financed',
            on: '2026-01-01',
            interestFrom: '2026-04-01',
            ratePercent: '10',
            payments: [{ on: '2028-01-01', amount: '121' }],
          },
        ],
      },
      {
        balancesOn: ['2026-03-31', '2026-04-01', '2027-12-31'],
        events: [
          { type: 'estimate', on: '2026-04-01', obligation: 'product', expectedReturns: '0' },
          { type: 'payment', on: '2028-01-01', amount: '121' },
        ],
      },
    );
    expect(accountsOn(books, '2026-03-31')).toEqual({ rightToRecoverGoods: '80.00', inventory: '-80.00' });
    expect(journalTexts(books)[1]).toBe(
      '2026-04-01 receivable 100.00, costOfSales product 80.00 / revenue product 100.00, rightToRecoverGoods product 80.00',
    );
    expect(accountsOn(books, '2027-12-31')).toMatchObject({ receivable: '121.00', interestIncome: '21.00' });
  });

  test('takes the contract’s rate where it is the market’s, and discounts at the market’s otherwise (Example 28)', async () => {
    const equipment = (ratePercent: string) =>
      contractBooks(
        {
          obligations: [good('equipment', '2026-01-01')],
          price: [
            {
              kind: 'financed',
              on: '2026-01-01',
              compounding: 'month',
              ratePercent,
              loan: { principal: '1000000', ratePercent: '5', months: 60 },
            },
          ],
        },
        { asOf: '2026-01-01' },
      );
    // 60 payments of 18,871.23 are worth 1,000,000 at 5% ÷ 12 a month, and 848,357.03 at 12% ÷ 12
    expect((await equipment('5')).transactionPrice.recognised).toBe('1000000.00');
    expect((await equipment('12')).transactionPrice.recognised).toBe('848357.03');
  });

  test('of a payment in advance is interest expense, and revenue is what it has grown to (Example 29)', async () => {
    const books = await contractBooks(
      {
        obligations: [good('asset', '2028-01-01')],
        price: [{ kind: 'financed', on: '2028-01-01', ratePercent: '6', payments: [{ on: '2026-01-01', amount: '4000' }] }],
      },
      { balancesOn: ['2026-12-31', '2027-12-31', '2028-01-01'], events: [{ type: 'payment', on: '2026-01-01', amount: '4000' }] },
    );
    // 4,000 × 1.06 = 4,240; × 1.06 = 4,494.40
    expect(accountsOn(books, '2026-12-31')).toEqual({ cash: '4000.00', contractLiability: '4240.00', interestExpense: '240.00' });
    expect(accountsOn(books, '2028-01-01')).toEqual({ cash: '4000.00', revenue: '4494.40', interestExpense: '494.40' });
    expect(journalTexts(books).at(-1)).toBe('2028-01-01 contractLiability 4494.40 / revenue asset 4494.40');
  });

  test('is none for another reason, or within a year by policy (Example 30)', async () => {
    const plan = (part: object, policies: object) =>
      contractBooks(
        { obligations: [good('plan', '2026-12-01')], price: [{ kind: 'financed', on: '2026-12-01', ratePercent: '10', ...part }] },
        { policies },
      );
    const other = await plan({ payments: [{ on: '2024-01-01', amount: '300' }], notFinancing: 'one payment is cheaper to collect' }, {});
    expect(other.transactionPrice.total).toBe('300.00');
    const soon = await plan({ payments: [{ on: '2026-01-01', amount: '300' }] }, { financingExpedient: true });
    expect(soon.transactionPrice.total).toBe('300.00');
    expect([other, soon].map(({ decisions }) => decisions.find(({ rule }) => rule === 'financing')?.paragraph)).toEqual([
      '606-10-32-17',
      '606-10-32-18',
    ]);
  });
});

describe('what is paid in kind', () => {
  test('counts at its worth on the day of signing (Example 31)', async () => {
    const books = await contractBooks({
      obligations: [{ id: 'service', satisfaction: { method: 'days', from: '2026-01-05', until: '2027-01-04' } }],
      price: [{ kind: 'nonCash', quantity: '5200', fairValue: '12.50' }],
    });
    // 52 weeks of 100 shares at 12.50
    expect(books.transactionPrice.total).toBe('65000.00');
  });
});

describe('an agreement to buy back', () => {
  const sold = (by: string, price: string, rest: object = {}) => ({
    signedOn: '2017-01-01',
    obligations: [
      {
        id: 'asset',
        satisfaction: { method: 'atPoint' },
        repurchase: { by, price, soldFor: '1000000', from: '2017-01-01', until: '2017-12-31', ...rest },
      },
    ],
    price: [{ kind: 'fixed', amount: '1000000' }],
  });
  const payment = { type: 'payment', on: '2017-01-01', amount: '1000000' };

  test('for more than it was sold for is a financing until the option ends (Example 62 Case A)', async () => {
    const books = await contractBooks(sold('call', '1100000'), {
      balancesOn: ['2017-01-01', '2017-12-30', '2017-12-31'],
      events: [payment, { type: 'lapse', on: '2017-12-31', obligation: 'asset' }],
    });
    expect(accountsOn(books, '2017-12-30')).toEqual({ cash: '1000000.00', interestExpense: '100000.00', financialLiability: '1100000.00' });
    expect(journalTexts(books).at(-1)).toBe('2017-12-31 financialLiability 1100000.00 / revenue 1100000.00');
    expect(accountsOn(books, '2017-12-31')).toEqual({ cash: '1000000.00', interestExpense: '100000.00', revenue: '1100000.00' });
  });

  test('for less, that the customer will probably use, is a lease (Example 62 Case B)', async () => {
    const books = await contractBooks(sold('put', '900000', { incentive: true }), {
      balancesOn: ['2017-12-30'],
      events: [payment, { type: 'repurchase', on: '2017-12-31', obligation: 'asset' }],
    });
    // rent of 1,000,000 − 900,000
    expect(accountsOn(books, '2017-12-30')).toEqual({ cash: '1000000.00', revenue: '100000.00', financialLiability: '900000.00' });
    expect(journalTexts(books).at(-1)).toBe('2017-12-31 financialLiability 900000.00 / cash 900000.00');
  });

  test('that the customer will probably not ask for is a sale', async () => {
    const books = await contractBooks(sold('put', '900000'), { events: [{ type: 'transfer', on: '2017-01-01', obligation: 'asset' }] });
    expect(books.transactionPrice.recognised).toBe('1000000.00');
    expect(books.decisions.find(({ rule }) => rule === 'repurchase')?.paragraph).toBe('606-10-55-73');
  });
});

describe('what others get of the price', () => {
  const ticket = (thirdParty: object) =>
    contractBooks(
      { obligations: [{ ...good('voucher', '2026-02-01'), thirdParty }], price: [{ kind: 'fixed', amount: '100' }] },
      { events: [{ type: 'payment', on: '2026-02-01', amount: '100' }] },
    );

  test('is no revenue of an agent, and all is of a principal (Examples 47 and 48)', async () => {
    expect(accountsOn(await ticket({ controls: false, supplierPercent: '70' }), '2026-02-01')).toEqual({
      cash: '100.00',
      revenue: '30.00',
      supplierPayable: '70.00',
    });
    expect(accountsOn(await ticket({ controls: true }), '2026-02-01')).toEqual({ cash: '100.00', revenue: '100.00' });
  });

  test('is paid to the customer and lowers what the customer buys (Example 32)', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'goods', satisfaction: { method: 'units' } }],
        price: [
          { kind: 'perUnit', obligation: 'goods', amount: '1' },
          { kind: 'payableToCustomer', amount: '1500000', committedPurchases: '15000000' },
        ],
      },
      {
        events: [
          { type: 'payCustomer', on: '2026-01-01', amount: '1500000' },
          { type: 'transfer', on: '2026-01-31', obligation: 'goods', units: '2000000' },
        ],
      },
    );
    // 2,000,000 less 10%; of 1,500,000 paid, 200,000 are used
    expect(accountsOn(books, '2026-01-31')).toEqual({
      cash: '-1500000.00',
      receivable: '2000000.00',
      revenue: '1800000.00',
      customerIncentives: '1300000.00',
    });
  });
});
