import * as z from 'zod/mini';
import { Bug } from './bug.ts';
import { alertsSchema } from './config-alerts.ts';
import { areNumberedApart, ledgerSchema } from './config-ledger.ts';
import { areNamedApart as areProfilesApart, isProfileName, ownProfileSchema } from './config-profiles.ts';
import { salesforceInstanceSchema } from './config-salesforce.ts';
import { attribute, currency, key, slug } from './config-terms.ts';

/**
 * What is particular to the company that runs Ascent: its books, its calendar, its plan and the accounts it listens to.
 * Written once in `ascent.config.ts`, checked at synthesis, and handed to the functions that need it as JSON in `ASCENT_CONFIG`.
 * Secrets never stand here. All environment variables of a function together may have 4 KB.
 */
const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const month = z.int().check(z.minimum(1), z.maximum(12));
/** 10,000 is the whole. */
const bps = z.int().check(z.minimum(0), z.maximum(1_000_000));
const minor = z.string().check(z.regex(/^\d{1,18}$/, 'whole minor units as digits, e.g. 80000000000 for $800M'));

/** The same shape as `FiscalCalendar` of fiscal.ts. */
const fiscalCalendarSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('months'), startMonth: month, yearNamedBy: z.enum(['start', 'end']) }),
  z.object({
    kind: z.literal('weeks'),
    pattern: z.enum(['4-4-5', '4-5-4', '5-4-4']),
    endWeekday: z.int().check(z.minimum(1), z.maximum(7)),
    yearEnds: z.enum(['last-in-month', 'nearest-to-month-end']),
    endMonth: month,
    yearNamedBy: z.enum(['start', 'end']),
  }),
]);

const legalEntitySchema = z.object({ legalEntity: slug, name: z.string(), functionalCurrency: currency });

/** Under which metadata keys a company keeps, at its payment provider, what the provider itself does not know. */
const metadataKeysSchema = z.object({
  customer: z.object({
    /** Our attribute to their key, e.g. `{ segment: 'segment' }`: totals are cut by these. */
    attributes: z.record(attribute, key),
    parentId: z.optional(key),
    billToId: z.optional(key),
    /** The Salesforce account that the customer is: an id of 15 or 18 characters. */
    accountId: z.optional(key),
    /** Not a key: which Salesforce instance those ids are of, where there are several. */
    accountInstance: z.optional(slug),
  }),
  subscription: z.object({
    agreementId: z.optional(key),
    bookedOn: z.optional(key),
    serviceStartsOn: z.optional(key),
    termMonths: z.optional(key),
    termStartsOn: z.optional(key),
    origin: z.optional(key),
  }),
});

const stripeInstanceSchema = z.object({
  /** One Stripe account: part of the webhook's path, `/webhooks/stripe/{instance}`; the first one also answers `/webhooks/stripe`. */
  instance: slug,
  legalEntity: slug,
  /** Events of the other mode are parked. */
  livemode: z.boolean(),
  /** Set when an event destination of the kind Amazon EventBridge exists: a partner bus of this name is created then. */
  partnerEventSource: z.optional(z.string().check(z.regex(/^aws\.partner\/stripe\.com\/ed_[A-Za-z0-9_]+$/))),
  apiBase: z.url(),
  metadata: metadataKeysSchema,
});

/** The built-in plan, version 1; later versions are loaded by the API. */
const planSchema = z
  .object({
    /** First day, and the day at whose end the target is due. */
    startsOn: date,
    targetOn: date,
    openingArrMinor: minor,
    targetArrMinor: minor,
    /** Shares of gross adds; also what the origin of stock is compared with. */
    compositionBps: z.object({ landed: bps, expanded: bps, renewalUplift: bps }),
    /** Share of the year's net growth in each fiscal month, in order. */
    monthlyPhasingBps: z.array(bps).check(z.length(12)),
    targetsBps: z.object({
      netRevenueRetention: bps,
      renewalRate: bps,
      grossMargin: bps,
      contributionMargin: bps,
      netMargin: bps,
      ruleOf40: bps,
      /** Lifetime value over acquisition cost: 30,000 is 3.0. */
      ltvToCac: bps,
    }),
    /** `listYear`: which year's list it is; without it, that of the year in which the plan begins. */
    strategicCustomers: z.object({ list: z.string(), listYear: z.optional(z.int()), opening: z.int(), target: z.int() }),
    salesCycleDays: z.int(),
    quoteToCashHours: z.int(),
  })
  .check(
    z.refine((plan) => plan.startsOn < plan.targetOn, { error: 'startsOn must lie before targetOn', path: ['targetOn'] }),
    z.refine((plan) => plan.monthlyPhasingBps.reduce((sum, share) => sum + share, 0) === 10_000, {
      error: 'the twelve shares must sum to 10000',
      path: ['monthlyPhasingBps'],
    }),
    z.refine((plan) => plan.compositionBps.landed + plan.compositionBps.expanded + plan.compositionBps.renewalUplift === 10_000, {
      error: 'the three shares must sum to 10000',
      path: ['compositionBps'],
    }),
  );

