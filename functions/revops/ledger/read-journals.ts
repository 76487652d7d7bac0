import { addDays, dayOfInstant } from '../../platform/calendar.ts';
import { nowMs } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { fiscalPeriodOf } from '../../platform/fiscal.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { booksOf, type EntityProblem } from './entity.ts';
import { type ErrorsOfMonth, errorsByMonth } from './errors.ts';
import type { Journal, TagKind } from './journal.ts';
import { reversalIdOf } from './reversal.ts';
import { contractMention, type JournalPage, type Place, readJournal, readPageOfMention, readPageOfPeriod, tagMention } from './store.ts';

/** Today in the company's zone, by the platform's clock. */
export const today = (): string => dayOfInstant(Math.floor(nowMs() / 1000), companyConfig().zone);

/** A journal, and the one that takes it back where there is one. */
export const findJournal = async (
  journalId: string,
): Promise<Result<Journal & { readonly reversedBy?: string }, Problem<'journal-unknown'>>> => {
  const known = await readJournal(journalId);
  if (known === undefined) return fail('journal-unknown', `There is no journal "${journalId.slice(0, 60)}".`, 'path.journalId');
  const reversal = await readJournal(reversalIdOf(known.journal));
  return ok({ ...known.journal, ...(reversal === undefined ? {} : { reversedBy: reversal.journal.journalId }) });
};

export interface JournalFilter {
  readonly legalEntity: string;
  /** Any day of the fiscal month. Without it and a contract or tag: the present one. */
  readonly period?: string | undefined;
  readonly account?: string | undefined;
  readonly contractId?: string | undefined;
  readonly tag?: TagKind | undefined;
}

/** Journals that one request looks at where it leaves some out, and how often. */
const LOOKED_AT_ONCE = 100;
const MAX_READS = 5;

const FIRST_DAY = '0000-00-00';
const LAST_DAY = '9999-99-99';

const readerOf = ({ legalEntity, period, contractId, tag }: JournalFilter) => {
  const of = contractId === undefined ? tag && tagMention(tag) : contractMention(contractId);
  const month =
    period === undefined && of !== undefined ? undefined : fiscalPeriodOf(companyConfig().fiscalCalendar, period ?? today(), 'month');
  const range = { legalEntity, from: month?.startsOn ?? FIRST_DAY, to: month === undefined ? LAST_DAY : addDays(month.endsBefore, -1) };
  return (after: Place | undefined, limit: number): Promise<JournalPage> =>
    of === undefined ? readPageOfPeriod(range.from, { ...range, after, limit }) : readPageOfMention(of, { ...range, after, limit });
};

const isWanted = ({ account, contractId, tag }: JournalFilter, journal: Journal): boolean =>
  (account === undefined || journal.lines.some((line) => line.account === account)) &&
  (contractId === undefined || tag === undefined || journal.tag?.kind === tag);

/**
 * Journals by accounting day, page by page. Of a filter that no list is kept of, a request looks at as many as it may, and answers those that it
 * found with where it stopped.
 */
export const listJournals = async (
  filter: JournalFilter,
  { position, limit }: PageWanted,
): Promise<Result<{ readonly items: readonly Journal[]; readonly nextCursor: string | null }, EntityProblem>> => {
  const books = booksOf(filter.legalEntity, companyConfig());
  if (!books.ok) return books;
  const isSifted = filter.account !== undefined || (filter.contractId !== undefined && filter.tag !== undefined);
  const read = readerOf(filter);
  const items: Journal[] = [];
  let after: Place | undefined = position;
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const { journals, next } = await read(after, isSifted ? LOOKED_AT_ONCE : limit);
    const found = journals.filter((journal) => isWanted(filter, journal));
    const taken = found.slice(0, limit - items.length);
    items.push(...taken);
    const last = taken[taken.length - 1];
    after = taken.length < found.length && last !== undefined ? `${last.accountingOn}#${last.journalId}` : next;
    if (after === undefined || items.length === limit) break;
  }
  return ok({ items, nextCursor: after ?? null });
};

/** Errors that are judged together: a page of them is read at a time. */
const MAX_ERRORS = 5_000;
const ERRORS_A_PAGE = 500;

/** Errors that were found of closed months. Problem `answer-too-large`: there are more than can be judged by a list. */
export const listErrors = async (
  legalEntity: string,
): Promise<Result<readonly ErrorsOfMonth[], EntityProblem | Problem<'answer-too-large'>>> => {
  const books = booksOf(legalEntity, companyConfig());
  if (!books.ok) return books;
  const journals: Journal[] = [];
  let after: Place | undefined;
  do {
    const range = { legalEntity, from: FIRST_DAY, to: LAST_DAY, after, limit: ERRORS_A_PAGE };
    const page: JournalPage = await readPageOfMention(tagMention('error'), range);
    journals.push(...page.journals);
    after = page.next;
    if (journals.length > MAX_ERRORS)
      return fail('answer-too-large', `There are more than ${MAX_ERRORS} errors: list them by their tag.`, 'legalEntity');
  } while (after !== undefined);
  return ok(errorsByMonth(journals, books.value.chart, companyConfig().fiscalCalendar));
};
