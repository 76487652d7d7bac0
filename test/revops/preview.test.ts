import { describe, expect, test, vi } from 'vitest';
import { accountsOn, allocations, asked, booksOf, contractBooks, journalTexts, revenueByMonth } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const observed = (amount: string) => ({ method: 'observed', amount });
const fixed = (amount: string) => [{ kind: 'fixed', amount }];
const good = (id: string, sellingPrice?: object) => ({
  id,
  satisfaction: { method: 'atPoint' },
  ...(sellingPrice ? { sellingPrice } : {}),
});
const plan = (method: 'days' | 'months', from: string, until: string) => ({ id: 'plan', satisfaction: { method, from, until } });

describe('allocation by selling prices', () => {
  const three = {
    obligations: [
      good('A', observed('50')),
      good('B', { method: 'adjustedMarket', marketPrice: '25' }),
      good('C', { method: 'costPlusMargin', cost: '60', marginPercent: '25' }),
    ],
    price: fixed('100'),
  };

  test('is in proportion to them, to the cent (55-256 to 55-258)', async () => {
    // 50 + 25 + 60 × 1.25 = 150: 100 × 50 ÷ 150 = 33.33, 100 × 25 ÷ 150 = 16.67, 100 × 75 ÷ 150 = 50
    expect(allocations(await contractBooks(three))).toEqual({ A: '33.33', B: '16.67', C: '50.00' });
  });

  test('is in whole dollars by policy', async () => {
    const books = await contractBooks(three, { policies: { allocation: 'major' } });
    expect(allocations(books)).toEqual({ A: '33.00', B: '17.00', C: '50.00' });
  });

  test('takes the contract’s own price within a range, and the middle outside of it (32-33)', async () => {
    const range = (contractPrice: string) => ({ method: 'range', low: '90', high: '110', contractPrice });
    const books = await contractBooks({ obligations: [good('in', range('95')), good('out', range('120'))], price: fixed('195') });
    // 95 lies within; 120 does not, so (90 + 110) ÷ 2 = 100
    expect(allocations(books)).toEqual({ in: '95.00', out: '100.00' });
  });
});