interface Named {
  readonly instance: string;
}
const areNamedApart = (instances: readonly Named[]): boolean =>
  new Set(instances.map(({ instance }) => instance)).size === instances.length;
const isOneOf = (name: string | undefined, instances: readonly Named[]): boolean =>
  name === undefined || instances.some(({ instance }) => instance === name);
const isOfEntities = (
  instances: readonly { readonly legalEntity: string }[],
  entities: readonly { readonly legalEntity: string }[],
): boolean => instances.every(({ legalEntity }) => entities.some((entity) => entity.legalEntity === legalEntity));

export const companyConfigSchema = z
  .object({
    name: z.string().check(z.minLength(1), z.maxLength(100)),
    /** IANA zone in which days begin: all accounting dates are dates of this zone. */
    zone: z._default(z.string(), 'UTC'),
    fiscalCalendar: fiscalCalendarSchema,
    planCurrency: currency,
    legalEntities: z.array(legalEntitySchema).check(z.minLength(1), z.maxLength(50)),
    stripe: z.array(stripeInstanceSchema).check(z.minLength(1), z.maxLength(10)),
    salesforce: z._default(z.array(salesforceInstanceSchema).check(z.maxLength(10)), []),
    plan: planSchema,
    alerts: z.prefault(alertsSchema, {}),
    /** Own definition profiles, beside the built-in ones (docs/profiles.md). */
    profiles: z._default(z.array(ownProfileSchema).check(z.maxLength(8)), []),
    /** By which profile ARR is decided: a built-in one, or one of `profiles`. */
    profileInForce: z._default(z.string(), 'enterprise'),
    /** Accounts beside, or in place of, those of the default chart (docs/ledger.md#accounts). */
    ledger: z.prefault(ledgerSchema, {}),
  })
  .check(
    z.refine(({ profiles }) => areProfilesApart(profiles), {
      error: 'own profiles have different names, and none that a built-in one has',
      path: ['profiles'],
    }),
    z.refine(({ profiles, profileInForce }) => isProfileName(profileInForce, profiles), {
      error: 'names a built-in profile or one of profiles',
      path: ['profileInForce'],
    }),
    z.refine(({ ledger }) => areNumberedApart(ledger.accounts), { error: 'accounts have different numbers', path: ['ledger', 'accounts'] }),
    z.refine(({ stripe, legalEntities }) => isOfEntities(stripe, legalEntities), {
      error: 'every Stripe instance belongs to one of legalEntities',
      path: ['stripe'],
    }),
    z.refine(({ stripe }) => areNamedApart(stripe), { error: 'instances of Stripe have different names', path: ['stripe'] }),
    z.refine(({ salesforce, legalEntities }) => isOfEntities(salesforce, legalEntities), {
      error: 'every Salesforce instance belongs to one of legalEntities',
      path: ['salesforce'],
    }),
    z.refine(({ salesforce }) => areNamedApart(salesforce), {
      error: 'instances of Salesforce have different names',
      path: ['salesforce'],
    }),
    z.refine(({ stripe, salesforce }) => stripe.every(({ metadata }) => isOneOf(metadata.customer.accountInstance, salesforce)), {
      error: 'metadata.customer.accountInstance names one of salesforce',
      path: ['stripe'],
    }),
    z.refine(({ stripe, salesforce }) => salesforce.every(({ stripeInstance }) => isOneOf(stripeInstance, stripe)), {
      error: 'stripeInstance names one of stripe',
      path: ['salesforce'],
    }),
  );

export type CompanyConfigInput = z.input<typeof companyConfigSchema>;
export type CompanyConfig = z.infer<typeof companyConfigSchema>;
export type StripeInstance = z.infer<typeof stripeInstanceSchema>;
export type { SalesforceInstance, SalesforceObject } from './config-salesforce.ts';

/** Checks a configuration and names every offending field: a company's mistake is seen at synthesis, not in production. */
export const defineCompany = (input: CompanyConfigInput): CompanyConfig => {
  const parsed = companyConfigSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`);
  throw new Error(`ascent.config.ts is not valid: ${findings.join('; ')}`);
};

let company: { readonly json: string; readonly config: CompanyConfig } | undefined;

/** The configuration of this deployment, inside a function. Parsed once; a test may change the variable between calls. */
export const companyConfig = (): CompanyConfig => {
  const json = process.env['ASCENT_CONFIG'];
  if (json === undefined || json === '')
    throw new Bug('the environment variable ASCENT_CONFIG is missing: this function was wired without the company configuration');
  if (company?.json !== json) company = { json, config: companyConfigSchema.parse(JSON.parse(json)) };
  return company.config;
};
