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

export const errorsAnswer = z.object({
  items: z.array(
    z.object({
      period: z.string().check(z.describe('First day of the closed month that the errors are of')),
      incomeMinor: z.string().check(z.describe('By which its income was told too low; below 0 too high; in the functional currency')),
      grossMinor: z.string().check(z.describe('Sum of their debits, so that errors which make up for each other are seen')),
      journalIds: z.array(z.string()),
    }),
  ),
});

export const remeasuredAnswer = z.object({
  items: z.array(
    z.object({
      currency: z.string(),
      status: z.enum(['posted', 'exists', 'right']).check(z.describe('`right`: the balances stood at the closing rate already')),
      journal: z.optional(journalAnswer),
    }),
  ),
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

const minor = z.string();

export const trialBalanceAnswer = z.object({
  legalEntity: z.string(),
  functionalCurrency: z.string(),
  on: z.string().check(z.describe('The day at whose end the accounts stand so')),
  rows: z.array(
    z.object({
      account: z.string(),
      name: z.string(),
      type: z.enum(ACCOUNT_TYPES),
      subLedger: z.optional(z.enum(SUB_LEDGERS)),
      currency: z.string(),
      amountMinor: minor.check(z.describe('In the row’s currency; debits less credits')),
      functionalMinor: minor.check(z.describe('The same in the functional currency, at the rates that the journals were posted at')),
    }),
  ),
  debitsMinor: minor.check(z.describe('Sum of the rows’ functional amounts above 0')),
  creditsMinor: minor.check(
    z.describe('Of those below 0, as a positive number; the same as the debits, unless one currency was asked for'),
  ),
  counted: z
    .object({ journals: z.int(), recordedAt: z.string() })
    .check(z.describe('How many journals of all legal entities are counted, and when the newest of them was posted')),
});
