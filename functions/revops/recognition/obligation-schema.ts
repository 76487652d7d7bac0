import * as z from 'zod/mini';
import { amount, day, decimal, name, share } from './fields.ts';

const per = z.optional(
  z.enum(['obligation', 'unit']).check(z.describe('What the price is for: all that is promised (default), or one unit of `quantity`')),
);

/** Evidence of the price at which the promise would be sold alone, ASC 606-10-32-32 to 32-34. */
const sellingPrice = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('observed').check(z.describe('Sold alone at this price (32-32)')),
    amount: amount('The observed price'),
    per,
  }),
  z.strictObject({
    method: z
      .literal('range')
      .check(z.describe('Sold alone within a range: the contract’s own price counts if it lies within, otherwise the middle (32-33)')),
    low: amount('Lowest price of the range'),
    high: amount('Highest price of the range'),
    contractPrice: z.optional(amount('What the contract says it costs')),
    per,
  }),
  z.strictObject({
    method: z.literal('adjustedMarket').check(z.describe('What customers of the market would pay (32-34a)')),
    marketPrice: amount('What others ask for it'),
    adjustment: z.optional(amount('Added to it for own costs and margins; may be negative')),
    per,
  }),
  z.strictObject({
    method: z.literal('costPlusMargin').check(z.describe('Expected cost and a margin (32-34b)')),
    cost: amount('Expected cost of satisfying it'),
    marginPercent: z.optional(decimal('Margin in percent of the cost; default 0')),
    per,
  }),
  z.strictObject({
    method: z
      .literal('discountOption')
      .check(z.describe('A right to buy at a discount: average purchase × (discount − discount that everybody gets) × likelihood (55-44)')),
    averagePurchase: amount('What those who use it buy on average'),
    discountPercent: decimal('Its discount in percent'),
    generalDiscountPercent: z.optional(decimal('Discount in percent that customers get without it; default 0')),
    likelihood: share('How likely it is used'),
  }),
  z.strictObject({
    method: z
      .literal('residual')
      .check(z.describe('What the price leaves after all observable ones: only where its own is highly variable or uncertain (32-34c)')),
    because: z.enum(['highlyVariable', 'uncertain']),
    low: z.optional(amount('Lowest price it was sold at')),
    high: z.optional(amount('Highest price it was sold at: a residual outside of the range is no faithful price, and the middle counts')),
  }),
]);

/** When, or by what measure, control passes, ASC 606-10-25-23 to 25-37. Periods are half-open: `until` is the day after the last. */
const satisfaction = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('atPoint').check(z.describe('At a point in time (25-30): with its `transfer` event, or on a day that is known')),
    on: z.optional(day('Day on which control passes, where it is known beforehand')),
  }),
  z.strictObject({
    method: z.literal('days').check(z.describe('Evenly over time, by days (25-31, 55-20)')),
    from: day('First day'),
    until: day('Day after the last'),
  }),
  z.strictObject({
    method: z.literal('months').check(z.describe('Evenly over time, by months from `from` on, each the same; within one by its days')),
    from: day('First day'),
    until: day('Day after the last'),
  }),
  z.strictObject({
    method: z
      .literal('units')
      .check(
        z.describe(
          'Output (55-17): units handed over with `transfer` or used with `usage`, of `quantity`; without one, each is sold as it comes',
        ),
      ),
  }),
  z.strictObject({
    method: z.literal('progress').check(z.describe('Over time by a measure of the caller’s own, told by `progress` events (25-31)')),
  }),
  z.strictObject({
    method: z.literal('cost').check(z.describe('Input (55-20): cost incurred, told by `cost` events, of the cost that is expected')),
    expected: amount('Total cost that is expected, with `uninstalled`'),
    uninstalled: z.optional(
      amount(
        'Cost of goods that the customer controls before they are installed: they earn what they cost, and leave the measure (55-21b)',
      ),
    ),
  }),
]);

export const obligationSchema = z.strictObject({
  id: name('Unique in the request; events and answers name it'),
  name: z.optional(name('For people')),
  quantity: z.optional(decimal('Units that are promised')),
  sellingPrice: z.optional(sellingPrice).check(z.describe('Needed where a contract has several obligations')),
  satisfaction,
  thirdParty: z
    .optional(
      z.strictObject({
        controls: z
          .boolean()
          .check(z.describe('Whether the company controls it before it is transferred (55-37): then it is the principal')),
        supplierPercent: z.optional(decimal('Percent of the price that the supplier gets, where the company is an agent')),
        because: z.optional(name('Which indicators say so: responsibility, inventory risk, discretion in price (55-39)')),
      }),
    )
    .check(z.describe('Where another party is involved in providing it')),
  repurchase: z
    .optional(
      z.strictObject({
        by: z.enum(['forward', 'call', 'put']).check(z.describe('Who may or must: both, the company, or the customer')),
        price: amount('Price at which it is bought back'),
        soldFor: amount('Price at which it was sold'),
        from: day('Day of the sale'),
        until: day('Day after the last on which it may be bought back'),
        incentive: z.optional(
          z
            .boolean()
            .check(
              z.describe('Of a put: whether the customer has a significant economic incentive to use it (55-72, 55-75); default false'),
            ),
        ),
      }),
    )
    .check(z.describe('An agreement or option to buy it back (55-66)')),
  goods: z
    .optional(
      z.strictObject({
        unitCost: amount('What a unit cost; of an obligation without units, all of it'),
        expectedReturns: z.optional(
          z
            .union([decimal('Units'), z.literal('unknown')])
            .check(
              z.describe(
                'Units that are expected back of all that is sold; `unknown` where experience cannot tell, so that nothing is earned yet (55-202)',
              ),
            ),
        ),
        recoveryCost: z.optional(amount('Cost of recovering a returned unit, with what it loses in value')),
      }),
    )
    .check(z.describe('What is handed over, for cost of sales and returns (55-22 to 55-29)')),
});

export type ObligationGiven = z.infer<typeof obligationSchema>;
export type SellingPriceGiven = z.infer<typeof sellingPrice>;
