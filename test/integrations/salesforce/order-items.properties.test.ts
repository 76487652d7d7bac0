import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agreementFact } from '../../../functions/integrations/salesforce/agreements.ts';
import type { SalesforceRecord } from '../../../functions/integrations/salesforce/reader.ts';
import { addDays } from '../../../functions/platform/calendar.ts';
import { AMENDMENT, CONTRACT, context, contract, item, ORDER, order, product } from './records.ts';

const FIRST = '2026-01-01';

/** Some whole units of one of two products, from a day for some days; of which some units are taken away again from some days on. */
interface Bought {
  readonly productNumber: number;
  readonly from: number;
  readonly days: number;
  readonly quantity: number;
  readonly takenAway: readonly { readonly from: number; readonly quantity: number }[];
}

const bought: fc.Arbitrary<Bought> = fc
  .record({
    productNumber: fc.integer({ min: 1, max: 2 }),
    from: fc.integer({ min: 0, max: 60 }),
    days: fc.integer({ min: 1, max: 40 }),
    quantity: fc.integer({ min: 1, max: 30 }),
    takenAway: fc.array(fc.record({ from: fc.integer({ min: 0, max: 110 }), quantity: fc.integer({ min: 1, max: 10 }) }), { maxLength: 3 }),
  })
  // Never more than there is.
  .map((one) => ({ ...one, quantity: one.quantity + one.takenAway.reduce((sum, { quantity }) => sum + quantity, 0) }));

const idOf = (kind: number, number: number): string => `802Hs00${kind}000${String(number).padStart(4, '0')}AAA`;

const recordsOf = (all: readonly Bought[]): readonly SalesforceRecord[] =>
  all.flatMap(({ productNumber, from, days, quantity, takenAway }, i) => [
    item({
      Id: idOf(1, i),
      Product2Id: `01tHs000000000${productNumber}AAA`,
      Quantity: quantity,
      ServiceDate: addDays(FIRST, from),
      EndDate: addDays(FIRST, from + days - 1),
    }),
    ...takenAway.map((less, j) =>
      item({
        Id: idOf(2, 10 * i + j),
        OrderId: AMENDMENT,
        OriginalOrderItemId: idOf(1, i),
        Quantity: -less.quantity,
        ServiceDate: addDays(FIRST, less.from),
      }),
    ),
  ]);

const factOf = (items: readonly SalesforceRecord[]) => {
  const reduction = order({ Id: AMENDMENT, IsReductionOrder: true, OriginalOrderId: ORDER, CreatedDate: '2026-03-01T00:00:00.000+0000' });
  const records = {
    agreementId: CONTRACT,
    contract: contract(),
    orders: [order(), reduction],
    items,
    products: [product()],
    sellingModels: [],
  };
  const result = agreementFact(records, context);
  if (!result.ok) throw new Error(result.problem.detail);
  return result.value.fact;
};

/** Units of a product on a day, reckoned from what was bought. */
const unitsOn = (all: readonly Bought[], productNumber: number, day: number): number =>
  all
    .filter((one) => one.productNumber === productNumber && one.from <= day && day < one.from + one.days)
    .reduce(
      (sum, one) => sum + one.quantity - one.takenAway.filter(({ from }) => from <= day).reduce((less, { quantity }) => less + quantity, 0),
      0,
    );

test('on every day the lines hold what was bought less what was taken away, and no line overlaps itself', () => {
  fc.assert(
    fc.property(fc.array(bought, { maxLength: 8 }), (all) => {
      const { lines } = factOf(recordsOf(all));
      for (let day = 0; day <= 110; day += 1) {
        const on = addDays(FIRST, day);
        const served = lines.filter(({ startsOn = '', endsOn = '' }) => startsOn <= on && on < endsOn);
        expect(new Set(served.map(({ lineId }) => lineId)).size).toBe(served.length);
        for (const productNumber of [1, 2]) {
          const own = served.filter(({ productId }) => productId === `01tHs000000000${productNumber}AAA`);
          expect(own.reduce((sum, { quantity }) => sum + Number(quantity), 0)).toBe(unitsOn(all, productNumber, day));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('the fact depends on the set of records, not on the order in which they come', () => {
  fc.assert(
    fc.property(
      fc.array(bought, { maxLength: 6 }).chain((all) => {
        const records = recordsOf(all);
        return fc.tuple(fc.constant(records), fc.shuffledSubarray([...records], { minLength: records.length }));
      }),
      ([records, shuffled]) => {
        expect(factOf(shuffled)).toEqual(factOf(records));
      },
    ),
    { numRuns: 100 },
  );
});
