import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dayOfInstant,
  daysBetween,
  daysInMonth,
  endOfMonth,
  fromEpochDay,
  isDate,
  isLeapYear,
  isMonthEnd,
  isZone,
  monthEndsWithin,
  parseDate,
  quarterOf,
  startOfDay,
  startOfMonth,
  toEpochDay,
  weekdayOf,
} from '../../functions/platform/calendar.ts';

const at = (iso: string): number => Date.parse(iso) / 1000;

describe('dates', () => {
  it('count days since 1970', () => {
    expect(toEpochDay('1970-01-01')).toBe(0);
    expect(toEpochDay('2000-03-01')).toBe(11_017); // 30 × 365 + 7 leap days + 31 + 29
    expect(fromEpochDay(-1)).toBe('1969-12-31');
    expect(fromEpochDay(11_016)).toBe('2000-02-29');
    expect(fromEpochDay(toEpochDay('0000-02-29'))).toBe('0000-02-29');
    expect(fromEpochDay(toEpochDay('9999-12-31'))).toBe('9999-12-31');
  });

  it.each([
    '2026-02-29',
    '2100-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-1-01',
    '20260101',
    '2026-01-01T',
    'abcd-01-01',
    '2026/01/01',
    '',
  ])('refuses %j as a date', (text) => {
    expect(isDate(text)).toBe(false);
    expect(parseDate(text, 'on')).toMatchObject({ ok: false, problem: { code: 'date-invalid', field: 'on' } });
    expect(() => toEpochDay(text)).toThrow(RangeError);
  });

  it('know leap years and month lengths', () => {
    expect([2024, 2026, 2000, 2100].map(isLeapYear)).toEqual([true, false, true, false]);
    expect([daysInMonth(2024, 2), daysInMonth(2026, 2), daysInMonth(2026, 12)]).toEqual([29, 28, 31]);
  });

  it('know weekdays, quarters, month starts and ends', () => {
    expect(weekdayOf(toEpochDay('2026-11-22'))).toBe(7); // a Sunday
    expect(weekdayOf(toEpochDay('1969-12-29'))).toBe(1); // a Monday before 1970
    expect(['2026-01-31', '2026-03-31', '2026-04-01', '2026-12-31'].map(quarterOf)).toEqual([1, 1, 2, 4]);
    expect([startOfMonth('2024-02-10'), endOfMonth('2024-02-10'), isMonthEnd('2024-02-28')]).toEqual(['2024-02-01', '2024-02-29', false]);
    expect(monthEndsWithin('2026-01-31', '2026-04-30')).toEqual(['2026-01-31', '2026-02-28', '2026-03-31']);
  });

  it('count the days of half-open periods', () => {
    expect(daysBetween('2024-02-01', '2024-03-01')).toBe(29);
    expect(daysBetween('2026-03-01', '2026-02-01')).toBe(-28);
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });

  it('keep their anchor across short months', () => {
    const first = addMonths('2026-01-31', 1, 31);
    expect(first).toBe('2026-02-28');
    expect(addMonths(first, 1, 31)).toBe('2026-03-31');
    expect(addMonths(first, 1)).toBe('2026-03-28'); // without the anchor the clamp sticks
    expect(addMonths('2024-02-29', 12)).toBe('2025-02-28');
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(addMonths('2026-05-31', -3)).toBe('2026-02-28');
  });
});

describe('instants', () => {
  it('fall on the zone’s own day', () => {
    expect(dayOfInstant(at('2026-01-01T00:00:00Z'), 'UTC')).toBe('2026-01-01');
    expect(dayOfInstant(at('2026-01-01T04:59:59Z'), 'America/New_York')).toBe('2025-12-31'); // UTC−5
    expect(dayOfInstant(at('2026-07-01T03:59:59Z'), 'America/New_York')).toBe('2026-06-30'); // UTC−4 in summer
    expect(dayOfInstant(at('2026-07-01T04:00:00Z'), 'America/New_York')).toBe('2026-07-01');
    expect(dayOfInstant(at('2026-06-30T15:00:00Z'), 'Asia/Tokyo')).toBe('2026-07-01'); // UTC+9
    expect(dayOfInstant(at('2026-06-30T18:30:00Z'), 'Asia/Kolkata')).toBe('2026-07-01'); // UTC+5:30
    expect(dayOfInstant(-1, 'UTC')).toBe('1969-12-31');
  });

  it('switch offset in the second of the change and not before, in any order of asking', () => {
    // Samoa skipped 30 December 2011 whole.
    expect(dayOfInstant(at('2011-12-30T10:00:00Z'), 'Pacific/Apia')).toBe('2011-12-31');
    expect(dayOfInstant(at('2011-12-30T09:59:59Z'), 'Pacific/Apia')).toBe('2011-12-29');
    expect(dayOfInstant(at('2011-12-30T10:00:00Z'), 'Pacific/Apia')).toBe('2011-12-31');
  });

  it('start their day at the first moment that exists', () => {
    expect(startOfDay('2026-03-29', 'UTC')).toBe(at('2026-03-29T00:00:00Z'));
    expect(startOfDay('2026-03-29', 'Europe/Berlin')).toBe(at('2026-03-28T23:00:00Z'));
    expect(startOfDay('2026-03-30', 'Europe/Berlin')).toBe(at('2026-03-29T22:00:00Z')); // a day of 23 hours
    expect(startOfDay('2026-09-06', 'America/Santiago')).toBe(at('2026-09-06T04:00:00Z')); // midnight is skipped there: 01:00 −03:00
  });

  it('refuse a zone that nobody knows', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(() => dayOfInstant(0, 'Mars/Olympus')).toThrow(RangeError);
  });
});