describe('what is earned over time', () => {
  test('by days counts the first day and not the end, and gives the last month what is left', async () => {
    const books = await contractBooks({
      signedOn: '2019-01-10',
      obligations: [plan('days', '2019-01-10', '2019-03-16')],
      price: fixed('100'),
    });
    // 65 days: 22 ÷ 65 × 100 = 33.85, 28 ÷ 65 × 100 = 43.08, and 100 − 33.85 − 43.08 = 23.07
    expect(revenueByMonth(books)).toEqual({ '2019-01': '33.85', '2019-02': '43.08', '2019-03': '23.07' });
  });

  test('by months gives each the same, and the last what is left', async () => {
    const books = await contractBooks({ obligations: [plan('months', '2026-01-01', '2027-01-01')], price: fixed('5500') });
    const months = Object.values(revenueByMonth(books));
    // 5500 ÷ 12 = 458.33, and 5500 − 11 × 458.33 = 458.37
    expect([months.length, new Set(months.slice(0, 11)), months[11]]).toEqual([12, new Set(['458.33']), '458.37']);
  });

  test('from the middle of a month on, by months of its own', async () => {
    const books = await contractBooks({ obligations: [plan('months', '2026-01-16', '2026-04-16')], price: fixed('300') });
    // January 16 ÷ 31 of its first month; then 15 ÷ 31 and 13 ÷ 28 of the second; …
    expect(revenueByMonth(books)).toEqual({ '2026-01': '51.61', '2026-02': '94.82', '2026-03': '105.18', '2026-04': '48.39' });
  });

  test('by day on demand', async () => {
    const books = await contractBooks({ obligations: [plan('days', '2026-01-30', '2026-02-02')], price: fixed('10') }, { schedule: 'day' });
    // 10 ÷ 3 a day: 3.33 and 6.67 until the end of January, and the rest
    expect(books.schedule.map(({ from, amount }) => [from, amount])).toEqual([
      ['2026-01-30', '3.33'],
      ['2026-01-31', '3.34'],
      ['2026-02-01', '3.33'],
    ]);
  });

  test('is told as expected where it is later than asked', async () => {
    const contract = { obligations: [plan('months', '2026-01-01', '2026-04-01')], price: fixed('300') };
    const books = await contractBooks(contract, { asOf: '2026-02-28' });
    expect(books.schedule.map(({ status }) => status)).toEqual(['actual', 'actual', 'expected']);
    expect(books.transactionPrice).toMatchObject({ total: '300.00', recognised: '200.00', remaining: '100.00' });
    expect(journalTexts(books).at(-1)).toBe('2026-02-28 receivable 100.00 / revenue plan 100.00');
  });

  test('by cost incurred of cost expected (55-20), with the percentage rounded by policy', async () => {
    const work = { obligations: [{ id: 'work', satisfaction: { method: 'cost', expected: '820000' } }], price: fixed('1350000') };
    const events = [{ type: 'cost', on: '2026-06-30', obligation: 'work', amount: '420000' }];
    // 420,000 ÷ 820,000 × 1,350,000 = 691,463.41; at 51.2% it is 691,200
    expect((await contractBooks(work, { events })).transactionPrice.recognised).toBe('691463.41');
    expect((await contractBooks(work, { events, policies: { progressPlaces: 1 } })).transactionPrice.recognised).toBe('691200.00');
  });

  test('by cost, where goods wait to be installed: they earn what they cost (55-187 to 55-192)', async () => {
    const work = {
      obligations: [{ id: 'work', satisfaction: { method: 'cost', expected: '4000000', uninstalled: '1500000' } }],
      price: fixed('5000000'),
    };
    const events = [
      { type: 'cost', on: '2026-12-31', obligation: 'work', amount: '500000' },
      { type: 'cost', on: '2026-12-31', obligation: 'work', amount: '1500000', uninstalled: true },
    ];
    // 500,000 ÷ (4,000,000 − 1,500,000) = 20%; 20% × (5,000,000 − 1,500,000) + 1,500,000 = 2,200,000
    expect((await contractBooks(work, { events })).transactionPrice.recognised).toBe('2200000.00');
  });

  test('by units of what was promised', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'A', quantity: '120', satisfaction: { method: 'units' } }],
        price: [{ kind: 'perUnit', obligation: 'A', amount: '100' }],
      },
      { events: [{ type: 'transfer', on: '2026-02-01', obligation: 'A', units: '60' }] },
    );
    expect(books.transactionPrice).toMatchObject({ total: '12000.00', recognised: '6000.00' });
  });
});

