import * as z from 'zod/mini';
import { dayParameter as day } from '../platform/fields.ts';
import { defineRoutes } from '../platform/routes.ts';
import { arrBookings } from './booking-answers.ts';
import { BOOKING_KINDS } from './bookings/signatures.ts';

const name = (description: string) => z.string().check(z.minLength(1), z.maxLength(120), z.describe(description));

export const bookingRoutes = defineRoutes({
  listArrBookings: {
    method: 'GET',
    path: '/api/v1/arr/bookings',
    scope: 'arr/read',
    summary:
      'What was booked and debooked: TCV, ACV, first-year value and net new ARR by fiscal period and value, and the bookings behind them, oldest first',
    query: z.object({
      from: z.optional(day('First day of booking, YYYY-MM-DD; default: the first day of the fiscal year')),
      to: z.optional(day('Last day of booking, YYYY-MM-DD; default: today in the company’s zone')),
      period: z.optional(z.enum(['month', 'quarter', 'year']).check(z.describe('Fiscal periods of the rows. Default: month'))),
      dimension: z.optional(
        name('What to cut by: product, entity, currency, or an attribute of customers such as `segment`. Default: everything'),
      ),
      value: z.optional(z.string().check(z.maxLength(120), z.describe('Value of the dimension; default: a row for each of its values'))),
      customerId: z.optional(name('Only those of this customer, by any of its ids')),
      kind: z.optional(z.enum(BOOKING_KINDS).check(z.describe('Only signatures of this kind'))),
    }),
    paged: true,
    response: arrBookings,
    problems: { 'period-invalid': 400, 'question-incomplete': 400, 'answer-too-large': 400, 'dimension-unknown': 404 },
  },
});
