import * as z from 'zod/mini';
import { declareEvent } from '../platform/events.ts';

/**
 * Facts about customers and commercial lines in our own words. Every source system (Stripe now, Salesforce later)
 * is mapped to these once, at its edge; nothing behind them knows a vendor's type.
 *
 * Money is a decimal string of MINOR units of `currency` (Stripe's cents, or whole yen), so that tenths of a cent stay exact;
 * where a vendor's minor unit is not ISO 4217's (UGX, ISK in Stripe), it has been converted to ISO 4217's.
 * Dates are `YYYY-MM-DD` in the company's zone; `observedAt` is whole epoch seconds of the source's own clock.
 */
const decimal = z.string().check(z.regex(/^-?\d{1,30}(\.\d{1,12})?$/));
const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const id = z.string().check(z.minLength(1), z.maxLength(255));

const systemName = z.enum(['stripe', 'salesforce', 'hubspot', 'netsuite', 'manual']);

/** Where a fact comes from: `system` is the vendor, `instance` one account or org of it. */
export const provenanceSchema = z.object({
  system: systemName,
  instance: id,
  /** The source's own event id, or `refetch:<object>:<milliseconds>` for a state read from its API. Unique within the instance. */
  eventId: id,
  eventType: id,
  /** The source's time of the fact, epoch seconds. */
  observedAt: z.int(),
});

/** First, later or last showing of an object, or the source's present state, which was read from its API. */
const lifecycle = z.enum(['created', 'changed', 'deleted', 'observed']);

const tierSchema = z.object({ upTo: z.nullable(z.string().check(z.regex(/^\d+$/))), unitMinor: decimal, flatMinor: decimal });

/** How one unit or block is priced, per billing interval, before discounts and tax. */
const pricingSchema = z.discriminatedUnion('model', [
  z.object({ model: z.literal('per-unit'), unitMinor: decimal }),
  /** Quantity is divided by `size` and rounded to whole packages first. */
  z.object({ model: z.literal('package'), unitMinor: decimal, size: z.int(), round: z.enum(['up', 'down']) }),
  z.object({ model: z.literal('graduated'), tiers: z.array(tierSchema).check(z.minLength(1), z.maxLength(100)) }),
  z.object({ model: z.literal('volume'), tiers: z.array(tierSchema).check(z.minLength(1), z.maxLength(100)) }),
]);

/** `percent` is a decimal string of percent (`12.5`); `amount` is minor units per billing interval. `endsOn` is the first day without it. */
const discountSchema = z.object({
  discountId: id,
  kind: z.enum(['percent', 'amount']),
  value: decimal,
  /** `once` never counts towards recurring revenue. */
  duration: z.enum(['once', 'repeating', 'forever']),
  startsOn: z.optional(date),
  endsOn: z.optional(date),
});

const lineSchema = z.object({
  lineId: id,
  productId: id,
  priceId: id,
  usage: z.enum(['licensed', 'metered']),
  interval: z.enum(['day', 'week', 'month', 'year']),
  intervalCount: z.int(),
  /** Absent for metered lines. */
  quantity: z.optional(decimal),
  pricing: pricingSchema,
  discounts: z.array(discountSchema),
  periodStartsOn: z.optional(date),
  periodEndsOn: z.optional(date),
  /**
   * First day of the line's own service, and first day without it, where the source dates its lines. Several of one `lineId` follow each other:
   * they are one line that steps on contracted days.
   */
  startsOn: z.optional(date),
  endsOn: z.optional(date),
  /** Day of the last signature under the line, where it has one of its own (an amendment, say). */
  bookedOn: z.optional(date),
  /** The source's product is not mapped to one of ours: `productId` is the source's own. */
  unmapped: z.optional(z.literal(true)),
  /** How this line's stock of ARR came about, where the source says (imported books); otherwise movements decide. */
  origin: z.optional(z.enum(['landed', 'expanded', 'renewal-uplift'])),
});

