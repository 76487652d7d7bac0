import * as z from 'zod/mini';
import { dayParameter as day } from '../platform/fields.ts';
import { defineRoutes } from '../platform/routes.ts';
import { bookingRoutes } from './booking-routes.ts';
import { monthField } from './closing-answers.ts';
import { arrCohorts, arrMetrics } from './metric-answers.ts';
import { outlookRoutes } from './outlook-routes.ts';
import { packRoutes } from './pack-routes.ts';
import { profileParameter, profileProblems } from './profile-routes.ts';
import { arrRetentionChange } from './retention-answers.ts';

const name = (description: string) => z.string().check(z.minLength(1), z.maxLength(120), z.describe(description));

const viewQuery = {
  ...profileParameter,
  currencyView: z.optional(
    z
      .enum(['plan', 'constant', 'reported'])
      .check(
        z.describe(
          '`plan`: at the plan rate in force on each day; `constant`: all of history at the plan rates of the last day, without FX; `reported`: at each day’s closing rate, with FX on its own. Default: plan',
        ),
      ),
  ),
  level: z.optional(
    z
      .enum(['customer', 'parent'])
      .check(
        z.describe(
          'Who counts as one: each customer, or all customers of a company (the topmost parent that sources name, as of today, for all of history). Default: customer',
        ),
      ),
  ),
  asKnownOn: z.optional(day('Only what had been recorded by the end of this day, YYYY-MM-DD; default: everything, as corrected')),
};

const dimension = z.optional(
  name('What to cut by: product, entity, currency, or an attribute of customers such as `segment`. Default: everything'),
);

/** Routes of the figures that look at customers one by one, over time, and of what lies ahead. */
export const metricRoutes = defineRoutes({
  getArrMetrics: {
    method: 'GET',
    path: '/api/v1/arr/metrics',
    scope: 'arr/read',
    summary:
      'Every metric of a period, each with its formula and what it was divided by: retention, churn, quick ratio, averages, unit economics, margins; in total or by value, by month over time',
    query: z.object({
      on: z.optional(day('Last day of the last period, YYYY-MM-DD; default: today in the company’s zone')),
      month: z.optional(
        z
          .string()
          .check(
            z.regex(/^(?:19|2[01])\d\d-(?:0[1-9]|1[0-2])$/, 'must be a month, YYYY-MM'),
            z.describe('In place of `on`: its last day, YYYY-MM'),
          ),
      ),
      from: z.optional(day('A day of the first period, YYYY-MM-DD: one row for each period since; default: the last period alone')),
      period: z.optional(
        z.enum(['day', 'month', 'quarter', 'year']).check(z.describe('Fiscal periods; the last one ends on `on`. Default: month')),
      ),
      dimension,
      value: z.optional(z.string().check(z.maxLength(120), z.describe('Value of the dimension; default: a row for each of its values'))),
      attributesAsOf: z.optional(
        z
          .enum(['then', 'today'])
          .check(
            z.describe(
              'Which attributes of a customer count: those of each day (in retention, of the day on which the cohort is taken), or those on `on` for all of its history. Default: then',
            ),
          ),
      ),
      ...viewQuery,
      metrics: z.optional(z.string().check(z.maxLength(600), z.describe('Ids of the metrics wanted, with commas between; default: all'))),
      lifetimeCapMonths: z.optional(
        z
          .string()
          .check(
            z.regex(/^(?:[1-9]\d?|[1-5]\d\d|600)$/, 'must be a whole number from 1 to 600'),
            z.describe('Longest life of a customer that LTV assumes, 1 to 600; default: 60'),
          ),
      ),
    }),
    response: arrMetrics,
    problems: {
      'period-invalid': 400,
      'question-invalid': 400,
      'question-incomplete': 400,
      'metric-unknown': 400,
      'answer-too-large': 400,
      'dimension-unknown': 404,
      'customers-not-listed': 409,
      ...profileProblems,
    },
  },
  getArrCohorts: {
    method: 'GET',
    path: '/api/v1/arr/cohorts',
    scope: 'arr/read',
    summary:
      'Customers by the month or quarter of their first ARR: how many of each are still there, and what of their ARR, period by period',
    query: z.object({
      on: z.optional(day('Last day that is looked at, YYYY-MM-DD; default: today in the company’s zone')),
      from: z.optional(day('A day of the first cohort’s period, YYYY-MM-DD; default: that of the first ARR, at most ten years back')),
      by: z.optional(z.enum(['month', 'quarter']).check(z.describe('Fiscal periods. Default: month'))),
      dimension,
      value: z.optional(z.string().check(z.maxLength(120), z.describe('Value of the dimension in which customers landed'))),
      ...viewQuery,
    }),
    response: arrCohorts,
    problems: {
      'period-invalid': 400,
      'question-incomplete': 400,
      'question-invalid': 400,
      'dimension-unknown': 404,
      'customers-not-listed': 409,
      ...profileProblems,
    },
  },
  getArrRetentionChange: {
    method: 'GET',
    path: '/api/v1/arr/retention-change',
    scope: 'arr/read',
    summary:
      'Why net revenue retention changed from one month to a later one: its exact parts by what came into and went out of the twelve months, by who joined and left the cohort, by cause, and customer by customer with the movements behind each',
    query: z.object({
      month: monthField('The later month, at whose end NRR is explained, YYYY-MM; of a month that is not over: today'),
      against: z.optional(
        monthField('The month that it is compared with, at most twelve months earlier, YYYY-MM; default: the month before'),
      ),
      dimension,
      value: z.optional(
        z.string().check(z.maxLength(120), z.describe('Value of the dimension in which customers were when their cohort was taken')),
      ),
      profile: viewQuery.profile,
      level: viewQuery.level,
      asKnownOn: viewQuery.asKnownOn,
    }),
    paged: true,
    response: arrRetentionChange,
    problems: {
      'period-invalid': 400,
      'question-invalid': 400,
      'question-incomplete': 400,
      'dimension-unknown': 404,
      'customers-not-listed': 409,
      ...profileProblems,
    },
  },
  ...outlookRoutes,
  ...bookingRoutes,
  ...packRoutes,
});
