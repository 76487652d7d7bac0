import * as z from 'zod/mini';
import { amount, day, decimal, name, share } from './fields.ts';

const id = z.optional(name('Unique in the request, for order within a day and for the journal; default: by its place'));
const on = day('Day on which it happened');
const obligation = name('Id of the obligation');
const contract = z.optional(name('Id of the contract; needed where the request has several'));

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
    type: z.literal('criteria').check(z.describe('A new judgement of whether there is a contract (25-6)')),
    id,
    on,
    contract,
    met: z.boolean().check(z.describe('Whether all criteria of 25-1 are met from now on')),
  }),
]);

export type EventGiven = z.infer<typeof eventSchema>;
