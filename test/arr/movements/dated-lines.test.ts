import { describe, expect, it } from 'vitest';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import { fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { seats, subscription, testContext } from '../facts.ts';

/** What is recorded of a day and cause in sum, in plan minor units. */
const movementsOf = (...facts: readonly Fact[]): string[] => {
  const account = openAccount(testContext);
  for (const fact of facts) recordFact(account, fact, testContext);
  const sums = new Map<string, bigint>();
  for (const { day, cause, lines } of account.recorded) {
    const name = `${fromEpochDay(day)} ${cause}`;
    sums.set(
      name,
      lines.reduce((sum, line) => sum + line.planDeltaMinor, sums.get(name) ?? 0n),
    );
  }
  return [...sums].flatMap(([name, sum]) => (sum === 0n ? [] : [`${name} ${sum}`])).toSorted();
};

type Line = SubscriptionFact['lines'][number];
/** One unit of a platform at so many dollars a year, from one day until another. */
const segment = (dollars: number, startsOn: string, endsOn: string, more: Partial<Line> = {}): Line =>
  seats('platform', 1, dollars * 100, { interval: 'year', startsOn, endsOn, ...more });
const ramp = [
  segment(600_000, '2026-02-01', '2027-02-01'),
  segment(900_000, '2027-02-01', '2028-02-01'),
  segment(1_200_000, '2028-02-01', '2029-02-01'),
];
const signed = (lines: readonly Line[], more: Partial<SubscriptionFact> = {}, at = '2026-01-15'): Fact =>
  subscription(at, [...lines], { startsOn: '2026-02-01', bookedOn: '2026-01-15', lifecycle: 'created', ...more });

describe('lines with days of their own', () => {
  it('step on contracted days, as one line, and end with their term', () => {
    // $600,000; + $300,000 in years 2 and 3; − $1,200,000 the day after the term
    expect(movementsOf(signed(ramp))).toEqual([
      '2026-02-01 new 60000000',
      '2027-02-01 contracted-step 30000000',
      '2028-02-01 contracted-step 30000000',
      '2029-02-01 churn -120000000',
    ]);
    const keys = ['2026-02-01', '2027-02-01', '2028-02-01'].map(
      (on) => closingAt([signed(ramp)], toEpochDay(on), testContext).closing.lines,
    );
    expect(keys.map((lines) => lines.length)).toEqual([1, 1, 1]);
    expect(new Set(keys.flat().map(({ key }) => key)).size).toBe(1);
  });

  it('are worth nothing on the days before and after', () => {
    const arrOn = (on: string): bigint | undefined => closingAt([signed(ramp)], toEpochDay(on), testContext).closing.lines[0]?.planMinor;
    expect(['2026-01-31', '2026-02-01', '2027-01-31', '2029-01-31', '2029-02-01'].map(arrOn)).toEqual([
      undefined,
      60_000_000n,
      60_000_000n,
      120_000_000n,
      undefined,
    ]);
  });

  it('leave to the customer what it decides on the day of a step', () => {
    // 100 seats × $100; contracted: 150 from 2027-02-01; that day the customer takes 180: 50 contracted, 30 expanded
    const seatsOf = (quantity: number, startsOn: string, endsOn: string) =>
      seats('seats', quantity, 10_000, { interval: 'year', startsOn, endsOn });
    const before = signed([seatsOf(100, '2026-02-01', '2027-02-01'), seatsOf(150, '2027-02-01', '2028-02-01')]);
    const after = signed(
      [seatsOf(100, '2026-02-01', '2027-02-01'), seatsOf(180, '2027-02-01', '2028-02-01')],
      { lifecycle: 'changed' },
      '2027-02-01',
    );
    expect(movementsOf(before, after)).toEqual([
      '2026-02-01 new 1000000',
      '2027-02-01 contracted-step 500000',
      '2027-02-01 expansion 300000',
      '2028-02-01 churn -1800000',
    ]);
  });

  it('tell an addition that begins within the term, and one that ends before it', () => {
    const addition = seats('addition', 1, 5_000_000, {
      interval: 'year',
      productId: 'prod_analytics',
      startsOn: '2026-06-01',
      endsOn: '2027-02-01',
    });
    expect(movementsOf(signed([ramp[0] as Line, addition]))).toEqual([
      '2026-02-01 new 60000000',
      '2026-06-01 contracted-step 5000000',
      // Both end with the term.
      '2027-02-01 churn -65000000',
    ]);
  });

  it('share a discount of the whole subscription with those in force only', () => {
    const discounts = [{ discountId: 'd', kind: 'percent' as const, value: '10', duration: 'forever' as const }];
    // 600,000 less 10% = 540,000; the step 300,000 less 10% = 270,000 a year
    expect(movementsOf(signed(ramp.slice(0, 2), { discounts }))).toEqual([
      '2026-02-01 new 54000000',
      '2027-02-01 contracted-step 27000000',
      '2028-02-01 churn -81000000',
    ]);
  });

  it('come out the same when the agreement is shown again, and in any order', () => {
    const again = signed(ramp, { lifecycle: 'changed' }, '2026-08-10');
    const later = signed([...ramp.slice(0, 2), segment(1_500_000, '2028-02-01', '2029-02-01')], { lifecycle: 'changed' }, '2027-05-01');
    const expected = [
      '2026-02-01 new 60000000',
      '2027-02-01 contracted-step 30000000',
      '2028-02-01 contracted-step 60000000',
      '2029-02-01 churn -150000000',
    ];
    const facts = [signed(ramp), again, later];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [1, 0, 2],
      [0, 2, 1],
      [2, 0, 1],
    ])
      expect(movementsOf(...order.map((i) => facts[i] as Fact))).toEqual(expected);
  });
});