describe('what is owed', () => {
  const one = { signedOn: '2019-01-01', obligations: [good('A')], price: fixed('1000') };
  const events = [
    { type: 'invoice', on: '2019-01-15', amount: '1000', dueOn: '2019-01-31' },
    { type: 'payment', on: '2019-03-01', amount: '1000' },
    { type: 'transfer', on: '2019-03-31', obligation: 'A' },
  ];

  test('under a contract that can be cancelled is nothing before it is paid (55-284)', async () => {
    expect(journalTexts(await contractBooks({ ...one, cancellation: {} }, { events }))).toEqual([
      '2019-03-01 cash 1000.00 / contractLiability 1000.00',
      '2019-03-31 contractLiability 1000.00 / revenue A 1000.00',
    ]);
  });

  test('under a contract that binds is a receivable when due, and not when invoiced (55-285 to 55-286)', async () => {
    expect(journalTexts(await contractBooks({ ...one, cancellation: { nonCancellableFrom: '2019-01-31' } }, { events }))).toEqual([
      '2019-01-31 receivable 1000.00 / contractLiability 1000.00',
      '2019-03-01 cash 1000.00 / receivable 1000.00',
      '2019-03-31 contractLiability 1000.00 / revenue A 1000.00',
    ]);
    const invoiced = await contractBooks(one, { events, policies: { receivable: 'invoiced' } });
    expect(journalTexts(invoiced)[0]).toBe('2019-01-15 receivable 1000.00 / contractLiability 1000.00');
  });

  test('for one good only after another one is a contract asset until then (55-287 to 55-290)', async () => {
    const books = await contractBooks(
      {
        obligations: [good('A', observed('400')), good('B', observed('600'))],
        price: fixed('1000'),
        conditionalRights: [{ of: 'A', until: ['B'] }],
      },
      {
        events: [
          { type: 'transfer', on: '2026-02-01', obligation: 'A' },
          { type: 'transfer', on: '2026-03-01', obligation: 'B' },
        ],
      },
    );
    expect(journalTexts(books)).toEqual([
      '2026-02-01 contractAsset 400.00 / revenue A 400.00',
      '2026-03-01 receivable 1000.00 / contractAsset 400.00, revenue B 600.00',
    ]);
  });

  test('by milestones is a contract asset until it is invoiced (45-3)', async () => {
    const books = await contractBooks(
      { obligations: [{ id: 'work', satisfaction: { method: 'progress' } }], price: fixed('900'), rightToPayment: 'invoice' },
      {
        events: [
          { type: 'progress', on: '2026-02-10', obligation: 'work', share: '0.5' },
          { type: 'invoice', on: '2026-02-20', amount: '300' },
        ],
      },
    );
    expect(journalTexts(books)).toEqual([
      '2026-02-10 contractAsset 450.00 / revenue work 450.00',
      '2026-02-20 receivable 300.00 / contractAsset 300.00',
    ]);
  });

  test('after the volume that is expected is less than what is asked for now (55-216 to 55-220 and Example 40)', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'unit', satisfaction: { method: 'units' } }],
        price: [{ kind: 'perUnit', obligation: 'unit', amount: '150', expectedAmount: '125' }],
      },
      { events: [{ type: 'transfer', on: '2026-01-10', obligation: 'unit', units: '1' }] },
    );
    expect(journalTexts(books)).toEqual(['2026-01-10 receivable 150.00 / refundLiability 25.00, revenue unit 125.00']);
  });

  test('and not invoiced is an account of its own by policy', async () => {
    const books = await contractBooks(
      {
        signedOn: '2026-01-15',
        obligations: [{ id: 'usage', satisfaction: { method: 'units' } }],
        price: [{ kind: 'perUnit', obligation: 'usage', amount: '1' }],
      },
      {
        policies: { unbilled: 'apart' },
        events: [
          { type: 'transfer', on: '2026-01-25', obligation: 'usage', units: '15' },
          { type: 'transfer', on: '2026-02-04', obligation: 'usage', units: '17' },
          { type: 'invoice', on: '2026-02-15', amount: '32' },
        ],
      },
    );
    expect(revenueByMonth(books)).toEqual({ '2026-01': '15.00', '2026-02': '17.00' });
    expect(accountsOn(books, '2026-01-31')).toEqual({ unbilledReceivable: '15.00', revenue: '15.00' });
    expect(accountsOn(books, '2026-02-28')).toEqual({ receivable: '32.00', revenue: '32.00' });
  });
});

