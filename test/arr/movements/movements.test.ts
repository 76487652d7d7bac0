import { describe, expect, it } from 'vitest';
import type { Fact, ScheduleFact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import type { Entry } from '../../../functions/arr/movements/movements.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { fromEpochDay } from '../../../functions/platform/calendar.ts';
import { canceled, customer, schedule, seats, subscription, testContext } from '../facts.ts';

/** `day cause ±plan minor units (renewed)` of each movement. */
const told = (entries: readonly Entry[]): string[] =>
  entries.map((entry) => {
    const plan = entry.lines.reduce((sum, line) => sum + line.planDeltaMinor, 0n);
    const renewed = entry.renewed?.reduce((sum, amount) => sum + amount.planMinor, 0n);
    return `${fromEpochDay(entry.day)} ${entry.cause} ${plan}${renewed === undefined ? '' : ` (${renewed})`}`;
  });

const movementsOf = (...facts: Fact[]): string[] => {
  const account = openAccount(testContext);
  return facts.flatMap((fact) => told(recordFact(account, fact, testContext)));
};

describe('the net movement of a customer, day and cause', () => {
  it('is new, expansion, contraction, churn and reactivation', () => {
    // 10 seats × $50 × 12 = $6,000; 15 → $9,000; 12 → $7,200
    expect(
      movementsOf(
        subscription('2026-01-05', [seats('a', 10, 5000)], { lifecycle: 'created', startsOn: '2026-01-05' }),
        subscription('2026-02-01', [seats('a', 15, 5000)]),
        subscription('2026-03-01', [seats('a', 12, 5000)]),
        canceled('2026-04-01'),
        subscription('2026-06-01', [seats('a', 1, 5000)]),
      ),
    ).toEqual([
      '2026-01-05 new 600000',
      '2026-02-01 expansion 300000',
      '2026-03-01 contraction -180000',
      '2026-04-01 churn -720000',
      '2026-06-01 reactivation 60000',
    ]);
  });

  it('nets seat changes within a day into one movement by correcting it', () => {
    // open 10 seats; 15 at 09:00 (+300,000), 12 at 15:00: net +2 × 5,000 × 12 = +120,000, so −180,000 of the same cause
    expect(
      movementsOf(
        subscription('2026-01-05', [seats('a', 10, 5000)]),
        subscription('2026-02-01T09:00:00Z', [seats('a', 15, 5000)]),
        subscription('2026-02-01T15:00:00Z', [seats('a', 12, 5000)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-02-01 expansion 300000', '2026-02-01 expansion -180000']);
  });

  it('restates the days that a late fact touches', () => {
    // known: 10 seats on 5 Jan, 20 on 1 Mar (+600,000). Late: 30 on 1 Feb (+1,200,000), so 1 Mar is −600,000 contraction
    expect(
      movementsOf(
        subscription('2026-01-05', [seats('a', 10, 5000)]),
        subscription('2026-03-01', [seats('a', 20, 5000)]),
        subscription('2026-02-01', [seats('a', 30, 5000)]),
      ),
    ).toEqual([
      '2026-01-05 new 600000',
      '2026-03-01 expansion 600000',
      '2026-02-01 expansion 1200000',
      '2026-03-01 expansion -600000',
      '2026-03-01 contraction -600000',
    ]);
  });

  it('keeps renewal at zero with the renewed ARR, and its uplift as its own movement', () => {
    const annual = (unit: number, quantity: number): ReturnType<typeof seats> => seats('a', quantity, unit, { interval: 'year' });
    // renewed 10 × $600 = $6,000; price +5%: 10 × $630 = $6,300 → uplift $300; two more seats at the new price: $1,260
    expect(
      movementsOf(
        subscription('2025-03-01', [annual(60000, 10)], { termMonths: 12, termStartsOn: '2025-03-01' }),
        subscription('2026-03-01', [annual(63000, 12)], { termMonths: 12, termStartsOn: '2026-03-01' }),
      ),
    ).toEqual(['2025-03-01 new 600000', '2026-03-01 renewal-uplift 30000', '2026-03-01 expansion 126000', '2026-03-01 renewal 0 (600000)']);
  });

  it('renews an annual line when its period advances, and never a monthly one [B18]', () => {
    const at = (day: string, from: string, to: string, interval: 'year' | 'month'): Fact =>
      subscription(day, [seats('a', 1, 60000, { interval, periodStartsOn: from, periodEndsOn: to })], { startsOn: '2025-03-01' });
    expect(movementsOf(at('2025-03-01', '2025-03-01', '2026-03-01', 'year'), at('2026-03-01', '2026-03-01', '2027-03-01', 'year'))).toEqual(
      ['2025-03-01 new 60000', '2026-03-01 renewal 0 (60000)'],
    );
    expect(
      movementsOf(at('2025-03-01', '2025-03-01', '2025-04-01', 'month'), at('2025-04-01', '2025-04-01', '2025-05-01', 'month')),
    ).toEqual(['2025-03-01 new 720000']);
  });

  it('moves ARR between segments by equal transfers out and in', () => {
    const account = openAccount(testContext);
    recordFact(account, customer('2026-01-01', { segment: 'Starter' }), testContext);
    recordFact(account, subscription('2026-01-05', [seats('a', 10, 5000)]), testContext);
    const moved = recordFact(account, customer('2026-05-01', { segment: 'Professional' }), testContext);
    expect(moved).toMatchObject([{ cause: 'transfer', fromAttributes: { segment: 'Starter' }, attributes: { segment: 'Professional' } }]);
    expect(told(moved)).toEqual(['2026-05-01 transfer 600000']);
  });

  it('gives a late first customer fact its attributes from the beginning, without a transfer', () => {
    const account = openAccount(testContext);
    recordFact(account, subscription('2026-01-05', [seats('a', 10, 5000)]), testContext);
    const corrected = recordFact(account, customer('2026-01-06', { segment: 'Starter' }), testContext);
    expect(told(corrected)).toEqual(['2026-01-05 new -600000', '2026-01-05 new 600000']);
    expect(corrected[1]?.attributes).toEqual({ segment: 'Starter' });
  });

  it('ends a repeating discount on its own day', () => {
    const discount = {
      discountId: 'di_1',
      kind: 'percent',
      value: '20',
      duration: 'repeating',
      startsOn: '2026-01-05',
      endsOn: '2026-04-05',
    } as const;
    // $6,000 less 20% = $4,800; from 5 April $6,000
    expect(movementsOf(subscription('2026-01-05', [seats('a', 10, 5000)], { discounts: [discount] }))).toEqual([
      '2026-01-05 new 480000',
      '2026-04-05 expansion 120000',
    ]);
  });

  it('withdraws the future end of a discount when the subscription ends before it', () => {
    const discount = {
      discountId: 'di_1',
      kind: 'percent',
      value: '20',
      duration: 'repeating',
      startsOn: '2026-01-05',
      endsOn: '2026-04-05',
    } as const;
    expect(movementsOf(subscription('2026-01-05', [seats('a', 10, 5000)], { discounts: [discount] }), canceled('2026-02-01'))).toEqual([
      '2026-01-05 new 480000',
      '2026-04-05 expansion 120000',
      '2026-02-01 churn -480000',
      '2026-04-05 expansion -120000',
    ]);
  });

  it('puts a change of the plan rate on a line of its own', () => {
    // €6,000 at 1.10 = $6,600; at 1.20 from 2027 = $7,200
    expect(movementsOf(subscription('2026-01-05', [seats('a', 10, 5000)], { currency: 'EUR' }))).toEqual([
      '2026-01-05 new 660000',
      '2027-01-01 fx 60000',
    ]);
  });

  it('tells a scheduled step from expansion, and a price-only step as an escalator', () => {
    const phases = [
      { startsOn: '2026-01-05', items: [] },
      { startsOn: '2026-07-05', items: [] },
      { startsOn: '2027-01-05', items: [] },
    ];
    expect(
      movementsOf(
        schedule('2026-01-05', phases),
        subscription('2026-01-05', [seats('a', 10, 5000)]),
        subscription('2026-07-05', [seats('a', 15, 5000)]),
        subscription('2027-01-05', [seats('a', 15, 5500)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 contracted-step 300000', '2027-01-05 price-escalator 90000']);
  });

  it('keeps an amount without a plan rate in its currency, and restates when the rate is there', () => {
    const account = openAccount(testContext);
    const first = recordFact(account, subscription('2026-01-05', [seats('a', 10, 5000)], { currency: 'GBP' }), testContext);
    expect(first[0]?.lines).toMatchObject([{ currency: 'GBP', deltaMinor: 600000n, planDeltaMinor: 0n }]);
    const withPounds = {
      ...testContext,
      rates: { ...testContext.rates, version: 2, factor: () => ({ num: 13n, den: 10n }), changeDays: () => [] },
    };
    const second = recordFact(account, customer('2026-01-06', {}), withPounds);
    // £6,000 × 1.30 = $7,800
    expect(told(second)).toEqual(['2026-01-05 new 780000']);
  });

  it('forgets the steps of a schedule that was released before them', () => {
    const phases = [
      { startsOn: '2026-01-05', items: [] },
      { startsOn: '2026-07-01', items: [] },
    ];
    const planned = schedule('2026-01-05', phases);
    const released = schedule('2026-03-01', phases);
    expect(
      movementsOf(
        planned,
        { kind: 'schedule', data: { ...(released.data as ScheduleFact), status: 'released' } },
        subscription('2026-01-05', [seats('a', 10, 5000)]),
        subscription('2026-07-01', [seats('a', 15, 5000)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-07-01 expansion 300000']);
  });

  it('goes on through a trial that is given to a running service, and counts none that the service begins with', () => {
    const seatsOf = (quantity: number) => [seats('a', quantity, 5000)];
    // 10 seats × $50 × 12 = $6,000, in service since 2025-01-01; on trial from 1 March, with two more seats: $1,200; paid again in April
    expect(
      movementsOf(
        subscription('2026-01-05', seatsOf(10)),
        subscription('2026-03-01', seatsOf(12), { status: 'trialing', trialEndsOn: '2026-04-01' }),
        subscription('2026-04-01', seatsOf(12)),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-03-01 expansion 120000']);
    // the trial's end is the service start: nothing before it, and nothing for it while the source still says that it is on trial
    const before = { status: 'trialing', startsOn: '2026-04-01', trialEndsOn: '2026-04-01', lifecycle: 'created' } as const;
    expect(
      movementsOf(subscription('2026-03-01', seatsOf(10), before), subscription('2026-04-01', seatsOf(10), { startsOn: '2026-04-01' })),
    ).toEqual(['2026-04-01 new 600000']);
    expect(movementsOf(subscription('2026-03-01', seatsOf(10), before))).toEqual([]);
  });

  it('leaves out a trial within a running service where the profile does', () => {
    const context = { ...testContext, profile: { ...enterprise, freePeriod: 'excluded' } as const };
    const account = openAccount(context);
    const record = (fact: Fact): string[] => told(recordFact(account, fact, context));
    expect(record(subscription('2026-01-05', [seats('a', 10, 5000)]))).toEqual(['2026-01-05 new 600000']);
    expect(record(subscription('2026-03-01', [seats('a', 10, 5000)], { status: 'trialing' }))).toEqual(['2026-03-01 churn -600000']);
  });

  it('says nothing of an item that is made anew at the same product and value', () => {
    const two = (first: string, second: string) => [seats(first, 10, 5000), seats(second, 4, 2500, { productId: 'prod_support' })];
    expect(
      movementsOf(
        subscription('2026-01-05', two('a', 'b')), // 10 × 5,000 × 12 + 4 × 2,500 × 12 = 600,000 + 120,000
        subscription('2026-02-01', two('c', 'b')),
        // other price, same value: 20 × 2,500 = 10 × 5,000
        subscription('2026-03-01', [seats('d', 20, 2500), seats('e', 4, 2500, { productId: 'prod_support' })]),
        // two seats more on yet another item: 22 × 2,500 × 12 = 660,000
        subscription('2026-04-01', [seats('f', 22, 2500), seats('e', 4, 2500, { productId: 'prod_support' })]),
        canceled('2026-05-01'),
      ),
    ).toEqual(['2026-01-05 new 720000', '2026-04-01 expansion 60000', '2026-05-01 churn -780000']);
  });

  it('still tells two items apart that come in place of one, and another product', () => {
    const ofProduct = (productId: string) => [seats('a', 10, 5000, { productId })];
    expect(movementsOf(subscription('2026-01-05', ofProduct('prod_a')), subscription('2026-02-01', ofProduct('prod_b')))).toEqual([
      '2026-01-05 new 600000',
      '2026-02-01 transfer 0',
    ]);
    expect(
      movementsOf(
        subscription('2026-01-05', [seats('a', 10, 5000)]),
        subscription('2026-02-01', [seats('b', 10, 5000), seats('c', 10, 5000)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-02-01 expansion 600000']);
  });

  it('takes what a source says of a line for the stock that it begins with, not for what it grows by', () => {
    const account = openAccount(testContext);
    const [imported] = recordFact(account, subscription('2026-01-05', [seats('a', 10, 5000, { origin: 'renewal-uplift' })]), testContext);
    const [grown] = recordFact(account, subscription('2026-02-05', [seats('a', 12, 5000, { origin: 'renewal-uplift' })]), testContext);
    expect(imported?.stock).toEqual([0n, 0n, 600_000n]);
    expect(grown?.stock).toEqual([0n, 120_000n, 0n]);
  });

  it('counts a creation from its service start, and nothing before it', () => {
    expect(movementsOf(subscription('2026-03-10', [seats('a', 1, 5000)], { lifecycle: 'created', startsOn: '2026-02-01' }))).toEqual([
      '2026-02-01 new 60000',
    ]);
    expect(movementsOf(subscription('2026-03-10', [seats('a', 1, 5000)], { lifecycle: 'created', startsOn: '2026-04-01' }))).toEqual([
      '2026-04-01 new 60000',
    ]);
  });
});
