import * as z from 'zod/mini';
import { ACCOUNT_TYPES, SUB_LEDGERS } from '../../platform/config-ledger.ts';
import { journalLineSchema, journalPosted } from '../events.ts';
import { PERIOD_ACTIONS } from './periods.ts';

/** What the API answers of the general ledger. Money is text of whole minor units; debits are positive, credits negative. */
const journalFields = journalPosted.schema;

export const journalAnswer = z.extend(journalFields, {
  lines: z.array(journalLineSchema),
  recordedAt: z.string(),
  reversedBy: z.optional(z.string().check(z.describe('The journal that takes it back'))),
});

export const postedAnswer = z.object({
  status: z.enum(['posted', 'exists']).check(z.describe('`exists`: the same was posted under the same key before')),
  journal: journalAnswer,
});

export const journalsAnswer = z.object({ items: z.array(journalAnswer), nextCursor: z.nullable(z.string()) });

export const accountsAnswer = z.object({
  items: z.array(
    z.object({
      number: z.string(),
      name: z.string(),
      type: z.enum(ACCOUNT_TYPES),
      side: z.enum(['debit', 'credit']).check(z.describe('The side on which its balance stands')),
      isContra: z.boolean(),
      isMonetary: z.boolean().check(z.describe('Remeasured at closing rates where it is in a foreign currency')),
      subLedger: z.optional(z.enum(SUB_LEDGERS)),
    }),
  ),
});

export const periodAnswer = z.object({
  startsOn: z.string(),
  endsBefore: z.string(),
  fiscalYear: z.int(),
  number: z.int(),
  status: z.enum(['open', 'soft-closed', 'locked']),
  changes: z.array(z.object({ action: z.enum(PERIOD_ACTIONS), by: z.string(), at: z.string(), reason: z.string() })),
});

export const periodsAnswer = z.object({
  fiscalYear: z.int(),
  isChanging: z.boolean().check(z.describe('A change was begun and is not in force everywhere: send it again')),
  items: z.array(periodAnswer),
});
