import { addMonths, daysInMonth, fromEpochDay, toEpochDay, weekdayOf, yearOf } from './calendar.ts';

/**
 * Fiscal calendars: twelve months from any month, or 52 and 53 week years in quarters of 13 weeks.
 * Every period is half-open: it starts on `startsOn` and ends before `endsBefore`.
 */
export type FiscalCalendar =
  | {
      readonly kind: 'months';
      /** 1 to 12. */
      readonly startMonth: number;
      /** Which calendar year names a fiscal year that spans two. */
      readonly yearNamedBy: 'start' | 'end';
    }
  | {
      readonly kind: 'weeks';
      /** Weeks in a quarter's three periods. */
      readonly pattern: '4-4-5' | '4-5-4' | '5-4-4';
      /** The year ends on this weekday (1 Monday to 7 Sunday): */
      readonly endWeekday: number;
      /** the last one in, or the one nearest to the end of, this month (1 to 12). */
      readonly yearEnds: 'last-in-month' | 'nearest-to-month-end';
      readonly endMonth: number;
      readonly yearNamedBy: 'start' | 'end';
    };

export type PeriodKind = 'year' | 'quarter' | 'month';

export interface FiscalPeriod {
  readonly kind: PeriodKind;
  readonly fiscalYear: number;
  /** 1 for a year, 1 to 4 for a quarter, 1 to 12 for a month (period). */
  readonly number: number;
  readonly startsOn: string;
  readonly endsBefore: string;
}

export const CALENDAR_YEAR: FiscalCalendar = { kind: 'months', startMonth: 1, yearNamedBy: 'end' };

type Weeks = Extract<FiscalCalendar, { kind: 'weeks' }>;

const PERIODS_PER_YEAR: Readonly<Record<PeriodKind, number>> = { year: 1, quarter: 4, month: 12 };

/** Last day (epoch day) of the week year that ends at the end of `endMonth` of this calendar year. */
const lastDay = ({ endMonth, endWeekday, yearEnds }: Weeks, calendarYear: number): number => {
  const monthEnd = toEpochDay(
    `${String(calendarYear).padStart(4, '0')}-${String(endMonth).padStart(2, '0')}-${daysInMonth(calendarYear, endMonth)}`,
  );
  const daysBack = (weekdayOf(monthEnd) - endWeekday + 7) % 7;
  return yearEnds === 'nearest-to-month-end' && daysBack > 3 ? monthEnd - daysBack + 7 : monthEnd - daysBack;
};

/** Start of period `number` (1-based) of a kind; one past the last is the start of the next year. */
const monthsStart = (
  calendar: Extract<FiscalCalendar, { kind: 'months' }>,
  fiscalYear: number,
  kind: PeriodKind,
  number: number,
): string => {
  const startYear = calendar.yearNamedBy === 'end' && calendar.startMonth > 1 ? fiscalYear - 1 : fiscalYear;
  const yearStart = `${String(startYear).padStart(4, '0')}-${String(calendar.startMonth).padStart(2, '0')}-01`;
  return addMonths(yearStart, ((number - 1) * 12) / PERIODS_PER_YEAR[kind]);
};

/** Weeks before each of the twelve periods; a 53rd week, where there is one, lengthens the last period of the year. */
const weeksBefore = (pattern: Weeks['pattern'], period: number): number => {
  const quarter = Math.floor((period - 1) / 3);
  const lengths = pattern.split('-').map(Number);
  return quarter * 13 + lengths.slice(0, (period - 1) % 3).reduce((sum, weeks) => sum + weeks, 0);
};

const weeksStart = (calendar: Weeks, fiscalYear: number, kind: PeriodKind, number: number): string => {
  const endYear = calendar.yearNamedBy === 'start' && calendar.endMonth < 12 ? fiscalYear + 1 : fiscalYear;
  if (number > PERIODS_PER_YEAR[kind]) return fromEpochDay(lastDay(calendar, endYear) + 1);
  const period = ((number - 1) * 12) / PERIODS_PER_YEAR[kind] + 1;
  return fromEpochDay(lastDay(calendar, endYear - 1) + 1 + 7 * weeksBefore(calendar.pattern, period));
};

const startOf = (calendar: FiscalCalendar, fiscalYear: number, kind: PeriodKind, number: number): string =>
  calendar.kind === 'months' ? monthsStart(calendar, fiscalYear, kind, number) : weeksStart(calendar, fiscalYear, kind, number);

/** All periods of a kind in a fiscal year, in order: 1 year, 4 quarters or 12 months; each ends where the next starts. */
export const fiscalPeriods = (calendar: FiscalCalendar, fiscalYear: number, kind: PeriodKind): readonly FiscalPeriod[] =>
  Array.from({ length: PERIODS_PER_YEAR[kind] }, (_, index) => ({
    kind,
    fiscalYear,
    number: index + 1,
    startsOn: startOf(calendar, fiscalYear, kind, index + 1),
    endsBefore: startOf(calendar, fiscalYear, kind, index + 2),
  }));

export const isWithin = (date: string, period: Pick<FiscalPeriod, 'startsOn' | 'endsBefore'>): boolean =>
  date >= period.startsOn && date < period.endsBefore;

/** The period of a kind that contains a date. A fiscal year may start almost a year before or after the calendar year that names it. */
export const fiscalPeriodOf = (calendar: FiscalCalendar, date: string, kind: PeriodKind): FiscalPeriod => {
  const year = yearOf(date);
  for (const fiscalYear of [year, year + 1, year - 1]) {
    const found = fiscalPeriods(calendar, fiscalYear, kind).find((period) => isWithin(date, period));
    if (found !== undefined) return found;
  }
  throw new RangeError(`No fiscal ${kind} contains ${date}: the calendar's fields are out of range.`);
};

/** All periods of a kind that overlap [start, end), in order. */
export const fiscalPeriodsWithin = (calendar: FiscalCalendar, start: string, end: string, kind: PeriodKind): readonly FiscalPeriod[] => {
  const periods: FiscalPeriod[] = [];
  for (let from = start; from < end; ) {
    const period = fiscalPeriodOf(calendar, from, kind);
    periods.push(period);
    from = period.endsBefore;
  }
  return periods;
};
