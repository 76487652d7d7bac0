import { companyConfig } from '../../platform/config.ts';
import { apiHandler, type Caller, type RouteInput, rawBody } from '../../platform/http.ts';
import { ok, type Problem, type Result } from '../../platform/result.ts';
import { chartOf, sideOf } from './accounts.ts';
import { type ChangeWanted, changePeriod, listPeriods } from './change-period.ts';
import type { PeriodAction } from './periods.ts';
import { type Posted, type Poster, postJournal, reverseJournal } from './post.ts';
import { exportJournals, exportJournalsCsv } from './read-export.ts';
import { findJournal, listErrors, listJournals } from './read-journals.ts';
import { readTrialBalance } from './read-trial-balance.ts';
import { remeasureBooks } from './remeasure-books.ts';
import { ledgerRoutes } from './routes.ts';
import { balanceTextOf, draftOf, errorsText, remeasuredText, textOf } from './spoken.ts';

/** Whoever may close may post until a month is locked. */
const posterOf = ({ subject, scopes }: Caller): Poster => ({ by: subject, mayPostSoftClosed: scopes.includes('close/write') });

const answered = <P extends Problem>(posted: Result<Posted, P>) =>
  posted.ok ? ok({ status: posted.value.status, journal: textOf(posted.value.journal) }) : posted;

const changeOf = (
  action: PeriodAction,
  { params, body, caller }: Pick<RouteInput<typeof ledgerRoutes.lockPeriod>, 'params' | 'body' | 'caller'>,
): ChangeWanted => ({
  ...body,
  action,
  on: params.period,
  by: caller.subject,
});

export const handler = apiHandler('revops-ledger-api', ledgerRoutes, {
  listLedgerAccounts: async () =>
    ok({ items: [...chartOf(companyConfig().ledger.accounts).values()].map((account) => ({ ...account, side: sideOf(account) })) }),
  postJournal: async ({ body, caller }) => answered(await postJournal(draftOf(body), posterOf(caller))),
  listJournals: async ({ query, page }) => {
    const found = await listJournals(query, page);
    return found.ok ? ok({ items: found.value.items.map(textOf), nextCursor: found.value.nextCursor }) : found;
  },
  getJournal: async ({ params }) => {
    const found = await findJournal(params.journalId);
    return found.ok ? ok(textOf(found.value)) : found;
  },
  reverseJournal: async ({ params, body, caller }) => answered(await reverseJournal(params.journalId, body, posterOf(caller))),
  getTrialBalance: async ({ query }) => {
    const found = await readTrialBalance(query);
    return found.ok ? ok(balanceTextOf(found.value)) : found;
  },
  exportJournals: async ({ query }) => {
    const found = await exportJournals(query);
    return found.ok ? ok(rawBody('text/plain; charset=utf-8', found.value)) : found;
  },
  exportJournalsCsv: async ({ query }) => {
    const found = await exportJournalsCsv(query);
    return found.ok ? ok(rawBody('text/csv; charset=utf-8', found.value)) : found;
  },
  listLedgerPeriods: ({ query }) => listPeriods(query.legalEntity, query.fiscalYear === undefined ? undefined : Number(query.fiscalYear)),
  listLedgerErrors: async ({ query }) => {
    const found = await listErrors(query.legalEntity);
    return found.ok ? ok({ items: found.value.map(errorsText) }) : found;
  },
  remeasureLedger: async ({ body, caller }) => {
    const found = await remeasureBooks(body, posterOf(caller));
    return found.ok ? ok({ items: found.value.map(remeasuredText) }) : found;
  },
  softClosePeriod: (input) => changePeriod(changeOf('soft-close', input)),
  lockPeriod: (input) => changePeriod(changeOf('lock', input)),
  reopenPeriod: (input) => changePeriod(changeOf('reopen', input)),
});
