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
  /** Source events that led to it. */
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

export const arrEvents = [arrMovementsRecorded, subscriptionTieFound, milestoneReached];
