import { addDays } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import { fiscalPeriodOf } from '../../platform/fiscal.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { Chart } from './accounts.ts';
import { booksOf, type EntityProblem } from './entity.ts';
import { csvOf, type ExportedAmounts, hledgerOf } from './export.ts';
import type { Journal } from './journal.ts';
import { today } from './read-journals.ts';
import { type Place, readPageOfPeriod } from './store.ts';

/** Journals of one file: some five megabytes of text, where a function may answer six. */
const MAX_EXPORTED = 10_000;
const PAGE = 500;

interface Month {
  readonly legalEntity: string;
  readonly period?: string | undefined;
}

type ExportProblem = EntityProblem | Problem<'answer-too-large'>;

const readMonth = async ({
  legalEntity,
  period,
}: Month): Promise<Result<{ readonly journals: readonly Journal[]; readonly chart: Chart }, ExportProblem>> => {
  const { fiscalCalendar, ...company } = companyConfig();
  const books = booksOf(legalEntity, company);
  if (!books.ok) return books;
  const { startsOn, endsBefore } = fiscalPeriodOf(fiscalCalendar, period ?? today(), 'month');
  const journals: Journal[] = [];
  let after: Place | undefined;
  do {
    const page = await readPageOfPeriod(startsOn, { legalEntity, from: startsOn, to: addDays(endsBefore, -1), after, limit: PAGE });
    journals.push(...page.journals);
    after = page.next;
    if (journals.length > MAX_EXPORTED)
      return fail(
        'answer-too-large',
        `The month from ${startsOn} has more than ${MAX_EXPORTED} journals: read them page by page.`,
        'period',
      );
  } while (after !== undefined);
  return ok({ journals, chart: books.value.chart });
};

/** The journals of a fiscal month for hledger. Problem `answer-too-large`: there are more than one file takes. */
export const exportJournals = async ({
  amounts = 'transaction',
  ...month
}: Month & { readonly amounts?: ExportedAmounts | undefined }): Promise<Result<string, ExportProblem>> => {
  const found = await readMonth(month);
  return found.ok ? ok(hledgerOf(found.value.journals, found.value.chart, amounts)) : found;
};

/** The same as CSV. */
export const exportJournalsCsv = async (month: Month): Promise<Result<string, ExportProblem>> => {
  const found = await readMonth(month);
  return found.ok ? ok(csvOf(found.value.journals, found.value.chart)) : found;
};
