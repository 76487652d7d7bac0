import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { annualValue, roundHalfAway } from '../../../functions/arr/lines/rating.ts';
import type { PlanRates } from '../../../functions/arr/lines/values.ts';
import { enterprise, PRESETS } from '../../../functions/arr/profiles/presets.ts';
import type { Profile } from '../../../functions/arr/profiles/profile.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, signedLine } from '../agreements.ts';
import { canceled, seats, subscription } from '../facts.ts';
import { fiftyFive, type MonthOf, monthsBy, monthsByRule, type Paid } from './monthly.ts';
import { playbooks } from './playbook.ts';
import { arrOn, movesOf } from './told.ts';

/**
 * Figures that vendors and test suites publish, each under the profile that says what they say; where two disagree, each under its own. MRR is
 * ARR ÷ 12.
 */

const monthly = (id: string, dollars: number, start = '2024-01-01', more = {}): Fact =>
  subscription(start, [seats('si', 1, dollars * 100, more)], { subscriptionId: id, lifecycle: 'created', startsOn: start });

/** MRR in cents, rounded half up. */
const mrrOn = (facts: readonly Fact[], on: string, profile: Partial<Profile>): bigint =>
  roundHalfAway({ num: arrOn(facts, on, profile), den: 12n });

describe('MRR of a price', () => {
  it('Kill Bill analytics: ten annual prices ÷ 12, half up at four decimals', () => {
    const mrr = (cents: string): bigint => {
      const { num, den } = annualValue(seats('si', 1, cents, { interval: 'year' }), '2024-01-01', enterprise);
      // Cents a year to ten-thousandths of a dollar a month: × 100 ÷ 12
      return roundHalfAway({ num: num * 100n, den: den * 12n });
    };
    expect(['1829', '1995', '2995', '4900', '5900', '14995', '23990', '59995', '229900', '549900'].map(mrr)).toEqual([
      15_242n, // 18.29 ÷ 12 = 1.52416…
      16_625n, // 19.95 ÷ 12 = 1.6625
      24_958n, // 29.95 ÷ 12 = 2.49583…
      40_833n, // 49 ÷ 12 = 4.08333…
      49_167n, // 59 ÷ 12 = 4.91666…
      124_958n, // 149.95 ÷ 12 = 12.49583…
      199_917n, // 239.90 ÷ 12 = 19.99166…
      499_958n, // 599.95 ÷ 12 = 49.99583…
      1_915_833n, // 2,299 ÷ 12 = 191.58333…
      4_582_500n, // 5,499 ÷ 12 = 458.25
    ]);
  });

  it('Stripe’s glossary: 100 customers at $100 a month and 50 at $600 a year are $12,500', () => {
    const facts = [
      subscription('2024-01-01', [seats('a', 100, 10_000), seats('b', 50, 60_000, { interval: 'year' })], { startsOn: '2024-01-01' }),
    ];
    expect(mrrOn(facts, '2024-01-01', PRESETS.stripe)).toBe(1_250_000n); // 100 × 100 + 50 × 600 ÷ 12
  });

  it('Baremetrics: ten customers at $10 are $100, and $120 a year are $10', () => {
    expect(mrrOn([monthly('a', 10)], '2024-01-01', enterprise) * 10n).toBe(10_000n);
    expect(mrrOn([monthly('a', 120, '2024-01-01', { interval: 'year' })], '2024-01-01', enterprise)).toBe(1_000n);
  });

  it('Polar: $100 a month and $1,000 a year; $300 every three months; $2,400 every two years', () => {
    const both = [monthly('a', 100), monthly('b', 1_000, '2024-01-01', { interval: 'year' })];
    expect(mrrOn(both, '2024-01-01', PRESETS.polar)).toBe(18_333n); // 100 + 83.333…
    expect(mrrOn([monthly('a', 300, '2024-01-01', { intervalCount: 3 })], '2024-01-01', PRESETS.polar)).toBe(10_000n);
    expect(mrrOn([monthly('a', 2_400, '2024-01-01', { interval: 'year', intervalCount: 2 })], '2024-01-01', PRESETS.polar)).toBe(10_000n);
  });

  it('$1,000 a week: $4,349 in Polar, $4,330 in Lago’s query, $4,333 elsewhere', () => {
    const facts = [monthly('a', 1_000, '2024-01-01', { interval: 'week' })];
    expect(mrrOn(facts, '2024-01-01', PRESETS.polar)).toBe(434_857n); // 1,000 × 30.44 ÷ 7
    expect(mrrOn(facts, '2024-01-01', { weekFactor: '12*4.33' })).toBe(433_000n);
    expect(mrrOn(facts, '2024-01-01', PRESETS.maxio)).toBe(433_333n); // 1,000 × 52 ÷ 12
  });

  it('Polar’s six orders: what is sold once is no ARR, what renews moves none; a subscription counts from its start, not when it is billed', () => {
    // One-time orders of $100 in February 2023 and January 2024 bill $200 and are no line. $100 a month and $1,000 a year come in January, billed
    // at $1,100; the $100 of February renew the first; $100 a month come in June.
    const month = (from: string, to: string) => [seats('si', 1, 10_000, { periodStartsOn: from, periodEndsOn: to })];
    const facts = [
      subscription('2024-01-01', month('2024-01-01', '2024-02-01'), { subscriptionId: 'a', lifecycle: 'created', startsOn: '2024-01-01' }),
      subscription('2024-02-01', month('2024-02-01', '2024-03-01'), { subscriptionId: 'a', startsOn: '2024-01-01' }),
      monthly('b', 1_000, '2024-01-01', { interval: 'year' }),
      monthly('c', 100, '2024-06-01'),
    ];
    expect(movesOf(facts, PRESETS.polar)).toEqual(['2024-01-01 new 220000', '2024-06-01 expansion 120000']); // 1,200 + 1,000; 1,200
    expect(['2023-12-31', '2024-01-01', '2024-02-01', '2024-06-01'].map((on) => mrrOn(facts, on, PRESETS.polar))).toEqual([
      0n,
      18_333n, // 100 + 83.33…
      18_333n,
      28_333n, // 100 + 83.33… + 100
    ]);
  });

  it('a contract of $30,000 over three years is $10,000 a year', () => {
    expect(arrOn([agreement('2026-01-20', [signedLine('l1', 10_000, '2026-02-01', '2029-02-01')])], '2026-06-01')).toBe(1_000_000n);
    expect(arrOn([monthly('a', 30_000, '2024-01-01', { interval: 'year', intervalCount: 3 })], '2024-06-01')).toBe(1_000_000n);
  });
});

