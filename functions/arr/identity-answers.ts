import * as z from 'zod/mini';
import { rulingSchema } from './events.ts';

const told = (description: string) => z.string().check(z.describe(description));

/** What a fact is about. */
export const factKind = z.enum(['subscription', 'schedule', 'customer', 'usage', 'link', 'pair', 'lapse', 'adjustment', 'adjustment-end']);

export const identity = z
  .object({
    members: z
      .array(z.object({ customerId: z.string(), name: z.string() }))
      .check(z.describe('Customers of several systems that are this one, the one first whose id its book bears')),
    links: z
      .array(
        z.object({
          customers: z.tuple([z.string(), z.string()]),
          by: z.enum(['by-hand', 'customer', 'subscription', 'agreement']),
          id: told('The customer, subscription or agreement that one names of the other; by hand, the event of the word'),
        }),
      )
      .check(z.describe('What says that they are one')),
    pairs: z
      .array(
        z.object({
          agreementId: z.string(),
          signedLine: z.string(),
          subscriptionId: z.string(),
          billedLine: z.string(),
          by: z.enum(['key', 'likeness', 'by-hand']),
        }),
      )
      .check(z.describe('Signed and billed lines that are one line, and what says so')),
    rulings: z
      .array(
        z.object({
          rulingId: told('Also the id of its event, for `arr/explain`'),
          ruling: rulingSchema,
          stands: z.boolean().check(z.describe('Whether it is the last word on what it speaks of; otherwise another one has replaced it')),
          replacedBy: z.optional(told('The next ruling on the same; absent while it stands')),
          reason: z.string(),
          proposedBy: told('Who proposed it: an id at the identity provider'),
          proposedAt: z.string(),
          approvedBy: told('The second person'),
          approvedAt: z.string(),
        }),
      )
      .check(z.describe('What two people ruled of any of the members, by the time of approval, the newest first')),
  })
  .check(z.describe('Who and what is one, and by which evidence'));

/** One ruling by hand, as far as it has come. */
export const ruling = z.object({
  rulingId: z.string(),
  ruling: rulingSchema,
  reason: z.string(),
  proposedBy: told('Who proposed it: an id at the identity provider'),
  proposedAt: z.string(),
  status: z.enum(['proposed', 'approved', 'rejected']),
  decidedBy: z.optional(told('Who approved or rejected it')),
  decidedAt: z.optional(z.string()),
});

/** Of a customer, as of a day. Money is text of whole minor units. */
export const adjustments = z
  .array(
    z.object({
      adjustmentId: told('The ruling that made it'),
      productId: z.string(),
      legalEntity: z.string(),
      currency: z.string(),
      amountMinor: z.string(),
      planMinor: z.optional(z.string()),
      startsOn: told('First day with it'),
      endsOn: z.optional(told('First day without it; absent where it has no expiry')),
      endedBy: z.optional(told('The ruling that ended it before its expiry')),
      reason: z.string(),
      proposedBy: z.string(),
      approvedBy: z.string(),
      explain: z.string(),
    }),
  )
  .check(z.describe('What two people put into ARR by hand: part of `arrMinor`, and of no line'));

export const levels = z
  .object({
    soldToId: told('Who bought: the customer itself'),
    billToId: z.optional(told('Who pays, where the source names one')),
    parentId: z.optional(told('To whom the customer belongs, where the source names one')),
  })
  .check(z.describe('Customer levels on the day, by their ids at the source'));
