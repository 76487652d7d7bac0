import * as z from 'zod/mini';
import { figureHead } from './answers.ts';
import { causeSchema } from './events.ts';
import { minor, told } from './evidence-answers.ts';
import { viewHead } from './metric-answers.ts';
import { CHANGE_GROUPS } from './metrics/change.ts';

/** Form of the answer about a change of net revenue retention. Amounts are at plan rates. */
const effect = z
  .object({
    numerator: told('Exact: over the answer’s `denominator`'),
    value: told('The same as part of 1 with six places, rounded half away from zero: `-0.012000` is 1.2 percentage points less'),
  })
  .check(z.describe('What it adds to the change'));

const end = z.object({
  on: told('Day at whose end the cohort is looked at'),
  cohortOn: told('Day at whose end the cohort was taken, twelve months before'),
  nrr: z.optional(told('Part of 1 with six places, as arr/metrics tells it')),
  nowMinor: z.optional(minor),
  baseMinor: z.optional(minor),
});

const side = z.object({ baseMinor: minor, nowMinor: minor });
const group = z.enum(CHANGE_GROUPS);
const { level, dimension, dimensions, values, ledgerThrough, asKnownOn, unconverted } = viewHead;

const part = z.object({
  of: told(
    'A cause; or `base`: what who joined or left had when the cohort was taken; or `not-counted`: ARR of customers who came back, which the profile leaves out',
  ),
  amountMinor: minor,
  effect,
  explain: z.optional(
    told(
      'Path of what explains all movements of these days by this cause, also those of customers of neither cohort; absent of companies, whose causes no movement has',
    ),
  ),
});

export const arrRetentionChange = z.object({
  ...figureHead,
  ...{ level, dimension, dimensions, values, ledgerThrough, asKnownOn, unconverted },
  month: z.string(),
  against: z.string(),
  value: z.string(),
  before: end,
  after: end,
  notDefined: z.optional(z.object({ code: z.enum(['not-defined', 'rate-missing']), detail: z.string() })),
  change: z.optional(effect),
  denominator: z.optional(told('Of all effects: the product of both cohorts’ ARR when they were taken')),
  groups: z.optional(
    z
      .array(z.object({ group, from: z.string(), to: z.string(), customers: z.int(), effect, parts: z.array(part) }))
      .check(
        z.describe(
          'Their effects sum to the change, and the effects of their parts to theirs. Of customers of both cohorts: what moved in the days that came into the twelve months (`window-entered`) or went out of them (`window-left`). Of the others: what became of who joined (`cohort-joined`), and what had become of who left (`cohort-left`)',
        ),
      ),
  ),
  byCause: z.optional(z.array(z.object({ of: z.string(), effect })).check(z.describe('The same parts by cause: they sum to the change'))),
  customers: z.optional(z.int().check(z.describe('Customers with an effect: theirs, over all pages, sum to the change'))),
  items: z
    .array(
      z.object({
        customerId: z.string(),
        name: z.string(),
        cohort: z.enum(['both', 'joined', 'left']),
        before: side,
        after: side,
        effect,
        movements: z
          .array(
            z.object({
              movementId: z.string(),
              customerId: told('Whose it is: of a company, one of its customers'),
              effectiveOn: z.string(),
              cause: causeSchema,
              amountMinor: minor,
              group,
              explain: told('Path of what explains it, down to its source events'),
            }),
          )
          .check(z.describe('What moved it in the days of its groups: at most twenty, the largest first')),
        moreMovements: z.int(),
      }),
    )
    .check(z.describe('The largest effects first, whatever their sign')),
  nextCursor: z.nullable(z.string()),
});
