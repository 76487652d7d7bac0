import { DAY } from './model.ts';
import { amount, day, type Json, type StripeObject } from './stripe-json.ts';
import { address } from './stripe-objects.ts';
import type { Invoice } from './world.ts';

/** Invoices as Stripe's API version 2026-10-28.endive shows them. */
type Showing = 'invoice.finalized' | 'invoice.paid' | 'invoice.payment_failed';

const discountAmounts = (of: Invoice): Json[] =>
  of.discountAmounts.map(({ discountId, amount: off }) => ({ amount: amount(off), discount: discountId }));
const pretaxCredits = (of: Invoice): Json[] =>
  of.discountAmounts.map(({ discountId, amount: off }) => ({ amount: amount(off), discount: discountId, type: 'discount' }));

/** Only contracts with one item have discounts, so a line carries all of them. */
const line = (of: Invoice, { id, itemId, price, quantity, amount: sum, proration }: Invoice['lines'][number]): Json => ({
  id,
  object: 'line_item',
  amount: amount(sum),
  currency: of.currency.toLowerCase(),
  description: proration
    ? `Remaining time on ${quantity} × ${price.nickname} after ${day(of.period.start)}`
    : `${quantity} × ${price.nickname}`,
  discount_amounts: of.lines.length === 1 ? discountAmounts(of) : [],
  discountable: true,
  discounts: [],
  invoice: of.id,
  livemode: false,
  metadata: {},
  parent: {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: proration ? `ii_${id.slice(3)}` : null,
      proration,
      proration_details: { credited_items: null },
      subscription: of.subscription.id,
      subscription_item: itemId,
    },
    type: 'subscription_item_details',
  },
  period: { start: of.period.start, end: of.period.end },
  pretax_credit_amounts: of.lines.length === 1 ? pretaxCredits(of) : [],
  pricing: {
    price_details: { price: price.id, product: price.productId },
    type: 'price_details',
    unit_amount_decimal: price.tiers === undefined ? String(price.unit) : null,
  },
  quantity: Number(quantity),
  quantity_decimal: String(quantity),
  subscription: of.subscription.id,
  subtotal: amount(sum),
  taxes: [],
});

const termsOf = ({ subscription }: Invoice): Json => {
  const { termMonths, termStartsOn } = subscription;
  return { term_months: String(termMonths), term_starts_on: termStartsOn };
};

export const invoice = (of: Invoice, showing: Showing): StripeObject => {
  const paid = showing === 'invoice.paid';
  const failed = showing === 'invoice.payment_failed';
  const total = amount(of.total);
  const token = of.id.slice(3);
  return {
    id: of.id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Acme Software, Inc.',
    account_tax_ids: null,
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: paid ? total : 0,
    amount_remaining: paid ? 0 : total,
    amount_shipping: 0,
    application: null,
    attempt_count: failed ? 1 : of.attempts,
    attempted: paid || failed,
    auto_advance: !paid,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: of.reason,
    collection_method: of.subscription.collection,
    created: of.createdAt,
    currency: of.currency.toLowerCase(),
    custom_fields: null,
    customer: of.customer.id,
    customer_account: null,
    customer_address: address(of.customer),
    customer_email: of.customer.email,
    customer_name: of.customer.name,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: of.discountAmounts.map(({ discountId }) => discountId),
    due_date: of.dueAt,
    effective_at: of.finalizedAt,
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: `https://invoice.stripe.com/i/acct_DemoAcme/test_${token}?s=ap`,
    invoice_pdf: `https://pay.stripe.com/invoice/acct_DemoAcme/test_${token}/pdf?s=ap`,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: 'list', data: of.lines.map((one) => line(of, one)), has_more: false, url: `/v1/invoices/${of.id}/lines` },
    livemode: false,
    metadata: {},
    next_payment_attempt: failed ? of.finalizedAt + 3 * DAY : null,
    number: of.number,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: termsOf(of), subscription: of.subscription.id },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: of.createdAt,
    period_start: of.createdAt,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: paid ? 'paid' : 'open',
    status_transitions: { finalized_at: of.finalizedAt, marked_uncollectible_at: null, paid_at: paid ? of.paidAt : null, voided_at: null },
    subtotal: amount(of.subtotal),
    subtotal_excluding_tax: amount(of.subtotal),
    test_clock: null,
    total,
    total_discount_amounts: discountAmounts(of),
    total_excluding_tax: total,
    total_pretax_credit_amounts: pretaxCredits(of),
    total_taxes: [],
    webhooks_delivered_at: of.createdAt,
  };
};
