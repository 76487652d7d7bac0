import * as z from 'zod/mini';
import { dayParameter as day } from '../platform/fields.ts';
import { defineRoutes } from '../platform/routes.ts';
import { alertListed, alertTold } from './alert-answers.ts';
import { arrCustomer, arrStatus, arrWaterfall, explainedFigure, explainedMovement } from './answers.ts';
import { arrClosing, arrRestatements, monthField } from './closing-answers.ts';
import { causeSchema, movementSchema, rulingSchema } from './events.ts';
import { ruling } from './identity-answers.ts';
import { metricRoutes } from './metric-routes.ts';
import { profileParameter, profileProblems, profileRoutes } from './profile-routes.ts';
import { KINDS, SORTS } from './standings/lists.ts';
import { arrBeside, arrBesideEntries, arrCustomers } from './standings-answers.ts';

export { alertStanding } from './alert-answers.ts';
export { arrStatus } from './answers.ts';

const name = (description: string) => z.string().check(z.minLength(1), z.maxLength(120), z.describe(description));
const cause = (description: string) => causeSchema.check(z.describe(description));
const asOf = z.optional(day('Day at whose end the figures are told, YYYY-MM-DD; default: today in the company’s zone'));
const dimension = z.optional(
  name('What to cut by: product, entity, currency, origin or an attribute, e.g. `segment`; see `dimensions`. Default: everything, uncut'),
);
const value = z.optional(name('Value of the dimension, e.g. `Enterprise`; the waterfall’s answer lists them under `values`'));

