import { addMonths, startOfDay, toEpochDay } from '../../platform/calendar.ts';
import { nowIso } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { cursorInvalid } from '../../platform/cursor.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { readReportedUnder } from '../decided/read-reported-under.ts';
import { readHasRate } from '../figures/read.ts';
import { profileInForce } from '../profiles/presets.ts';
import { versionOf } from '../profiles/profile.ts';
import { arrBefore, type Restatement, reportedOf, restatementsOf } from './closing.ts';
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
  const definition = profileInForce(companyConfig());
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
  const { through } = ledger;
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
  const closing: Closing = {
    month,
    closedBy,
    closedAt: nowIso(),
    through,
    profile: definition.name,
    profileVersion: versionOf(definition),
    planCurrency,
    rows,
  };
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

const net = (all: readonly Restatement[]): bigint => all.reduce((sum, { netMinor }) => sum + netMinor, 0n);

/**
 * What has been recorded since moved ARR by, told apart: `definitionMinor` by another definition than that of the closing, ARR as it is under the one
 * in force less ARR of the same facts under that of then, and `restatedMinor` by what is known otherwise. Both sum to `net(all)`. `thenMinor`: closing
 * ARR by all that was recorded then.
 */
const toldApart = async (closing: Closing, all: readonly Restatement[], thenMinor: bigint, endDay: number) => {
  const under = await readReportedUnder(closing);
  if (under.is === 'same') return { isSameDefinition: true, definitionMinor: '0', restatedMinor: String(net(all)) };
  if (under.is === 'untold') return { isSameDefinition: false, definitionUnknown: under.detail };
  const { through } = under.ledger;
  const until = new Date(through * 1_000).toISOString();
  const then = all.filter(({ recordedAt }) => recordedAt < until);
  const definition = thenMinor + net(then) - arrBefore(under.ledger, endDay);
  return {
    isSameDefinition: false,
    definitionThrough: until,
    definitionMinor: String(definition),
    restatedMinor: String(net(all) - definition),
  };
};

/**
 * The restatement journal of a closed month: movements recorded since, with a day in it or before it, in the order of their recording. What was
 * reported as closing ARR and all of them net to what it is as corrected; where that is under another definition by now, what it changes is told
 * apart from what is known otherwise, or why it cannot be. What was recorded before the closing and found after it (`lateMinor`) comes on top: the
 * ledger waits two minutes for what is recorded, and what is listed later it finds within a day.
 */
export const listRestatements = async (month: string, page: PageWanted) => {
  const closing = (await readClosings()).find((one) => one.month === month);
  if (closing === undefined) return notClosed(month);
  const ledger = await readLedger();
  if (!/^\d{1,9}$/.test(page.position ?? '0')) return cursorInvalid;
  const endDay = toEpochDay(firstDayAfter(month));
  const all = restatementsOf(ledger, closing.through, endDay);
  const reportedMinor = BigInt(closing.rows[0]?.closingMinor ?? '0');
  const moved = net(all);
  const correctedMinor = arrBefore(ledger, endDay);
  const lateMinor = correctedMinor - reportedMinor - moved;
  const inForce = profileInForce(companyConfig());
  const start = Number(page.position ?? '0');
  const end = start + page.limit;
  return ok({
    month,
    planCurrency: closing.planCurrency,
    closedAt: closing.closedAt,
    reportedThrough: new Date(closing.through * 1_000).toISOString(),
    through: new Date(ledger.through * 1_000).toISOString(),
    reportedMinor: String(reportedMinor),
    reportedUnder: { profile: closing.profile, profileVersion: closing.profileVersion },
    profile: inForce.name,
    profileVersion: versionOf(inForce),
    movedMinor: String(moved),
    ...(await toldApart(closing, all, reportedMinor + lateMinor, endDay)),
    ...(lateMinor === 0n ? {} : { lateMinor: String(lateMinor) }),
    correctedMinor: String(correctedMinor),
    items: all.slice(start, end).map((one) => ({
      ...one,
      netMinor: String(one.netMinor),
      inMonth: one.effectiveOn.startsWith(month),
      explain: `/api/v1/arr/explain?${new URLSearchParams({ movementId: one.movementId })}`,
    })),
    nextCursor: end < all.length ? String(end) : null,
  });
};