describe('step 1', () => {
  const building = {
    criteria: { collectible: false },
    obligations: [good('building')],
    price: fixed('1000000'),
  };
  const events = [
    { type: 'payment', on: '2026-01-01', amount: '50000' },
    { type: 'transfer', on: '2026-01-01', obligation: 'building' },
  ];

  test('finds no contract where collection is not probable: what is received is a liability (55-95 to 55-98)', async () => {
    const books = await contractBooks(building, { events });
    expect([books.exists, books.transactionPrice.recognised]).toEqual([false, '0.00']);
    expect(journalTexts(books)).toEqual(['2026-01-01 cash 50000.00 / depositLiability 50000.00']);
    expect(books.decisions[0]!.sentence).toBe(
      'No contract for revenue: collection is not probable (25-1e). What is received is a liability until the criteria are met (25-8).',
    );
  });

  test('accounts for all that was done once the criteria are met (25-6)', async () => {
    const books = await contractBooks(building, { events: [...events, { type: 'criteria', on: '2026-05-01', met: true }] });
    expect(journalTexts(books).at(-1)).toBe('2026-05-01 receivable 950000.00, depositLiability 50000.00 / revenue building 1000000.00');
  });
});

describe('uncertain amounts', () => {
  const price = (estimate: object, rest: object = {}) => [
    { kind: 'fixed', amount: '100000' },
    { id: 'concession', kind: 'variable', estimate, ...rest },
  ];
  const sold = { events: [{ type: 'transfer', on: '2026-12-01', obligation: 'A' }] };

  test('are constrained to what will probably not be reversed (55-207 to 55-215)', async () => {
    // 1,000 × 100 with a concession of 40% expected and 50% safe
    const expected = await contractBooks({ obligations: [good('A')], price: price({ method: 'stated', amount: '-40000' }) }, sold);
    expect(expected.transactionPrice.recognised).toBe('60000.00');
    const safe = price({ method: 'stated', amount: '-40000' }, { constrainedTo: '-50000', concession: true });
    const books = await contractBooks({ obligations: [good('A')], price: safe }, sold);
    expect(books.transactionPrice.recognised).toBe('50000.00');
    expect(journalTexts(books)).toEqual(['2026-12-01 receivable 50000.00 / revenue A 50000.00']);
    expect(books.decisions.find(({ rule }) => rule === 'variable')?.sentence).toBe(
      'The estimate that was given is -40000.00; -50000.00 of it is included, because more would probably be reversed.',
    );
  });

  test('are weighted by probability, or the likeliest', async () => {
    const outcomes = [
      { amount: '0', probability: '0.25' },
      { amount: '1000', probability: '0.75' },
    ];
    const weighted = await contractBooks({ obligations: [good('A')], price: price({ method: 'expectedValue', outcomes }) }, sold);
    const likeliest = await contractBooks({ obligations: [good('A')], price: price({ method: 'mostLikely', outcomes }) }, sold);
    expect([weighted.transactionPrice.total, likeliest.transactionPrice.total]).toEqual(['100750.00', '101000.00']);
    // A bonus is no receivable before it has come about.
    expect(accountsOn(likeliest, '2026-12-31')).toEqual({ receivable: '100000.00', contractAsset: '1000.00', revenue: '101000.00' });
  });

  test('that the customer is never asked for lower the receivable: an implicit price concession (55-102 to 55-105)', async () => {
    const books = await contractBooks(
      {
        obligations: [good('care')],
        price: [
          { kind: 'fixed', amount: '10000' },
          { kind: 'variable', concession: true, estimate: { method: 'stated', amount: '-9000' } },
        ],
      },
      {
        events: [
          { type: 'transfer', on: '2026-01-05', obligation: 'care' },
          { type: 'invoice', on: '2026-01-06', amount: '10000' },
        ],
      },
    );
    expect(journalTexts(books)).toEqual(['2026-01-05 receivable 1000.00 / revenue care 1000.00']);
  });
});

