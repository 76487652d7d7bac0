import * as z from 'zod/mini';
import { figureHead } from './answers.ts';
import { BOOKING_KINDS } from './bookings/signatures.ts';
import { amount, told, total } from './evidence-answers.ts';

/** What the API answers of bookings. Money is text of whole minor units, at the plan rate of the day of each booking. */
const totals = {
  bookings: z.int().check(z.describe('How many add, each product of a signature by itself')),
  debookings: z.int().check(z.describe('How many take away')),
  tcv: total.check(z.describe('Total contract value, debookings taken off')),
  acv: total.check(z.describe('Annual contract value by rate: TCV ÷ years of service, line by line')),
  firstYear: total.check(z.describe('Value of the first twelve months of service of each booking')),
  netNewArr: total.check(z.describe('What CARR moves by: annual value at the end of the term, above what is renewed or changed')),
  debookedTcv: total.check(z.describe('TCV of debookings alone, below zero')),
};

export const arrBookings = z.object({
  ...figureHead,
  on: z.optional(told('The day at whose end the agreements stand so; absent before any was looked at')),
  through: z.optional(told('Instant through which recordings are in it: the oldest of all customers')),
  isComplete: z.boolean().check(z.describe('False while the customers are being looked at: ask again in five minutes')),
  from: z.string(),
  to: z.string(),
  period: z.enum(['month', 'quarter', 'year']),
  dimension: z.string(),
  dimensions: z.array(z.string()),
  total: z.object(totals),
  rows: z
    .array(z.object({ startsOn: z.string(), endsOn: z.string(), value: z.string(), ...totals }))
    .check(z.describe('By fiscal period, and in it by value; a value without bookings is left out')),
  items: z.array(
    z.object({
      customerId: z.string(),
      name: z.string(),
      agreementId: z.string(),
      kind: z.enum(BOOKING_KINDS),
      bookedOn: told('Day of the last signature; of what changes without one, the day on which that was first read'),
      startsOn: told('First day on which it changes anything'),
      endsOn: z.optional(told('First day on which it changes nothing more; absent where it has no end')),
      productId: z.string(),
      legalEntity: z.string(),
      currency: z.string(),
      tcv: z.object(amount),
      acv: z.object(amount),
      firstYear: z.object(amount),
      netNewArr: z.object(amount),
      attributes: z.record(z.string(), z.string()).check(z.describe('Of the customer on the day of the booking')),
      eventId: told('The event of the reading that shows it'),
      explain: told('Path of what explains that event'),
    }),
  ),
  nextCursor: z.nullable(z.string()),
});
