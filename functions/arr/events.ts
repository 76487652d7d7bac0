import * as z from 'zod/mini';
import { declareEvent } from '../platform/events.ts';
import type { Cause } from './movements/movements.ts';

const id = z.string().check(z.minLength(1), z.maxLength(300));
const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
/** Signed whole minor units. */
const minor = z.string().check(z.regex(/^-?\d{1,30}$/));
const currency = z.string().check(z.regex(/^[A-Z]{3}$/));
const attributes = z.record(z.string(), z.string());

/** Every cause of a movement, so that the compiler asks for a new one. */
const causes: { readonly [cause in Cause]: cause } = {
  new: 'new',
  expansion: 'expansion',
  contraction: 'contraction',
  churn: 'churn',
  reactivation: 'reactivation',
  transfer: 'transfer',
  renewal: 'renewal',
  'renewal-uplift': 'renewal-uplift',
  'contracted-step': 'contracted-step',
  'price-escalator': 'price-escalator',
  acquired: 'acquired',
  fx: 'fx',
  adjustment: 'adjustment',
};

export const causeSchema = z.enum(causes);

const amountSchema = z.object({ currency, amountMinor: minor, planMinor: minor });

export const movementSchema = z.object({
  /** `<customer>~<effective on>~<version of the customer's book>~<number>` */
  movementId: id,
  customerId: id,
  effectiveOn: date,
  recordedAt: z.string(),
  cause: causeSchema,
  /** Whether movements of this customer, day and cause had been recorded before. */
  correction: z.boolean(),
  attributes,
  fromAttributes: z.optional(attributes),
  lines: z.array(
    z.object({
      lineKey: id,
      productId: id,
      legalEntity: id,
      currency,
      cause: causeSchema,
      deltaMinor: minor,
      planDeltaMinor: minor,
    }),
  ),
  /** Change of the stock by origin, in the plan currency: landed, expanded, renewal uplift. */
  stock: z.tuple([minor, minor, minor]),
  renewed: z.optional(z.array(amountSchema)),
  /** Source events that led to it, and the rulings by hand that were recorded with it. */
  eventIds: z.array(id),
});

export type Movement = z.infer<typeof movementSchema>;

export const arrMovementsRecorded = declareEvent({
  name: 'ArrMovementsRecorded',
  version: 1,
  source: 'ascent.arr',
  meaning: "A customer's ARR moved: the net movements by day and cause that one or more facts led to.",
  schema: z.object({ customerId: id, planCurrency: currency, profile: id, movements: z.array(movementSchema).check(z.minLength(1)) }),
});

export const subscriptionTieFound = declareEvent({
  name: 'SubscriptionTieFound',
  version: 1,
  source: 'ascent.arr',
  meaning:
    'The two newest states of a subscription share a second and neither says which came first: its state is to be read from the source once.',
  schema: z.object({ system: id, instance: id, subscriptionId: id, observedAt: z.int() }),
});

export const milestoneReached = declareEvent({
  name: 'MilestoneReached',
  version: 1,
  source: 'ascent.arr',
  meaning: 'Live ARR at plan rates crossed 90, 95, 99 or 100 percent of the target of the plan for the first time.',
  schema: z.object({
    planVersion: z.int(),
    /** Basis points of the target. */
    thresholdBps: z.int(),
    reachedOn: date,
    arrMinor: minor,
    targetMinor: minor,
    currency,
  }),
});

const alertFields = {
  /** Of one time that a rule was raised on one subject: what clears it carries the same. */
  alertId: id,
  /** A rule of docs/alerts.md, e.g. `growth-low`. */
  rule: id,
  /** What it is about: `company`, a margin, a deal, a customer's company. */
  subject: id,
  severity: z.enum(['info', 'warning', 'critical']),
  /** Role that looks into it. */
  ownerRole: id,
  sentence: z.string(),
  planVersion: z.int(),
  /** Day of the company's zone at whose end the figure stands. */
  on: date,
  /** Basis points, or minor units of `currency`. */
  unit: z.enum(['bps', 'minor']),
  currency: z.optional(currency),
  figure: minor,
  /** Absent where it is no amount that is crossed. */
  threshold: z.optional(minor),
  /** Figure at which it clears; absent where it never does. */
  clearsAt: z.optional(minor),
  formula: z.string(),
  /** Path of what explains the figure. */
  explain: z.string(),
  /** How far each source had been heard. */
  dataThrough: z.array(z.object({ id, throughAt: z.optional(z.string()) })),
};

