import { describe, expect, it } from 'vitest';
import type { RoundingMode } from '../../functions/platform/decimal.ts';
import {
  addFractions,
  divFractions,
  formatDecimal,
  formatShortest,
  fraction,
  fractionOf,
  parseDecimal,
  pow10,
  reduced,
  round,
} from '../../functions/platform/decimal.ts';

describe('decimals', () => {
  it('reads a decimal as whole number and scale', () => {
    expect(parseDecimal('12.50')).toEqual({ ok: true, value: { n: 1250n, scale: 2 } });
    expect(parseDecimal('-0.005')).toEqual({ ok: true, value: { n: -5n, scale: 3 } });
    expect(parseDecimal('-7')).toEqual({ ok: true, value: { n: -7n, scale: 0 } });
  });

  it.each(['', ' 1', '1 ', '+1', '1.', '.5', '1e3', '1,000', '0x1', '--1', 'NaN', 'Infinity', '1_000', '１', '9'.repeat(70)])(
    'refuses %j as a decimal',
    (text) => {
      const result = parseDecimal(text, 'amount');
      expect(result.ok).toBe(false);
      if (!result.ok) expect(result.problem).toMatchObject({ code: 'decimal-invalid', field: 'amount' });
    },
  );

  it('writes a decimal back with its places, or in its shortest form', () => {
    expect(formatDecimal({ n: -5n, scale: 2 })).toBe('-0.05');
    expect(formatDecimal({ n: 1250n, scale: 2 })).toBe('12.50');
    expect(formatShortest({ n: 1250n, scale: 2 })).toBe('12.5');
    expect(formatShortest({ n: 1200n, scale: 2 })).toBe('12');
    expect(formatShortest({ n: 0n, scale: 2 })).toBe('0');
  });

  it('knows powers of ten in any order of asking', () => {
    expect(pow10(30)).toBe(1_000_000_000_000_000_000_000_000_000_000n);
    expect(pow10(0)).toBe(1n);
  });
});

describe('fractions', () => {
  it('adds exactly and keeps a common denominator as it is', () => {
    expect(addFractions(fraction(1n, 3n), fraction(1n, 3n))).toEqual({ num: 2n, den: 3n });
    // 1/3 + 1/4 = 7/12
    expect(addFractions(fraction(1n, 3n), fraction(1n, 4n))).toEqual({ num: 7n, den: 12n });
  });

  it('keeps the denominator positive when dividing by a negative fraction', () => {
    expect(reduced(divFractions(fraction(1n, 2n), fraction(-2n, 3n)))).toEqual({ num: -3n, den: 4n });
  });

  it('refuses a denominator of 0 and text that is not a decimal as bugs', () => {
    expect(() => fraction(1n, 0n)).toThrow(RangeError);
    expect(() => fractionOf('1e3')).toThrow(TypeError);
  });

  const modes: readonly RoundingMode[] = ['half-up', 'half-even', 'down', 'up', 'floor', 'ceiling'];
  it.each([
    // value, then half-up, half-even, down, up, floor, ceiling
    ['2.5', 3n, 2n, 2n, 3n, 2n, 3n],
    ['3.5', 4n, 4n, 3n, 4n, 3n, 4n],
    ['-2.5', -3n, -2n, -2n, -3n, -3n, -2n],
    ['-3.5', -4n, -4n, -3n, -4n, -4n, -3n],
    ['2.4', 2n, 2n, 2n, 3n, 2n, 3n],
    ['-2.4', -2n, -2n, -2n, -3n, -3n, -2n],
    ['2.6', 3n, 3n, 2n, 3n, 2n, 3n],
    ['0.5', 1n, 0n, 0n, 1n, 0n, 1n],
    ['-0.5', -1n, 0n, 0n, -1n, -1n, 0n],
    ['4.0', 4n, 4n, 4n, 4n, 4n, 4n],
  ])('rounds %s by each mode', (value, ...expected) => {
    expect(modes.map((mode) => round(fractionOf(value), mode))).toEqual(expected);
  });
});
