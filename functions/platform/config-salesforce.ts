import * as z from 'zod/mini';
import { attribute, currency, slug } from './config-terms.ts';

/** Objects of Salesforce whose changes are followed: by events, or by asking for what was changed since. */
export const SALESFORCE_OBJECTS = [
  'Account',
  'Contact',
  'Contract',
  'Opportunity',
  'OpportunityLineItem',
  'Order',
  'OrderItem',
  'Product2',
  'User',
] as const;
/** API name of a field: it becomes part of a query, so nothing else may stand there. */
const field = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_]{0,79}$/, 'the API name of a field, e.g. Segment__c'));

/** Fields, mostly of the company's own, in which an org keeps what its standard fields do not tell. */
const salesforceFieldsSchema = z.object({
  account: z.object({
    /** Our attribute to their field, e.g. `{ segment: 'Segment__c' }`: totals are cut by these. A checkbox reads as yes or no. */
    attributes: z.record(attribute, field),
    /** Id of the Stripe customer (`cus_…`) that the account is. */
    stripeCustomerId: z.optional(field),
  }),
  contract: z.object({
    /** Your own name of the agreement, where billing systems carry that. */
    agreementId: z.optional(field),
    /** Ids of the Stripe subscriptions (`sub_…`) that bill it; several are separated by commas or blanks. */
    stripeSubscriptionId: z.optional(field),
    /** Id of the contract that this one renews. */
    renewalOf: z.optional(field),
    /** Date: last day of service of a contract that was terminated before its term. */
    terminatedOn: z.optional(field),
  }),
  product: z.object({
    /** Our id of the product, e.g. the Stripe product's; a product without it is shown under its own id, as unmapped. */
    productId: z.optional(field),
    /** Text that says how it is charged: `One-Time` is never recurring, `Usage` has no fixed quantity, anything else recurs. */
    chargeType: z.optional(field),
  }),
  order: z.object({
    /** Date of the order's last signature; otherwise the standard CustomerAuthorizedDate and CompanyAuthorizedDate tell it. */
    signedOn: z.optional(field),
    stripeSubscriptionId: z.optional(field),
  }),
});

/** One org. */
export const salesforceInstanceSchema = z.object({
  instance: slug,
  legalEntity: slug,
  /** Its My Domain: tokens are issued there and sent there, and nowhere else. */
  instanceUrl: z
    .string()
    .check(
      z.regex(
        /^(?:https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*\.my\.(?:salesforce\.com|salesforce\.mil|sfcrmproducts\.cn)|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d{1,5})?)\/?$/,
        'the My Domain, e.g. https://acme.my.salesforce.com; http only on this machine',
      ),
    ),
  /** What a signed assertion names: a sandbox is test. */
  audience: z.enum(['https://login.salesforce.com', 'https://test.salesforce.com']),
  /** The org's own id, `00D…`: what is not signed is taken from this org alone. */
  organizationId: z.optional(z.string().check(z.regex(/^00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/, 'an id of 15 or 18 characters, 00D…'))),
  apiVersion: z._default(z.string().check(z.regex(/^\d{2}\.0$/, 'as Salesforce writes it, e.g. 66.0')), '66.0'),
  /** Set when an event relay exists: a partner bus of this name is created then. */
  partnerEventSource: z.optional(z.string().check(z.regex(/^aws\.partner\/salesforce\.com\/[A-Za-z0-9]{15,18}\/0YL[A-Za-z0-9]{12,15}$/))),
  /** Currency of an org that has one; left out, the org has several, and each record says its own. */
  currency: z.optional(currency),
  /** What the UnitPrice of an order item is the price of: a year, a month, or the whole of the item's own service. */
  prices: z.enum(['per-year', 'per-month', 'per-term']),
  /** Items name a product selling model (Revenue Cloud): where it has a pricing term, that is what UnitPrice is the price of. */
  sellingModels: z._default(z.boolean(), false),
  /** Objects whose changes the org delivers as events; it delivers five, unless more were bought. The others are polled. */
  changeDataCapture: z._default(
    z
      .array(z.enum(SALESFORCE_OBJECTS))
      .check(z.refine((objects) => new Set(objects).size === objects.length, { error: 'every object once' })),
    ['Account', 'Contract', 'Opportunity', 'Order', 'OrderItem'],
  ),
  /** How our own API client names itself to the org: changes that carry this name are our own. */
  integrationClient: z._default(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,40}$/, 'letters, digits, dashes and underscores')), 'ascent'),
  /** The Stripe account that ids of Stripe in its fields are of, where there are several. */
  stripeInstance: z.optional(slug),
  fields: salesforceFieldsSchema,
});

export type SalesforceInstance = z.infer<typeof salesforceInstanceSchema>;
export type SalesforceObject = (typeof SALESFORCE_OBJECTS)[number];
