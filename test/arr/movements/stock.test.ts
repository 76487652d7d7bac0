import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proRata } from '../../../functions/arr/movements/stock.ts';

const amount = fc.bigInt({ min: -1_000_000n, max: 1_000_000n });

describe('an amount spread over the stock pro rata', () => {
  it('follows the parts, and gives what rounding leaves to the largest remainders', () => {
    // −10 × 50, 30, 20 ÷ 100 = −5, −3, −2
    expect(proRata([50n, 30n, 20n], -10n)).toEqual([-5n, -3n, -2n]);
    // 10 × 1 ÷ 3 = 3.33… each: 3, 3, 3, and the one that is left to landed
    expect(proRata([1n, 1n, 1n], 10n)).toEqual([4n, 3n, 3n]);
    // 10 × 2, 3, 4 ÷ 9 = 2.22…, 3.33…, 4.44…: the one that is left to the largest remainder
    expect(proRata([2n, 3n, 4n], 10n)).toEqual([2n, 3n, 5n]);
  });

  it('takes parts of mixed sign: a loss takes back from a credit, too', () => {
    // −3 × 10, −4, 0 ÷ 6 = −5, 2, 0
    expect(proRata([10n, -4n, 0n], -3n)).toEqual([-5n, 2n, 0n]);
    // 5 × 10, −3, 0 ÷ 7 = 7.14…, −2.14…: rounded down 7, −3; what is left, 1, goes to the larger remainder, 6 ÷ 7 of the second
    expect(proRata([10n, -3n, 0n], 5n)).toEqual([7n, -2n, 0n]);
    // 2 × 1, 1, −5 ÷ −3 = −0.66…, −0.66…, 3.33…: rounded down −1, −1, 3; what is left, 1, goes to the first of three equal remainders
    expect(proRata([1n, 1n, -5n], 2n)).toEqual([0n, -1n, 3n]);
  });

  it('gives all to landed where there is no stock, or none in sum', () => {
    expect(proRata([0n, 0n, 0n], 7n)).toEqual([7n, 0n, 0n]);
    expect(proRata([5n, -5n, 0n], 7n)).toEqual([7n, 0n, 0n]);
  });

  it('keeps the sum, and each share within one unit of its exact proportion', () => {
    fc.assert(
      fc.property(fc.tuple(amount, amount, amount), amount, (stock, spread) => {
        const shares = proRata(stock, spread);
        expect(shares[0] + shares[1] + shares[2]).toBe(spread);
        const total = stock[0] + stock[1] + stock[2];
        if (total === 0n) return;
        for (const [i, share] of shares.entries()) {
          // |share − part × spread ÷ total| < 1, times |total|
          const off = share * total - (stock[i] as bigint) * spread;
          expect((off < 0n ? -off : off) < (total < 0n ? -total : total)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
