import * as z from 'zod/mini';
import { amount, day, decimal, name, share } from './fields.ts';
import { obligationSchema } from './obligation-schema.ts';
import { constrainedTo, estimate, pricePartSchema } from './price-schema.ts';

const id = z.optional(name('Unique in the request, for order within a day and for the journal; default: by its place'));
const on = day('Day on which it happened');
const obligation = name('Id of the obligation');
const contract = z.optional(name('Id of the contract; needed where the request has several'));

/** What a modification changes of an obligation that is there. */
const change = z.strictObject({
  obligation,
  quantity: z.optional(decimal('Units that are promised in all from now on')),
  until: z.optional(day('Day after the last from now on')),
  expectedCost: z.optional(amount('Total cost that is expected from now on')),
  sellingPrice: z.optional(amount('Price at which what is left of it would be sold alone now; default: its share of the earlier one')),
});

/** What happened, in any order of sending: they are put in order by day, kind and id. */
export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('transfer').check(z.describe('Control of a good or service passes: of all of it, or of units')),
    id,
    on,
    obligation,
    units: z.optional(decimal('Units that pass, for `satisfaction.method` units')),
  }),
  z.strictObject({
    type: z.literal('progress').check(z.describe('How far it is satisfied, for `satisfaction.method` progress')),
    id,
    on,
    obligation,
    share: share('Share that is satisfied since its beginning'),
  }),
  z.strictObject({
    type: z.literal('cost').check(z.describe('Cost incurred, for `satisfaction.method` cost; what was wasted is left out (55-21a)')),
    id,
    on,
    obligation,
    amount: amount('Cost incurred now'),
    uninstalled: z.optional(z.boolean().check(z.describe('Of goods under `uninstalled`, control of which passes now'))),
  }),
  z.strictObject({
    type: z.literal('invoice').check(z.describe('Billed, before tax')),
    id,
    on,
    contract,
    amount: amount('Amount before tax'),
    dueOn: z.optional(day('Day on which it is due; default: the day of the invoice')),
  }),
  z.strictObject({
    type: z.literal('payment').check(z.describe('Received from the customer')),
    id,
    on,
    contract,
    amount: amount('Amount received'),
  }),
  z.strictObject({
    type: z.literal('refund').check(z.describe('Paid back to the customer')),
    id,
    on,
    contract,
    amount: amount('Amount paid back'),
  }),
  z.strictObject({
    type: z.literal('sales').check(z.describe('Sales or usage of the customer that a royalty is a share of')),
    id,
    on,
    price: name('Id of the royalty'),
    amount: amount('Sales since the last time'),
  }),
  z.strictObject({
    type: z.literal('return').check(z.describe('Goods come back; what is paid back for them is a `refund`')),
    id,
    on,
    obligation,
    units: decimal('Units that came back'),
  }),
  z.strictObject({
    type: z
      .literal('estimate')
      .check(z.describe('An estimate is revised: of a part of the price, or of an obligation (32-14, 32-42 to 32-45)')),
    id,
    on,
    price: z.optional(name('Id of the part of the price')),
    estimate: z.optional(estimate),
    constrainedTo,
    expectedAmount: z.optional(amount('Of a price by unit: what is expected in the end')),
    resolved: z.optional(z.boolean().check(z.describe('What it depended on has come about: it is owed by performance from now on'))),
    obligation: z.optional(obligation),
    quantity: z.optional(decimal('Units that are expected in all, such as points that will be redeemed')),
    expectedCost: z.optional(amount('Total cost that is expected')),
    expectedReturns: z.optional(decimal('Units that are expected back of all that is sold')),
  }),
  z.strictObject({
    type: z
      .literal('modify')
      .check(z.describe('The parties change the contract (25-10 to 25-13); how it is accounted for is decided and told')),
    id,
    on,
    contract,
    add: z.optional(z.array(obligationSchema).check(z.maxLength(200))).check(z.describe('Obligations that are added')),
    remove: z.optional(z.array(obligation).check(z.maxLength(200))).check(z.describe('Obligations of which nothing more is owed')),
    change: z.optional(z.array(change).check(z.maxLength(200))),
    price: z
      .optional(z.array(pricePartSchema).check(z.maxLength(200)))
      .check(z.describe('What the change adds to the price; below 0 lowers it')),
    separate: z
      .optional(z.boolean())
      .check(
        z.describe(
          'Whether what is added is distinct at its own price, a contract by itself (25-12); default: where its price is its selling price',
        ),
      ),
    notDistinct: z
      .optional(z.array(obligation).check(z.maxLength(200)))
      .check(
        z.describe(
          'Begun obligations whose rest is not distinct from what was transferred (25-13b); those by `progress` and `cost` always are',
        ),
      ),
  }),
  z.strictObject({
    type: z
      .literal('terminate')
      .check(z.describe('The contract ends: nothing more is promised, and what was not earned is no part of the price any more')),
    id,
    on,
    contract,
    retained: z.optional(z.boolean().check(z.describe('Whether what was paid and not earned stays; default: it is to be paid back'))),
  }),
  z.strictObject({
    type: z.literal('writeOff').check(z.describe('A receivable that will not be collected: a credit loss, no less revenue')),
    id,
    on,
    contract,
    amount: amount('Amount that is written off'),
  }),
  z.strictObject({
    type: z.literal('contractCost').check(z.describe('A cost of obtaining or fulfilling the contract (ASC 340-40)')),
    id,
    on,
    contract,
    kind: z.enum(['obtain', 'fulfil']),
    amount: amount('What it cost'),
    incremental: z.optional(
      z.boolean().check(z.describe('To obtain: whether it would not have been spent without the contract (340-40-25-1); default true')),
    ),
    recoverable: z.optional(z.boolean().check(z.describe('Whether it is expected to be recovered; default true'))),
    otherGuidance: z.optional(
      name('Other guidance that it falls under, such as property or internal-use software: it is not for these books (340-40-15-3)'),
    ),
    from: z.optional(day('First day of the period that it benefits; default: the day of the cost')),
    until: z.optional(day('Day after the last, with renewals that are anticipated (340-40-35-1); default: expensed at once')),
  }),
  z.strictObject({
    type: z.literal('impairment').check(z.describe('A capitalised cost is worth less (340-40-35-3)')),
    id,
    on,
    contract,
    cost: name('Id of the `contractCost` event'),
    amount: amount('What it is written down by'),
  }),
  z.strictObject({
    type: z
      .literal('credit')
      .check(
        z.describe(
          'The price is lowered for all of the term, and what was earned of it at once: credit notes, refunds, voids, lost disputes',
        ),
      ),
    id,
    on,
    contract,
    amount: amount('By how much, before tax'),
    as: z
      .enum(['creditNote', 'refund', 'void', 'dispute'])
      .check(z.describe('What for: its account, where policy keeps such revenue apart')),
  }),
  z.strictObject({
    type: z.literal('payCustomer').check(z.describe('Paid to the customer (32-25)')),
    id,
    on,
    contract,
    amount: amount('Amount paid'),
  }),
  z.strictObject({
    type: z.literal('lapse').check(z.describe('An option to buy the good back ends unused: the good is sold')),
    id,
    on,
    obligation,
  }),
  z.strictObject({ type: z.literal('repurchase').check(z.describe('The good is bought back at the price agreed')), id, on, obligation }),
  z.strictObject({
    type: z.literal('criteria').check(z.describe('A new judgement of whether there is a contract (25-6)')),
    id,
    on,
    contract,
    met: z.boolean().check(z.describe('Whether all criteria of 25-1 are met from now on')),
    retained: z.optional(
      z
        .boolean()
        .check(
          z.describe('Where they are not: whether one of the events of 25-7 lets what was received, which cannot be refunded, be revenue'),
        ),
    ),
  }),
]);

export type EventGiven = z.infer<typeof eventSchema>;
