import { addMonths, startOfDay, toEpochDay } from '../../platform/calendar.ts';
import { nowIso } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { readHasRate } from '../figures/read.ts';
import { reportedOf, restatementsOf } from './closing.ts';
import { type Closing, putClosing, readClosings } from './closing-store.ts';
import { asKnownBefore } from './known.ts';
import { totalsFrom } from './known-totals.ts';
import { readLedger } from './read-ledger.ts';

const firstDayAfter = (month: string): string => addMonths(`${month}-01`, 1);
const monthAfter = (month: string): string => firstDayAfter(month).slice(0, 7);

/** What is answered of a closing, with the rows of everything or only that of the total. */
const answerOf = ({ rows, through, ...closing }: Closing, whole: boolean) => ({
  ...closing,
  through: new Date(through * 1_000).toISOString(),
  rows: whole ? [...rows] : rows.filter(({ dimension }) => dimension === 'total'),
});
type Answer = ReturnType<typeof answerOf>;

type CloseProblem = Problem<'month-open' | 'month-out-of-order' | 'month-closed' | 'rate-missing'>;

/**
 * Freezes what is reported of a month: its waterfall in total and by every value of every dimension, from all that was recorded by now. Problems,
 * in the order of their checks: `month-closed`; `month-out-of-order`, after the first closing only the month behind the newest; `month-open`,
 * before the month is over and all of it is known; `rate-missing`, while a plan rate is.
 */
export const closeMonth = async (month: string, closedBy: string): Promise<Result<Answer, CloseProblem>> => {
  const { zone, planCurrency } = companyConfig();
  const closings = await readClosings();
  const newest = closings.at(-1);
  if (closings.some((closing) => closing.month === month)) return alreadyClosed(month);
  if (newest !== undefined && month !== monthAfter(newest.month))
    return fail(
      'month-out-of-order',
      `${newest.month} was closed last: the next is ${monthAfter(newest.month)}, not ${month}.`,
      'body.month',
    );
  const [ledger, hasRate] = await Promise.all([readLedger(), readHasRate()]);
  const { through, profile } = ledger;
  if (through < startOfDay(firstDayAfter(month), zone))
    return fail(
      'month-open',
      `${month} is not over, or what was recorded in it is known only through ${new Date(through * 1_000).toISOString()}: ask again two minutes after its end.`,
      'body.month',
    );
  const { rows, withoutRate } = reportedOf(totalsFrom(asKnownBefore(ledger, through), month), month, planCurrency, hasRate);
  if (withoutRate.length > 0)
    return fail(
      'rate-missing',
      `${month} has ARR in ${withoutRate.join(', ')} without a plan rate: load it by PUT /api/v1/fx/rates.`,
      'body.month',
    );
  const closing: Closing = { month, closedBy, closedAt: nowIso(), through, profile, planCurrency, rows };
  return (await putClosing(closing)) ? ok(answerOf(closing, true)) : alreadyClosed(month);
};

const alreadyClosed = (month: string) => fail('month-closed', `${month} is closed already: what was reported of it stays.`, 'body.month');

export const listClosings = async (): Promise<{ items: Answer[] }> => ({
  items: (await readClosings()).map((closing) => answerOf(closing, false)),
});

/** Problem: `month-not-closed`. */
export const readClosing = async (month: string): Promise<Result<Answer, Problem<'month-not-closed'>>> => {
  const closing = (await readClosings()).find((one) => one.month === month);
  return closing === undefined ? notClosed(month) : ok(answerOf(closing, true));
};

const notClosed = (month: string) => fail('month-not-closed', `${month} has not been closed; GET /api/v1/arr/closings lists what has.`);

/**
 * The restatement journal of a closed month: movements recorded since, with a day in it or before it, in the order of their recording. What was
 * reported as closing ARR and all of them net to what it is as corrected.
 */
export const listRestatements = async (month: string, page: PageWanted) => {
  const closing = (await readClosings()).find((one) => one.month === month);
  if (closing === undefined) return notClosed(month);
  const ledger = await readLedger();
  const all = restatementsOf(ledger, closing.through, toEpochDay(firstDayAfter(month)));
  const reportedMinor = BigInt(closing.rows[0]?.closingMinor ?? '0');
  const net = all.reduce((sum, { netMinor }) => sum + netMinor, 0n);
  const start = Number(page.position ?? '0');
  const end = start + page.limit;
  return ok({
    month,
    planCurrency: closing.planCurrency,
    closedAt: closing.closedAt,
    reportedThrough: new Date(closing.through * 1_000).toISOString(),
    through: new Date(ledger.through * 1_000).toISOString(),
    reportedMinor: String(reportedMinor),
    restatedMinor: String(net),
    correctedMinor: String(reportedMinor + net),
    items: all.slice(start, end).map((one) => ({
      ...one,
      netMinor: String(one.netMinor),
      inMonth: one.effectiveOn.startsWith(month),
      explain: `/api/v1/arr/explain?${new URLSearchParams({ movementId: one.movementId })}`,
    })),
    nextCursor: end < all.length ? String(end) : null,
  });
};
