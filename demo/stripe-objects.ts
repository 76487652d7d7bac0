import type { Customer, Item, Subscription } from './model.ts';
import { plan, price } from './stripe-catalogue.ts';
import type { Json, StripeObject } from './stripe-json.ts';

/** Customers and subscriptions as Stripe's API version 2026-10-28.endive shows them. */

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
    ...(of.accountId === undefined ? {} : { salesforce_account_id: of.accountId }),
  },
  name: of.name,
  next_invoice_sequence: 1,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

const items = new WeakMap<Item, StripeObject>();
/** The very same object as long as nothing about the item changed: what did not change is then quickly seen. */
const item = (of: Item, owner: Subscription): StripeObject => {
  const known = items.get(of);
  if (known !== undefined && known['current_period_end'] === owner.periodEnd && known['current_period_start'] === owner.periodStart)
    return known;
  const made = itemOf(of, owner);
  items.set(of, made);
  return made;
};

const itemOf = (of: Item, { id, periodStart, periodEnd }: Subscription): StripeObject => ({
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

/** What is the same on all of the company's subscriptions. */
const AUTOMATIC_TAX: Json = { disabled_reason: null, enabled: false, liability: null };
const INVOICE_SETTINGS: Json = { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: 'self' } };
const BY_TRANSFER: Json = { payment_method_options: null, payment_method_types: ['customer_balance'], save_default_payment_method: 'off' };
const BY_CARD: Json = { payment_method_options: null, payment_method_types: ['card'], save_default_payment_method: 'off' };
const TRIAL_SETTINGS: Json = { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } };
const NONE: Json = [];

export const subscription = (of: Subscription): StripeObject => ({
  id: of.id,
  object: 'subscription',
  application: null,
  application_fee_percent: null,
  automatic_tax: AUTOMATIC_TAX,
  billing_cycle_anchor: of.anchorAt,
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: of.createdAt },
  billing_schedules: NONE,
  billing_thresholds: null,
  cancel_at: of.cancelAtPeriodEnd ? of.periodEnd : null,
  cancel_at_period_end: of.cancelAtPeriodEnd,
  canceled_at: of.canceledAt ?? null,
  cancellation_details: {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: of.canceledAt === undefined ? null : 'cancellation_requested',
  },
  collection_method: of.collection,
  created: of.createdAt,
  currency: of.currency.toLowerCase(),
  customer: of.customerId,
  customer_account: null,
  days_until_due: of.daysUntilDue,
  default_payment_method: of.collection === 'charge_automatically' ? `pm_${of.id.slice(4)}` : null,
  default_source: null,
  default_tax_rates: NONE,
  description: null,
  discounts: of.discounts.map(({ id }) => id),
  ended_at: of.endedAt ?? null,
  invoice_settings: INVOICE_SETTINGS,
  items: {
    object: 'list',
    data: of.items.map((one) => item(one, of)),
    has_more: false,
    url: `/v1/subscription_items?subscription=${of.id}`,
  },
  latest_invoice: of.latestInvoiceId,
  livemode: false,
  managed_payments: null,
  metadata: subscriptionMetadata(of),
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: of.collectionPaused ? { behavior: 'keep_as_draft', resumes_at: null } : null,
  payment_settings: of.collection === 'send_invoice' ? BY_TRANSFER : BY_CARD,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: of.startAt,
  status: of.status,
  test_clock: null,
  transfer_data: null,
  trial_end: of.trialEndAt ?? null,
  trial_settings: TRIAL_SETTINGS,
  trial_start: of.trialEndAt === undefined ? null : of.startAt,
});
