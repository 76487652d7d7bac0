import * as z from 'zod/mini';
import { parked, type Reading, read } from './outcomes.ts';

/**
 * The parts of Stripe's objects that are read, in both shapes (versions.ts). Unknown keys are ignored and unknown enum values stay strings:
 * Stripe adds both within a version. A field that other versions lack is optional.
 */
const nullish = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));

/** An expandable field: an id, or the object with its id. */
const ref = z.union([
  z.string(),
  z.pipe(
    z.object({ id: z.string() }),
    z.transform((object) => object.id),
  ),
]);
/** `unit_amount_decimal` and the like: text in events; a number or `Decimal` (JSON text) elsewhere. */
const decimalText = z.union([z.string(), z.pipe(z.number(), z.transform(String))]);
/** Whole epoch seconds, until the year 9999. */
const seconds = z.int().check(z.minimum(0), z.maximum(253_402_300_799));
/** A divisor: an interval count or a package size is never zero. */
const positive = z.int().check(z.minimum(1), z.maximum(1_000_000_000));
const metadata = z._default(nullish(z.record(z.string(), z.nullable(z.string()))), {});

export const listOf = <T extends z.ZodMiniType>(item: T) => z.object({ data: z.array(item), has_more: z._default(z.boolean(), false) });

const tier = z.object({
  up_to: z.nullable(z.int()),
  unit_amount: nullish(z.int()),
  unit_amount_decimal: nullish(decimalText),
  flat_amount: nullish(z.int()),
  flat_amount_decimal: nullish(decimalText),
});
const amounts = { unit_amount: nullish(z.int()), unit_amount_decimal: nullish(decimalText), tiers: nullish(z.array(tier)) };

export const priceSnapshot = z.object({
  id: z.string(),
  active: z.optional(z.boolean()),
  billing_scheme: z.string(),
  currency: z.string(),
  currency_options: nullish(z.record(z.string(), z.object(amounts))),
  custom_unit_amount: nullish(z.looseObject({})),
  nickname: nullish(z.string()),
  product: ref,
  recurring: nullish(z.object({ interval: z.string(), interval_count: positive, usage_type: z.string() })),
  tiers_mode: nullish(z.string()),
  transform_quantity: nullish(z.object({ divide_by: positive, round: z.string() })),
  type: z.optional(z.string()),
  ...amounts,
});
export type PriceSnapshot = z.infer<typeof priceSnapshot>;

export const couponSnapshot = z.object({
  id: z.string(),
  amount_off: nullish(z.int()),
  applies_to: nullish(z.object({ products: z.array(z.string()) })),
  currency: nullish(z.string()),
  currency_options: nullish(z.record(z.string(), z.object({ amount_off: z.int() }))),
  duration: z.string(),
  duration_in_months: nullish(z.int()),
  name: nullish(z.string()),
  percent_off: nullish(z.number()),
  valid: z.optional(z.boolean()),
});
export type CouponSnapshot = z.infer<typeof couponSnapshot>;

const couponRef = nullish(z.union([z.string(), couponSnapshot]));
export const discountSnapshot = z.object({
  id: z.string(),
  /** Shape A holds the coupon here, shape B behind `source`. */
  coupon: couponRef,
  source: nullish(z.object({ coupon: couponRef })),
  customer: nullish(ref),
  end: nullish(seconds),
  start: nullish(seconds),
  invoice: nullish(z.string()),
  invoice_item: nullish(z.string()),
  subscription: nullish(z.string()),
  subscription_item: nullish(z.string()),
});
export type DiscountSnapshot = z.infer<typeof discountSnapshot>;
const discounts = z._default(nullish(z.array(z.union([z.string(), discountSnapshot]))), []);

const itemSnapshot = z.object({
  id: z.string(),
  price: priceSnapshot,
  quantity: nullish(z.int()),
  discounts,
  metadata,
  current_period_start: nullish(seconds),
  current_period_end: nullish(seconds),
});
export type ItemSnapshot = z.infer<typeof itemSnapshot>;
export const itemList = listOf(itemSnapshot);

export const subscriptionSnapshot = z.object({
  id: z.string(),
  customer: nullish(ref),
  currency: z.string(),
  status: z.string(),
  created: seconds,
  start_date: nullish(seconds),
  trial_start: nullish(seconds),
  trial_end: nullish(seconds),
  ended_at: nullish(seconds),
  canceled_at: nullish(seconds),
  cancel_at: nullish(seconds),
  cancel_at_period_end: z._default(z.boolean(), false),
  current_period_start: nullish(seconds),
  current_period_end: nullish(seconds),
  pause_collection: nullish(z.object({ behavior: z.string() })),
  schedule: nullish(ref),
  latest_invoice: nullish(ref),
  discounts,
  /** Before 2024 a subscription had one discount, embedded. */
  discount: nullish(discountSnapshot),
  metadata,
  items: itemList,
});
export type SubscriptionSnapshot = z.infer<typeof subscriptionSnapshot>;

export const customerSnapshot = z.object({
  id: z.string(),
  name: nullish(z.string()),
  metadata,
  deleted: z.optional(z.boolean()),
  /** Which one it is; what it takes off is read from the API. */
  discount: nullish(z.object({ id: z.string() })),
});
export type CustomerSnapshot = z.infer<typeof customerSnapshot>;
/** The same of a customer that was read from the API, where nothing else is of interest. */
export const customerDiscountSnapshot = z.object({ id: z.string(), discount: nullish(discountSnapshot) });

export const scheduleSnapshot = z.object({
  id: z.string(),
  customer: nullish(ref),
  status: z.string(),
  subscription: nullish(ref),
  released_subscription: nullish(z.string()),
  phases: z.array(
    z.object({ start_date: seconds, end_date: nullish(seconds), items: z.array(z.object({ price: ref, quantity: nullish(z.int()) })) }),
  ),
});
export type ScheduleSnapshot = z.infer<typeof scheduleSnapshot>;

export { decimalText, metadata, nullish, ref, seconds };

/** Reads a snapshot by its schema; what does not fit is parked by the path of the first field that is wrong, never its value. */
export const readSnapshot = <T extends z.ZodMiniType>(schema: T, object: unknown, name: string): Reading<z.infer<T>> => {
  const parsed = schema.safeParse(object);
  if (parsed.success) return read(parsed.data);
  const field = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return parked(
    'shape-unreadable',
    `The ${name} cannot be read at "${field}": a field is missing or has another type than its API version says.`,
    field,
  );
};
