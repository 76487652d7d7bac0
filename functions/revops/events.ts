import * as z from 'zod/mini';
import { declareEvent } from '../platform/events.ts';

const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const currency = z.string().check(z.regex(/^[A-Z]{3}$/));
/** Debits are positive, credits negative. */
const minor = z.string().check(z.regex(/^-?\d{1,18}$/));

export const journalLineSchema = z.object({
  account: z.string(),
  /** In the line's own currency; 0 where only the functional amount changes. */
  amountMinor: minor,
  currency,
  /** In the functional currency of the legal entity. */
  functionalMinor: minor,
  /** Whose balance it is in the sub-ledger of the account. */
  subLedgerKey: z.optional(z.string()),
  customerId: z.optional(z.string()),
  contractId: z.optional(z.string()),
  obligationId: z.optional(z.string()),
});

export const journalPosted = declareEvent({
  name: 'JournalPosted',
  version: 1,
  source: 'ascent.revops',
  meaning: 'A journal was posted to the general ledger of a legal entity. It is never changed: what was wrong is reversed by another one.',
  schema: z.object({
    journalId: z.string(),
    legalEntity: z.string(),
    functionalCurrency: currency,
    /** The caller’s, unique within the legal entity. */
    key: z.string(),
    accountingOn: date,
    /** First day of the fiscal month that it is posted to. */
    period: date,
    description: z.string(),
    /** What made it: an event, and the rule that made a journal of it, with the paragraph that the rule rests on. */
    origin: z.object({ event: z.string(), rule: z.string(), paragraph: z.optional(z.string()) }),
    /** Of what comes late, or corrects: why. */
    tag: z.optional(z.object({ kind: z.enum(['estimate', 'late-data', 'error']), reason: z.string() })),
    /** Of what was meant for a closed period: the day that it was meant for, and why it is not there. */
    moved: z.optional(z.object({ from: date, because: z.string() })),
    /** The journal that it takes back. */
    reverses: z.optional(z.string()),
    lines: z.array(journalLineSchema),
    /** Id at the identity provider, or the name of a step of ours. */
    postedBy: z.string(),
  }),
});

export const periodStatusChanged = declareEvent({
  name: 'PeriodStatusChanged',
  version: 1,
  source: 'ascent.revops',
  meaning:
    'The books of a legal entity were closed through a fiscal month, for most or for everybody, or its last closed month was reopened.',
  schema: z.object({
    legalEntity: z.string(),
    /** Grows by one with each change of the legal entity. */
    version: z.int(),
    action: z.enum(['soft-close', 'lock', 'reopen']),
    /** First day of the fiscal month. */
    period: date,
    /** From this day on anybody who posts may post. */
    softClosedBefore: date,
    /** From this day on those may post who close. */
    lockedBefore: date,
    reason: z.string(),
    /** Id at the identity provider. */
    changedBy: z.string(),
  }),
});

export const revopsEvents = [journalPosted, periodStatusChanged];
