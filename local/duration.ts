import { Temporal } from 'temporal-polyfill';

/** The instant an ISO 8601 duration later (calendar months and years in UTC), epoch milliseconds; undefined where the text is none. */
export const durationEnd = (fromMs: number, duration: string): number | undefined => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO('UTC').add(Temporal.Duration.from(duration)).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};
