import * as z from 'zod/mini';
import { declareEvent } from '../platform/events.ts';

const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const currency = z.string().check(z.regex(/^[A-Z]{3}$/));
const minor = z.string().check(z.regex(/^\d{1,18}$/));
/** `COST_KINDS` of costs.ts, as they were when the event came about. */
const costKind = z.enum([
  'revenue',
  'cogs',
  'support',
  'sales',
  'marketing',
  'research',
  'general',
  'other',
  'operating-cash-flow',
  'capital-expenditure',
]);

export const planChanged = declareEvent({
  name: 'PlanChanged',
  version: 1,
  source: 'ascent.company',
  meaning: 'A new version of the plan was set; which version is in force on a day follows from their start dates.',
  schema: z.object({
    planVersion: z.int(),
    previousPlanVersion: z.int(),
    startsOn: date,
    targetOn: date,
    currency,
    openingArrMinor: minor,
    targetArrMinor: minor,
    /** Id at the identity provider, never a name. */
    changedBy: z.string(),
    reason: z.string(),
  }),
});

export const fxRatesLoaded = declareEvent({
  name: 'FxRatesLoaded',
  version: 1,
  source: 'ascent.company',
  meaning: 'Exchange rates were added or corrected; figures converted at one of these pairs are stale from its earliest day on.',
  schema: z.object({
    /** Grows by one with each load: a figure names the version that it was converted with. */
    rateSetVersion: z.int(),
    /** Id at the identity provider, never a name. Absent in events of before it was told. */
    loadedBy: z.optional(z.string()),
    pairs: z.array(
      z.object({ base: currency, quote: currency, type: z.enum(['spot', 'average', 'closing', 'plan']), earliestOn: date, rates: z.int() }),
    ),
  }),
});

export const costsLoaded = declareEvent({
  name: 'CostsLoaded',
  version: 1,
  source: 'ascent.company',
  meaning: 'Revenue, costs or cash were added or corrected; metrics that rest on one of these kinds are stale from its earliest month on.',
  schema: z.object({
    /** Grows by one with each load: a figure names the version that it was made with. */
    costSetVersion: z.int(),
    /** Id at the identity provider, never a name. */
    loadedBy: z.string(),
    /** Months are named by their first day. */
    kinds: z.array(z.object({ kind: costKind, earliestMonth: date, latestMonth: date, rows: z.int() })),
  }),
});

export const companyEvents = [planChanged, fxRatesLoaded, costsLoaded];
