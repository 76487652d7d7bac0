import { fromEpochMilliseconds, toZonedDateTimeISO } from 'temporal-polyfill/fns/Instant';
import { create as plainDate, toZonedDateTime } from 'temporal-polyfill/fns/PlainDate';
import { getTimeZoneTransition, offsetNanoseconds, type Record as Zoned } from 'temporal-polyfill/fns/ZonedDateTime';
import { fail, ok, type Problem, type Result } from './result.ts';

/**
 * Accounting dates are text, `YYYY-MM-DD` in the proleptic Gregorian calendar, years 0000 to 9999: they sort as text and travel as JSON.
 * Arithmetic is on epoch days (whole days since 1970-01-01, an exact integer). Zones come from Temporal; the integer arithmetic is
 * proven equal to Temporal's in a property test. Nothing here reads the current time.
 */

const EPOCH_SHIFT_DAYS = 719_468; // 0000-03-01 to 1970-01-01
const ERA_DAYS = 146_097; // 400 Gregorian years
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** `month` is 1 to 12. */
export const daysInMonth = (year: number, month: number): number => (month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0));

const digits = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
};

const DAYS_BEFORE_MONTH = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;
/** Days from the last day of the year -1 to 1970-01-01. */
const EPOCH_OFFSET_DAYS = 719_528;

/** A quotient of small integers, without its fraction. */
const quotient = (a: number, b: number): number => (a / b) | 0;

/** The days of the years before (365 each, and a day for each leap year until last February), of the months before, and the day itself. */
const epochDayOf = (year: number, month: number, day: number): number => {
  const leapYear = month <= 2 ? year - 1 : year;
  const leapDays = (leapYear >> 2) - quotient(leapYear, 100) + quotient(leapYear, 400);
  return year * 365 + leapDays + (DAYS_BEFORE_MONTH[month] ?? 0) + day - EPOCH_OFFSET_DAYS;
};

const NO_DIGITS = -1_000_000;

/** The number of two digits; far below zero where they are none. */
const twoDigits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS;
};

const readDay = (date: string): number => {
  if (date.length !== 10 || date.charCodeAt(4) !== 45 || date.charCodeAt(7) !== 45) return Number.NaN;
  const year = twoDigits(date, 0) * 100 + twoDigits(date, 2);
  const month = twoDigits(date, 5);
  const day = twoDigits(date, 8);
  const isThere = year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return isThere ? epochDayOf(year, month, day) : Number.NaN;
};

/** Whether text is a date that exists: `2026-02-29` is not one. */
export const isDate = (text: string): boolean => !Number.isNaN(readDay(text));

/** Dates that people may ask about or plan with: so far from the ends of the calendar that years more or less stay dates. */
const FIRST_ASKED = '1900-01-01';
const LAST_ASKED = '2199-12-31';

/** Whether text is a date that exists, from 1900 to 2199. */
export const isDateInReach = (text: string): boolean => isDate(text) && text >= FIRST_ASKED && text <= LAST_ASKED;

/** For text from outside. Problem: `date-invalid`. */
export const parseDate = (text: string, field?: string): Result<string, Problem<'date-invalid'>> =>
  isDate(text) ? ok(text) : fail('date-invalid', `"${text.slice(0, 20)}" is not a date that exists, written YYYY-MM-DD.`, field);

/** Days since 1970-01-01 of a date that was validated before; anything else is a bug and throws. */
export const toEpochDay = (date: string): number => {
  const day = readDay(date);
  if (Number.isNaN(day)) throw new RangeError(`"${date.slice(0, 20)}" is not a date that exists; validate it with parseDate first.`);
  return day;
};

const pad = (value: number, width: number): string => value.toString().padStart(width, '0');
const dateText = (year: number, month: number, day: number): string => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;

const spell = (epochDay: number): string => {
  const shifted = epochDay + EPOCH_SHIFT_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return dateText(year, month, dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1);
};

/** Texts of the days from 1970 to 2069, made when first asked for. */
const KEPT_DAYS = 36_525;
const texts = new Array<string | undefined>(KEPT_DAYS);

export const fromEpochDay = (epochDay: number): string => {
  if (epochDay < 0 || epochDay >= KEPT_DAYS) return spell(epochDay);
  const made = texts[epochDay];
  if (made !== undefined) return made;
  const text = spell(epochDay);
  texts[epochDay] = text;
  return text;
};

export const addDays = (date: string, days: number): string => fromEpochDay(toEpochDay(date) + days);

/** Days from `start` until `end`: the length of the half-open period [start, end); negative when `end` is earlier. */
export const daysBetween = (start: string, end: string): number => toEpochDay(end) - toEpochDay(start);

