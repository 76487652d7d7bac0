import type { Look } from '../../../functions/arr/risk/features.ts';
import type { Cohort } from '../../../functions/arr/risk/model.ts';
import { addMonths, startOfDay, toEpochDay } from '../../../functions/platform/calendar.ts';

/** The end of a day; with a day before whose beginning things had to be recorded to be known. */
export const lookTold = (on: string, knownBefore?: string): Look => ({
  day: toEpochDay(on),
  sixMonthsAgo: toEpochDay(addMonths(on, -6)),
  yearAgo: toEpochDay(addMonths(on, -12)),
  twoYearsAgo: toEpochDay(addMonths(on, -24)),
  yearAhead: toEpochDay(addMonths(on, 12)),
  knownBefore: knownBefore === undefined ? Number.POSITIVE_INFINITY : startOfDay(knownBefore, 'UTC'),
});

/** Customers of $100 each, and who of them left. */
export const cohortTold = (told: readonly { readonly bands: readonly number[]; readonly hasLeft: boolean }[]): Cohort => ({
  accounts: told.map(({ bands }, customer) => ({ customer, bands, arrMinor: 10_000n, isLeaving: false })),
  left: new Set(told.flatMap(({ hasLeft }, customer) => (hasLeft ? [customer] : []))),
});
