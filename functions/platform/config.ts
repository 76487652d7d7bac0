import * as z from 'zod/mini';
import { Bug } from './bug.ts';

/**
 * What is particular to the company that runs Ascent: its books, its calendar, its plan and the accounts it listens to.
 * Written once in `ascent.config.ts`, checked at synthesis, and handed to the functions that need it as JSON in `ASCENT_CONFIG`.
 * Secrets never stand here. All environment variables of a function together may have 4 KB.
 */
const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const currency = z.string().check(z.regex(/^[A-Z]{3}$/));
const key = z.string().check(z.minLength(1), z.maxLength(40));
/** Names of instances and legal entities become parts of keys, paths and ARNs. */
const slug = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, 'a lower-case letter, then letters, digits and dashes, at most 40'));
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
    attributes: z.record(
      z
        .string()
        .check(
          z.regex(
            /^(?!(total|product|entity|origin)$)[a-z][a-z0-9_]{0,39}$/,
            'lower-case letters, digits and underscores; total, product, entity and origin are dimensions of their own',
          ),
        ),
      key,
    ),
    parentId: z.optional(key),
    billToId: z.optional(key),
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
    strategicCustomers: z.object({ list: z.string(), opening: z.int(), target: z.int() }),
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

export const companyConfigSchema = z
  .object({
    name: z.string().check(z.minLength(1), z.maxLength(100)),
    /** IANA zone in which days begin: all accounting dates are dates of this zone. */
    zone: z._default(z.string(), 'UTC'),
    fiscalCalendar: fiscalCalendarSchema,
    planCurrency: currency,
    legalEntities: z.array(legalEntitySchema).check(z.minLength(1), z.maxLength(50)),
    stripe: z.array(stripeInstanceSchema).check(z.minLength(1), z.maxLength(10)),
    plan: planSchema,
  })
  .check(
    z.refine(
      (company) => company.stripe.every(({ legalEntity }) => company.legalEntities.some((entity) => entity.legalEntity === legalEntity)),
      {
        error: 'every Stripe instance belongs to one of legalEntities',
        path: ['stripe'],
      },
    ),
    z.refine((company) => new Set(company.stripe.map(({ instance }) => instance)).size === company.stripe.length, {
      error: 'instances of Stripe have different names',
      path: ['stripe'],
    }),
  );

export type CompanyConfigInput = z.input<typeof companyConfigSchema>;
export type CompanyConfig = z.infer<typeof companyConfigSchema>;
export type StripeInstance = z.infer<typeof stripeInstanceSchema>;

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
