import * as z from 'zod/mini';
import { figureHead } from './answers.ts';
import { amount, difference, minor, possibleDuplicate, told, total, unsignedBooking } from './evidence-answers.ts';
import { KINDS } from './standings/lists.ts';

/** What the API answers of all customers together. Money is text of whole minor units. */
const head = {
  ...figureHead,
  on: z.optional(told('The day at whose end they stand so; absent before any was looked at')),
  through: z.optional(told('Instant through which recordings are in it: the oldest of all customers')),
  isComplete: z
    .boolean()
    .check(z.describe('False while the lists are being made: nobody had asked for them for a week. Ask again in five minutes')),
};

const nextCursor = z.nullable(z.string());

export const arrCustomers = z.object({
  ...head,
  items: z.array(
    z.object({
      customerId: z.string(),
      name: z.string(),
      arrMinor: z.optional(minor).check(z.describe('ARR in the plan currency; absent while a plan rate is missing')),
      byCurrency: z.array(z.object(amount)).check(z.describe('ARR by currency; empty of a customer without any')),
      attributes: z.record(z.string(), z.string()),
    }),
  ),
  nextCursor,
});

export const arrBeside = z.object({
  ...head,
  customers: z.int().check(z.describe('Customers with ARR that is not adjusted by hand alone')),
  arr: total,
  adjusted: total.check(z.describe('What of ARR are adjustments by hand')),
  contracted: z
    .object({ carr: total, tcv: total })
    .check(z.describe('CARR of all customers, and TCV of agreements that are signed and not over, begun or not')),
  billed: total.check(z.describe('What billing alone comes to a year, as if nothing had been signed')),
  usage: total.check(z.describe('Metered usage that was invoiced for three months, as a year')),
  unsigned: total.check(z.describe('What is claimed as sold and not signed, as a year')),
  entries: z
    .object({ unsigned: z.int(), possibleDuplicates: z.int(), differences: z.int() })
    .check(z.describe('How many there are to be looked through: arr/beside/{kind}')),
});

/** One of the three is there, as `kind` says. */
export const arrBesideEntries = z.object({
  ...head,
  items: z.array(
    z.object({
      kind: z.enum(KINDS),
      customerId: z.string(),
      name: z.string(),
      unsigned: z.optional(unsignedBooking),
      possibleDuplicate: z.optional(possibleDuplicate),
      difference: z.optional(difference),
    }),
  ),
  nextCursor,
});
