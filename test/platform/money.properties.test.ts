import {
  dinero,
  add as dineroAdd,
  allocate as dineroAllocate,
  halfAwayFromZero,
  halfEven,
  toSnapshot,
  transformScale,
} from 'dinero.js/bigint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencies } from '../../functions/platform/currencies.ts';
import { fraction } from '../../functions/platform/decimal.ts';
import { add, allocate, fromMajor, type Money, multiply, toMajor } from '../../functions/platform/money.ts';

const usable = currencies().filter(({ exponent }) => exponent !== 'none');
const amounts = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.constantFrom(...usable))
  .map(([amountMinor, { code }]): Money => ({ amountMinor, currency: code }));
const DOLLAR = { code: 'USD', base: 10n, exponent: 2n };
const many = { numRuns: 2000 };

describe('money', () => {
  it('comes back from major units unchanged, in every currency', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(fromMajor(toMajor(amount), amount.currency)).toEqual({ ok: true, value: amount });
      }),
      many,
    );
  });

  it('is conserved by allocation; each part is within one unit of its exact share and has its sign', () => {
    fc.assert(
      fc.property(amounts, fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 20 }), (amount, weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0n);
        fc.pre(total > 0n);
        const result = allocate(amount, weights);
        if (!result.ok) throw new Error(result.problem.detail);
        expect(result.value.reduce((sum, part) => sum + part.amountMinor, 0n)).toBe(amount.amountMinor);
        for (const [index, part] of result.value.entries()) {
          const error = part.amountMinor * total - amount.amountMinor * (weights[index] ?? 0n);
          expect(error > -total && error < total).toBe(true);
          if (weights[index] === 0n) expect(part.amountMinor).toBe(0n);
        }
      }),
      many,
    );
  });

  it('adds and rounds as dinero.js does', () => {
    const cents = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    fc.assert(
      fc.property(cents, cents, fc.bigInt({ min: -99_999n, max: 99_999n }), (a, b, factor) => {
        const left = dinero({ amount: a, currency: DOLLAR });
        const sum = toSnapshot(dineroAdd(left, dinero({ amount: b, currency: DOLLAR }))).amount;
        expect(add({ amountMinor: a, currency: 'USD' }, { amountMinor: b, currency: 'USD' })).toEqual({
          ok: true,
          value: { amountMinor: sum, currency: 'USD' },
        });
        const scaled = dinero({ amount: a * factor, currency: DOLLAR, scale: 5n }); // a × factor ÷ 1,000, in cents
        for (const [mode, theirs] of [
          ['half-up', halfAwayFromZero],
          ['half-even', halfEven],
        ] as const) {
          const expected = toSnapshot(transformScale(scaled, 2n, theirs)).amount;
          expect(multiply({ amountMinor: a, currency: 'USD' }, fraction(factor, 1000n), mode).amountMinor).toBe(expected);
        }
      }),
      many,
    );
  });

  it('allocates equal weights as dinero.js does', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 1, max: 12 }), (amount, parts) => {
        const weights = Array.from({ length: parts }, () => 1n);
        const theirs = dineroAllocate(dinero({ amount, currency: DOLLAR }), weights).map((part) => toSnapshot(part).amount);
        const ours = allocate({ amountMinor: amount, currency: 'USD' }, weights);
        expect(ours.ok && ours.value.map(({ amountMinor }) => amountMinor)).toEqual(theirs);
      }),
      { numRuns: 500 },
    );
  });
});
