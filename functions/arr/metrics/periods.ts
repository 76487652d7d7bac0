import { addDays, addMonths, toEpochDay } from '../../platform/calendar.ts';
import { type FiscalCalendar, fiscalPeriodOf, fiscalPeriodsWithin } from '../../platform/fiscal.ts';
import type { CostMonths } from './costs.ts';

export const PERIOD_KINDS = ['day', 'month', 'quarter', 'year'] as const;
export type PeriodKind = (typeof PERIOD_KINDS)[number];

/** Both days included. */
export interface Period {
  readonly startsOn: string;
  readonly endsOn: string;
}

const NOMINAL_MONTHS: Readonly<Record<PeriodKind, number | undefined>> = { day: undefined, month: 1, quarter: 3, year: 12 };

/** Fiscal periods from the one of `from` to the one of `on`, which ends on that day where it is not over yet. */
export const periodsUpTo = (calendar: FiscalCalendar, kind: PeriodKind, from: string, on: string): readonly Period[] => {
  const end = addDays(on, 1);
  if (kind === 'day')
    return Array.from({ length: toEpochDay(end) - toEpochDay(from) }, (_, i) => ({ startsOn: addDays(from, i), endsOn: addDays(from, i) }));
  return fiscalPeriodsWithin(calendar, from, end, kind).map(({ startsOn, endsBefore }) => ({
    startsOn,
    endsOn: endsBefore > end ? on : addDays(endsBefore, -1),
  }));
};

/** Fiscal months back from a day, kept for all periods of an answer. */
export class Months {
  /** First days of the fiscal months, ascending, and the day after the last. */
  readonly #starts: readonly string[];

  /** Reaches two years before the first of `periods`, as far as any metric looks back. */
  constructor(calendar: FiscalCalendar, periods: readonly Period[]) {
    const first = periods[0]?.startsOn ?? '1970-01-01';
    const last = periods.at(-1)?.endsOn ?? first;
    const months = fiscalPeriodsWithin(calendar, addMonths(first, -26), addDays(last, 1), 'month');
    this.#starts = [...months.map(({ startsOn }) => startsOn), fiscalPeriodOf(calendar, last, 'month').endsBefore];
  }

  /** Last days of the months that are over on `on`, and `on` itself. */
  ends(on: string): readonly string[] {
    const ends = this.#starts.slice(1).map((start) => addDays(start, -1));
    return [...ends.filter((end) => end < on), on];
  }

  /** The day at whose end months began that end with `on`: of the last day of a fiscal month that of an earlier one, otherwise the same day. */
  back(on: string, months: number): string {
    const next = this.#starts.indexOf(addDays(on, 1));
    const start = this.#starts[next - months];
    return next < 0 || start === undefined ? addMonths(on, -months) : addDays(start, -1);
  }

  /** Fiscal months from the end of one day to the end of another. Where they do not fill it, the month is named that is not over. */
  costMonths(from: string, to: string): CostMonths {
    const first = this.#starts.indexOf(addDays(from, 1));
    const end = this.#starts.indexOf(addDays(to, 1));
    if (first >= 0 && end > first) return { months: this.#starts.slice(first, end) };
    return { months: [], unfinished: this.#starts.findLast((start) => start <= to) ?? to };
  }
}

/** The number of months that a whole period of a kind has. */
export const monthsOf = (kind: PeriodKind, { months }: CostMonths): number | undefined =>
  NOMINAL_MONTHS[kind] === months.length ? months.length : undefined;
