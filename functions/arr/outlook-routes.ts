import * as z from 'zod/mini';
import { defineRoutes } from '../platform/routes.ts';
import { arrForecast } from './forecast-answers.ts';
import { profileParameter, profileProblems } from './profile-routes.ts';
import { arrChurnRisk } from './risk-answers.ts';

const name = (description: string) => z.string().check(z.minLength(1), z.maxLength(120), z.describe(description));

const cut = {
  dimension: z.optional(
    name('What to cut by: product, entity, currency, or an attribute of customers such as `segment`. Default: everything'),
  ),
  value: z.optional(z.string().check(z.maxLength(120), z.describe('Value of the dimension'))),
};

/** Routes of what lies ahead. */
export const outlookRoutes = defineRoutes({
  getArrForecast: {
    method: 'GET',
    path: '/api/v1/arr/forecast',
    scope: 'arr/read',
    summary:
      'ARR and each stream of movements in the fiscal months ahead, which sum to it exactly, with intervals from back-tests of the same model, how often those held what came, and how far off naive forecasts were',
    query: z.object({
      until: z.optional(
        z
          .string()
          .check(
            z.regex(
              /^(?:(?:19|2[01])\d\d-(?:0[1-9]|1[0-2])|[1-9]|1\d|2[0-4])$/,
              'must be a month, YYYY-MM, or a number of months up to 24',
            ),
            z.describe('Last month, YYYY-MM, or how many months, 1 to 24, the one under way among them. Default: 12'),
          ),
      ),
      ...cut,
      ...profileParameter,
    }),
    response: arrForecast,
    problems: { 'period-invalid': 400, 'question-incomplete': 400, 'dimension-unknown': 404, ...profileProblems },
  },
  listArrChurnRisk: {
    method: 'GET',
    path: '/api/v1/arr/churn-risk',
    scope: 'arr/read',
    summary:
      'Customers by the ARR that may leave within twelve months: each with its probability, the reasons that sum to it, and what is done about it; ARR at risk in total and by value; and how probabilities held on a year that the model had not seen',
    query: z.object({
      customerId: z.optional(name('Only this customer')),
      ...cut,
      ...profileParameter,
    }),
    paged: true,
    response: arrChurnRisk,
    problems: { 'question-incomplete': 400, 'dimension-unknown': 404, 'customer-unknown': 404, ...profileProblems },
  },
});
