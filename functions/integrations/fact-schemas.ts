import * as z from 'zod/mini';

/**
 * Facts about customers and commercial lines in our own words. Every source system is mapped to these
 * once, at its edge; nothing behind them knows a vendor's type.
 *
 * Money is a decimal string of MINOR units of `currency` (Stripe's cents, or whole yen), so that tenths of a cent stay exact;
 * where a vendor's minor unit is not ISO 4217's (UGX, ISK in Stripe), it has been converted to ISO 4217's.
 * Dates are `YYYY-MM-DD` in the company's zone; `observedAt` is whole epoch seconds of the source's own clock.
 */
export const decimal = z.string().check(z.regex(/^-?\d{1,30}(\.\d{1,12})?$/));
export const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
export const id = z.string().check(z.minLength(1), z.maxLength(255));

export const systemName = z.enum(['stripe', 'salesforce', 'hubspot', 'netsuite', 'manual']);

/** Where a fact comes from: `system` is the vendor, `instance` one account or org of it. */
export const provenanceSchema = z.object({
  system: systemName,
  instance: id,
  /** The source's own event id; for a state read from its API, one that says so (`refetch:…`, `read:…`). Unique within the instance. */
  eventId: id,
  eventType: id,
  /** The source's time of the fact, epoch seconds. */
  observedAt: z.int(),
});

/** First, later or last showing of an object, or the source's present state, which was read from its API. */
export const lifecycle = z.enum(['created', 'changed', 'deleted', 'observed']);

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
export const discountSchema = z.object({
  discountId: id,
  kind: z.enum(['percent', 'amount']),
  value: decimal,
  /** `once` never counts towards recurring revenue. */
  duration: z.enum(['once', 'repeating', 'forever']),
  startsOn: z.optional(date),
  endsOn: z.optional(date),
});

export const lineSchema = z.object({
  lineId: id,
  productId: id,
  priceId: id,
  usage: z.enum(['licensed', 'metered']),
  interval: z.enum(['day', 'week', 'month', 'year']),
  intervalCount: z.int(),
  /** Absent for metered lines. */
  quantity: z.optional(decimal),
  pricing: pricingSchema,
  /** Price of one unit before what `pricing` already leaves out, where a source tells both and they differ; discounts that are told stand in `discounts`. */
  listUnitMinor: z.optional(decimal),
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
