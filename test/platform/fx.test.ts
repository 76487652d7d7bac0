import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareFractions, fraction, mulFractions, ONE, round } from '../../functions/platform/decimal.ts';
import { convert, parseRate, RATE_TYPES, type Rate, RateTable } from '../../functions/platform/fx.ts';

const rate = (base: string, quote: string, value: string, on = '2026-01-01', type: Rate['type'] = 'plan'): Rate => ({
  base,
  quote,
  type,
  on,
  rate: value,
  source: 'treasury',
});
const found = (table: RateTable, ...at: Parameters<RateTable['find']>) => {
  const result = table.find(...at);
  if (!result.ok) throw new Error(result.problem.detail);
  return result.value;
};

describe('a rate table', () => {
  it('finds the latest rate on or before the day', () => {
    const table = new RateTable([rate('EUR', 'USD', '1.12', '2027-01-01'), rate('EUR', 'USD', '1.10')], 'USD');
    expect(found(table, 'EUR', 'USD', 'plan', '2026-12-31').rate).toEqual({ num: 11n, den: 10n });
    expect(found(table, 'EUR', 'USD', 'plan', '2027-01-01').rate).toEqual({ num: 28n, den: 25n });
  });

  it('inverts exactly, and crosses through the plan currency exactly', () => {
    const table = new RateTable([rate('EUR', 'USD', '1.10'), rate('USD', 'JPY', '150')], 'USD');
    expect(found(table, 'USD', 'EUR', 'plan', '2026-05-01').rate).toEqual({ num: 10n, den: 11n });
    const cross = found(table, 'EUR', 'JPY', 'plan', '2026-05-01');
    expect(cross.rate).toEqual({ num: 165n, den: 1n }); // 1.10 × 150
    expect(cross.legs.map(({ rate: { base, quote }, inverted }) => `${base}${quote} ${inverted}`)).toEqual([
      'EURUSD false',
      'USDJPY false',
    ]);
    expect(found(table, 'JPY', 'EUR', 'plan', '2026-05-01').rate).toEqual({ num: 1n, den: 165n });
  });

  it('prefers the pair itself to its inverse, and lets the last given of one day count', () => {
    const table = new RateTable([rate('USD', 'EUR', '0.5'), rate('EUR', 'USD', '1.10'), rate('EUR', 'USD', '1.11')], 'USD');
    expect(found(table, 'EUR', 'USD', 'plan', '2026-05-01').rate).toEqual({ num: 111n, den: 100n });
  });

  it('needs no rate for a currency and itself, even where there is none at all', () => {
    expect(found(new RateTable([], 'USD'), 'KWD', 'KWD', 'spot', '2026-01-01')).toEqual({ rate: ONE, legs: [] });
  });

  it('refuses what it has no rate for, naming pair, type and day, and never answers 1', () => {
    const table = new RateTable([rate('EUR', 'USD', '1.10')], 'USD');
    for (const [base, quote, type, on] of [
      ['KWD', 'USD', 'plan', '2026-05-01'],
      ['EUR', 'JPY', 'plan', '2026-05-01'],
      ['EUR', 'USD', 'spot', '2026-05-01'],
      ['EUR', 'USD', 'plan', '2025-12-31'],
    ] as const) {
      const result = table.find(base, quote, type, on);
      expect(result).toMatchObject({ ok: false, problem: { code: 'rate-missing' } });
      if (!result.ok) for (const word of [`${base}/${quote}`, type, on]) expect(result.problem.detail).toContain(word);
    }
  });

  it('uses a spot rate for 7 days and no longer, a plan rate until the next version', () => {
    const table = new RateTable([rate('EUR', 'USD', '1.15', '2026-05-01', 'spot'), rate('EUR', 'USD', '1.10')], 'USD');
    expect(table.find('EUR', 'USD', 'spot', '2026-05-08').ok).toBe(true);
    expect(table.find('EUR', 'USD', 'spot', '2026-05-09')).toMatchObject({ ok: false, problem: { code: 'rate-missing' } });
    expect(table.find('EUR', 'USD', 'plan', '2036-01-01').ok).toBe(true);
  });

  it('falls back from a stale direct rate to a fresh inverse', () => {
    const table = new RateTable([rate('EUR', 'USD', '1.15', '2026-04-01', 'spot'), rate('USD', 'EUR', '0.8', '2026-05-01', 'spot')], 'USD');
    expect(found(table, 'EUR', 'USD', 'spot', '2026-05-02').rate).toEqual({ num: 5n, den: 4n });
  });
});