describe('discounts', () => {
  const half = (duration: 'forever' | 'repeating') => [
    {
      discountId: 'd',
      kind: 'percent' as const,
      value: '50',
      duration,
      ...(duration === 'repeating' ? { startsOn: '2024-01-01', endsOn: '2024-07-01' } : {}),
    },
  ];
  const facts = (duration: 'forever' | 'repeating') => [
    subscription('2024-01-01', [seats('si', 1, 10_000)], { lifecycle: 'created', startsOn: '2024-01-01', discounts: half(duration) }),
  ];

  it('Polar: 50% off $100 for ever is $50', () => {
    expect(mrrOn(facts('forever'), '2024-01-01', PRESETS.polar)).toBe(5_000n);
  });

  it('50% off for six months leaves Stripe’s MRR at $100, and is $50 in ProfitWell', () => {
    expect(mrrOn(facts('repeating'), '2024-02-01', PRESETS.stripe)).toBe(10_000n);
    expect(mrrOn(facts('repeating'), '2024-02-01', PRESETS.profitwell)).toBe(5_000n);
  });

  it('100% off who paid $10 is churn to Baremetrics, a contraction to ChartMogul, and nothing yet to Stripe while it is for six months', () => {
    const free = (duration: 'forever' | 'repeating') => [
      monthly('a', 10),
      subscription('2024-03-01', [seats('si', 1, 1_000)], {
        subscriptionId: 'a',
        startsOn: '2024-01-01',
        discounts: half(duration).map((discount) => ({ ...discount, value: '100' })),
      }),
    ];
    // $10 a month is $120 a year.
    expect(movesOf(free('forever'), PRESETS.maxio)).toEqual(['2024-01-01 new 12000', '2024-03-01 churn -12000']);
    expect(movesOf(free('forever'), PRESETS['chartmogul-b2b'])).toEqual(['2024-01-01 new 12000', '2024-03-01 contraction -12000']);
    expect(movesOf(free('repeating'), PRESETS.stripe)).toEqual(['2024-01-01 new 12000']);
  });
});

