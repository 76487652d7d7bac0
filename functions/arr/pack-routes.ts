import * as z from 'zod/mini';
import { dayParameter as day } from '../platform/fields.ts';
import { defineRoutes } from '../platform/routes.ts';
import { figureHead } from './answers.ts';
import { told } from './evidence-answers.ts';
import { definitions, notDefined, unconvertedRates } from './metric-answers.ts';
import { profileProblems } from './profile-routes.ts';

const figure = z.object({
  id: z.string(),
  value: z.optional(told('Decimal text, as the metrics tell it')),
  notDefined: z.optional(notDefined),
  previous: z.optional(told('Of the period before')),
  change: z.optional(told('Since the period before')),
  reported: z.optional(told('What was reported when the last month of the period was closed')),
  restated: z.optional(told('By what it differs from that now under the definition of then: what is known otherwise')),
  definition: z.optional(told('By what it differs from that under another definition: with `restated`, all that it differs by')),
  explain: z.optional(z.string()),
});

const arrPack = z.object({
  ...figureHead,
  on: z.string(),
  period: z.enum(['month', 'quarter', 'year']),
  ledgerThrough: z.string(),
  unconverted: unconvertedRates,
  definitions,
  periods: z.array(
    z.object({
      startsOn: z.string(),
      endsOn: z.string(),
      closing: z.optional(
        z.object({
          closedAt: z.string(),
          profile: told('The definition under which the period was reported'),
          profileVersion: z.optional(told('What that definition chose; absent from closings of before it was kept')),
          isSameDefinition: z
            .boolean()
            .check(z.describe('False where figures are told under another definition now: what it changes is `definition`')),
          definitionThrough: z.optional(told('Instant through which recordings are in `restated`; `definition` has what came after it')),
          definitionUnknown: z.optional(told('Why `restated` and `definition` cannot be told apart, and what to do')),
        }),
      ),
      figures: z.array(figure),
    }),
  ),
});

const query = z.object({
  on: z.optional(day('Last day of the last period, YYYY-MM-DD; default: today in the company’s zone')),
  from: z.optional(day('A day of the first period, YYYY-MM-DD; default: the last period alone. At most twelve periods')),
  period: z.optional(z.enum(['month', 'quarter', 'year']).check(z.describe('Fiscal periods. Default: month'))),
  metrics: z.optional(z.string().check(z.maxLength(600), z.describe('Ids of the metrics wanted, with commas between; default: all'))),
});
/** Those of the metrics. */
const problems = {
  'period-invalid': 400,
  'question-invalid': 400,
  'question-incomplete': 400,
  'metric-unknown': 400,
  'answer-too-large': 400,
  'dimension-unknown': 404,
  'customers-not-listed': 409,
  ...profileProblems,
} as const;

export const packRoutes = defineRoutes({
  getArrPack: {
    method: 'GET',
    path: '/api/v1/arr/pack',
    scope: 'arr/read',
    summary:
      'Metrics for a board or a filing: definition, purpose, figure, change since the period before, and what closed periods were reported as and restated by',
    query,
    response: arrPack,
    problems,
  },
  getArrPackCsv: {
    method: 'GET',
    path: '/api/v1/arr/pack/csv',
    scope: 'arr/read',
    summary: 'The same as CSV, a row for each figure; cells that a spreadsheet would run as formulas are text',
    query,
    mediaType: 'text/csv',
    response: z.string(),
    problems,
  },
});