describe('converting', () => {
  it('honours the places of both currencies', () => {
    // EUR 500,000.00 × 1.10 = USD 550,000.00
    expect(round(convert(fraction(50_000_000n), 'EUR', 'USD', fraction(11n, 10n)), 'half-even')).toBe(55_000_000n);
    // JPY 1,000 × 0.0067 = USD 6.70: 0 places to 2
    expect(round(convert(fraction(1000n), 'JPY', 'USD', fraction(67n, 10_000n)), 'half-even')).toBe(670n);
    // KWD 5.123 × 3.25 = USD 16.64975: 3 places to 2, kept exact until it is rounded
    const exact = convert(fraction(5123n), 'KWD', 'USD', fraction(325n, 100n));
    expect(compareFractions(exact, fraction(1_664_975n, 1000n))).toBe(0);
    expect(round(exact, 'half-up')).toBe(1665n);
  });

  it('comes back to the same amount by the inverse rate, in any currencies', () => {
    const codes = fc.constantFrom('USD', 'JPY', 'KWD', 'UYW', 'EUR');
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        codes,
        codes,
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        (amount, from, to, num, den) => {
          const there = convert(fraction(amount), from, to, fraction(num, den));
          expect(compareFractions(convert(there, to, from, fraction(den, num)), fraction(amount))).toBe(0);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('multiplies to one around any pair of a table', () => {
    const rates = fc.array(
      fc.record({
        base: fc.constantFrom('EUR', 'GBP', 'JPY'),
        value: fc.integer({ min: 1, max: 999_999 }),
        day: fc.integer({ min: 1, max: 28 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(rates, fc.constantFrom(...RATE_TYPES), (given, type) => {
        const table = new RateTable(
          given.map(({ base, value, day }) =>
            rate(
              base,
              'USD',
              `${Math.floor(value / 1000)}.${String(value % 1000).padStart(3, '0')}1`,
              `2026-01-${String(day).padStart(2, '0')}`,
              type,
            ),
          ),
          'USD',
        );
        for (const [from, to] of [
          ['EUR', 'GBP'],
          ['JPY', 'USD'],
          ['GBP', 'JPY'],
        ] as const) {
          const there = table.find(from, to, type, '2026-01-29');
          const back = table.find(to, from, type, '2026-01-29');
          expect(there.ok).toBe(back.ok);
          if (there.ok && back.ok) expect(compareFractions(mulFractions(there.value.rate, back.value.rate), ONE)).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a rate from outside', () => {
  it('is taken when complete', () => {
    expect(parseRate(rate('EUR', 'USD', '1.10')).ok).toBe(true);
  });

  it.each([
    [{ base: 'EUX' }, 'currency-unknown', 'rates[3].base'],
    [{ quote: 'XAU' }, 'currency-without-minor-unit', 'rates[3].quote'],
    [{ quote: 'EUR' }, 'rate-same-currency', 'rates[3].quote'],
    [{ on: '2026-02-30' }, 'date-invalid', 'rates[3].on'],
    [{ rate: '1,10' }, 'decimal-invalid', 'rates[3].rate'],
    [{ rate: '0.000' }, 'rate-invalid', 'rates[3].rate'],
    [{ rate: '-1' }, 'rate-invalid', 'rates[3].rate'],
  ])('refuses %j', (change, code, field) => {
    expect(parseRate({ ...rate('EUR', 'USD', '1.10'), ...change }, 'rates[3]')).toMatchObject({ ok: false, problem: { code, field } });
  });
});
