import * as z from 'zod/mini';
import { declareEvent } from '../platform/events.ts';
import { date, decimal, discountSchema, id, lifecycle, lineSchema, provenanceSchema, systemName } from './fact-schemas.ts';

export const subscriptionRecorded = declareEvent({
  name: 'SubscriptionRecorded',
  version: 1,
  source: 'ascent.integrations',
  meaning:
    'A source showed the whole state of one subscription or agreement (billed, signed or claimed evidence of commercial lines) at one time of its own clock.',
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
    /** The agreement that this one renews, by its id at the source. */
    renewalOf: z.optional(id),
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

export const usageBilled = declareEvent({
  name: 'UsageBilled',
  version: 1,
  source: 'ascent.integrations',
  meaning: 'A source showed an invoice, final or void, that bills metered usage: its metered lines only. One without them is not told.',
  schema: z.object({
    provenance: provenanceSchema,
    invoiceId: id,
    customerId: id,
    legalEntity: id,
    currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
    /** Whatever an invoice billed counts, paid or not, until it is void. */
    status: z.enum(['open', 'paid', 'uncollectible', 'void']),
    observedOn: date,
    /** Usage of one line of a subscription in one period, all tiers of its price together. */
    lines: z
      .array(
        z.object({
          /** As of the subscription's line. */
          lineId: id,
          subscriptionId: z.optional(id),
          productId: z.optional(id),
          priceId: id,
          /** First day of the period that was used, and first day after it. */
          startsOn: date,
          endsOn: date,
          /** Whole minor units, net of discounts, without the tax that is added. */
          amountMinor: decimal,
        }),
      )
      .check(z.minLength(1), z.maxLength(200)),
  }),
});

/** What every fact of these says: from where, of which day, whether it is gone at the source, and the hash of all the rest. */
const shown = { provenance: provenanceSchema, deleted: z.boolean(), observedOn: date, fingerprint: id };

const forecastCategory = z.enum(['omitted', 'pipeline', 'best-case', 'most-likely', 'commit', 'closed']);

/** What an opportunity was like from `recordedAt` (epoch seconds) until the next step. */
const opportunityStepSchema = z.object({
  recordedAt: z.int(),
  stage: id,
  amountMinor: z.optional(decimal),
  /** Percent, 0 to 100. */
  probability: z.optional(decimal),
  forecastCategory: z.optional(forecastCategory),
  closesOn: z.optional(date),
});

export const opportunityRecorded = declareEvent({
  name: 'OpportunityRecorded',
  version: 1,
  source: 'ascent.integrations',
  meaning: 'A source showed the whole state of one opportunity, and the steps that led to it.',
  schema: z.object({
    ...shown,
    opportunityId: id,
    customerId: z.optional(id),
    legalEntity: id,
    currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
    /** Absent where nothing was estimated. */
    amountMinor: z.optional(decimal),
    /** The source's own name of the stage, as that of the type. */
    stage: id,
    type: z.optional(id),
    isClosed: z.boolean(),
    isWon: z.boolean(),
    forecastCategory,
    /** Percent, 0 to 100. */
    probability: z.optional(decimal),
    closesOn: date,
    createdOn: date,
    ownerId: z.optional(id),
    /** The agreement that came of it. */
    contractId: z.optional(id),
    products: z
      .array(
        z.object({
          productId: id,
          /** As of a line of a subscription. */
          unmapped: z.optional(z.literal(true)),
          quantity: decimal,
          /** Of the whole quantity, after discounts. */
          amountMinor: decimal,
          startsOn: z.optional(date),
        }),
      )
      .check(z.maxLength(200)),
    /** Oldest first; of a long history the newest 100. */
    history: z.array(opportunityStepSchema).check(z.maxLength(100)),
    /** How many older steps were left out. */
    historyLeftOut: z.optional(z.int()),
  }),
});

export const contactRecorded = declareEvent({
  name: 'ContactRecorded',
  version: 1,
  source: 'ascent.integrations',
  meaning: 'A source showed a contact of a customer: where it belongs and what it does, without name, address, phone or e-mail.',
  schema: z.object({ ...shown, contactId: id, customerId: z.optional(id), title: z.optional(id), department: z.optional(id) }),
});

export const userRecorded = declareEvent({
  name: 'UserRecorded',
  version: 1,
  source: 'ascent.integrations',
  meaning: 'A source showed one of its users, who own opportunities: its place in the organisation, without name or e-mail.',
  schema: z.object({
    ...shown,
    userId: id,
    isActive: z.boolean(),
    managerId: z.optional(id),
    roleId: z.optional(id),
    title: z.optional(id),
  }),
});

export const integrationEvents = [
  subscriptionRecorded,
  subscriptionScheduleRecorded,
  customerRecorded,
  usageBilled,
  opportunityRecorded,
  contactRecorded,
  userRecorded,
];
