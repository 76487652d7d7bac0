import { type FiscalCalendar, fiscalPeriodOf } from '../../platform/fiscal.ts';
import type { Chart } from './accounts.ts';
import type { Journal } from './journal.ts';

/** What errors come to that were found of a fiscal month. */
export interface ErrorsOfMonth {
  /** First day of the month that they are of, which is not the one that they were posted to. */
  readonly period: string;
  /** By which income of that month was told too low; below 0 too high. Functional minor units. */
  readonly incomeMinor: bigint;
  /** Sum of their debits: what errors that make up for each other came to. */
  readonly grossMinor: bigint;
  readonly journalIds: readonly string[];
}

const incomeOf = ({ lines }: Journal, chart: Chart): bigint =>
  lines.reduce((sum, { account, functionalMinor }) => {
    const type = chart.get(account)?.type;
    return type === 'income' || type === 'expense' ? sum - functionalMinor : sum;
  }, 0n);

const debitsOf = ({ lines }: Journal): bigint =>
  lines.reduce((sum, { functionalMinor }) => (functionalMinor > 0n ? sum + functionalMinor : sum), 0n);

/**
 * The list by which somebody judges whether errors are material (ASC 250-10-S99, SAB 99): by the month that each was meant for, oldest first. An error
 * of a month that is still open is no error of what was told.
 */
export const errorsByMonth = (journals: readonly Journal[], chart: Chart, calendar: FiscalCalendar): readonly ErrorsOfMonth[] => {
  const moved = journals.flatMap((journal) =>
    journal.tag?.kind === 'error' && journal.moved !== undefined
      ? [{ journal, period: fiscalPeriodOf(calendar, journal.moved.from, 'month').startsOn }]
      : [],
  );
  return [...Map.groupBy(moved, ({ period }) => period)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([period, own]) => ({
      period,
      incomeMinor: own.reduce((sum, { journal }) => sum + incomeOf(journal, chart), 0n),
      grossMinor: own.reduce((sum, { journal }) => sum + debitsOf(journal), 0n),
      journalIds: own.map(({ journal }) => journal.journalId),
    }));
};
