import { type FiscalCalendar, type FiscalPeriod, fiscalPeriodOf } from '../../platform/fiscal.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { Tag } from './journal.ts';

/**
 * The books of a legal entity are closed through a day, never by single months: what lies before `lockedBefore` is closed for everybody, what
 * lies before `softClosedBefore` for all but those who close. So no month is open behind one that is closed.
 */
export interface Bounds {
  /** First days of fiscal months; `NOTHING` where nothing was closed yet. `lockedBefore` is never later than the other. */
  readonly softClosedBefore: string;
  readonly lockedBefore: string;
}

/** Before every day. */
export const NOTHING = '0000-00-00';

export const PERIOD_ACTIONS = ['soft-close', 'lock', 'reopen'] as const;
export type PeriodAction = (typeof PERIOD_ACTIONS)[number];
export type PeriodStatus = 'open' | 'soft-closed' | 'locked';

/** A change of the bounds that somebody asked for. */
export interface PeriodChange extends Bounds {
  readonly action: PeriodAction;
  /** First day of the fiscal month. */
  readonly period: string;
  /** Id at the identity provider. */
  readonly by: string;
  readonly at: string;
  readonly reason: string;
}

/** How far the books of a legal entity are closed, and what is under way. */
export interface Closing extends Bounds {
  /** Grows by one with each change. */
  readonly version: number;
  /** Not yet in force everywhere: it counts as closed already for who asks, and as closed for good once it is settled. */
  readonly pending?: PeriodChange | undefined;
}

export const NEVER_CLOSED: Closing = { version: 0, softClosedBefore: NOTHING, lockedBefore: NOTHING };

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);

/** What counts while a change is under way: the stricter of before and after. */
export const boundsInForce = ({ softClosedBefore, lockedBefore, pending }: Closing): Bounds => ({
  softClosedBefore: later(softClosedBefore, pending?.softClosedBefore ?? NOTHING),
  lockedBefore: later(lockedBefore, pending?.lockedBefore ?? NOTHING),
});

export const statusOf = (period: Pick<FiscalPeriod, 'startsOn'>, { softClosedBefore, lockedBefore }: Bounds): PeriodStatus => {
  if (period.startsOn < lockedBefore) return 'locked';
  return period.startsOn < softClosedBefore ? 'soft-closed' : 'open';
};

/** Where a journal is posted. */
export interface Placed {
  readonly accountingOn: string;
  /** First day of the fiscal month. */
  readonly period: string;
  readonly moved?: { readonly from: string; readonly because: string } | undefined;
}

/**
 * The day and month to which a journal of a day is posted: its own, while that is open to who posts. What comes later than that goes to the first
 * day that is open, where it says by its tag why it comes late. Problem `period-closed`: it does not say so.
 */
export const placeOf = (
  on: string,
  closing: Closing,
  calendar: FiscalCalendar,
  { tag, mayPostSoftClosed }: { readonly tag?: Tag | undefined; readonly mayPostSoftClosed: boolean },
): Result<Placed, Problem<'period-closed'>> => {
  const bounds = boundsInForce(closing);
  const own = fiscalPeriodOf(calendar, on, 'month');
  const bound = mayPostSoftClosed ? bounds.lockedBefore : bounds.softClosedBefore;
  if (own.startsOn >= bound) return ok({ accountingOn: on, period: own.startsOn });
  const why = `the fiscal month from ${own.startsOn} is ${statusOf(own, bounds)}`;
  if (tag === undefined)
    return fail(
      'period-closed',
      `${on} lies in a closed month: ${why}. With a tag (estimate, late-data or error) and its reason the journal goes to ${bound}, the first open day.`,
      'accountingOn',
    );
  return ok({ accountingOn: bound, period: bound, moved: { from: on, because: why } });
};

export type ChangeProblem = Problem<'period-out-of-order' | 'period-not-over' | 'period-changing' | 'second-person-needed'>;

interface Asked {
  readonly action: PeriodAction;
  readonly period: FiscalPeriod;
  readonly by: string;
  readonly at: string;
  readonly reason: string;
  /** Today in the company's zone. */
  readonly today: string;
  /** Who closed that month last, whether softly or for good. */
  readonly closedBy: string | undefined;
}

const boundsAfter = ({ action, period }: Asked, bounds: Bounds): Result<Bounds, ChangeProblem> => {
  const { softClosedBefore, lockedBefore } = bounds;
  if (action === 'soft-close') return ok({ softClosedBefore: period.endsBefore, lockedBefore });
  if (action === 'lock')
    return period.endsBefore <= softClosedBefore
      ? ok({ softClosedBefore, lockedBefore: period.endsBefore })
      : fail(
          'period-out-of-order',
          `The month from ${period.startsOn} is open: a month is soft-closed before it is locked.`,
          'path.period',
        );
  return period.endsBefore === softClosedBefore
    ? ok({ softClosedBefore: period.startsOn, lockedBefore: earlier(lockedBefore, period.startsOn) })
    : fail('period-out-of-order', `Only the last closed month is reopened: the one that ends before ${softClosedBefore}.`, 'path.period');
};

const isDone = ({ action, period }: Asked, bounds: Bounds): boolean => {
  const status = statusOf(period, bounds);
  return action === 'reopen' ? status === 'open' : action === 'lock' ? status === 'locked' : status !== 'open';
};

/**
 * What is to be changed, or nothing where the month stands so already. Order of the checks: another change is under way; it stands so already; the
 * month is over; the order of months; a second person locks or reopens. Closing a month closes all before it.
 */
export const decideChange = (closing: Closing, asked: Asked): Result<PeriodChange | undefined, ChangeProblem> => {
  const { action, period, by, at, reason, today, closedBy } = asked;
  const { pending } = closing;
  if (pending !== undefined)
    return pending.action === action && pending.period === period.startsOn
      ? ok(pending)
      : fail(
          'period-changing',
          `${pending.action} of the month from ${pending.period} is under way: send that again until it is done.`,
          'path.period',
        );
  if (isDone(asked, closing)) return ok(undefined);
  if (period.endsBefore > today)
    return fail(
      'period-not-over',
      `The month from ${period.startsOn} ends before ${period.endsBefore}, and today is ${today}.`,
      'path.period',
    );
  const bounds = boundsAfter(asked, closing);
  if (!bounds.ok) return bounds;
  if (action !== 'soft-close' && closedBy === by)
    return fail('second-person-needed', `Whoever closed a month does not ${action} it: a second person does.`, 'path.period');
  return ok({ action, period: period.startsOn, by, at, reason, ...bounds.value });
};