/** Beside ARR at plan rates: at the spot rates of the day, or why not. */
const atSpot = { spotArrMinor: z.optional(minor), spotUntold: z.optional(z.string()) };

export const alertRaised = declareEvent({
  name: 'AlertRaised',
  version: 1,
  source: 'ascent.arr',
  meaning: 'A figure crossed the threshold of an alert, or something happened that is told once: docs/alerts.md lists the rules.',
  schema: z.object({ ...alertFields, ...atSpot }),
});

export const alertCleared = declareEvent({
  name: 'AlertCleared',
  version: 1,
  source: 'ascent.arr',
  meaning: 'The figure of an alert that was raised is back beyond its threshold by the whole band.',
  schema: z.object({ ...alertFields, raisedAt: z.string(), raisedOn: date }),
});

const milestoneShare = { thresholdBps: z.int(), amountMinor: minor };

export const milestoneDigestMade = declareEvent({
  name: 'MilestoneDigestMade',
  version: 1,
  source: 'ascent.arr',
  meaning: 'Where ARR stands past the milestones that were reached, once a day from the day after the first until the plan’s target day.',
  schema: z.object({
    planVersion: z.int(),
    on: date,
    currency,
    arrMinor: minor,
    ...atSpot,
    targetMinor: minor,
    progressBps: z.int(),
    /** Whether ARR is still above each. */
    past: z.array(z.object({ ...milestoneShare, reachedOn: date, isAbove: z.boolean() })).check(z.minLength(1)),
    next: z.optional(z.object({ ...milestoneShare, remainingMinor: minor })),
  }),
});

const named = (description: string) => z.string().check(z.minLength(1), z.maxLength(255), z.describe(description));
const soldTo = named('A customer, `<vendor>.<instance>.<id at the source>`');

/** What one person proposes and a second one approves, against what sources say or leave open. */
export const rulingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('link'),
    customerId: soldTo,
    otherId: named('Another one'),
    isSame: z.boolean().check(z.describe('Whether the two are one customer, or are not, whatever their sources say')),
  }),
  z.strictObject({
    kind: z.literal('pair'),
    customerId: soldTo,
    agreementId: named('One of its agreements, by any of the ids that it is known by'),
    subscriptionId: named('One of its billed subscriptions'),
    isSame: z.boolean().check(z.describe('Whether the subscription bills the agreement')),
  }),
  z.strictObject({
    kind: z.literal('lapse'),
    customerId: soldTo,
    agreementId: named('One of its agreements'),
    of: z.enum(['term', 'billing']).check(z.describe('What ended: its term, or its billing within the term')),
    on: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/), z.describe('First day without, YYYY-MM-DD')),
    goesOn: z
      .boolean()
      .check(z.describe('Whether the agreement goes on all the same, until its source says more; false takes such a word back')),
  }),
  z.strictObject({
    kind: z.literal('adjustment'),
    customerId: soldTo,
    currency: currency.check(z.describe('Of the amount')),
    amountMinor: z
      .string()
      .check(z.regex(/^-?[1-9]\d{0,14}$/), z.describe('ARR that is added, or taken off where it is below zero, in minor units')),
    on: date.check(z.describe('Day from which on it counts, YYYY-MM-DD')),
    until: z.optional(date.check(z.describe('Its expiry: the first day without it. Absent: until it is ended'))),
    productId: z.optional(named('Product that it is of; absent: `adjustment`, a value of its own')),
    legalEntity: z.optional(named('Legal entity that it is of; absent: `adjustment`, a value of its own')),
  }),
  z.strictObject({
    kind: z.literal('adjustment-end'),
    customerId: soldTo,
    adjustmentId: named('Id of the ruling that made the adjustment'),
    on: date.check(z.describe('First day without it, YYYY-MM-DD; on its own first day it has never been')),
  }),
]);

export const arrRulingMade = declareEvent({
  name: 'ArrRulingMade',
  version: 1,
  source: 'ascent.arr',
  meaning: 'Two people ruled by hand what is one, goes on, or is adjusted, against what sources say or leave open.',
  schema: z.object({
    rulingId: id,
    ruling: rulingSchema,
    reason: z.string(),
    /** Ids at the identity provider, never names. */
    proposedBy: z.string(),
    approvedBy: z.string(),
    /** Epoch seconds. */
    approvedAt: z.int(),
    /** That day in the company's zone. */
    observedOn: date,
  }),
});

export const arrEvents = [
  arrMovementsRecorded,
  subscriptionTieFound,
  milestoneReached,
  arrRulingMade,
  alertRaised,
  alertCleared,
  milestoneDigestMade,
];
