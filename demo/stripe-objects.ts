import { ADJUSTMENT } from './catalogue.ts';
import { type Coupon, type Customer, type Discount, dateOf, type Item, type Price, type Subscription } from './model.ts';

/** Objects as Stripe's API version 2026-10-28.endive shows them: every key that Stripe sends, and no other. */
export const API_VERSION = '2026-10-28.endive';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type StripeObject = { readonly id: string; readonly object: string } & { readonly [key: string]: Json };

/** Stripe's JSON writes amounts as numbers; all of the demo's are far below 2^53. */
export const amount = (minor: bigint): number => Number(minor);

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
const plan = (of: Price): StripeObject => {
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

export const address = ({ city, country }: Customer): Json => ({ city, country, line1: null, line2: null, postal_code: null, state: null });

export const customer = (of: Customer): StripeObject => ({
  id: of.id,
  object: 'customer',
  address: address(of),
  balance: 0,
  created: of.createdAt,
  currency: of.currency.toLowerCase(),
  customer_account: null,
  default_source: null,
  delinquent: false,
  description: null,
  discount: null,
  email: of.email,
  invoice_prefix: of.id.slice(-8).toUpperCase(),
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  livemode: false,
  metadata: {
    segment: of.tier,
    region: of.region,
    fortune500: of.fortune500 ? 'yes' : 'no',
    channel: of.channel,
    industry: of.industry,
    ...(of.parentId === undefined ? {} : { parent_customer: of.parentId }),
    ...(of.billToId === undefined ? {} : { bill_to_customer: of.billToId }),
  },
  name: of.name,
  next_invoice_sequence: 1,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

const item = (of: Item, { id, periodStart, periodEnd }: Subscription): StripeObject => ({
  id: of.id,
  object: 'subscription_item',
  billing_thresholds: null,
  created: of.createdAt,
  current_period_end: periodEnd,
  current_period_start: periodStart,
  current_trial: null,
  discounts: [],
  metadata: of.origin === undefined ? {} : { origin: of.origin },
  plan: plan(of.price),
  price: price(of.price),
  quantity: Number(of.quantity),
  subscription: id,
  tax_rates: [],
});

/** What Stripe cannot know of the contract, under the keys that the company's configuration names. */
const subscriptionMetadata = (of: Subscription): { readonly [key: string]: string } => ({
  term_months: String(of.termMonths),
  term_starts_on: of.termStartsOn,
  ...(of.bookedOn === undefined ? {} : { booked_on: of.bookedOn }),
  ...(of.serviceStartsOn === undefined ? {} : { service_starts_on: of.serviceStartsOn }),
  ...(of.contractId === undefined ? {} : { salesforce_contract_id: of.contractId }),
});

export const subscription = (of: Subscription): StripeObject => ({
  id: of.id,
  object: 'subscription',
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: of.anchorAt,
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: of.createdAt },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: of.cancelAtPeriodEnd ? of.periodEnd : null,
  cancel_at_period_end: of.cancelAtPeriodEnd,
  canceled_at: of.canceledAt ?? null,
  cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: of.canceledAt === undefined ? null : 'cancellation_requested' },
  collection_method: of.collection,
  created: of.createdAt,
  currency: of.currency.toLowerCase(),
  customer: of.customerId,
  customer_account: null,
  days_until_due: of.daysUntilDue,
  default_payment_method: of.collection === 'charge_automatically' ? `pm_${of.id.slice(4)}` : null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: of.discounts.map(({ id }) => id),
  ended_at: of.endedAt ?? null,
  invoice_settings: { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: 'self' } },
  items: { object: 'list', data: of.items.map((one) => item(one, of)), has_more: false, url: `/v1/subscription_items?subscription=${of.id}` },
  latest_invoice: of.latestInvoiceId,
  livemode: false,
  managed_payments: null,
  metadata: subscriptionMetadata(of),
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: of.collectionPaused ? { behavior: 'keep_as_draft', resumes_at: null } : null,
  payment_settings: { payment_method_options: null, payment_method_types: of.collection === 'send_invoice' ? ['customer_balance'] : ['card'], save_default_payment_method: 'off' },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: of.startAt,
  status: of.status,
  test_clock: null,
  transfer_data: null,
  trial_end: of.trialEndAt ?? null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
  trial_start: of.trialEndAt === undefined ? null : of.startAt,
});

/** For descriptions on invoices: `25 Oct 2026` would need a locale, the date does not. */
export const day = dateOf;
