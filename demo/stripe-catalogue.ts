import { ADJUSTMENT } from './catalogue.ts';
import type { Coupon, Discount, Price, Subscription } from './model.ts';
import { amount, type StripeObject } from './stripe-json.ts';

/** Products, prices, coupons and discounts as Stripe's API version 2026-10-28.endive shows them. */

export const product = (id: string, name: string, unitLabel: string | null, created: number): StripeObject => ({
  id,
  object: 'product',
  active: true,
  created,
  default_price: null,
  description: null,
  images: [],
  livemode: false,
  marketing_features: [],
  metadata: {},
  name,
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: id === ADJUSTMENT ? null : 'txcd_10103001',
  tax_details: null,
  type: 'service',
  unit_label: unitLabel,
  updated: created,
  url: null,
});

/** What a price and its older twin, the plan, say alike. */
const priceFacts = ({ currency, tiers }: Price) =>
  ({
    active: true,
    billing_scheme: tiers === undefined ? 'per_unit' : 'tiered',
    currency: currency.toLowerCase(),
    livemode: false,
    metadata: {},
    tiers_mode: tiers?.mode ?? null,
  }) as const;

const prices = new WeakMap<Price, StripeObject>();
/** As events show it: without tiers, which Stripe leaves out unless they are asked for. */
export const price = (of: Price): StripeObject => {
  const known = prices.get(of);
  if (known !== undefined) return known;
  const { active, billing_scheme, currency, livemode, metadata, tiers_mode } = priceFacts(of);
  const unit = of.tiers === undefined ? amount(of.unit) : null;
  const made: StripeObject = {
    id: of.id,
    object: 'price',
    active,
    billing_scheme,
    created: of.createdAt,
    currency,
    custom_unit_amount: null,
    livemode,
    lookup_key: null,
    metadata,
    nickname: of.nickname,
    product: of.productId,
    recurring: { interval: of.interval, interval_count: of.intervalCount, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'exclusive',
    tiers_mode,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: unit,
    unit_amount_decimal: unit === null ? null : String(unit),
  };
  prices.set(of, made);
  return made;
};

/** As the API shows it with `expand[]=tiers`. */
export const priceWithTiers = (of: Price): StripeObject =>
  of.tiers === undefined
    ? price(of)
    : {
        ...price(of),
        tiers: of.tiers.steps.map(({ upTo, unit, flat }) => ({
          flat_amount: flat === 0n ? null : amount(flat),
          flat_amount_decimal: flat === 0n ? null : String(flat),
          unit_amount: amount(unit),
          unit_amount_decimal: String(unit),
          up_to: upTo === null ? null : Number(upTo),
        })),
      };

const plans = new WeakMap<Price, StripeObject>();
/** A price as older parts of Stripe know it: subscription items still carry it. */
export const plan = (of: Price): StripeObject => {
  const known = plans.get(of);
  if (known !== undefined) return known;
  const unit = of.tiers === undefined ? amount(of.unit) : null;
  const made: StripeObject = {
    id: of.id,
    object: 'plan',
    ...priceFacts(of),
    amount: unit,
    amount_decimal: unit === null ? null : String(unit),
    created: of.createdAt,
    interval: of.interval,
    interval_count: of.intervalCount,
    meter: null,
    nickname: of.nickname,
    product: of.productId,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
  plans.set(of, made);
  return made;
};

export const coupon = (of: Coupon): StripeObject => ({
  id: of.id,
  object: 'coupon',
  amount_off: of.amountOff === undefined ? null : amount(of.amountOff),
  created: of.createdAt,
  currency: of.amountOff === undefined ? null : 'usd',
  duration: of.duration,
  duration_in_months: of.months ?? null,
  livemode: false,
  max_redemptions: null,
  metadata: {},
  name: of.name,
  percent_off: of.percentOff ?? null,
  redeem_by: null,
  times_redeemed: 1,
  valid: true,
});

/** As the API shows it where discounts are expanded, with its coupon. */
export const discount = (of: Discount, subscription: Subscription): StripeObject => ({
  id: of.id,
  object: 'discount',
  checkout_session: null,
  customer: subscription.customerId,
  customer_account: null,
  end: of.endAt,
  invoice: null,
  invoice_item: null,
  promotion_code: null,
  source: { coupon: coupon(of.coupon), type: 'coupon' },
  start: of.startAt,
  subscription: subscription.id,
  subscription_item: null,
});
