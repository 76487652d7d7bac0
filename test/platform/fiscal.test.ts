import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysBetween, fromEpochDay, toEpochDay } from '../../functions/platform/calendar.ts';
import {
  CALENDAR_YEAR,
  type FiscalCalendar,
  fiscalPeriodOf,
  fiscalPeriods,
  fiscalPeriodsWithin,
  isWithin,
} from '../../functions/platform/fiscal.ts';

/** The retail calendar: 4-5-4, ending on the Saturday nearest to 31 January, named by the year in which it starts. */
const RETAIL: FiscalCalendar = {
  kind: 'weeks',
  pattern: '4-5-4',
  endWeekday: 6,
  yearEnds: 'nearest-to-month-end',
  endMonth: 1,
  yearNamedBy: 'start',
};
const SEPTEMBER: FiscalCalendar = {
  kind: 'weeks',
  pattern: '4-4-5',
  endWeekday: 6,
  yearEnds: 'last-in-month',
  endMonth: 9,
  yearNamedBy: 'end',
};
const JULY: FiscalCalendar = { kind: 'months', startMonth: 7, yearNamedBy: 'end' };
const FEBRUARY_BY_START: FiscalCalendar = { kind: 'months', startMonth: 2, yearNamedBy: 'start' };

const bounds = (calendar: FiscalCalendar, year: number): readonly (string | undefined)[] => {
  const [period] = fiscalPeriods(calendar, year, 'year');
  return [period?.startsOn, period?.endsBefore];
};

describe('fiscal calendars of months', () => {
  it('list the calendar year', () => {
    expect(bounds(CALENDAR_YEAR, 2026)).toEqual(['2026-01-01', '2027-01-01']);
    expect(fiscalPeriods(CALENDAR_YEAR, 2026, 'quarter').map(({ startsOn }) => startsOn)).toEqual([
      '2026-01-01',
      '2026-04-01',
      '2026-07-01',
      '2026-10-01',
    ]);
  });

  it('start in any month and are named by start or end', () => {
    expect(bounds(JULY, 2026)).toEqual(['2025-07-01', '2026-07-01']);
    expect(bounds(FEBRUARY_BY_START, 2026)).toEqual(['2026-02-01', '2027-02-01']);
    expect(fiscalPeriodOf(JULY, '2025-07-01', 'month')).toEqual({
      kind: 'month',
      fiscalYear: 2026,
      number: 1,
      startsOn: '2025-07-01',
      endsBefore: '2025-08-01',
    });
    expect(fiscalPeriodOf(FEBRUARY_BY_START, '2026-01-31', 'quarter')).toMatchObject({ fiscalYear: 2025, number: 4 });
  });
});

describe('fiscal calendars of weeks', () => {
  it('match the published retail years, with 53 weeks in 2012, 2017 and 2023', () => {
    expect(bounds(RETAIL, 2012)).toEqual(['2012-01-29', '2013-02-03']);
    expect(bounds(RETAIL, 2017)).toEqual(['2017-01-29', '2018-02-04']);
    expect(bounds(RETAIL, 2022)).toEqual(['2022-01-30', '2023-01-29']);
    expect(bounds(RETAIL, 2023)).toEqual(['2023-01-29', '2024-02-04']);
    expect(bounds(RETAIL, 2024)).toEqual(['2024-02-04', '2025-02-02']);
  });

  it('match years that end on the last Saturday of September', () => {
    expect(bounds(SEPTEMBER, 2022)).toEqual(['2021-09-26', '2022-09-25']);
    expect(bounds(SEPTEMBER, 2023)).toEqual(['2022-09-25', '2023-10-01']); // 53 weeks
  });

  it('give the 53rd week to the last period', () => {
    const weeks = (year: number): number[] =>
      fiscalPeriods(RETAIL, year, 'month').map(({ startsOn, endsBefore }) => daysBetween(startsOn, endsBefore) / 7);
    expect(weeks(2022)).toEqual([4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 4]);
    expect(weeks(2023)).toEqual([4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]);
  });
});

describe('every fiscal calendar', () => {
  const calendars = fc.oneof(
    fc.record({
      kind: fc.constant('months' as const),
      startMonth: fc.integer({ min: 1, max: 12 }),
      yearNamedBy: fc.constantFrom('start' as const, 'end' as const),
    }),
    fc.record({
      kind: fc.constant('weeks' as const),
      pattern: fc.constantFrom('4-4-5' as const, '4-5-4' as const, '5-4-4' as const),
      endWeekday: fc.integer({ min: 1, max: 7 }),
      yearEnds: fc.constantFrom('last-in-month' as const, 'nearest-to-month-end' as const),
      endMonth: fc.integer({ min: 1, max: 12 }),
      yearNamedBy: fc.constantFrom('start' as const, 'end' as const),
    }),
  );
  const kinds = fc.constantFrom('year' as const, 'quarter' as const, 'month' as const);

  it('covers every day exactly once, without gap or overlap', () => {
    fc.assert(
      fc.property(calendars, kinds, fc.integer({ min: 1950, max: 2100 }), (calendar, kind, year) => {
        const periods = [...fiscalPeriods(calendar, year, kind), ...fiscalPeriods(calendar, year + 1, kind)];
        for (const [index, period] of periods.entries()) {
          expect(period.startsOn < period.endsBefore).toBe(true);
          expect(periods[index + 1]?.startsOn ?? period.endsBefore).toBe(period.endsBefore);
        }
        const years = daysBetween(...(bounds(calendar, year) as [string, string]));
        expect(calendar.kind === 'months' ? [365, 366] : [364, 371]).toContain(years);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds the period of any day, and lists the same periods over a span', () => {
    fc.assert(
      fc.property(
        calendars,
        kinds,
        fc.integer({ min: toEpochDay('1960-01-01'), max: toEpochDay('2090-01-01') }),
        fc.integer({ min: 1, max: 500 }),
        (calendar, kind, day, length) => {
          const date = fromEpochDay(day);
          const period = fiscalPeriodOf(calendar, date, kind);
          expect(isWithin(date, period)).toBe(true);
          const listed = fiscalPeriodsWithin(calendar, date, fromEpochDay(day + length), kind);
          expect(listed[0]).toEqual(period);
          expect(fiscalPeriodOf(calendar, fromEpochDay(day + length - 1), kind)).toEqual(listed.at(-1));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
