import * as z from 'zod/mini';
import { dateField, dayParameter as day } from '../../platform/fields.ts';
import { defineRoutes } from '../../platform/routes.ts';
import {
  accountsAnswer,
  errorsAnswer,
  journalAnswer,
  journalsAnswer,
  periodAnswer,
  periodsAnswer,
  postedAnswer,
  remeasuredAnswer,
  trialBalanceAnswer,
} from './answers.ts';
import { EXPORTED_AMOUNTS } from './export.ts';
import { MAX_LINES } from './journal.ts';

const text = (longest: number, description: string) => z.string().check(z.minLength(1), z.maxLength(longest), z.describe(description));
const id = (description: string) => text(120, description);
const minor = (description: string) =>
  z
    .string()
    .check(z.regex(/^-?\d{1,18}$/, 'whole minor units as digits, at most 18; debits positive, credits negative'), z.describe(description));
const currency = z.string().check(z.regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals'));
const account = z.string().check(z.regex(/^\d{3,8}$/, 'three to eight digits'), z.describe('Number of an account of the chart'));

const legalEntity = id('One of the configuration’s `legalEntities`');
const journalId = z.object({ journalId: id('Id of the journal: `jnl_…`') });
const TAG_KINDS = ['estimate', 'late-data', 'error'] as const;

const tag = z.strictObject({
  kind: z.enum(TAG_KINDS).check(z.describe('A changed estimate, data that came late, or an error (ASC 250-10-20)')),
  reason: text(500, 'Why, for who reads the books'),
});

const line = z.strictObject({
  account,
  amountMinor: minor('In `currency`; 0 where only the functional amount changes'),
  currency,
  functionalMinor: z.optional(minor('In the functional currency of the legal entity; left out where `currency` is that one')),
  subLedgerKey: z.optional(id('Whose balance it is, on accounts with a sub-ledger: a contract, an invoice')),
  customerId: z.optional(id('The customer')),
  contractId: z.optional(id('The contract')),
  obligationId: z.optional(id('The performance obligation')),
});

const change = {
  params: z.object({ period: day('Any day of the fiscal month, YYYY-MM-DD') }),
  body: z.strictObject({ legalEntity, reason: text(500, 'Why, for who reads the books') }),
  response: periodAnswer,
  problems: {
    'legal-entity-unknown': 404,
    'period-out-of-order': 409,
    'period-not-over': 409,
    'period-changing': 409,
    'second-person-needed': 403,
  },
};

const ofMonth = { legalEntity, period: z.optional(day('Any day of the fiscal month, YYYY-MM-DD; default: the present one')) };
const exportProblems = { 'legal-entity-unknown': 404, 'answer-too-large': 413 };

export const ledgerRoutes = defineRoutes({
  listLedgerAccounts: {
    method: 'GET',
    path: '/api/v1/ledger/accounts',
    scope: 'ledger/read',
    summary: 'The chart of accounts, in the order of its numbers',
    response: accountsAnswer,
  },
  postJournal: {
    method: 'POST',
    path: '/api/v1/ledger/journals',
    scope: 'ledger/write',
    summary:
      'Posts a journal that balances in each currency and in the functional one, once for its key: the same again answers `exists`. What is for a closed month is refused, or goes to the first open day where a tag says why it comes late',
    body: z.strictObject({
      legalEntity,
      key: id('The caller’s, the same on every retry'),
      accountingOn: dateField().check(z.describe('Accounting day, YYYY-MM-DD')),
      description: text(300, 'What it is, for who reads the books'),
      origin: z.optional(
        z
          .strictObject({
            event: id('The event that it is made of'),
            rule: id('The rule that made it'),
            paragraph: z.optional(text(60, 'What the rule rests on, e.g. 606-10-25-31')),
          })
          .check(z.describe('Default: made by hand, by who calls')),
      ),
      tag: z.optional(tag),
      lines: z.array(line).check(z.maxLength(MAX_LINES), z.describe(`2 to ${MAX_LINES} lines`)),
    }),
    response: postedAnswer,
    problems: { 'legal-entity-unknown': 404, 'journal-invalid': 400, 'period-closed': 409, 'key-reused': 409 },
  },
  listJournals: {
    method: 'GET',
    path: '/api/v1/ledger/journals',
    scope: 'ledger/read',
    summary: 'Journals of a fiscal month, a contract or a tag, by accounting day',
    query: z.object({
      legalEntity,
      period: z.optional(day('Any day of the fiscal month, YYYY-MM-DD; default: the present one, or all with a contract or tag')),
      account: z.optional(account),
      contractId: z.optional(id('Only those that speak of this contract')),
      tag: z.optional(z.enum(TAG_KINDS).check(z.describe('Only those with this tag'))),
    }),
    paged: true,
    response: journalsAnswer,
    problems: { 'legal-entity-unknown': 404 },
  },
  getJournal: {
    method: 'GET',
    path: '/api/v1/ledger/journals/{journalId}',
    scope: 'ledger/read',
    summary: 'A journal, and which one takes it back',
    params: journalId,
    response: journalAnswer,
    problems: { 'journal-unknown': 404 },
  },
  reverseJournal: {
    method: 'POST',
    path: '/api/v1/ledger/journals/{journalId}/reversal',
    scope: 'ledger/write',
    summary: 'Takes a journal back, once, by another one with the same lines on the other side',
    params: journalId,
    body: z.strictObject({
      accountingOn: dateField().check(z.describe('Accounting day of the reversal, YYYY-MM-DD')),
      description: text(300, 'Why it is taken back'),
      tag: z.optional(tag),
    }),
    response: postedAnswer,
    problems: {
      'journal-unknown': 404,
      'already-reversed': 409,
      'legal-entity-unknown': 404,
      'journal-invalid': 400,
      'period-closed': 409,
      'key-reused': 409,
    },
  },
  getTrialBalance: {
    method: 'GET',
    path: '/api/v1/ledger/trial-balance',
    scope: 'ledger/read',
    summary: 'What the accounts of a legal entity come to at the end of a day, by currency and in the functional one',
    query: z.object({
      legalEntity,
      on: z.optional(day('YYYY-MM-DD; default: today in the company’s zone')),
      currency: z.optional(currency.check(z.describe('Only rows in this currency; default: in all'))),
    }),
    response: trialBalanceAnswer,
    problems: { 'legal-entity-unknown': 404 },
  },
  exportJournals: {
    method: 'GET',
    path: '/api/v1/ledger/export/hledger',
    scope: 'ledger/read',
    summary: 'The journals of a fiscal month as a file that hledger reads; files of several months are read one behind the other',
    query: z.object({
      ...ofMonth,
      amounts: z.optional(
        z.enum(EXPORTED_AMOUNTS).check(z.describe('In the currencies of the lines (default), or in the functional currency')),
      ),
    }),
    response: z.string(),
    mediaType: 'text/plain',
    problems: exportProblems,
  },
  exportJournalsCsv: {
    method: 'GET',
    path: '/api/v1/ledger/export/csv',
    scope: 'ledger/read',
    summary: 'The same journals as CSV, a row a line, in major units; debits positive, credits negative',
    query: z.object(ofMonth),
    response: z.string(),
    mediaType: 'text/csv',
    problems: exportProblems,
  },
  listLedgerPeriods: {
    method: 'GET',
    path: '/api/v1/ledger/periods',
    scope: 'ledger/read',
    summary: 'The fiscal months of a year: open, soft-closed or locked, and who changed that, when and why',
    query: z.object({
      legalEntity,
      fiscalYear: z.optional(
        z.string().check(z.regex(/^(?:19|20|21)\d{2}$/, 'a year from 1900 to 2199'), z.describe('Default: the present fiscal year')),
      ),
    }),
    response: periodsAnswer,
    problems: { 'legal-entity-unknown': 404 },
  },
  listLedgerErrors: {
    method: 'GET',
    path: '/api/v1/ledger/errors',
    scope: 'ledger/read',
    summary: 'Errors that were found of closed months, by the month that they are of: to judge whether they are material',
    query: z.object({ legalEntity }),
    response: errorsAnswer,
    problems: exportProblems,
  },
  remeasureLedger: {
    method: 'POST',
    path: '/api/v1/ledger/remeasurement',
    scope: 'close/write',
    summary:
      'Brings monetary balances in foreign currencies to the closing rates of a day, a journal a currency; again where journals were counted since',
    body: z.strictObject({ legalEntity, on: dateField().check(z.describe('The closing day, YYYY-MM-DD')) }),
    response: remeasuredAnswer,
    problems: { 'legal-entity-unknown': 404, 'rate-missing': 404, 'journal-invalid': 400, 'period-closed': 409, 'key-reused': 409 },
  },
  softClosePeriod: {
    method: 'POST',
    path: '/api/v1/ledger/periods/{period}/soft-close',
    scope: 'close/write',
    summary: 'Closes the books through a fiscal month that is over, for all but those who close',
    ...change,
  },
  lockPeriod: {
    method: 'POST',
    path: '/api/v1/ledger/periods/{period}/lock',
    scope: 'close/write',
    summary: 'Closes the books through a soft-closed month for everybody; takes a second person',
    ...change,
  },
  reopenPeriod: {
    method: 'POST',
    path: '/api/v1/ledger/periods/{period}/reopen',
    scope: 'close/write',
    summary: 'Reopens the last closed month; takes another person than who closed it',
    ...change,
  },
});
