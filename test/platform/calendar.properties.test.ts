import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addMonths,
  dayOfInstant,
  daysBetween,
  fromEpochDay,
  startOfDay,
  toEpochDay,
  weekdayOf,
} from '../../functions/platform/calendar.ts';

const epoch = Temporal.PlainDate.from('1970-01-01');
const days = fc.integer({ min: toEpochDay('0001-01-01'), max: toEpochDay('9990-12-31') });
const zones = fc.constantFrom(
  'America/New_York',
  'Europe/Berlin',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Pacific/Apia',
  'Africa/Casablanca',
  'UTC',
);

describe('the calendar', () => {
  it('agrees with Temporal on every day from 1900 to 2150', () => {
    let date = Temporal.PlainDate.from('1900-01-01');
    for (let day = toEpochDay('1900-01-01'); day <= toEpochDay('2150-12-31'); day += 1) {
      const text = date.toString();
      if (fromEpochDay(day) !== text || toEpochDay(text) !== day || weekdayOf(day) !== date.dayOfWeek)
        expect([day, fromEpochDay(day)]).toEqual([day, text]);
      date = date.add({ days: 1 });
    }
  });

  it('agrees with Temporal on any day, number of months and distance', () => {
    fc.assert(
      fc.property(days, days, fc.integer({ min: -120, max: 120 }), (a, b, months) => {
        const date = epoch.add({ days: a });
        expect(fromEpochDay(a)).toBe(date.toString());
        expect(toEpochDay(date.toString())).toBe(a);
        expect(daysBetween(fromEpochDay(a), fromEpochDay(b))).toBe(b - a);
        if (date.year > 20 && date.year < 9980) expect(addMonths(fromEpochDay(a), months)).toBe(date.add({ months }).toString());
      }),
      { numRuns: 5000 },
    );
  });

  it('keeps an anchor: n single steps end where one step of n months ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 40 }), (day, steps) => {
        const start = fromEpochDay(day);
        const anchor = Number(start.slice(8));
        let stepped = start;
        for (let step = 0; step < steps; step += 1) stepped = addMonths(stepped, 1, anchor);
        expect(stepped).toBe(addMonths(start, steps));
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with Temporal on the day of any instant in any zone, whatever was asked before', () => {
    const seconds = fc.oneof(
      fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }),
      fc.integer({ min: 1_760_000_000, max: 1_800_000_000 }),
    );
    fc.assert(
      fc.property(seconds, zones, (instant, zone) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(instant * 1000).toZonedDateTimeISO(zone);
        const day = zoned.toPlainDate().toString();
        expect(dayOfInstant(instant, zone)).toBe(day);
        const first = startOfDay(day, zone);
        expect(first * 1000).toBe(zoned.startOfDay().epochMilliseconds);
        expect(dayOfInstant(first, zone)).toBe(day);
        expect(dayOfInstant(first - 1, zone) < day).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('is right in the second before, at and after each change of offset', () => {
    for (const zone of ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Pacific/Apia']) {
      let at = Temporal.ZonedDateTime.from(`2005-01-01T00:00[${zone}]`);
      for (let next = at.getTimeZoneTransition('next'); next !== null && next.year < 2030; next = at.getTimeZoneTransition('next')) {
        for (const shift of [-1, 0, 1]) {
          const seconds = Math.floor(next.epochMilliseconds / 1000) + shift;
          const expected = Temporal.Instant.fromEpochMilliseconds(seconds * 1000)
            .toZonedDateTimeISO(zone)
            .toPlainDate()
            .toString();
          expect(dayOfInstant(seconds, zone)).toBe(expected);
        }
        at = next;
      }
    }
  });
});
