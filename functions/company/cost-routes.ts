import * as z from 'zod/mini';
import { dayParameter as day } from '../platform/fields.ts';
import { defineRoutes } from '../platform/routes.ts';
import { COST_KINDS, COST_PURPOSES } from './costs.ts';

/** Rows of one request, as JSON or CSV. */
export const MAX_COST_ROWS = 2_000;

/** Cells of a row are only bounded here, for each row is judged on its own; `allowed` tells callers by what. */
const cell = (allowed: { readonly enum?: string[]; readonly pattern?: string; readonly description: string }) =>
  z.string().check(z.maxLength(200)).register(z.globalRegistry, allowed);

const kind = z.enum(COST_KINDS);
const purpose = z.optional(z.enum(COST_PURPOSES));
const minor = z.string();

const period = {
  from: z.optional(day('Any day of the first fiscal month, YYYY-MM-DD; default: the first day of the fiscal year of `to`')),
  to: z.optional(day('Any day of the last fiscal month, included, YYYY-MM-DD; default: today in the company’s zone')),
  knownAt: z.optional(
    z.iso
      .datetime()
      .check(z.describe('Instant in UTC, e.g. 2026-11-05T00:00:00Z: only what was recorded until then counts; default: all of it')),
  ),
};

export const costRoutes = defineRoutes({
  getCosts: {
    method: 'GET',
    path: '/api/v1/costs',
    scope: 'company/read',
    summary:
      'Revenue, costs by function and cash of at most 60 fiscal months: as loaded, and summed at plan rates where there are; nothing is assumed, so what was not loaded is not there',
    query: z.object(period),
    response: z.object({
      from: z.string(),
      to: z.string(),
      planCurrency: z.string(),
      costSetVersion: z.int(),
      rateSetVersion: z.int(),
      months: z.array(
        z.object({
          /** First day of the fiscal month, and the day after its last. */
          month: z.string(),
          endsBefore: z.string(),
          fiscalYear: z.int(),
          number: z.int(),
          sums: z.array(
            z.object({
              kind,
              purpose,
              planMinor: z.optional(minor).check(z.describe('Σ at the plan rates of the month’s first day; absent where one is missing')),
              amounts: z.array(
                z.object({
                  legalEntity: z.string(),
                  currency: z.string(),
                  amountMinor: minor,
                  source: z.string(),
                  costSetVersion: z.int(),
                  recordedAt: z.string(),
                  loadedBy: z.string(),
                }),
              ),
            }),
          ),
          unconverted: z.array(z.string()).check(z.describe('Currencies without a plan rate on the month’s first day')),
        }),
      ),
    }),
    problems: { 'period-invalid': 400 },
  },
  getCostsCsv: {
    method: 'GET',
    path: '/api/v1/costs/csv',
    scope: 'company/read',
    summary: 'The same statements as CSV that can be loaded as it is; where there are none, its header alone: the template',
    query: z.object(period),
    response: z.string(),
    mediaType: 'text/csv',
    problems: { 'period-invalid': 400 },
  },
  putCosts: {
    method: 'PUT',
    path: '/api/v1/costs',
    scope: 'company/write',
    summary:
      'Loads revenue, costs and cash row by row, as JSON or as CSV with a header of the same columns: rows that are right are loaded and the others named under `problems`; where no row is right, nothing is loaded and the answer is 422, with the same `problems`. The same row again changes nothing, another amount for its key is a correction',
    query: z.object({
      dryRun: z.optional(z.enum(['true', 'false']).check(z.describe('`true`: answer what would be loaded, and load nothing'))),
    }),
    body: z.strictObject({
      rows: z
        .array(
          z.strictObject({
            legalEntity: cell({ description: 'One of the configuration’s `legalEntities`' }),
            month: cell({
              pattern: '^\\d{4}-\\d{2}(-\\d{2})?$',
              description: 'Any day of the fiscal month; or the month itself, where fiscal months are calendar months',
            }),
            kind: cell({ enum: [...COST_KINDS], description: 'What the amount is; `cogs` and `support` together are the cost of revenue' }),
            purpose: z.optional(
              cell({ enum: [...COST_PURPOSES], description: 'Of sales and marketing: whom it was spent on, where the company tells it' }),
            ),
            currency: cell({ pattern: '^[A-Z]{3}$', description: 'Currency code of ISO 4217' }),
            amount: z.optional(
              cell({ pattern: '^-?\\d+(\\.\\d+)?$', description: 'Major units as decimal text; income and costs are both positive' }),
            ),
            amountMinor: z.optional(cell({ pattern: '^-?\\d+$', description: 'Whole minor units, instead of `amount`' })),
            source: cell({ description: 'Where it is from, e.g. a trial balance; 1 to 100 characters, no formula' }),
          }),
        )
        .check(z.minLength(1), z.maxLength(MAX_COST_ROWS)),
    }),
    takesCsv: true,
    response: z.object({
      loaded: z.int().check(z.describe('Statements that are new, or corrections')),
      unchanged: z.int().check(z.describe('Statements that were there already, with the same amount and source')),
      costSetVersion: z.int(),
      dryRun: z.boolean(),
      problems: z
        .array(z.object({ row: z.int(), code: z.string(), detail: z.string(), field: z.string() }))
        .check(
          z.describe('What is wrong with rows that were not loaded: `row` counts from 0, `field` names the line of a file, and the column'),
        ),
    }),
    problems: { 'costs-refused': 422, 'csv-invalid': 400 },
  },
});
