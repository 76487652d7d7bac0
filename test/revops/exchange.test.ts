import { describe, expect, test, vi } from 'vitest';
import { asked, type Books, booksOf } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const FX = { functionalCurrency: 'USD' };
const euros = (rates: Readonly<Record<string, string>>) => Object.entries(rates).map(([on, rate]) => ({ currency: 'EUR', on, rate }));
const good = (id: string, amount: string) => ({ id, sellingPrice: { method: 'observed', amount }, satisfaction: { method: 'atPoint' } });

/** `2022-09-01 receivable 75.00 / revenue 75.00` in the functional currency. */
const functional = ({ journals }: Books): readonly string[] =>
  journals.map(({ on, lines }) => {
    const side = (name: 'functionalDebit' | 'functionalCredit') =>
      (lines as readonly (Record<string, string> & { readonly account: string })[])
        .filter((line) => line[name] !== undefined)
        .map((line) => `${line.account} ${line[name]}`)
        .join(', ');
    return `${on} ${side('functionalDebit')} / ${side('functionalCredit')}`;
  });

describe('a contract in another currency', () => {
  test('keeps the rate of what came in advance, and takes that of the day for the rest (IFRIC 22 Example 2)', async () => {
    const [books] = await booksOf({
      ...FX,
      rates: euros({ '2022-08-01': '1.20', '2022-09-01': '1.25', '2022-09-30': '1.30' }),
      contracts: [
        {
          id: 'c',
          currency: 'EUR',
          signedOn: '2022-06-01',
          obligations: [good('goods', '100')],
          price: [{ kind: 'fixed', amount: '100' }],
        },
      ],
      events: [
        { type: 'payment', on: '2022-08-01', amount: '40' },
        { type: 'transfer', on: '2022-09-01', obligation: 'goods' },
        { type: 'payment', on: '2022-09-30', amount: '60' },
      ],
    });
    // 40 × 1.20 + 60 × 1.25 = 123; 60 × 1.30 − 60 × 1.25 = 3; the liability is not remeasured at the end of August
    expect(functional(books!)).toEqual([
      '2022-08-01 cash 48.00 / contractLiability 48.00',
      '2022-09-01 receivable 75.00, contractLiability 48.00 / revenue 123.00',
      '2022-09-30 cash 78.00 / receivable 75.00, fxGain 3.00',
    ]);
  });

  test('remeasures what is owed at the ends of months, a contract asset too', async () => {
    const [books] = await booksOf({
      ...FX,
      rates: euros({ '2024-01-31': '1.10', '2024-03-01': '1.20', '2024-03-31': '1.30', '2024-04-15': '1.40' }),
      contracts: [
        {
          id: 'c',
          currency: 'EUR',
          signedOn: '2024-01-01',
          obligations: [good('A', '450'), good('B', '550')],
          price: [{ kind: 'fixed', amount: '1000' }],
          conditionalRights: [{ of: 'A', until: ['B'] }],
        },
      ],
      events: [
        { type: 'payment', on: '2024-01-31', amount: '200' },
        { type: 'transfer', on: '2024-03-01', obligation: 'A' },
        { type: 'transfer', on: '2024-04-15', obligation: 'B' },
      ],
    });
    // 200 × 1.10 + 250 × 1.20 = 520; 250 × 0.10 at the end of March; then 800 × 1.40, 550 × 1.40, and 250 × 0.10 again
    expect(functional(books!)).toEqual([
      '2024-01-31 cash 220.00 / contractLiability 220.00',
      '2024-03-01 contractAsset 300.00, contractLiability 220.00 / revenue 520.00',
      '2024-03-31 contractAsset 25.00 / fxGain 25.00',
      '2024-04-15 receivable 1120.00 / contractAsset 325.00, revenue 770.00, fxGain 25.00',
    ]);
  });

  test('loses what its receivable is paid at less', async () => {
    const [books] = await booksOf({
      ...FX,
      rates: euros({ '2026-01-01': '1.20', '2026-02-10': '1.10' }),
      contracts: [
        { id: 'c', currency: 'EUR', signedOn: '2026-01-01', obligations: [good('A', '30')], price: [{ kind: 'fixed', amount: '30' }] },
      ],
      events: [
        { type: 'transfer', on: '2026-01-05', obligation: 'A' },
        { type: 'payment', on: '2026-02-10', amount: '30' },
      ],
    });
    expect(functional(books!)).toEqual([
      '2026-01-05 receivable 36.00 / revenue 36.00',
      '2026-02-10 cash 33.00, fxLoss 3.00 / receivable 36.00',
    ]);
  });

  test('refuses a rate that is missing: it is never 1', async () => {
    const contract = {
      id: 'c',
      currency: 'EUR',
      signedOn: '2026-01-01',
      obligations: [good('A', '30')],
      price: [{ kind: 'fixed', amount: '30' }],
    };
    const events = [{ type: 'transfer', on: '2026-01-05', obligation: 'A' }];
    for (const rates of [[], euros({ '2026-02-01': '1.1' })]) {
      const { status, json } = await asked({ ...FX, rates, contracts: [contract], events });
      expect([status, json.field]).toEqual([422, 'rates']);
    }
  });
});

describe('contracts that are one', () => {
  const contract = (id: string, obligation: string, amount: string, rest: object = {}) => ({
    id,
    customer: 'cus_1',
    currency: 'USD',
    signedOn: '2026-01-01',
    obligations: [good(obligation, '100')],
    price: [{ kind: 'fixed', amount }],
    ...rest,
  });

  test('share one price, whichever of them named it (25-9)', async () => {
    const [books, ...others] = await booksOf({
      contracts: [contract('licence', 'licence-1', '180'), contract('service', 'service-1', '20')],
      combinations: [{ contracts: ['licence', 'service'], because: 'dependentPrice' }],
      events: [{ type: 'payment', on: '2026-01-02', contract: 'service', amount: '20' }],
    });
    expect(others).toEqual([]);
    // 180 + 20, by 100 and 100
    expect(books!.obligations.map(({ allocated }) => allocated)).toEqual(['100.00', '100.00']);
    expect(books!.decisions[0]).toMatchObject({
      paragraph: '606-10-25-9b',
      sentence: 'licence, service are one contract: what is paid under one depends on the other.',
    });
    expect(books!.journals).toHaveLength(1);
  });

  test('refuses those of two customers, or that are not there', async () => {
    const combinations = [{ contracts: ['a', 'b'], because: 'singleObjective' }];
    const two = await asked({ contracts: [contract('a', 'x', '1'), contract('b', 'y', '1', { customer: 'cus_2' })], combinations });
    const one = await asked({ contracts: [contract('a', 'x', '1')], combinations });
    expect([two.json.field, one.json.field]).toEqual(['combinations[0].contracts', 'combinations[0].contracts']);
  });
});