describe('coming and going', () => {
  it('Polar: a cancellation asked for in February leaves committed MRR then, and MRR when it takes effect', () => {
    const facts = [
      monthly('a', 100),
      monthly('b', 100),
      subscription('2024-02-10', [seats('si', 1, 10_000)], { subscriptionId: 'b', startsOn: '2024-01-01', cancelsOn: '2024-03-01' }),
      canceled('2024-03-01', { subscriptionId: 'b', startsOn: '2024-01-01' }),
    ];
    const series = (profile: Partial<Profile>) => ['2024-02-28', '2024-03-31'].map((on) => mrrOn(facts, on, profile));
    expect(series(PRESETS.polar)).toEqual([20_000n, 10_000n]);
    expect(series({ ...PRESETS.polar, churnDate: 'request' })).toEqual([10_000n, 10_000n]);
  });

  it('Polar: trials are no MRR until they convert; what they would be is what counting them adds', () => {
    const trial = (id: string, at: string, more = {}) =>
      subscription(at, [seats('si', 1, 10_000)], { subscriptionId: id, status: 'trialing', startsOn: '2024-03-01', ...more });
    const facts = [
      monthly('a', 100),
      trial('b', '2024-01-01', { lifecycle: 'created' }),
      trial('c', '2024-01-01', { lifecycle: 'created' }),
      trial('c', '2024-01-15', { cancelsOn: '2024-02-01' }),
      canceled('2024-02-01', { subscriptionId: 'c', startsOn: '2024-03-01' }),
      subscription('2024-03-01', [seats('si', 1, 10_000)], { subscriptionId: 'b', startsOn: '2024-03-01' }),
    ];
    const of = (on: string, more: Partial<Profile> = {}) =>
      mrrOn(facts, on, { ...PRESETS.polar, ...more, trial: 'counted' }) - mrrOn(facts, on, { ...PRESETS.polar, ...more });
    const ends = ['2024-01-31', '2024-02-29', '2024-03-31'];
    expect(ends.map((on) => mrrOn(facts, on, PRESETS.polar))).toEqual([10_000n, 10_000n, 20_000n]);
    expect(ends.map((on) => of(on))).toEqual([20_000n, 10_000n, 0n]);
    expect(ends.map((on) => of(on, { churnDate: 'request' }))).toEqual([10_000n, 10_000n, 0n]);
  });

  it('ProfitWell’s Sarah pays $10 from 15 April, cancels on 8 June, and is lost on the 15th; in Stripe and Maxio on the 8th', () => {
    const month = (from: string, to: string) => [seats('si', 1, 1_000, { periodStartsOn: from, periodEndsOn: to })];
    const facts = [
      subscription('2024-04-15', month('2024-04-15', '2024-05-15'), { lifecycle: 'created', startsOn: '2024-04-15' }),
      subscription('2024-05-15', month('2024-05-15', '2024-06-15'), { startsOn: '2024-04-15' }),
      subscription('2024-06-08', month('2024-05-15', '2024-06-15'), { startsOn: '2024-04-15', cancelsOn: '2024-06-15' }),
      canceled('2024-06-15', { startsOn: '2024-04-15' }),
    ];
    const lost = (profile: Profile) => movesOf(facts, profile).at(-1);
    expect(lost(PRESETS.profitwell)).toBe('2024-06-15 churn -12000');
    expect(lost(PRESETS.stripe)).toBe('2024-06-08 churn -12000');
    expect(lost(PRESETS.maxio)).toBe('2024-06-08 churn -12000');
    // Cancelled at once, she has still paid until the 15th.
    const atOnce = [...facts.slice(0, 2), canceled('2024-06-08', { startsOn: '2024-04-15' })];
    expect(movesOf(atOnce, PRESETS.profitwell).at(-1)).toBe('2024-06-15 churn -12000');
    expect(movesOf(atOnce, PRESETS['chartmogul-b2b']).at(-1)).toBe('2024-06-08 churn -12000');
  });

  it('who comes and goes in one month is nothing to ProfitWell, and two movements to Stripe and Maxio', () => {
    const facts = [monthly('a', 10, '2024-03-05'), canceled('2024-03-25', { subscriptionId: 'a', startsOn: '2024-03-05' })];
    expect(movesOf(facts, PRESETS.profitwell)).toEqual([]);
    for (const profile of [PRESETS.stripe, PRESETS.maxio])
      expect(movesOf(facts, profile)).toEqual(['2024-03-05 new 12000', '2024-03-25 churn -12000']);
  });

  it('Stripe’s downgrade from $90 to $30 on the 21st is a contraction on that day, whatever its proration bills later', () => {
    const facts = [
      monthly('a', 90, '2026-04-01'),
      subscription('2026-04-21', [seats('si', 1, 3_000)], { subscriptionId: 'a', startsOn: '2026-04-01' }),
    ];
    for (const profile of [PRESETS.enterprise, PRESETS.stripe])
      expect(movesOf(facts, profile)).toEqual(['2026-04-01 new 108000', '2026-04-21 contraction -72000']); // 90 × 12; (30 − 90) × 12
  });

  it('JustPaid’s trial of 14 days is nothing until it converts, and from then on $500 a month', () => {
    const on15th = { subscriptionId: 'a', startsOn: '2026-01-15' };
    const trial = subscription('2026-01-01', [seats('si', 1, 50_000)], { ...on15th, status: 'trialing', lifecycle: 'created' });
    const facts = [trial, subscription('2026-01-15', [seats('si', 1, 50_000)], on15th)];
    expect(movesOf(facts, PRESETS.enterprise)).toEqual(['2026-01-15 new 600000']); // 500 × 12
  });

  it('JustPaid’s year with its first month free is live at $500 from the second month on; at list, as Stripe has it, from the first', () => {
    const free = [
      {
        discountId: 'd',
        kind: 'percent' as const,
        value: '100',
        duration: 'repeating' as const,
        startsOn: '2026-01-01',
        endsOn: '2026-02-01',
      },
    ];
    const facts = [subscription('2026-01-01', [seats('si', 1, 50_000)], { lifecycle: 'created', startsOn: '2026-01-01', discounts: free })];
    expect(movesOf(facts, PRESETS.enterprise)).toEqual(['2026-02-01 new 600000']); // 500 × 12; it is $5,500 that the year bills
    expect(movesOf(facts, PRESETS.stripe)).toEqual(['2026-01-01 new 600000']);
  });

  it('back after 122 days is new to Maxio, and a reactivation to ProfitWell and ChartMogul', () => {
    const facts = [
      monthly('a', 25, '2018-12-01'),
      canceled('2019-03-01', { subscriptionId: 'a', startsOn: '2018-12-01' }),
      monthly('b', 50, '2019-07-01'), // 30 + 30 + 31 + 31 days later
    ];
    expect(movesOf(facts, PRESETS.maxio).at(-1)).toBe('2019-07-01 new 60000');
    for (const profile of [PRESETS.profitwell, PRESETS['chartmogul-b2c']])
      expect(movesOf(facts, profile).at(-1)).toBe('2019-07-01 reactivation 60000');
  });

  it('dbt’s first customer: new 50, lost, back at 50, up by 25, lost', () => {
    const paid: readonly Paid[] = [
      { customer: 1, start: '2018-11-01', end: '2019-02-01', dollars: 50 },
      { customer: 1, start: '2019-04-01', end: '2019-06-01', dollars: 50 },
      { customer: 1, start: '2019-06-01', end: '2019-08-01', dollars: 75 },
    ];
    const zero = { new: 0, upgrade: 0, reactivation: 0, downgrade: 0, churn: 0 };
    expect([...monthsBy(PRESETS['chartmogul-b2b'], paid, '2019-12')]).toEqual([
      ['2018-11', { ...zero, mrr: 50, new: 50 }],
      ['2019-02', { ...zero, mrr: 0, churn: -50 }],
      ['2019-04', { ...zero, mrr: 50, reactivation: 50 }],
      ['2019-06', { ...zero, mrr: 75, upgrade: 25 }],
      ['2019-08', { ...zero, mrr: 0, churn: -75 }],
    ]);
  });

  it('a base of 55 customers over 28 months moves by dbt’s rule, month by month', () => {
    const paid = fiftyFive();
    expect([new Set(paid.map(({ customer }) => customer)).size, paid.length]).toEqual([55, 139]);
    const months = monthsBy(PRESETS['chartmogul-b2b'], paid, '2019-12');
    expect([...months]).toEqual([...monthsByRule(paid, '2017-09', '2019-12')]);
    const total = (name: keyof MonthOf) => [...months.values()].reduce((sum, month) => sum + month[name], 0);
    for (const name of ['new', 'upgrade', 'reactivation', 'downgrade', 'churn'] as const) expect(total(name)).not.toBe(0);
  });

  for (const { caseOf, paid } of playbooks())
    it('dbt’s own 55 customers move as was published', () => {
      const { expected } = caseOf('dbt-movements');
      const told = Object.entries(expected['by_month'] as Record<string, Record<keyof MonthOf, string>>).flatMap(([month, sums]) => {
        const own = {
          mrr: +sums.mrr,
          new: +sums.new,
          upgrade: +sums.upgrade,
          reactivation: +sums.reactivation,
          downgrade: +sums.downgrade,
          churn: +sums.churn,
        };
        return own.new || own.upgrade || own.reactivation || own.downgrade || own.churn ? [[month, own]] : [];
      });
      expect([...monthsBy(PRESETS['chartmogul-b2b'], paid, '2019-12')]).toEqual(told);
    });
});