describe('the books', () => {
  test('are the same in whatever order events are sent', async () => {
    const contract = {
      id: 'c',
      currency: 'USD',
      signedOn: '2026-01-01',
      obligations: [plan('days', '2026-01-01', '2026-03-01')],
      price: fixed('59'),
    };
    const events = [
      { id: 'i', type: 'invoice', on: '2026-01-01', amount: '59' },
      { id: 'p', type: 'payment', on: '2026-02-03', amount: '59' },
      { id: 'r', type: 'refund', on: '2026-02-03', amount: '9' },
    ];
    const forwards = await booksOf({ contracts: [contract], events });
    expect(await booksOf({ contracts: [contract], events: [...events].reverse() })).toEqual(forwards);
  });

  test('have journals that balance, and sum to the balances of every day', async () => {
    const books = await contractBooks(
      { obligations: [plan('days', '2026-01-15', '2026-04-01')], price: fixed('1000.01') },
      { events: [{ type: 'invoice', on: '2026-02-10', amount: '1000.01' }] },
    );
    const minor = (text = '0') => BigInt(text.replace('.', ''));
    const sums = new Map<string, bigint>();
    for (const { lines } of books.journals) {
      expect(lines.reduce((sum, line) => sum + minor(line.debit) - minor(line.credit), 0n)).toBe(0n);
      for (const line of lines) sums.set(line.account, (sums.get(line.account) ?? 0n) + minor(line.debit) - minor(line.credit));
    }
    expect(Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n))).toEqual({ receivable: 100001n, revenue: -100001n });
  });
});

describe('refuses', () => {
  const contract = { id: 'c', currency: 'USD', signedOn: '2026-01-01', obligations: [good('A')], price: fixed('1') };
  test.each([
    [
      'an amount with more places than its currency',
      { contracts: [{ ...contract, price: fixed('1.001') }] },
      'contracts[0].price[0].amount',
    ],
    ['a currency that is none', { contracts: [{ ...contract, currency: 'ABC' }] }, 'contracts[0].currency'],
    [
      'a period that ends before it begins',
      { contracts: [{ ...contract, obligations: [plan('days', '2026-02-01', '2026-02-01')] }] },
      'contracts[0].obligations[0].satisfaction.until',
    ],
    [
      'several obligations without selling prices',
      { contracts: [{ ...contract, obligations: [good('A'), good('B')] }] },
      'contracts[0].obligations[0].sellingPrice',
    ],
    [
      'an event of nothing',
      { contracts: [contract], events: [{ type: 'transfer', on: '2026-01-02', obligation: 'X' }] },
      'events[0].obligation',
    ],
    [
      'an event before the contract',
      { contracts: [contract], events: [{ type: 'transfer', on: '2025-12-31', obligation: 'A' }] },
      'events[0].on',
    ],
    [
      'progress of what passes at once',
      { contracts: [contract], events: [{ type: 'progress', on: '2026-01-02', obligation: 'A', share: '1' }] },
      'events[0]',
    ],
    [
      'an invoice of one of two contracts',
      {
        contracts: [contract, { ...contract, id: 'd', obligations: [good('B')] }],
        events: [{ type: 'invoice', on: '2026-01-02', amount: '1' }],
      },
      'events[0].contract',
    ],
    [
      'a selling price below 0',
      { contracts: [{ ...contract, obligations: [good('A', observed('-1')), good('B', observed('1'))] }] },
      'contracts[0].obligations[0].sellingPrice.amount',
    ],
    [
      'a bundle of what is not there',
      { contracts: [{ ...contract, bundles: [{ obligations: ['A', 'X'], price: '1' }] }] },
      'contracts[0].bundles[0]',
    ],
    [
      'interest below 0',
      {
        contracts: [
          {
            ...contract,
            price: [{ kind: 'financed', on: '2026-01-01', ratePercent: '-1', payments: [{ on: '2027-01-01', amount: '1' }] }],
          },
        ],
      },
      'contracts[0].price[0].ratePercent',
    ],
    ['one id twice', { contracts: [contract, contract] }, 'contracts'],
    [
      'a schedule without end',
      { schedule: 'day', contracts: [{ ...contract, obligations: [plan('days', '2026-01-01', '2099-01-01')] }] },
      'schedule',
    ],
  ])('%s', async (_what, body, field) => {
    const { status, json } = await asked(body);
    expect([status, json.field]).toEqual([422, field]);
  });
});