/** ISO weekday, 1 Monday to 7 Sunday. */
export const weekdayOf = (epochDay: number): number => ((((epochDay + 3) % 7) + 7) % 7) + 1;

export const yearOf = (date: string): number => digits(date, 0, 4);
/** 1 to 12. */
export const monthOf = (date: string): number => digits(date, 5, 7);
export const dayOf = (date: string): number => digits(date, 8, 10);
/** Calendar quarter, 1 to 4. */
export const quarterOf = (date: string): number => Math.ceil(monthOf(date) / 3);

/**
 * The date `months` later (or earlier) on `anchorDay` (1 to 31, by default the date's own day), clamped to the month's end.
 * Pass the anchor along so that a clamp does not stick: 31 Jan, anchor 31 → 28 Feb → 31 Mar.
 */
export const addMonths = (date: string, months: number, anchorDay: number = dayOf(date)): string => {
  const index = yearOf(date) * 12 + monthOf(date) - 1 + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  return dateText(year, month, Math.min(anchorDay, daysInMonth(year, month)));
};

export const startOfMonth = (date: string): string => `${date.slice(0, 8)}01`;
/** The month's last day (inclusive). */
export const endOfMonth = (date: string): string => dateText(yearOf(date), monthOf(date), daysInMonth(yearOf(date), monthOf(date)));
/** Whether the date is its month's last day. */
export const isMonthEnd = (date: string): boolean => dayOf(date) === daysInMonth(yearOf(date), monthOf(date));

/** The last days of all months that end within [start, end). */
export const monthEndsWithin = (start: string, end: string): readonly string[] => {
  const ends: string[] = [];
  for (let last = endOfMonth(start); last < end; last = endOfMonth(addMonths(last, 1, 1))) ends.push(last);
  return ends;
};

const DAY_SECONDS = 86_400;

/** One stretch of a zone's time with one offset from UTC: [from, until) in epoch seconds. */
interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly offsetSeconds: number;
}

const zoned = (epochSeconds: number, zone: string): Zoned => toZonedDateTimeISO(fromEpochMilliseconds(epochSeconds * 1000), zone);
const secondsOf = (record: Zoned): number => Number(record.epochNanoseconds / 1_000_000_000n);

const stretchAt = (epochSeconds: number, zone: string): Stretch => {
  const at = zoned(epochSeconds, zone);
  const next = getTimeZoneTransition(at, 'next');
  const atNextSecond = zoned(epochSeconds + 1, zone);
  const previous = getTimeZoneTransition(atNextSecond, 'previous');
  return {
    from: previous === null || secondsOf(previous) > epochSeconds ? Number.NEGATIVE_INFINITY : secondsOf(previous),
    until: next === null ? Number.POSITIVE_INFINITY : secondsOf(next),
    offsetSeconds: offsetNanoseconds(at) / 1_000_000_000,
  };
};

/** Known stretches by zone, the one used last in front. Bounded: a company has few zones, a zone two stretches a year. */
const stretches = new Map<string, Stretch[]>();
const MAX_ZONES = 64;
const MAX_STRETCHES = 64;

const offsetAt = (epochSeconds: number, zone: string): number => {
  let known = stretches.get(zone);
  const found = known?.findIndex(({ from, until }) => epochSeconds >= from && epochSeconds < until) ?? -1;
  const hit = known?.[found];
  if (known !== undefined && hit !== undefined) {
    if (found > 0) [known[0], known[found]] = [hit, known[0] ?? hit];
    return hit.offsetSeconds;
  }
  const made = stretchAt(epochSeconds, zone);
  if (known === undefined) {
    if (stretches.size >= MAX_ZONES) stretches.clear();
    known = [];
    stretches.set(zone, known);
  }
  known.unshift(made);
  known.length = Math.min(known.length, MAX_STRETCHES);
  return made.offsetSeconds;
};

/** Whether this machine knows an IANA zone by that name. */
export const isZone = (zone: string): boolean => {
  try {
    zoned(0, zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** The date on which an instant falls in a zone, daylight saving included. An unknown zone throws: configuration is checked by `isZone`. */
export const dayOfInstant = (epochSeconds: number, zone: string): string => {
  const offsetSeconds = zone === 'UTC' ? 0 : offsetAt(epochSeconds, zone);
  return fromEpochDay(Math.floor((epochSeconds + offsetSeconds) / DAY_SECONDS));
};

/** The first instant of a date in a zone, epoch seconds; where midnight is skipped by daylight saving, the first that exists. */
export const startOfDay = (date: string, zone: string): number => {
  if (zone === 'UTC') return toEpochDay(date) * DAY_SECONDS;
  return secondsOf(toZonedDateTime(plainDate(yearOf(date), monthOf(date), dayOf(date)), zone));
};
