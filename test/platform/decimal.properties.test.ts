import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addFractions,
  compareFractions,
  divFractions,
  type Fraction,
  formatDecimal,
  fraction,
  fromDecimal,
  mulFractions,
  negate,
  parseDecimal,
  type RoundingMode,
  reduced,
  round,
  subFractions,
  sumFractions,
} from '../../functions/platform/decimal.ts';

const fractions = fc
  .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.bigInt({ min: 1n, max: 10n ** 14n }))
  .map(([num, den]) => fraction(num, den));
const modes: readonly RoundingMode[] = ['half-up', 'half-even', 'down', 'up', 'floor', 'ceiling'];
const same = (a: Fraction, b: Fraction): boolean => a.num * b.den === b.num * a.den;
const many = { numRuns: 2000 };

describe('decimals and fractions', () => {
  it('sum to the same one by one and all at once', () => {
    fc.assert(
      fc.property(fc.array(fractions, { maxLength: 20 }), (all) => {
        expect(same(sumFractions(all), all.reduce(addFractions, fraction(0n)))).toBe(true);
      }),
    );
  });

  it('read back what they wrote', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }), (n, scale) => {
        const decimal = { n, scale };
        expect(parseDecimal(formatDecimal(decimal))).toEqual({ ok: true, value: decimal });
        const { num, den } = fromDecimal(decimal);
        expect(num * 10n ** BigInt(scale)).toBe(n * den);
      }),
      many,
    );
  });

  it('add, subtract, multiply and divide as a field does', () => {
    fc.assert(
      fc.property(fractions, fractions, fractions, (a, b, c) => {
        expect(same(addFractions(a, b), addFractions(b, a))).toBe(true);
        expect(same(addFractions(addFractions(a, b), c), addFractions(a, addFractions(b, c)))).toBe(true);
        expect(same(mulFractions(a, addFractions(b, c)), addFractions(mulFractions(a, b), mulFractions(a, c)))).toBe(true);
        expect(subFractions(a, a).num).toBe(0n);
        if (b.num !== 0n) expect(same(mulFractions(divFractions(a, b), b), a)).toBe(true);
      }),
      many,
    );
  });

  it('keep a positive denominator, are equal to their lowest terms, and order like their difference', () => {
    fc.assert(
      fc.property(fractions, fractions, (a, b) => {
        const difference = subFractions(a, b);
        expect(difference.den > 0n).toBe(true);
        expect(same(reduced(a), a)).toBe(true);
        expect(compareFractions(a, b)).toBe(difference.num < 0n ? -1 : difference.num > 0n ? 1 : 0);
      }),
      many,
    );
  });

  it('round to a neighbour: at most one away, exact values unchanged, halves to the nearest', () => {
    fc.assert(
      fc.property(fractions, fc.constantFrom(...modes), (value, mode) => {
        const error = subFractions(fraction(round(value, mode)), value);
        const size = error.num < 0n ? -error.num : error.num;
        expect(size < error.den || size === 0n).toBe(true);
        if (mode.startsWith('half')) expect(2n * size <= error.den).toBe(true);
        if (value.num % value.den === 0n) expect(size).toBe(0n);
      }),
      many,
    );
  });

  it('round symmetrically about zero, and floor and ceiling mirror each other', () => {
    fc.assert(
      fc.property(fractions, (value) => {
        for (const mode of ['half-up', 'half-even', 'down', 'up'] as const) expect(round(negate(value), mode)).toBe(-round(value, mode));
        expect(round(negate(value), 'floor')).toBe(-round(value, 'ceiling'));
      }),
      many,
    );
  });
});
