import * as z from 'zod/mini';
import { isDate } from '../platform/calendar.ts';
import { defineRoutes } from '../platform/routes.ts';
import { causeSchema, movementSchema } from './events.ts';

const date = z.string().check(z.refine(isDate, { error: 'must be a date that exists, written YYYY-MM-DD' }));
const minor = z.string();
const bps = z.optional(z.int());
const name = z.string().check(z.minLength(1), z.maxLength(120));

const conflict = z.object({ code: z.string(), sentence: z.string(), targetBps: z.int(), feasibleBps: z.int() });
const share = z.object({ name: z.string(), amountMinor: minor, shareBps: bps, plannedBps: bps });

/** What every figure carries: which definition, which day, which money, and how far the sources had been heard. */
const figureHead = {
  on: z.string(),
  profile: z.string(),
  /** The plan currency; amounts are its minor units at plan rates unless a field says otherwise. */
  currency: z.string(),
};

export const arrStatus = z.object({
  ...figureHead,
  formula: z.string(),
  planVersion: z.int(),
  /** Absent while a plan rate is missing for a currency that has ARR: `unconverted` says which. */
  arrMinor: z.optional(minor),
  byCurrency: z.array(z.object({ currency: z.string(), amountMinor: minor, planMinor: z.optional(minor) })),
  unconverted: z.array(z.object({ currency: z.string(), amountMinor: minor, code: z.literal('rate-missing'), detail: z.string() })),
  milestone: z.object({
    targetMinor: minor,
    targetOn: z.string(),
    progressBps: z.int(),
    gapClosedBps: bps,
    remainingMinor: minor,
    thresholds: z.array(z.object({ thresholdBps: z.int(), amountMinor: minor, reachedOn: z.optional(z.string()) })),
  }),
  velocity: z.object({
    dailyMinor: minor,
    weeklyMinor: minor,
    monthlyMinor: minor,
    plannedMonthlyMinor: minor,
    plannedArrMinor: minor,
    aheadOfPlanMinor: minor,
    requiredDailyMinor: z.optional(minor),
  }),
  growth: z.object({ monthOverMonthBps: bps, quarterOverQuarterBps: bps, yearOverYearBps: bps }),
  eta: z.object({
    on: z.optional(z.string()),
    earliest: z.optional(z.string()),
    latest: z.optional(z.string()),
    confidenceBps: z.int(),
    method: z.string(),
  }),
  composition: z.object({
    originOfStock: z.object({ totalMinor: minor, shares: z.array(share) }),
    twelveMonthBridge: z.object({ openingMinor: minor, closingMinor: minor, movements: z.array(share) }),
    bookingsMix: z.object({ totalMinor: minor, shares: z.array(share) }),
  }),
  conflicts: z.array(conflict),
});

const waterfallRow = z.object({
  startsOn: z.string(),
  endsBefore: z.string(),
  openingMinor: minor,
  movements: z.array(z.object({ cause: z.string(), netMinor: minor })),
  closingMinor: minor,
  renewedMinor: minor,
});

const sourceEvent = z.object({
  eventId: z.string(),
  eventType: z.string(),
  system: z.string(),
  instance: z.string(),
  /** ISO instant of the source's own clock. */
  observedAt: z.string(),
  kind: z.enum(['subscription', 'schedule', 'customer']),
  /** The fact as it was mapped from the event. */
  fact: z.record(z.string(), z.unknown()),
});

export const arrRoutes = defineRoutes({
  getArrStatus: {
    method: 'GET',
    path: '/api/v1/arr/status',
    scope: 'arr/read',
    summary: 'ARR, milestone, velocity, growth, estimated arrival, composition and the consistency of the plan on a day',
    query: z.object({ on: z.optional(date) }),
    response: arrStatus,
  },
  listArrMovements: {
    method: 'GET',
    path: '/api/v1/arr/movements',
    scope: 'arr/read',
    summary: 'Movements of a period of at most one month over all customers, or of one customer, in the order of their days',
    query: z.object({
      from: z.optional(date),
      to: z.optional(date),
      customerId: z.optional(name),
      cause: z.optional(causeSchema),
    }),
    paged: true,
    response: z.object({ items: z.array(movementSchema), nextCursor: z.nullable(z.string()) }),
    problems: { 'period-invalid': 400 },
  },
  getArrWaterfall: {
    method: 'GET',
    path: '/api/v1/arr/waterfall',
    scope: 'arr/read',
    summary: 'Opening + movements = closing by day, fiscal month, quarter or year, in total or for one value of a dimension',
    query: z.object({
      from: date,
      to: date,
      period: z.optional(z.enum(['day', 'month', 'quarter', 'year'])),
      dimension: z.optional(name),
      value: z.optional(name),
    }),
    response: z.object({
      ...figureHead,
      dimension: z.string(),
      value: z.string(),
      rows: z.array(waterfallRow),
      /** Dimensions that may be asked for, with the values of the one that was. */
      dimensions: z.array(z.string()),
      values: z.array(z.string()),
    }),
    problems: { 'period-invalid': 400, 'dimension-unknown': 404 },
  },
  getArrCustomer: {
    method: 'GET',
    path: '/api/v1/arr/customers/{customerId}',
    scope: 'arr/read',
    summary: "A customer's ARR on a day by line, its history of movements, and its attributes",
    params: z.object({ customerId: name }),
    query: z.object({ on: z.optional(date) }),
    response: z.object({
      ...figureHead,
      customerId: z.string(),
      name: z.string(),
      /** Absent while a plan rate is missing for a line: that line has no `planMinor`. */
      arrMinor: z.optional(minor),
      attributes: z.record(z.string(), z.string()),
      lines: z.array(
        z.object({
          lineKey: z.string(),
          productId: z.string(),
          legalEntity: z.string(),
          currency: z.string(),
          amountMinor: minor,
          planMinor: z.optional(minor),
        }),
      ),
      movements: z.array(movementSchema),
    }),
    problems: { 'customer-unknown': 404 },
  },
  explainArr: {
    method: 'GET',
    path: '/api/v1/arr/explain',
    scope: 'arr/read',
    summary:
      'From a movement to the source events behind it (movementId), or from a source event to the movements that it led to (customerId and eventId)',
    query: z.object({
      movementId: z.optional(z.string().check(z.maxLength(400))),
      customerId: z.optional(name),
      eventId: z.optional(z.string().check(z.maxLength(300))),
    }),
    response: z.object({
      customerId: z.string(),
      customerName: z.string(),
      movements: z.array(movementSchema),
      events: z.array(sourceEvent),
    }),
    problems: { 'movement-unknown': 404, 'event-unknown': 404, 'question-incomplete': 400 },
  },
});