export const arrRoutes = defineRoutes({
  getArrStatus: {
    method: 'GET',
    path: '/api/v1/arr/status',
    scope: 'arr/read',
    summary: 'ARR, milestone, velocity, growth, estimated arrival, composition and the consistency of the plan on a day',
    query: z.object({ on: asOf }),
    response: arrStatus,
  },
  listArrMovements: {
    method: 'GET',
    path: '/api/v1/arr/movements',
    scope: 'arr/read',
    summary: 'Movements of a period of at most one month over all customers, or of one customer, in the order of their days',
    query: z.object({
      from: z.optional(
        day('First day on which they moved ARR, YYYY-MM-DD; default: the first of the month of `to`, with a customer all of its history'),
      ),
      to: z.optional(day('Last such day, included, YYYY-MM-DD; default: today in the company’s zone, with a customer no end')),
      customerId: z.optional(name('Only of this customer, and then of any period')),
      cause: z.optional(cause('Only of this cause')),
    }),
    paged: true,
    response: z.object({ items: z.array(movementSchema), nextCursor: z.nullable(z.string()) }),
    problems: { 'period-invalid': 400, 'customer-unknown': 404 },
  },
  getArrWaterfall: {
    method: 'GET',
    path: '/api/v1/arr/waterfall',
    scope: 'arr/read',
    summary: 'Opening + movements = closing by day, fiscal month, quarter or year, in total or for one value of a dimension',
    query: z.object({
      from: day('First day of the first period, YYYY-MM-DD'),
      to: day('Last day of the last period, included, YYYY-MM-DD'),
      period: z.optional(
        z
          .enum(['day', 'month', 'quarter', 'year'])
          .check(z.describe('Length of a row; month, quarter and year are fiscal, cut at `from` and `to`. Default: month')),
      ),
      dimension,
      value,
      asKnownOn: z.optional(
        day(
          'As it was known at the end of this day, YYYY-MM-DD: without what was recorded later. Default: as corrected since. Not by `origin`',
        ),
      ),
      ...profileParameter,
    }),
    response: arrWaterfall,
    problems: { 'period-invalid': 400, 'question-incomplete': 400, 'dimension-unknown': 404, ...profileProblems },
  },
  listArrCustomers: {
    method: 'GET',
    path: '/api/v1/arr/customers',
    scope: 'arr/read',
    summary: 'Customers with their ARR, as of at most an hour ago (`through`), largest first; searched, filtered and sorted',
    query: z.object({
      search: z.optional(name('Beginning of the name or of one of its words, or of one of its ids, here or at the source')),
      dimension: z.optional(name('Attribute to filter by, e.g. `segment`; together with `value`')),
      value: z.optional(name('Value of that attribute, e.g. `Enterprise`')),
      sort: z.optional(z.enum(SORTS).check(z.describe('`arr`, largest first and what has no plan rate last; or `name`. Default: arr'))),
    }),
    paged: true,
    response: arrCustomers,
    problems: { 'question-incomplete': 400, 'dimension-unknown': 404 },
  },
  getArrBeside: {
    method: 'GET',
    path: '/api/v1/arr/beside',
    scope: 'arr/read',
    summary:
      'What stands beside ARR, of all customers together, as of at most an hour ago (`through`): contracted, billed, used, unsigned; and how many entries there are to be looked through',
    response: arrBeside,
  },
  listArrBeside: {
    method: 'GET',
    path: '/api/v1/arr/beside/{kind}',
    scope: 'arr/read',
    summary:
      'Unsigned bookings or possible duplicates of all customers, oldest first; or signed lines that are billed otherwise by more than 0.5%, largest first',
    params: z.object({ kind: z.enum(KINDS).check(z.describe('Which entries')) }),
    paged: true,
    response: arrBesideEntries,
  },
  closeArrMonth: {
    method: 'POST',
    path: '/api/v1/arr/closings',
    scope: 'arr/write',
    summary: 'Closes a month: its waterfall in every cut stays as it is reported now, and what is recorded later is restated',
    body: z.strictObject({ month: monthField('A month that is over, YYYY-MM; after the first one the months are closed in order') }),
    response: arrClosing,
    problems: { 'month-closed': 409, 'month-out-of-order': 409, 'month-open': 409, 'rate-missing': 409 },
  },
  listArrClosings: {
    method: 'GET',
    path: '/api/v1/arr/closings',
    scope: 'arr/read',
    summary: 'Closed months in their order, with what was reported in total, by whom and when',
    response: z.object({ items: z.array(arrClosing) }),
  },
  getArrClosing: {
    method: 'GET',
    path: '/api/v1/arr/closings/{month}',
    scope: 'arr/read',
    summary: 'What was reported of a closed month, in total and in every cut',
    params: z.object({ month: monthField('The month, YYYY-MM') }),
    response: arrClosing,
    problems: { 'month-not-closed': 404 },
  },
  listArrRestatements: {
    method: 'GET',
    path: '/api/v1/arr/restatements',
    scope: 'arr/read',
    summary:
      'The restatement journal of a closed month: movements recorded since, with a day in it or before it, in the order of their recording',
    query: z.object({ month: monthField('The closed month, YYYY-MM') }),
    paged: true,
    response: arrRestatements,
    problems: { 'month-not-closed': 404 },
  },
  getArrCustomer: {
    method: 'GET',
    path: '/api/v1/arr/customers/{customerId}',
    scope: 'arr/read',
    summary: "A customer's ARR on a day by line, what is contracted, billed, used and unsigned beside it, its movements and its attributes",
    params: z.object({ customerId: name('Id of the customer, `<vendor>.<instance>.<id at the source>`, e.g. `stripe.main.cus_123`') }),
    query: z.object({ on: asOf }),
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
      on: z.optional(day('Explains ARR at the end of this day, YYYY-MM-DD')),
      from: z.optional(day('Explains what moved from this day on, YYYY-MM-DD; together with `to`')),
      to: z.optional(day('Last day of that period, included, YYYY-MM-DD')),
      dimension,
      value,
      cause: z.optional(cause('With `from` and `to`: one column of the waterfall; `renewal` stands for the ARR renewed')),
      movementId: z.optional(z.string().check(z.maxLength(400), z.describe('Explains one movement, by the events behind it'))),
      customerId: z.optional(name('With `eventId`: whose event it is')),
      eventId: z.optional(z.string().check(z.maxLength(300), z.describe('Explains a source event, by the movements that it led to'))),
      ...profileParameter,
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
      ...profileProblems,
    },
  },
  listArrAlerts: {
    method: 'GET',
    path: '/api/v1/arr/alerts',
    scope: 'arr/read',
    summary: 'How every alert stands by the figures of now, with its threshold and what explains it: open ones first',
    query: z.object({ state: z.optional(alertListed.shape.state.check(z.describe('Only those that stand so'))) }),
    paged: true,
    response: z.object({ items: z.array(alertListed), nextCursor: z.nullable(z.string()) }),
  },
  listToldArrAlerts: {
    method: 'GET',
    path: '/api/v1/arr/alerts/history',
    scope: 'arr/read',
    summary: 'Alerts that were raised and cleared, newest first: levels that were crossed, milestones, deals won, strategic customers',
    paged: true,
    response: z.object({ items: z.array(alertTold), nextCursor: z.nullable(z.string()) }),
  },
  listArrRulings: {
    method: 'GET',
    path: '/api/v1/arr/rulings',
    scope: 'arr/read',
    summary: 'Rulings by hand, newest first: which customers or lines are one, and which agreements go on',
    query: z.object({
      status: z.optional(
        z
          .enum(['proposed', 'approved', 'rejected'])
          .check(z.describe('Only those that stand so; one that was proposed or decided in the last second may be missing')),
      ),
      customerId: z.optional(name('Only those about this customer')),
    }),
    paged: true,
    response: z.object({
      items: z.array(ruling),
      nextCursor: z
        .nullable(z.string())
        .check(
          z.describe(
            'Where the next page starts, or null after the last. Of one customer and one status together, a page may hold fewer items than its limit, or none, and more may follow',
          ),
        ),
    }),
  },
  proposeArrRuling: {
    method: 'POST',
    path: '/api/v1/arr/rulings',
    scope: 'arr/write',
    summary: 'Proposes a ruling by hand, with its reason; it counts once a second person has approved it',
    body: z.strictObject({
      ruling: rulingSchema,
      reason: z.string().check(z.minLength(3), z.maxLength(500), z.describe('Why, as an auditor will read it')),
    }),
    response: ruling,
    problems: { 'customer-unknown': 404, 'ruling-invalid': 422 },
  },
  approveArrRuling: {
    method: 'POST',
    path: '/api/v1/arr/rulings/{rulingId}/approve',
    scope: 'arr/write',
    summary: 'Approves a ruling that another person proposed; ARR follows within a second',
    params: z.object({ rulingId: name('Id of the ruling') }),
    response: ruling,
    problems: { 'ruling-unknown': 404, 'ruling-decided': 409, 'ruling-invalid': 422, 'second-person-needed': 403 },
  },
  rejectArrRuling: {
    method: 'POST',
    path: '/api/v1/arr/rulings/{rulingId}/reject',
    scope: 'arr/write',
    summary: 'Rejects a ruling, or takes back one’s own',
    params: z.object({ rulingId: name('Id of the ruling') }),
    response: ruling,
    problems: { 'ruling-unknown': 404, 'ruling-decided': 409 },
  },
  ...metricRoutes,
  ...profileRoutes,
});
