import { Temporal } from 'temporal-polyfill';

/** Whole hours, days or weeks as people write them: `2h`, `14d`, `1w`. */
const SHORT = /^(\d+)([hdw])$/i;

const isoOf = (text: string): string => {
  const [, count, unit = ''] = SHORT.exec(text) ?? [];
  if (count === undefined) return text;
  return unit.toLowerCase() === 'h' ? `PT${count}H` : `P${count}${unit.toUpperCase()}`;
};

/**
 * The instant a duration later, epoch milliseconds: a short one (`14d`), or one of ISO 8601 (calendar months and years in UTC); undefined where
 * the text is none.
 */
export const durationEnd = (fromMs: number, text: string): number | undefined => {
  const duration = isoOf(text);
  try {
    return Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO('UTC').add(Temporal.Duration.from(duration)).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};
