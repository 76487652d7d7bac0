import { describe, expect, it } from 'vitest';
import {
  annualValues,
  type Discount,
  decimalFraction,
  type Fraction,
  type Line,
  perInterval,
  roundHalfAway,
} from '../../../functions/arr/lines/rating.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { seats } from '../facts.ts';

const tiers = [
  { upTo: '100', unitMinor: '1000', flatMinor: '0' },
  { upTo: '500', unitMinor: '800', flatMinor: '2500' },
  { upTo: null, unitMinor: '600', flatMinor: '5000' },
];

/** Minor units of one interval, rounded. */
const priced = (pricing: Line['pricing'], quantity: string): bigint =>
  roundHalfAway(perInterval(seats('a', quantity, 0, { pricing }), decimalFraction(quantity)));

/** Equal as numbers: fractions are not reduced. */
const sameNumber = (a: Fraction, num: bigint, den: bigint): boolean => a.num * den === num * a.den;

const annual = (lines: Line[], discounts: Discount[] = [], on = '2026-06-15', profile = enterprise): bigint[] =>
  annualValues(lines, discounts, on, profile).map(roundHalfAway);

const percent = (value: string, more: Partial<Discount> = {}): Discount => ({
  discountId: 'di',
  kind: 'percent',
  value,
  duration: 'forever',
  ...more,
});

describe('a decimal', () => {
  it('is an exact fraction, the same when read again', () => {
    expect(decimalFraction('12.50')).toEqual({ num: 1250n, den: 100n });
    expect(decimalFraction('-0.000000000001')).toEqual({ num: -1n, den: 1_000_000_000_000n });
    expect(decimalFraction('12.50')).toEqual({ num: 1250n, den: 100n });
  });

  it('keeps 30 digits', () => {
    expect(decimalFraction('123456789012345678901234567890').num).toBe(123456789012345678901234567890n);
  });
});

describe('one billing interval', () => {
  it('graduated: each tier prices its own units, with its flat amount once entered', () => {
    const graduated = { model: 'graduated', tiers } as const;
    expect(priced(graduated, '100')).toBe(100_000n); // 100 × 1,000
    expect(priced(graduated, '101')).toBe(103_300n); // 100,000 + 1 × 800 + 2,500
    expect(priced(graduated, '500')).toBe(422_500n); // 100,000 + 400 × 800 + 2,500
    expect(priced(graduated, '750')).toBe(577_500n); // 422,500 + 250 × 600 + 5,000
    expect(priced(graduated, '100.5')).toBe(102_900n); // 100,000 + 0.5 × 800 + 2,500
    expect(priced(graduated, '0')).toBe(0n); // the first tier is entered with its flat amount of 0
  });

  it('volume: all units at the price of the tier that holds the quantity', () => {
    const volume = { model: 'volume', tiers } as const;
    expect(priced(volume, '100')).toBe(100_000n); // 100 × 1,000
    expect(priced(volume, '101')).toBe(83_300n); // 101 × 800 + 2,500
    expect(priced(volume, '501')).toBe(305_600n); // 501 × 600 + 5,000
  });

  it('volume: beyond the last bounded tier its price stays', () => {
    expect(priced({ model: 'volume', tiers: tiers.slice(0, 2) }, '600')).toBe(482_500n); // 600 × 800 + 2,500
  });

  it('package: whole packages, rounded up or down', () => {
    const packages = { model: 'package', unitMinor: '4999.5', size: 25 } as const;
    expect(priced({ ...packages, round: 'up' }, '51')).toBe(14_999n); // 3 × 4,999.5 = 14,998.5, half away from zero
    expect(priced({ ...packages, round: 'down' }, '51')).toBe(9_999n); // 2 × 4,999.5
    expect(priced({ ...packages, round: 'up' }, '50')).toBe(9_999n); // 2 × 4,999.5
  });
});

describe('the annual value of a line', () => {
  it('is the interval price times the intervals of a year', () => {
    const line = (interval: Line['interval'], intervalCount: number): Line => seats('a', 2, 1000, { interval, intervalCount });
    // 2 × 1,000 × 12; × 12 ÷ 3; × 1; × 52; × 52 ÷ 2; × 365
    expect(annual([line('month', 1), line('month', 3), line('year', 1), line('week', 1), line('week', 2), line('day', 1)])).toEqual([
      24_000n,
      8_000n,
      2_000n,
      104_000n,
      52_000n,
      730_000n,
    ]);
  });

  it('counts calendar weeks where the profile says so', () => {
    // 2 × 1,000 × 365 ÷ 7 = 104,285.71; every two weeks half of it, 52,142.86
    const profile = { ...enterprise, weekFactor: '365/7' } as const;
    const weekly = seats('a', 2, 1000, { interval: 'week' });
    expect(annual([weekly, { ...weekly, intervalCount: 2 }], [], '2026-06-15', profile)).toEqual([104_286n, 52_143n]);
  });

  it('is exact: nothing is rounded before the end', () => {
    // 3 × 0.1 × 12 ÷ 7 intervals = 3.6 ÷ 7
    const [value] = annualValues([seats('a', 3, '0.1', { intervalCount: 7 })], [], '2026-06-15', enterprise);
    expect(sameNumber(value!, 36n, 70n)).toBe(true);
  });

  it('takes percentages one after the other, those of the line first', () => {
    // 10 × 5,000 × 12 = 600,000; less 20% = 480,000; less 12.5% = 420,000
    expect(annual([seats('a', 10, 5000, { discounts: [percent('20')] })], [percent('12.5')])).toEqual([420_000n]);
  });

  it('is never less than nothing', () => {
    expect(annual([seats('a', 10, 5000)], [percent('130')])).toEqual([0n]);
    expect(annual([seats('a', 1, 100)], [{ ...percent('250'), kind: 'amount' }])).toEqual([0n]);
  });

  it('spreads an amount off over the lines by what they bill', () => {
    // 100 off 300 + 100: 75 and 25, so (300 − 75) × 12 and (100 − 25) × 12
    expect(annual([seats('a', 3, 100), seats('b', 1, 100)], [{ ...percent('100'), kind: 'amount' }])).toEqual([2_700n, 900n]);
  });

  it('counts a discount from its first day to the day before its end, and a one-off never', () => {
    const dated = percent('50', { duration: 'repeating', startsOn: '2026-02-01', endsOn: '2026-03-01' });
    const on = (day: string): bigint | undefined => annual([seats('a', 1, 1000)], [dated], day)[0];
    expect([on('2026-01-31'), on('2026-02-01'), on('2026-02-28'), on('2026-03-01')]).toEqual([12_000n, 6_000n, 6_000n, 12_000n]);
    expect(annual([seats('a', 1, 1000)], [percent('50', { duration: 'once' })])).toEqual([12_000n]);
  });

  it('leaves discounts out where the profile counts gross', () => {
    const profile = { ...enterprise, discounts: 'gross' } as const;
    expect(annual([seats('a', 1, 1000, { discounts: [percent('20')] })], [percent('50')], '2026-06-15', profile)).toEqual([12_000n]);
  });

  it('is nothing for a metered line, and at the given quantities where they are given', () => {
    expect(annual([seats('a', 5, 1000, { usage: 'metered' })])).toEqual([0n]);
    const [value] = annualValues([seats('a', 5, 1000)], [], '2026-06-15', enterprise, new Map([['a', '2']]));
    expect(roundHalfAway(value!)).toBe(24_000n); // 2 × 1,000 × 12
  });
});
