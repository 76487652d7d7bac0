import { describe, expect, it } from 'vitest';
import { fraction } from '../../functions/platform/decimal.ts';
import {
  add,
  allocate,
  compare,
  format,
  fromJson,
  fromMajor,
  type Money,
  money,
  multiply,
  negated,
  subtract,
  toJson,
  toMajor,
} from '../../functions/platform/money.ts';

const usd = (amountMinor: bigint): Money => ({ amountMinor, currency: 'USD' });

describe('money', () => {
  it('is made of whole minor units, as text or bigint', () => {
    expect(money('-1234', 'USD')).toEqual({ ok: true, value: usd(-1234n) });
    expect(money(5n, 'JPY')).toEqual({ ok: true, value: { amountMinor: 5n, currency: 'JPY' } });
  });

  it('refuses fractions of a minor unit, unknown currencies and codes without a minor unit', () => {
    expect(money('12.5', 'USD')).toMatchObject({ ok: false, problem: { code: 'amount-invalid', field: 'amountMinor' } });
    expect(money('1', 'ABC')).toMatchObject({ ok: false, problem: { code: 'currency-unknown', field: 'currency' } });
    expect(money('1', 'XDR')).toMatchObject({ ok: false, problem: { code: 'currency-without-minor-unit' } });
  });

  it('refuses more places than the currency has, and never rounds them away', () => {
    expect(fromMajor('12.345', 'USD')).toMatchObject({ ok: false, problem: { code: 'amount-invalid' } });
    expect(fromMajor('12.340', 'USD')).toEqual({ ok: true, value: usd(1234n) });
    expect(fromMajor('1.5', 'JPY')).toMatchObject({ ok: false, problem: { code: 'amount-invalid' } });
    expect(fromMajor('abc', 'JPY')).toMatchObject({ ok: false, problem: { code: 'decimal-invalid' } });
  });

  it('shows major units with the places of its currency', () => {
    expect(toMajor(usd(1230n))).toBe('12.30');
    expect(toMajor({ amountMinor: 500n, currency: 'JPY' })).toBe('500');
    expect(toMajor({ amountMinor: -1n, currency: 'KWD' })).toBe('-0.001');
  });

  it('travels in JSON as text', () => {
    expect(JSON.stringify(toJson(usd(80_000_000_000n)))).toBe('{"amountMinor":"80000000000","currency":"USD"}');
    expect(fromJson({ amountMinor: '80000000000', currency: 'USD' })).toEqual({ ok: true, value: usd(80_000_000_000n) });
  });

  it('adds, subtracts, negates and compares within one currency', () => {
    expect(add(usd(1n), usd(2n))).toEqual({ ok: true, value: usd(3n) });
    expect(subtract(usd(1n), usd(2n))).toEqual({ ok: true, value: usd(-1n) });
    expect(negated(usd(1n))).toEqual(usd(-1n));
    expect(compare(usd(1n), usd(2n))).toEqual({ ok: true, value: -1 });
  });

  it('refuses to combine or compare two currencies', () => {
    const eur = { amountMinor: 1n, currency: 'EUR' };
    for (const result of [add(usd(1n), eur), subtract(usd(1n), eur), compare(usd(1n), eur)]) {
      expect(result).toMatchObject({ ok: false, problem: { code: 'currency-mismatch' } });
    }
  });

  it('multiplies by a fraction and rounds once, as told', () => {
    // 1,000.00 × 17/30 = 566.666… → 566.67 half-up, 566.66 down
    expect(multiply(usd(100_000n), fraction(17n, 30n), 'half-up')).toEqual(usd(56_667n));
    expect(multiply(usd(100_000n), fraction(17n, 30n), 'down')).toEqual(usd(56_666n));
    expect(multiply(usd(5n), fraction(1n, 2n), 'half-even')).toEqual(usd(2n)); // 2.5 → 2
  });

  it('allocates the left-over units by largest remainder, then to the earliest', () => {
    const parts = (amount: bigint, weights: bigint[]): unknown => {
      const result = allocate(usd(amount), weights);
      return result.ok ? result.value.map(({ amountMinor }) => amountMinor) : result.problem.code;
    };
    expect(parts(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]); // 33⅓ each: one unit left, tie, earliest
    expect(parts(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
    expect(parts(5n, [50n, 30n, 20n])).toEqual([3n, 1n, 1n]); // 2.5, 1.5, 1.0: one left, tie of 0.5, earliest
    expect(parts(10n, [1n, 0n, 2n])).toEqual([3n, 0n, 7n]); // 3⅓, 0, 6⅔: the largest remainder is the last
    expect(parts(0n, [1n, 2n])).toEqual([0n, 0n]);
    expect(parts(10n, [0n, 0n])).toBe('weights-invalid');
    expect(parts(10n, [])).toBe('weights-invalid');
    expect(parts(10n, [2n, -1n])).toBe('weights-invalid');
  });

  it('is shown to people with ISO places and every digit', () => {
    expect(format(usd(123_456_789_012_345_678_901n), 'en-US')).toBe('$1,234,567,890,123,456,789.01');
    expect(format({ amountMinor: 1045n, currency: 'HUF' }, 'en-US')).toBe('HUF\u00a010.45');
    expect(format({ amountMinor: 5123n, currency: 'KWD' }, 'en-US')).toBe('KWD\u00a05.123');
  });
});
