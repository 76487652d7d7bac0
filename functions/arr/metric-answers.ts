import * as z from 'zod/mini';
import { figureHead } from './answers.ts';
import { minor, told } from './evidence-answers.ts';

/** Forms of the answers about metrics and cohorts. */
export const unconvertedRates = z
  .array(z.object({ currency: z.string(), on: z.string(), code: z.literal('rate-missing'), detail: z.string() }))
  .check(
    z.describe(
      'Currencies that lack a rate on a day that is looked at: while there are any, what rests on the ledger’s amounts is left out',
    ),
  );

/** What is said once of each metric. */
export const definitions = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    formula: z.string(),
    unit: z.enum(['ratio', 'percent', 'money', 'months', 'count']),
    purpose: z.string(),
    source: z.string(),
    switches: z.array(z.string()).check(z.describe('Switches of the profile that it reads beside those that movements were decided by')),
    needs: z.array(z.enum(['ledger', 'costs', 'renewals-due'])),
  }),
);

/** Why a figure has no value. */
export const notDefined = z.object({
  code: z.enum(['not-defined', 'not-meaningful', 'costs-missing', 'dues-missing', 'rate-missing']),
  detail: z.string(),
});

export const viewHead = {
  ...figureHead,
  on: z.string(),
  currencyView: z.enum(['plan', 'constant', 'reported']),
  level: z.enum(['customer', 'parent']),
  asKnownOn: z.optional(z.string()),
  ledgerThrough: told('All that was recorded before this instant is in the figures; what was recorded later may be'),
  unconverted: unconvertedRates,
  dimension: z.string(),
  dimensions: z.array(z.string()),
  values: z.array(z.string()),
};

const part = z.object({
  name: z.string(),
  amount: told('Exact: a whole number of minor units or a count, or a fraction `numerator/denominator` of them'),
});

const figure = z.object({
  id: z.string(),
  from: told('First day that the metric looks at: of the period, or of the quarter or twelve months that end with it'),
  to: z.string(),
  value: z.optional(
    told(
      'Decimal text, rounded once, half away from zero: money in whole minor units, percentages as parts of 1 (`1.071200` is 107.12%) with six places, ratios with four, months with two',
    ),
  ),
  notDefined: z.optional(notDefined),
  numerator: z.optional(part),
  denominator: z.optional(part),
  explain: z.optional(told('Path of what explains the movements of these days')),
});

export const arrMetrics = z.object({
  ...viewHead,
  period: z.enum(['day', 'month', 'quarter', 'year']),
  attributesAsOf: z.enum(['then', 'today']),
  lifetimeCapMonths: z.int(),
  /** By period, and in it by value. A value that neither had nor moved ARR in twelve months is left out where all are asked for. */
  rows: z.array(z.object({ startsOn: z.string(), endsOn: z.string(), value: z.string(), figures: z.array(figure) })),
  definitions,
});

const share = z.optional(told('Part of 1 with six places, rounded half away from zero; absent where nobody was there'));

const cohort = {
  customers: z.int(),
  ages: z.array(
    z.object({ age: z.int(), endsOn: z.string(), active: z.int(), logosKept: share, arrMinor: z.optional(minor), revenueKept: share }),
  ),
};

export const arrCohorts = z.object({
  ...viewHead,
  by: z.enum(['month', 'quarter']),
  value: z.string(),
  /** Customers whose first ARR began before the first cohort: its age 0 is the day before that. */
  earlier: z.optional(z.object(cohort)),
  cohorts: z.array(z.object({ startsOn: z.string(), endsOn: z.string(), ...cohort })),
  /** Over all cohorts that are old enough, each with the weight of what it began with. */
  averages: z.array(z.object({ age: z.int(), logosKept: share, revenueKept: share })),
});
