import { describe, expect, it } from 'vitest';
import type { Costs } from '../../../functions/arr/metrics/costs.ts';
import { PRESETS } from '../../../functions/arr/profiles/presets.ts';
import { factsTold, figure, ledgerTold, percent, type Told } from './told.ts';

/** What formulas come to where a month is out of the ordinary: numbers by hand. Amounts are ARR in major units. */
const MONTH = { on: '2026-03-31' };
const came = (customer: string, major: number, on = '2025-01-10'): Told => ({ on, customer, cause: 'new', major });
const moved = (on: string, customer: string, cause: 'expansion' | 'contraction' | 'churn' | 'reactivation', major: number): Told => ({
  on,
  customer,
  cause,
  major,
});
const percents = (facts: ReturnType<typeof factsTold>, ...ids: readonly string[]) => ids.map((id) => percent(facts, id, 2));

describe('a month', () => {
  it('that begins with nothing has no rate of what it began with', () => {
    const facts = factsTold(ledgerTold([came('a', 100, '2026-03-10')]), MONTH);
    const rates = ['gross-churn', 'net-churn', 'logo-churn', 'nrr', 'grr', 'nrr-movements', 'grr-movements', 'logo-retention'];
    expect(percents(facts, ...rates, 'arr-growth')).toEqual(Array.from({ length: 9 }, () => 'not-defined'));
    expect([figure(facts, 'quick-ratio', 2), figure(facts, 'net-new-arr', 0), figure(facts, 'customers', 0)]).toEqual([
      'not-defined',
      '10000',
      '1',
    ]);
  });

  it('in which all leave keeps nothing, and has no average customer', () => {
    const all = [came('a', 600), came('b', 400), moved('2026-03-05', 'a', 'churn', -600), moved('2026-03-20', 'b', 'churn', -400)];
    const facts = factsTold(ledgerTold(all), MONTH);
    expect(percents(facts, 'gross-churn', 'net-churn', 'logo-churn', 'nrr', 'grr', 'logo-retention')).toEqual([
      ...['100.00', '100.00', '100.00'],
      ...['0.00', '0.00', '0.00'],
    ]);
    // 600 / 1,000 on the 5th, 400 / 400 on the 20th
    expect(percents(facts, 'gross-churn-daily')).toEqual(['160.00']);
    expect([figure(facts, 'quick-ratio', 2), figure(facts, 'arpa', 0), figure(facts, 'arr', 0)]).toEqual(['0.00', 'not-defined', '0']);
  });

  it('in which a customer leaves and comes back loses and gains it; over a year that is kept where the profile counts what came back', () => {
    const back = [came('a', 900), came('b', 100), moved('2026-03-05', 'b', 'churn', -100), moved('2026-03-20', 'b', 'reactivation', 100)];
    const facts = (definitions: (typeof PRESETS)[keyof typeof PRESETS]) => factsTold(ledgerTold(back), { ...MONTH, definitions });
    // 100 / 1,000; (100 − 100) / 1,000; 900 / 1,000; of two customers, one stayed all the time
    const ids = ['gross-churn', 'net-churn', 'logo-churn', 'nrr', 'grr', 'logo-retention'] as const;
    expect(percents(facts(PRESETS.enterprise), ...ids)).toEqual(['10.00', '0.00', '0.00', '90.00', '90.00', '50.00']);
    expect(percents(facts(PRESETS['chartmogul-b2b']), ...ids)).toEqual(['10.00', '0.00', '0.00', '100.00', '100.00', '100.00']);
    expect(figure(facts(PRESETS.enterprise), 'quick-ratio', 2)).toBe('1.00'); // 100 / 100
    expect(figure(facts(PRESETS.enterprise), 'quick-ratio-without-reactivation', 2)).toBe('0.00'); // 0 / 100
  });

  it('in which one customer shrinks and grows lost what it lost by movements, and nothing customer by customer', () => {
    const one = [came('a', 1000), moved('2026-03-05', 'a', 'contraction', -300), moved('2026-03-20', 'a', 'expansion', 500)];
    const facts = factsTold(ledgerTold(one), MONTH);
    // 300 / 1,000; (300 − 500) / 1,000; 1,200 / 1,000; min(1,000, 1,200) / 1,000; (1,000 − 300) / 1,000
    const ids = ['gross-churn', 'net-churn', 'nrr', 'nrr-movements', 'grr', 'grr-movements'] as const;
    expect(percents(facts, ...ids)).toEqual(['30.00', '-20.00', '120.00', '120.00', '100.00', '70.00']);
  });

  it('in which somebody comes and leaves counts a customer won and none lost, and its churn over the opening', () => {
    const visit = [came('a', 1000), came('b', 600, '2026-03-05'), moved('2026-03-20', 'b', 'churn', -600)];
    const facts = factsTold(ledgerTold(visit), MONTH);
    expect(['new-customers', 'lost-customers', 'customers'].map((id) => figure(facts, id, 0))).toEqual(['1', '0', '1']);
    // 600 / 1,000; on its day 600 / 1,600; nobody of those who were there left
    expect(percents(facts, 'gross-churn-period', 'gross-churn-daily', 'logo-churn', 'nrr', 'grr')).toEqual([
      ...['60.00', '37.50', '0.00'],
      ...['100.00', '100.00'],
    ]);
    expect(figure(facts, 'quick-ratio', 2)).toBe('1.00'); // 600 / 600
  });

  it('in which rates change moves ARR, and neither churn nor what is gained', () => {
    const revalued: readonly Told[] = [
      { on: '2025-01-10', customer: 'a', cause: 'new', minor: 100_000n, planMinor: 110_000n, currency: 'EUR' },
      came('b', 1000),
      { on: '2026-03-01', customer: 'a', cause: 'fx', minor: 0n, planMinor: -10_000n, currency: 'EUR' },
    ];
    const facts = factsTold(ledgerTold(revalued), MONTH);
    // 1,000 € × 1.10 + 1,000 = 2,100, then × 1.00 = 2,000
    expect([figure(facts, 'net-new-arr', 0), figure(facts, 'gross-new-arr', 0), figure(facts, 'quick-ratio', 2)]).toEqual([
      ...['-10000', '0'],
      'not-defined',
    ]);
    expect(percents(facts, 'gross-churn', 'net-churn', 'nrr-movements', 'grr-movements', 'logo-retention')).toEqual([
      ...['0.00', '0.00'],
      ...['100.00', '100.00', '100.00'],
    ]);
  });

  it('whose costs are refunds of earlier ones has what they come to: revenue may fall below zero, and then there is no margin to speak of', () => {
    const costs = (revenue: bigint): Costs => ({
      '2026-03-01': { revenue, cogs: 2_000n, support: 0n, sales: 5_000n, marketing: -1_000n },
    });
    const facts = (revenue: bigint) =>
      factsTold(ledgerTold([came('a', 1000), came('b', 240, '2026-03-05')]), { ...MONTH, costs: costs(revenue) });
    expect(percent(facts(10_000n), 'gross-margin', 2)).toBe('80.00'); // (100 − 20) / 100
    expect(figure(facts(10_000n), 'cac', 0)).toBe('4000'); // (50 − 10) / 1
    expect(figure(facts(10_000n), 'cac-payback', 2)).toBe('2.50'); // 40 / (240 / 12 × 80%)
    expect(percent(facts(0n), 'gross-margin', 2)).toBe('not-defined');
    // (−100 − 20) / −100 would be a margin of 120%
    expect(['gross-margin', 'contribution-margin'].map((id) => percent(facts(-10_000n), id, 2))).toEqual([
      'not-meaningful',
      'not-meaningful',
    ]);
    expect(figure(facts(-10_000n), 'cac-payback', 2)).toBe('not-meaningful');
  });
});
