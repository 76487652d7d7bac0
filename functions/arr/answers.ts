import * as z from 'zod/mini';
import { causeSchema, movementSchema } from './events.ts';
import { besideArr, explainedBy, minor, shownBy, told } from './evidence-answers.ts';
import { adjustments, factKind, identity, levels } from './identity-answers.ts';

/** What the API answers of ARR. Money is text of whole minor units. */
const bps = z.optional(z.int());

/** What a subscription's fact says of the evidence and the dates of its lines. Days are `YYYY-MM-DD` in the company's zone. */
const evidence = {
  subscriptionId: told('Id of the subscription at the source'),
  evidence: z.enum(['signed', 'billed', 'claimed']).check(z.describe('What supports it')),
  bookedOn: z.optional(told('Day of the last signature; absent where the source does not tell it')),
  startsOn: told('Service start: the first day on which it can be live'),
  agreementId: z.optional(told('Id of the contract or order, where the source refers to one')),
  scheduleId: z.optional(told('Id at the source of the schedule with its contracted steps')),
  cancelsOn: z.optional(told('Day on which it will end, as notified')),
  endedOn: z.optional(told('Day on which it ended')),
};

const conflict = z.object({
  code: z.string(),
  sentence: told('Whose targets disagree, by how much, why, and what settles it'),
  targetBps: z.int().check(z.describe('What the target asks for')),
  feasibleBps: z.int().check(z.describe('What the other targets leave room for')),
});
const share = z.object({ name: z.string(), amountMinor: minor, shareBps: bps, plannedBps: bps });
const mix = z.object({ totalMinor: minor, shares: z.array(share) });

/** What every figure carries: which definition, which money, and how far the sources had been heard. */
export const figureHead = {
  profile: z.string(),
  profileVersion: z.optional(told('Names what the profile chooses; absent in what was kept before figures said so')),
  /** In words, with where it is explained. */
  formula: z.string(),
  /** Amounts are its minor units at plan rates unless a field says otherwise. */
  planCurrency: z.string(),
  dataThrough: z.array(
    z.object({
      /** `stripe-main`: the vendor and the configured instance. */
      id: z.string(),
      /** ISO instant of the source's clock up to which it has been heard. */
      throughAt: z.optional(z.string()),
      /** The event taken in last: when, and how long after the source showed it. */
      lastEvent: z.optional(z.object({ eventId: z.string(), recordedAt: z.string(), lagSeconds: z.int() })),
    }),
  ),
};

/**
 * What has no plan rate on a day that the figure looks at, from that day on which it first lacks it. What rests on it is left out: a figure in
 * the plan currency is whole or absent.
 */
const unconverted = z.array(
  z.object({ currency: z.string(), on: z.string(), amountMinor: minor, code: z.literal('rate-missing'), detail: z.string() }),
);

/** Fields in the plan currency, and all that rests on them, are absent while a plan rate is missing: `unconverted` says which. */
export const arrStatus = z.object({
  ...figureHead,
  on: z.string(),
  planVersion: z.int(),
  arrMinor: z.optional(minor),
  byCurrency: z.array(z.object({ currency: z.string(), amountMinor: minor, planMinor: z.optional(minor) })),
  unconverted,
  milestone: z.object({
    targetMinor: minor,
    targetOn: z.string(),
    progressBps: bps,
    gapClosedBps: bps,
    remainingMinor: z.optional(minor),
    thresholds: z.optional(z.array(z.object({ thresholdBps: z.int(), amountMinor: minor, reachedOn: z.optional(z.string()) }))),
  }),
  velocity: z.object({
    dailyMinor: z.optional(minor),
    weeklyMinor: z.optional(minor),
    monthlyMinor: z.optional(minor),
    plannedMonthlyMinor: minor,
    plannedArrMinor: minor,
    aheadOfPlanMinor: z.optional(minor),
    requiredDailyMinor: z.optional(minor),
  }),
  growth: z.object({
    yearAgoMinor: z.optional(told('ARR a year before, minor units')),
    monthOverMonthBps: bps,
    quarterOverQuarterBps: bps,
    yearOverYearBps: bps,
  }),
  eta: z.optional(
    z.object({
      on: z.optional(z.string()),
      earliest: z.optional(z.string()),
      latest: z.optional(z.string()),
      confidenceBps: z.int(),
      method: z.string(),
    }),
  ),
  composition: z.object({
    originOfStock: z.optional(mix),
    twelveMonthBridge: z.optional(z.object({ openingMinor: minor, closingMinor: minor, movements: z.array(share) })),
    bookingsMix: z.optional(mix),
  }),
  conflicts: z
    .array(conflict)
    .check(
      z.describe(
        'Targets of the plan itself that cannot hold together: a remark on the plan, on which no figure rests; empty where they fit',
      ),
    ),
  /** Path of what explains the ARR. */
  explain: z.string(),
});

