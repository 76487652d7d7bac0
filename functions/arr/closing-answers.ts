import * as z from 'zod/mini';
import { causeSchema } from './events.ts';
import { minor, told } from './evidence-answers.ts';

/** What the API answers of closed months. Money is text of whole minor units of the plan currency at plan rates. */

/** `YYYY-MM` */
export const monthField = (description: string) =>
  z.string().check(z.regex(/^(19|20|21)\d\d-(0[1-9]|1[0-2])$/, { error: 'must be a month, written YYYY-MM' }), z.describe(description));

export const arrClosing = z.object({
  month: z.string(),
  closedBy: told('Who closed it: an id at the identity provider'),
  closedAt: z.string(),
  through: told('All that was recorded before this instant was in what was reported, and nothing later'),
  profile: told('The definition under which it was reported'),
  profileVersion: z.optional(told('What that definition chose; absent from closings of before it was kept')),
  planCurrency: z.string(),
  rows: z
    .array(
      z.object({
        dimension: z.string(),
        value: z.string(),
        openingMinor: minor,
        movements: z.array(z.object({ cause: causeSchema, netMinor: minor })),
        closingMinor: minor,
        renewedMinor: minor,
      }),
    )
    .check(
      z.describe(
        'The waterfall as it was reported: opening + Σ movements = closing, in total (`total`) and by each value of each dimension',
      ),
    ),
});

export const arrRestatements = z.object({
  month: z.string(),
  planCurrency: z.string(),
  closedAt: z.string(),
  reportedThrough: told('What was recorded before this instant was reported; what was recorded in it or later stands here'),
  through: told('All that was recorded before this instant is in this answer'),
  reportedMinor: minor,
  reportedUnder: z.object({ profile: z.string(), profileVersion: z.optional(z.string()) }),
  profile: told('The definition in force, under which ARR is as corrected'),
  profileVersion: z.string(),
  isSameDefinition: z.boolean(),
  movedMinor: minor.check(z.describe('By what ARR has moved since it was reported: all items')),
  restatedMinor: z.optional(minor.check(z.describe('Of that, by what is known otherwise under the definition of then'))),
  definitionMinor: z.optional(
    minor.check(z.describe('Of that, by another definition: ARR of the same facts under that in force, less under that of then')),
  ),
  definitionThrough: z.optional(told('Instant through which recordings are in `definitionMinor`')),
  definitionUnknown: z.optional(told('Why the two cannot be told apart, and what to do')),
  lateMinor: z.optional(
    minor.check(
      z.describe('Recorded before the closing and found after it, so neither reported nor among the items; absent where it is 0'),
    ),
  ),
  correctedMinor: minor.check(z.describe('Reported, moved and late together: closing ARR as it is now')),
  items: z.array(
    z.object({
      movementId: z.string(),
      customerId: z.string(),
      effectiveOn: told('Day on which it moved ARR: in the month, or before it'),
      inMonth: z.boolean(),
      recordedAt: z.string(),
      cause: causeSchema,
      correction: z.boolean(),
      netMinor: minor,
      explain: told('Path of what explains it, down to its source events'),
    }),
  ),
  nextCursor: z.nullable(z.string()),
});
