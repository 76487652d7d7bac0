import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { besideArr } from '../../../functions/arr/beside/beside.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import { addSums, standingOf } from '../../../functions/arr/standings/standing.ts';
import { addDays, fromEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, signedLine } from '../agreements.ts';
import { testContext } from '../facts.ts';
import { FIRST, factOf, step } from '../histories.ts';

/** An agreement of a ramp, signed some days before its service and perhaps ended early. */
const signed = fc.record({
  on: fc.integer({ min: 0, max: 300 }),
  waits: fc.integer({ min: 0, max: 60 }),
  product: fc.integer({ min: 1, max: 3 }),
  dollars: fc.integer({ min: 1, max: 5_000 }),
  endsIn: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
});

const agreementOf = ({ on, waits, product, dollars, endsIn }: typeof signed extends fc.Arbitrary<infer T> ? T : never, i: number): Fact => {
  const bookedOn = fromEpochDay(FIRST + on);
  const start = addDays(bookedOn, waits);
  const middle = addDays(start, 180);
  const productId = `prod_${product}`;
  const id = `800${i}`;
  return agreement(
    bookedOn,
    [
      signedLine('l1', dollars, start, middle, { bookedOn, productId }),
      signedLine('l1', dollars * 2, middle, addDays(start, 360), { bookedOn, productId }),
    ],
    {
      subscriptionId: id,
      agreementId: id,
      agreementIds: [id],
      eventId: `read-${i}`,
      bookedOn,
      ...(endsIn === undefined ? {} : { endedOn: addDays(start, endsIn) }),
    },
  );
};

const billing = fc.array(step, { maxLength: 8 }).map((steps) => steps.map((one, i) => factOf({ ...one, customerNumber: 1 }, i)));
const withoutSteps = fc
  .array(step, { maxLength: 8 })
  .map((steps) => steps.map((one, i) => factOf({ ...one, customerNumber: 1, rampDays: undefined }, i)));
const customer = fc
  .tuple(billing, fc.array(signed, { maxLength: 3 }))
  .map(([billed, agreements]): readonly Fact[] => [...billed, ...agreements.map(agreementOf)])
  .filter((facts) => facts.length > 0);
const days = fc.integer({ min: 0, max: 800 });

const sumsOf = (amounts: readonly { readonly currency: string; readonly amountMinor: bigint }[]): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  return new Map([...sums].filter(([, sum]) => sum !== 0n).sort(([a], [b]) => (a < b ? -1 : 1)));
};

describe('CARR', () => {
  it('of all customers is the sum of that of each, and that of each the sum of its agreements and of what is beyond terms', () => {
    fc.assert(
      fc.property(fc.array(customer, { minLength: 1, maxLength: 4 }), days, (customers, after) => {
        const day = FIRST + after;
        const own = customers.map((facts, i) => ({
          contracted: besideArr(`c${i}`, facts, day, testContext).contracted,
          standing: standingOf({ customerId: `c${i}`, name: 'C', members: [{ customerId: `c${i}` }], facts }, 1, day, testContext),
        }));
        for (const { contracted } of own)
          expect(sumsOf([...contracted.agreements.map(({ carr }) => carr), ...contracted.beyondTerms])).toEqual(
            sumsOf(contracted.carr.byCurrency),
          );
        const company = addSums(own.map(({ standing }) => standing.carr)).map(([currency, minor]) => ({
          currency,
          amountMinor: BigInt(minor),
        }));
        expect(sumsOf(company)).toEqual(sumsOf(own.flatMap(({ contracted }) => contracted.carr.byCurrency)));
      }),
      { numRuns: 200 },
    );
  });

  it('is ARR of whoever signed nothing, gave no notice, and has no steps ahead', () => {
    fc.assert(
      fc.property(withoutSteps, days, (facts, after) => {
        const noticed = facts.some(
          ({ kind, data }) => kind === 'subscription' && (data.cancelsOn !== undefined || data.bookedOn !== undefined),
        );
        fc.pre(!noticed);
        const day = FIRST + after;
        const { carr } = besideArr('c', facts, day, testContext).contracted;
        expect(sumsOf(carr.byCurrency)).toEqual(sumsOf(closingAt(facts, day, testContext).closing.lines));
      }),
      { numRuns: 200 },
    );
  });
});
