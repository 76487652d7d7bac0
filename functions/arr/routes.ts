import * as z from 'zod/mini';
import { isDate } from '../platform/calendar.ts';
import { defineRoutes } from '../platform/routes.ts';
import { arrCustomer, arrStatus, arrWaterfall, explainedFigure, explainedMovement } from './answers.ts';
import { causeSchema, movementSchema } from './events.ts';

export { arrStatus } from './answers.ts';

const date = z.string().check(z.refine(isDate, { error: 'must be a date that exists, written YYYY-MM-DD' }));
const name = z.string().check(z.minLength(1), z.maxLength(120));

export const arrRoutes = defineRoutes({
  getArrStatus: {
    method: 'GET',
    path: '/api/v1/arr/status',
    scope: 'arr/read',
    summary: 'ARR, milestone, velocity, growth, estimated arrival, composition and the consistency of the plan on a day',
    query: z.object({ on: z.optional(date) }),
    response: arrStatus,
  },
  listArrMovements: {
    method: 'GET',
    path: '/api/v1/arr/movements',
    scope: 'arr/read',
    summary: 'Movements of a period of at most one month over all customers, or of one customer, in the order of their days',
    query: z.object({
      from: z.optional(date),
      to: z.optional(date),
      customerId: z.optional(name),
      cause: z.optional(causeSchema),
    }),
    paged: true,
    response: z.object({ items: z.array(movementSchema), nextCursor: z.nullable(z.string()) }),
    problems: { 'period-invalid': 400 },
  },
  getArrWaterfall: {
    method: 'GET',
    path: '/api/v1/arr/waterfall',
    scope: 'arr/read',
    summary: 'Opening + movements = closing by day, fiscal month, quarter or year, in total or for one value of a dimension',
    query: z.object({
      from: date,
      to: date,
      period: z.optional(z.enum(['day', 'month', 'quarter', 'year'])),
      dimension: z.optional(name),
      value: z.optional(name),
    }),
    response: arrWaterfall,
    problems: { 'period-invalid': 400, 'dimension-unknown': 404 },
  },
  getArrCustomer: {
    method: 'GET',
    path: '/api/v1/arr/customers/{customerId}',
    scope: 'arr/read',
    summary: "A customer's ARR on a day by line, its history of movements, and its attributes",
    params: z.object({ customerId: name }),
    query: z.object({ on: z.optional(date) }),
    response: arrCustomer,
    problems: { 'customer-unknown': 404 },
  },
  explainArr: {
    method: 'GET',
    path: '/api/v1/arr/explain',
    scope: 'arr/read',
    summary:
      'From a figure to the movements that make it (on, or from and to), from a movement to the source events behind it (movementId), from a source event to the movements that it led to (customerId and eventId)',
    query: z.object({
      on: z.optional(date),
      from: z.optional(date),
      to: z.optional(date),
      dimension: z.optional(name),
      value: z.optional(name),
      cause: z.optional(causeSchema),
      movementId: z.optional(z.string().check(z.maxLength(400))),
      customerId: z.optional(name),
      eventId: z.optional(z.string().check(z.maxLength(300))),
    }),
    paged: true,
    response: z.discriminatedUnion('explains', [explainedFigure, explainedMovement]),
    problems: {
      'movement-unknown': 404,
      'event-unknown': 404,
      'dimension-unknown': 404,
      'question-incomplete': 400,
      'question-invalid': 400,
      'period-invalid': 400,
    },
  },
});
