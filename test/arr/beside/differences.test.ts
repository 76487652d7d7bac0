import { describe, expect, it } from 'vitest';
import { besideArr } from '../../../functions/arr/beside/beside.ts';
import { flagsOn } from '../../../functions/arr/beside/flags.ts';
import type { Settlement } from '../../../functions/arr/evidence/precedence.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, billedYearly, signedLine } from '../agreements.ts';
import { canceled, seats, subscription, testContext } from '../facts.ts';

type Line = SubscriptionFact['lines'][number];
const KEY = { agreementId: '800A' } as const;

const differences = (facts: readonly Fact[], on: string) => besideArr('c', facts, toEpochDay(on), testContext).differences;
/** Kind and cents of each part, difference by difference. */
const parts = (facts: readonly Fact[], on: string) =>
  differences(facts, on).map((one) => one.parts.map(({ kind, amountMinor }) => `${kind} ${amountMinor}`));

/** 100 seats at $100 a year are signed; Stripe bills something else for them. */
const against = (billed: Line, signed: Partial<Line> = {}): readonly Fact[] => [
  agreement('2026-01-15', [
    signedLine('oi_1', 0, '2026-02-01', '2027-02-01', { quantity: '100', pricing: { model: 'per-unit', unitMinor: '10000' }, ...signed }),
  ]),
  subscription('2026-02-01', [billed], { ...KEY, lifecycle: 'created', startsOn: '2026-02-01' }),
];
const yearly = (quantity: number, unitMinor: number, more: Partial<Line> = {}) =>
  seats('si_1', quantity, unitMinor, { interval: 'year', ...more });
const tenOff = { discountId: 'd', kind: 'percent', value: '10', duration: 'forever' } as const;

describe('a difference between signed and billed', () => {
  it.each([
    ['of quantity', yearly(120, 10_000), {}, ['quantity 200000']], // 20 × $100
    ['of price', yearly(100, 11_000), {}, ['price 100000']], // 100 × $10
    ['of a discount that was not signed', yearly(100, 10_000, { discounts: [tenOff] }), {}, ['discount -100000']], // 10% of 10,000
    ['of quantity and price', yearly(120, 11_000), {}, ['quantity 200000', 'price 120000']], // 20 × $100, and 120 × $10
    // List $125 less 20% is signed; 110 seats are billed at $125: 10 × $100, and 110 × $25.
    ['of quantity and discount', yearly(110, 12_500), { listUnitMinor: '12500' }, ['quantity 100000', 'discount 275000']],
    // 5,000 × $2.20 stand for 100 × $100: units are counted otherwise.
    ['of price where units are counted otherwise', yearly(5_000, 220), {}, ['price 100000']],
    ['by the month as by the year', seats('si_1', 100, 1_000), {}, ['price 200000']], // 100 × $10 × 12 = 12,000
  ])('%s', (_name, billed, signed, expected) => {
    expect(parts(against(billed, signed), '2026-06-01')).toEqual([expected]);
  });

  it('is none up to 0.5%', () => {
    // 10,000 and 10,050; 10,051
    expect(parts(against(yearly(1, 1_005_000)), '2026-06-01')).toEqual([]);
    expect(parts(against(yearly(1, 1_005_100)), '2026-06-01')).toEqual([['price 5100']]);
    expect(parts(against(yearly(1, 995_000)), '2026-06-01')).toEqual([]);
  });

  it('sums to the difference of what is rounded', () => {
    // 3 × $3,333.33 of list $5,000.01 against 4 × $5,000.01
    const facts = against(yearly(4, 500_001), {
      quantity: '3',
      pricing: { model: 'per-unit', unitMinor: '333333.4' },
      listUnitMinor: '500001',
    });
    const [one] = differences(facts, '2026-06-01');
    expect(one?.difference.amountMinor).toBe(1_000_004n); // 2,000,004 − 1,000,000 (999,999.6 + 0.6)
    expect(one?.parts).toEqual([
      { kind: 'quantity', amountMinor: 333_333n },
      { kind: 'discount', amountMinor: 666_671n },
    ]);
  });

  it('is missing where a line of an agreement that is billed is not, and where billing has stopped', () => {
    const two = [
      signedLine('oi_1', 100, '2026-02-01', '2027-02-01'),
      signedLine('oi_2', 50, '2026-02-01', '2027-02-01', { productId: 'prod_support' }),
    ];
    const stripe = billedYearly('2026-02-01', 100, KEY);
    expect(parts([agreement('2026-01-15', two), stripe], '2026-06-01')).toEqual([['missing -5000']]);
    const stopped = [agreement('2026-01-15', two.slice(0, 1)), stripe, canceled('2026-06-01', KEY)];
    expect(parts(stopped, '2026-05-31')).toEqual([]);
    expect(parts(stopped, '2026-06-01')).toEqual([['missing -10000']]);
    // Nothing that is heard bills it: it may be billed elsewhere.
    expect(parts([agreement('2026-01-15', two)], '2026-06-01')).toEqual([]);
  });

  it('is of its date where billing begins before service does, and where it takes a step at most 31 days apart', () => {
    const year = [signedLine('oi_1', 100, '2026-02-01', '2027-02-01')];
    expect(parts([agreement('2026-01-15', year), billedYearly('2026-01-20', 100, KEY)], '2026-01-31')).toEqual([['date 10000']]);
    const ramp = [signedLine('oi_1', 100, '2026-02-01', '2027-02-01'), signedLine('oi_1', 150, '2027-02-01', '2028-02-01')];
    const late = [agreement('2026-01-15', ramp), billedYearly('2026-02-01', 100, KEY)];
    expect(parts(late, '2027-02-01')).toEqual([['date -5000']]);
    expect(parts(late, '2027-03-04')).toEqual([['date -5000']]); // 31 days after 1 February
    expect(parts(late, '2027-03-05')).toEqual([['price -5000']]);
    const early = [agreement('2026-01-15', ramp), billedYearly('2026-02-01', 150, KEY)];
    expect(parts(early, '2026-12-31')).toEqual([['price 5000']]);
    expect(parts(early, '2027-01-01')).toEqual([['date 5000']]);
  });

  it('is told at plan rates too, where there are any', () => {
    const euros = against(yearly(120, 10_000)).map((fact) => ({ ...fact, data: { ...fact.data, currency: 'EUR' } }) as Fact);
    expect(differences(euros, '2026-06-01')[0]?.difference).toEqual({ currency: 'EUR', amountMinor: 200_000n, planMinor: 220_000n }); // × 1.10
    const pounds = euros.map((fact) => ({ ...fact, data: { ...fact.data, currency: 'GBP' } }) as Fact);
    expect(differences(pounds, '2026-06-01')[0]?.difference).toEqual({ currency: 'GBP', amountMinor: 200_000n });
  });
});

