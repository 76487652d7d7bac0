import { nowIso } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { type FiscalPeriod, fiscalPeriodOf, fiscalPeriods } from '../../platform/fiscal.ts';
import { ok, type Problem, type Result } from '../../platform/result.ts';
import type { CommitProblem } from '../../platform/table.ts';
import { beginChange, readChanges, readClosing, settleChange } from './closing-store.ts';
import { booksOf, type EntityProblem } from './entity.ts';
import {
  boundsInForce,
  type ChangeProblem,
  type Closing,
  decideChange,
  type PeriodAction,
  type PeriodChange,
  type PeriodStatus,
  statusOf,
} from './periods.ts';
import { today } from './read-journals.ts';

/** A fiscal month of a legal entity as it stands. */
export interface PeriodAnswer extends Omit<FiscalPeriod, 'kind'> {
  readonly status: PeriodStatus;
  /** Changes that were made to this month, oldest first. */
  readonly changes: Pick<PeriodChange, 'action' | 'by' | 'at' | 'reason'>[];
}

const answerOf = ({ kind: _, ...period }: FiscalPeriod, closing: Closing, changes: readonly PeriodChange[]): PeriodAnswer => ({
  ...period,
  status: statusOf(period, boundsInForce(closing)),
  changes: changes.filter((change) => change.period === period.startsOn).map(({ action, by, at, reason }) => ({ action, by, at, reason })),
});

/** The fiscal months of a year, with how each stands. `year`: default the present one. */
export const listPeriods = async (
  legalEntity: string,
  year: number | undefined,
): Promise<Result<{ readonly fiscalYear: number; readonly isChanging: boolean; readonly items: PeriodAnswer[] }, EntityProblem>> => {
  const { fiscalCalendar, ...company } = companyConfig();
  const books = booksOf(legalEntity, company);
  if (!books.ok) return books;
  const fiscalYear = year ?? fiscalPeriodOf(fiscalCalendar, today(), 'year').fiscalYear;
  const [closing, changes] = await Promise.all([readClosing(legalEntity), readChanges(legalEntity)]);
  const items = fiscalPeriods(fiscalCalendar, fiscalYear, 'month').map((period) => answerOf(period, closing, changes));
  return ok({ fiscalYear, isChanging: closing.pending !== undefined, items });
};

export interface ChangeWanted {
  readonly legalEntity: string;
  /** Any day of the fiscal month. */
  readonly on: string;
  readonly action: PeriodAction;
  readonly reason: string;
  readonly by: string;
}

/** Attempts while somebody else changes the same books. */
const MAX_ATTEMPTS = 3;

type Changed = Result<PeriodAnswer, EntityProblem | ChangeProblem | Problem<CommitProblem['code']>>;

/** Problem `conflict`: somebody began another change meanwhile. */
const changeOnce = async ({ legalEntity, action, by, reason }: ChangeWanted, period: FiscalPeriod): Promise<Changed> => {
  const [closing, changes] = await Promise.all([readClosing(legalEntity), readChanges(legalEntity)]);
  const closedBy = changes.findLast((change) => change.period === period.startsOn && change.action !== 'reopen')?.by;
  const decided = decideChange(closing, { action, period, by, at: nowIso(), reason, today: today(), closedBy });
  if (!decided.ok) return decided;
  if (decided.value === undefined) return ok(answerOf(period, closing, changes));
  const isBegun = closing.pending !== undefined;
  const begun = isBegun ? ok(undefined) : await beginChange(legalEntity, closing, decided.value);
  if (!begun.ok) return begun;
  const settled = await settleChange(legalEntity, isBegun ? closing.version : closing.version + 1, decided.value);
  if (!settled.ok) return settled;
  return ok(answerOf(period, await readClosing(legalEntity), await readChanges(legalEntity)));
};

/**
 * Closes the books through a fiscal month, or reopens the last closed one. The month counts as closed for good once this has answered: from then on
 * no posting that began before gets in. Sent again it goes on where it stopped, and answers what stands so already.
 */
export const changePeriod = async (wanted: ChangeWanted): Promise<Changed> => {
  const { fiscalCalendar, ...company } = companyConfig();
  const books = booksOf(wanted.legalEntity, company);
  if (!books.ok) return books;
  const period = fiscalPeriodOf(fiscalCalendar, wanted.on, 'month');
  for (let attempt = 1; ; attempt += 1) {
    const changed = await changeOnce(wanted, period);
    if (changed.ok || changed.problem.code !== 'conflict' || attempt === MAX_ATTEMPTS) return changed;
  }
};