export const subscriptionRecorded = declareEvent({
  name: 'SubscriptionRecorded',
  version: 1,
  source: 'ascent.integrations',
  meaning: 'A source showed the whole state of one subscription (billed evidence of commercial lines) at one time of its own clock.',
  schema: z.object({
    provenance: provenanceSchema,
    subscriptionId: id,
    /** The sold-to customer at the source. */
    customerId: id,
    legalEntity: id,
    currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
    status: z.enum(['trialing', 'active', 'past-due', 'unpaid', 'paused', 'incomplete', 'incomplete-expired', 'canceled']),
    evidence: z.enum(['signed', 'billed', 'claimed']),
    collectionPaused: z.boolean(),
    /** Day on which the service started (after a trial: the trial's end); may lie before `observedAt` where the source says so. */
    startsOn: date,
    /** The source states the start itself; otherwise it follows from other dates. A stated start holds for the whole subscription, also back. */
    startsOnStated: z.optional(z.literal(true)),
    trialEndsOn: z.optional(date),
    endedOn: z.optional(date),
    cancelsOn: z.optional(date),
    bookedOn: z.optional(date),
    /** Day of the fact in the company's zone, from `observedAt`. */
    observedOn: date,
    /** Length of the commercial term where the source says it (months); otherwise a line's term is its interval. */
    termMonths: z.optional(z.int()),
    termStartsOn: z.optional(date),
    agreementId: z.optional(id),
    /** Every id under which a signed agreement is known (its own, its number, its orders'): a billing system may carry any of them. */
    agreementIds: z.optional(z.array(id).check(z.maxLength(40))),
    /** Subscriptions of billing systems that the agreement itself names as what bills it. */
    billedBy: z.optional(z.array(z.object({ system: systemName, instance: id, subscriptionId: id })).check(z.maxLength(20))),
    scheduleId: z.optional(id),
    discounts: z.array(discountSchema),
    lines: z.array(lineSchema).check(z.maxLength(200)),
    /** Whether this is the first or the last fact of the object at the source. */
    lifecycle,
    /** Hash of the commercial content of this snapshot, and of the one that the source says came right before it: they order facts that share a second. */
    fingerprint: id,
    previousFingerprint: z.optional(id),
  }),
});

export const subscriptionScheduleRecorded = declareEvent({
  name: 'SubscriptionScheduleRecorded',
  version: 1,
  source: 'ascent.integrations',
  meaning: 'A source showed the phases of a subscription schedule: contracted steps, on their own dates.',
  schema: z.object({
    provenance: provenanceSchema,
    scheduleId: id,
    subscriptionId: z.optional(id),
    customerId: id,
    status: z.enum(['not-started', 'active', 'completed', 'released', 'canceled']),
    observedOn: date,
    phases: z.array(
      z.object({ startsOn: date, endsOn: z.optional(date), items: z.array(z.object({ priceId: id, quantity: z.optional(decimal) })) }),
    ),
    /** As of a subscription. Absent in facts of before schedules told them. */
    lifecycle: z.optional(lifecycle),
    fingerprint: z.optional(id),
    previousFingerprint: z.optional(id),
  }),
});

export const customerRecorded = declareEvent({
  name: 'CustomerRecorded',
  version: 1,
  source: 'ascent.integrations',
  meaning: 'A source showed a customer: its name, its levels and the attributes that segments are made of.',
  schema: z.object({
    provenance: provenanceSchema,
    customerId: id,
    /** Company name; empty where the source has none. Personal data: never logged. */
    name: z.string(),
    billToId: z.optional(id),
    parentId: z.optional(id),
    /** Customers of other systems that this source says are the same one, by their ids there. */
    sameAs: z.optional(z.array(z.object({ system: systemName, instance: id, customerId: id })).check(z.maxLength(20))),
    /** Attributes that totals are cut by, e.g. `{ segment: 'Enterprise', region: 'EMEA', fortune500: 'yes', channel: 'direct' }`. */
    attributes: z.record(z.string(), z.string()),
    deleted: z.boolean(),
    observedOn: date,
    /** Whether this is the first or the last fact of the customer at the source. Absent, like the fingerprints, in facts of before they were told. */
    lifecycle: z.optional(lifecycle),
    /** Hash of what this fact says of the customer, and of what the source says was so right before: they order facts that share a second. */
    fingerprint: z.optional(id),
    previousFingerprint: z.optional(id),
  }),
});

export const integrationEvents = [subscriptionRecorded, subscriptionScheduleRecorded, customerRecorded];