/** Either whole, with all four amounts, or without them and with what is `unconverted`. */
const waterfallRow = z.object({
  startsOn: z.string(),
  endsBefore: z.string(),
  openingMinor: z.optional(minor),
  movements: z.optional(z.array(z.object({ cause: z.string(), netMinor: minor }))),
  closingMinor: z.optional(minor),
  renewedMinor: z.optional(minor),
  unconverted,
  /** Path of what explains the row; with `&cause=` it explains one of its movements. */
  explain: z.string(),
});

export const arrWaterfall = z.object({
  ...figureHead,
  on: z.string(),
  asKnownOn: z.optional(told('The day at whose end this was known, where one was asked for')),
  knownThrough: z.optional(
    told('Only as known on a day: all of it that was recorded before this instant is in; before the end of that day, more may come'),
  ),
  ledgerThrough: z.optional(
    told('As known on a day, or by a profile that is not in force: all that was recorded before this instant is in the ledger it is from'),
  ),
  dimension: z.string(),
  value: z.string(),
  rows: z.array(waterfallRow),
  /** Dimensions that may be asked for, with the values of the one that was. */
  dimensions: z.array(z.string()),
  values: z.array(z.string()),
});

export const arrCustomer = z.object({
  ...figureHead,
  on: z.string(),
  customerId: told('Whose book it is: of the first of its `members`, under whichever of their ids it was asked for'),
  name: z.string(),
  identity,
  /** Absent while a plan rate is missing for a line: that line has no `planMinor`. */
  arrMinor: z.optional(minor),
  unconverted,
  stock: z.optional(
    z
      .tuple([minor, minor, minor])
      .check(z.describe('ARR by origin, in the plan currency: landed, expanded, renewal uplift; absent where `arrMinor` is')),
  ),
  attributes: z.record(z.string(), z.string()),
  levels,
  /** Each with the fact that is in force for it on the day. */
  lines: z.array(
    z.object({
      lineKey: z.string(),
      productId: z.string(),
      legalEntity: z.string(),
      currency: z.string(),
      amountMinor: minor,
      planMinor: z.optional(minor),
      origin: z.optional(
        z
          .enum(['landed', 'expanded', 'renewal-uplift'])
          .check(z.describe('How its ARR came about, where the source tells it; otherwise movements decide, see `stock`')),
      ),
      ...explainedBy,
      ...evidence,
    }),
  ),
  adjustments,
  ...besideArr,
  movements: z.array(movementSchema),
});

const sourceEvent = z.object({
  ...shownBy,
  eventType: z.string(),
  /** ISO instant of the source's own clock. */
  observedAt: z.string(),
  kind: factKind,
  /** Of a subscription only. */
  ...z.partial(z.object(evidence)).shape,
  /** The fact as it was mapped from the event. */
  fact: z.record(z.string(), z.unknown()),
});

/** Movements with the source events behind them. */
export const explainedMovement = z.object({
  explains: z.enum(['movement', 'event']),
  ...figureHead,
  customerId: z.string(),
  customerName: z.string(),
  identity,
  movements: z.array(movementSchema),
  events: z.array(sourceEvent),
  nextCursor: z.null(),
});

/** A figure from the totals, and page by page the movements that make it. */
export const explainedFigure = z.object({
  explains: z.literal('figure'),
  ...figureHead,
  /** Of ARR on a day: it is taken apart into the opening of its month and the movements since. */
  on: z.optional(z.string()),
  from: z.string(),
  to: z.string(),
  dimension: z.string(),
  value: z.string(),
  cause: z.optional(causeSchema),
  /** What was asked for: the closing of a day, or the movements of a period. */
  amountMinor: z.optional(minor),
  openingMinor: z.optional(minor),
  movementsMinor: z.optional(minor),
  closingMinor: z.optional(minor),
  /** In the minor units of each currency; `planMinor` is what was asked for at plan rates. */
  byCurrency: z.array(
    z.object({
      currency: z.string(),
      openingMinor: z.optional(minor),
      movementsMinor: minor,
      closingMinor: z.optional(minor),
      planMinor: z.optional(minor),
    }),
  ),
  unconverted,
  /** Where the opening is explained; absent where there was no ARR. */
  opening: z.optional(z.object({ on: z.string(), explain: z.string() })),
  /** Up to and with this page: how many movements, their sum, and, on the last page, whether that is `movementsMinor`. */
  listed: z.object({ movements: z.int(), sumMinor: z.optional(minor), foots: z.optional(z.boolean()) }),
  /** Each movement with its part of the figure. */
  items: z.array(
    z.object({
      movementId: z.string(),
      customerId: z.string(),
      effectiveOn: z.string(),
      recordedAt: z.string(),
      cause: causeSchema,
      correction: z.boolean(),
      amountMinor: z.optional(minor),
      byCurrency: z.array(z.object({ currency: z.string(), amountMinor: minor, planMinor: z.optional(minor) })),
      /** Path of the source events behind it. */
      explain: z.string(),
    }),
  ),
  nextCursor: z.nullable(z.string()),
});
