import * as z from 'zod/mini';
import { amount, day, decimal, name, share } from './fields.ts';

const id = z.optional(name('By which an `estimate` event names the part; default: `price-1`, `price-2`, … in their order'));
const allocateTo = z.optional(
  z
    .array(name('Id of an obligation'))
    .check(
      z.minLength(1),
      z.maxLength(200),
      z.describe(
        'The obligations that this part belongs to alone, where 32-40 holds (or 32-37 for a discount); default: all, by selling price',
      ),
    ),
);
const outcomes = z
  .array(z.strictObject({ amount: amount('What the part comes to'), probability: share('How likely that is') }))
  .check(z.minLength(1), z.maxLength(100));

/** How an uncertain amount is estimated, ASC 606-10-32-8. */
export const estimate = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('expectedValue').check(z.describe('Weighted by probability; for many similar outcomes (32-8a)')),
    outcomes,
  }),
  z.strictObject({ method: z.literal('mostLikely').check(z.describe('The likeliest alone; for two outcomes (32-8b)')), outcomes }),
  z.strictObject({ method: z.literal('stated').check(z.describe('Estimated by the caller')), amount: amount('The estimate') }),
]);

export const constrainedTo = z.optional(
  amount('The amount of which it is probable that no significant part will be reversed (32-11); default: the estimate itself'),
);

/** Parts of the transaction price, ASC 606-10-32-2 to 32-27. Positive raises the price, negative lowers it. Taxes are left out (32-2A). */
export const pricePartSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    id,
    kind: z.literal('fixed'),
    amount: amount('Agreed, whatever happens; a fee that cannot be refunded too (55-50)'),
    transferred: z.optional(
      name('Id of an obligation: a change of the price of what was transferred already, which counts at once (55-115)'),
    ),
    allocateTo,
  }),
  z.strictObject({
    id,
    kind: z
      .literal('royalty')
      .check(
        z.describe(
          'A share of the sales or usage that a licence of intellectual property leads to: earned as they occur, told by `sales` (55-65)',
        ),
      ),
    percent: decimal('Percent of the sales'),
    allocateTo,
  }),
  z.strictObject({
    id,
    kind: z.literal('variable').check(z.describe('Depends on what is to come: bonus, penalty, rebate, concession, performance fee (32-5)')),
    estimate,
    constrainedTo,
    concession: z.optional(
      z
        .boolean()
        .check(
          z.describe(
            'A reduction that the customer is never asked for, so that nothing is to be paid back: it lowers the receivable (55-102)',
          ),
        ),
    ),
    allocateTo,
  }),
  z.strictObject({
    id,
    kind: z.literal('nonCash').check(z.describe('Paid in kind: its fair value on the day of signing, whatever becomes of it (32-21)')),
    quantity: z.optional(decimal('How many; default 1')),
    fairValue: amount('Fair value of each on the day of signing'),
    allocateTo,
  }),
  z.strictObject({
    id,
    kind: z
      .literal('payableToCustomer')
      .check(z.describe('Paid to the customer, told by `payCustomer`: less revenue, in proportion to what the customer is to buy (32-25)')),
    amount: amount('What is paid'),
    committedPurchases: amount('What the customer buys for in return, over which it is spread'),
    distinctGood: z.optional(amount('Fair value of a distinct good or service that the customer gives for it (32-26); default 0')),
  }),
  z.strictObject({
    id,
    kind: z
      .literal('financed')
      .check(
        z.describe(
          'Paid long before or after control passes: its price is the worth of the payments on that day, and the rest is interest (32-15)',
        ),
      ),
    on: day('Day on which control passes'),
    payments: z.optional(
      z.array(z.strictObject({ on: day('Day of the payment'), amount: amount('What is paid') })).check(z.minLength(1), z.maxLength(600)),
    ),
    loan: z
      .optional(
        z.strictObject({
          principal: amount('What is financed'),
          ratePercent: decimal('Rate of the contract in percent a year'),
          months: z.int().check(z.minimum(1), z.maximum(600), z.describe('Number of equal monthly payments, the first a month after `on`')),
        }),
      )
      .check(z.describe('Payments as those that pay a loan back')),
    ratePercent: decimal('Rate of a separate financing between the parties, in percent a year (32-19)'),
    compounding: z.optional(z.enum(['year', 'month']).check(z.describe('How often interest is added; default year'))),
    interestFrom: z.optional(day('Day from which there is a receivable, where that is later than `on`')),
    notFinancing: z.optional(name('Why the difference in time is for another reason than finance (32-17): the price is what is paid')),
    allocateTo,
  }),
  z.strictObject({
    id,
    kind: z
      .literal('perUnit')
      .check(
        z.describe('A price a unit. With the obligation’s `quantity` it is a fixed amount; without one, each unit adds its own price'),
      ),
    obligation: name('Id of the obligation whose units are priced'),
    amount: amount('Price of a unit'),
    expectedAmount: z.optional(
      amount(
        'Price of a unit that is expected in the end, where a volume is to lower all of them; the difference is owed to the customer (55-216)',
      ),
    ),
  }),
]);

export type PricePartGiven = z.infer<typeof pricePartSchema>;
export type EstimateGiven = z.infer<typeof estimate>;
