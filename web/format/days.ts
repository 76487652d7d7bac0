import { LOCALE } from './money.ts';

/** Days are `YYYY-MM-DD`, as the API tells them; the company's zone has been applied there. */
const utc = (day: string): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

export const addDays = (day: string, days: number): string => dayOf(new Date(utc(day).getTime() + days * 86_400_000));

/** The same day of another month, or its last where it has no such day: one month before 31 March is 28 February. */
export const addMonths = (day: string, months: number): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dayOf(new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))));
};

export const startOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;
export const endOfMonth = (day: string): string => addDays(addMonths(startOfMonth(day), 1), -1);

/** `Nov 5, 2026` */
export const dayText = (day: string, locale: string = LOCALE): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(utc(day));

/** `Nov 2026` */
export const monthText = (day: string, locale: string = LOCALE): string =>
  new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(utc(day));

/** An ISO instant in the reader's own zone. */
export const instantText = (instant: string, locale: string = LOCALE): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long something took or is ago: `3 days`, `45 seconds`. */
export const durationText = (seconds: number, locale: string = LOCALE): string => {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? (['second', 1] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(seconds / length);
};