describe('exchange rates', () => {
  it('Polar: €100 and £100 at the average rates of the month are 800 in January and 300 in February', () => {
    // January: euros at 2 and 4, 3 on average; pounds at 5. February: 1 and 2.
    const february = toEpochDay('2024-02-01');
    const factor = (currency: string, day: number): bigint => (currency === 'EUR' ? (day < february ? 3n : 1n) : day < february ? 5n : 2n);
    const rates: PlanRates = {
      planCurrency: 'USD',
      version: 1,
      factor: (currency, day) => ({ num: factor(currency, day), den: 1n }),
      changeDays: () => [february],
    };
    const inCurrency = (currency: string): Fact =>
      subscription('2024-01-01', [seats('si', 1, 10_000)], {
        subscriptionId: currency,
        currency,
        lifecycle: 'created',
        startsOn: '2024-01-01',
      });
    const facts = [inCurrency('EUR'), inCurrency('GBP')];
    // 100 × 3 + 100 × 5 = 800 a month; 100 × 1 + 100 × 2 = 300; times twelve, in cents.
    expect(movesOf(facts, PRESETS.polar, rates)).toEqual(['2024-01-01 new 960000', '2024-02-01 fx -600000']);
    expect(movesOf(facts, { ...PRESETS.polar, fx: 'movements' }, rates)).toEqual([
      '2024-01-01 new 960000',
      '2024-02-01 contraction -600000',
    ]);
  });
});
