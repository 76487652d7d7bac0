import { addDays, addMonths, endOfMonth } from '../../platform/calendar.ts';
import { type FiscalCalendar, fiscalPeriodOf, fiscalPeriodsWithin } from '../../platform/fiscal.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { Month } from './flows.ts';

const MAX_MONTHS = 24;
/** As far back as the oldest back-test looks: sixty origins and the year before the first of them. */
const HISTORY_MONTHS = 73;

/** Months that are looked at: those that are over, then those ahead, from the one under way on. */
export interface Span {
  readonly months: readonly Month[];
  readonly over: number;
}

/** Until a month, `2027-06`, or for a number of months, the one under way among them. Problem: `period-invalid`. */
export const spanOf = (until: string, today: string, calendar: FiscalCalendar): Result<Span, Problem<'period-invalid'>> => {
  const now = fiscalPeriodOf(calendar, today, 'month').startsOn;
  const all = fiscalPeriodsWithin(calendar, addMonths(now, -HISTORY_MONTHS), addMonths(now, MAX_MONTHS + 1), 'month').map(
    ({ startsOn, endsBefore }) => ({ startsOn, endsOn: addDays(endsBefore, -1) }),
  );
  const over = all.findIndex(({ startsOn }) => startsOn === now);
  const last = until.includes('-') ? endOfMonth(`${until}-01`) : undefined;
  if (last !== undefined && last < now)
    return fail('period-invalid', `${until} is over: the month under way began on ${now}.`, 'query.until');
  const place = all.findIndex(({ startsOn, endsOn }) => last !== undefined && startsOn <= last && last <= endsOn);
  const ahead = last === undefined ? Number(until) : place - over + 1;
  if (ahead < 1 || ahead > MAX_MONTHS)
    return fail('period-invalid', `At most ${MAX_MONTHS} months are forecast, from the one of ${now} on.`, 'query.until');
  return ok({ months: all.slice(0, over + ahead), over });
};
