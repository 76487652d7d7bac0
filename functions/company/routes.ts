import * as z from 'zod/mini';
import { dayParameter as day } from '../platform/fields.ts';
import { RATE_TYPES } from '../platform/fx.ts';
import { defineRoutes } from '../platform/routes.ts';
import { costRoutes } from './cost-routes.ts';
import { planContentSchema } from './plan.ts';

/** Rows of one request: a year of daily rates of seven pairs. */
export const MAX_ROWS = 2_000;

/** Fields of a row are only bounded here, for each row is judged on its own; `allowed` tells callers by what. */
const cell = (allowed: { readonly enum?: string[]; readonly pattern?: string; readonly description: string }) =>
  z.string().check(z.maxLength(100)).register(z.globalRegistry, allowed);
const CURRENCY_CELL = { pattern: '^[A-Z]{3}$', description: 'Currency code of ISO 4217' };
const currency = (description: string) =>
  z.string().check(z.regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals'), z.describe(description));

const planVersion = z.object({
  version: z.int(),
  content: planContentSchema,
  changedBy: z.string(),
  reason: z.string(),
  recordedAt: z.optional(z.string()),
});

const rate = z.object({
  base: z.string(),
  quote: z.string(),
  type: z.enum(RATE_TYPES),
  on: z.string(),
  rate: z.string(),
  source: z.string(),
});

export const companyRoutes = defineRoutes({
  getPlan: {
    method: 'GET',
    path: '/api/v1/plan',
    scope: 'company/read',
    summary:
      'The plan in force on a day, and the number of the latest version; whether its targets fit together, arr/status says under `conflicts`',
    query: z.object({
      on: z.optional(day('Day on which the plan is in force, YYYY-MM-DD; default: today in the company’s zone')),
      knownAt: z.optional(
        z.iso
          .datetime()
          .check(z.describe('Instant in UTC, e.g. 2026-11-05T00:00:00Z: only versions recorded until then count; default: all versions')),
      ),
    }),
    response: z.object({ on: z.string(), plan: planVersion, latestVersion: z.int() }),
  },
  putPlan: {
    method: 'PUT',
    path: '/api/v1/plan',
    scope: 'company/write',
    summary: 'Sets the next version of the plan; `basedOnVersion`, or If-Match with the ETag of GET, prevents a lost update',
    body: z.strictObject({
      basedOnVersion: z.optional(z.int()),
      reason: z.string().check(z.minLength(3), z.maxLength(500)),
      content: planContentSchema,
    }),
    response: z.object({ plan: planVersion, latestVersion: z.int() }),
    problems: { 'precondition-failed': 412, 'precondition-required': 428, 'phasing-invalid': 400, 'plan-currency-fixed': 400 },
  },
  listPlanVersions: {
    method: 'GET',
    path: '/api/v1/plan/versions',
    scope: 'company/read',
    summary: 'Every version of the plan, newest first: what, who, when and why',
    paged: true,
    response: z.object({ items: z.array(planVersion), nextCursor: z.nullable(z.string()) }),
  },
  getFxRate: {
    method: 'GET',
    path: '/api/v1/fx/rates',
    scope: 'company/read',
    summary:
      'The rate of a pair in force on a day: direct, inverse, or a cross through the plan currency; a missing rate is a problem, never 1',
    query: z.object({
      base: currency('Currency whose price is asked for: one unit of it; a code of ISO 4217 in capitals'),
      quote: currency('Currency in which that price is told; a code of ISO 4217 in capitals'),
      type: z.enum(RATE_TYPES).check(z.describe('Kind of rate; ARR is converted at plan rates')),
      on: z.optional(day('Day on which the rate is in force, YYYY-MM-DD; default: today in the company’s zone')),
    }),
    response: z.object({
      base: z.string(),
      quote: z.string(),
      type: z.enum(RATE_TYPES),
      on: z.string(),
      /** Rounded half even to 12 places; `exact` is what is computed with. */
      rate: z.string(),
      exact: z.object({ numerator: z.string(), denominator: z.string() }),
      legs: z.array(z.object({ rate, inverted: z.boolean() })),
      rateSetVersion: z.int(),
    }),
    problems: { 'rate-missing': 404, 'currency-unknown': 400, 'currency-without-minor-unit': 400 },
  },
  putFxRates: {
    method: 'PUT',
    path: '/api/v1/fx/rates',
    scope: 'company/write',
    summary:
      'Loads rates row by row: those that are rates are loaded and the others named under `problems`; where no row is one, nothing is loaded and the answer is 422, with the same `problems`. The same row again changes nothing, another value for its key is a correction',
    body: z.strictObject({
      rates: z
        .array(
          z.strictObject({
            base: cell(CURRENCY_CELL),
            quote: cell(CURRENCY_CELL),
            type: cell({ enum: [...RATE_TYPES], description: 'What kind of rate it is; ARR is converted at plan rates' }),
            on: cell({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'The day from which it is in force' }),
            rate: cell({ pattern: '^\\d+(\\.\\d+)?$', description: 'Major units of quote for one of base, above 0, as decimal text' }),
            source: z.string().check(z.minLength(1), z.maxLength(100)),
          }),
        )
        .check(z.minLength(1), z.maxLength(MAX_ROWS)),
    }),
    response: z.object({
      loaded: z.int().check(z.describe('Rates that are new, or corrections')),
      unchanged: z.int().check(z.describe('Rates that were there already, with the same value and source')),
      rateSetVersion: z.int(),
      problems: z
        .array(z.object({ row: z.int(), code: z.string(), detail: z.string(), field: z.string() }))
        .check(z.describe('Rows that were not loaded: mend and send them alone; `row` counts from 0')),
    }),
    problems: { 'rates-refused': 422 },
  },
  ...costRoutes,
});