describe('flags', () => {
  const flags = (facts: readonly Fact[], on: string) => besideArr('c', facts, toEpochDay(on), testContext).flags;

  it('tell for thirty days that billing stopped within the term', () => {
    const facts = [
      agreement('2026-01-15', [signedLine('oi_1', 100, '2026-02-01', '2027-02-01')]),
      billedYearly('2026-02-01', 100, KEY),
      canceled('2026-06-01', KEY),
    ];
    expect(flags(facts, '2026-05-31')).toEqual([]);
    expect(flags(facts, '2026-06-01')).toEqual([{ flag: 'billing-stopped', agreementId: '800A', since: '2026-06-01', ageDays: 0 }]);
    expect(flags(facts, '2026-07-01')).toMatchObject([{ ageDays: 30 }]);
    expect(flags(facts, '2026-07-02')).toEqual([]);
  });

  it('tell for thirty days that a term has ended and nothing came yet', () => {
    const settlement: Settlement = {
      subscriptions: [],
      chains: [],
      endDays: new Map(),
      watches: [{ agreementId: '800A', of: 'term', on: '2027-02-01' }],
      signed: [],
      billed: [],
      pairs: [],
      duplicates: [],
    };
    const flagged = (on: string) =>
      flagsOn(settlement, [], { customerId: 'c', facts: [], day: toEpochDay(on), on, context: testContext }).map(({ flag, ageDays }) => [
        flag,
        ageDays,
      ]);
    expect(flagged('2027-01-31')).toEqual([]);
    expect(flagged('2027-02-01')).toEqual([['expired-renewing', 0]]);
    expect(flagged('2027-03-03')).toEqual([['expired-renewing', 30]]);
    expect(flagged('2027-03-04')).toEqual([]);
  });
});
