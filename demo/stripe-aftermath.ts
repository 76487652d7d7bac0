import { DAY } from './model.ts';
import { amount, type StripeObject } from './stripe-json.ts';
import type { Invoice } from './world.ts';

/** What may follow a payment, as Stripe's API version 2026-10-28.endive shows it: refunds, disputes, credit notes. */

const idsOf = ({ id }: Invoice) => ({ charge: `ch_${id.slice(3)}`, intent: `pi_${id.slice(3)}` });

export const refund = (of: Invoice, sum: bigint, id: string, created: number): StripeObject => ({
  id,
  object: 'refund',
  amount: amount(sum),
  balance_transaction: `txn_${id.slice(3)}`,
  charge: idsOf(of).charge,
  created,
  currency: of.currency.toLowerCase(),
  customer: of.customer.id,
  customer_account: null,
  destination_details: { card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' }, type: 'card' },
  metadata: {},
  payment_intent: idsOf(of).intent,
  payment_method: `pm_${of.subscription.id.slice(4)}`,
  reason: 'requested_by_customer',
  receipt_number: null,
  source_transfer_reversal: null,
  status: 'succeeded',
  transfer_reversal: null,
});

const EVIDENCE =
  'access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text'.split(
    ' ',
  );

export const dispute = (of: Invoice, id: string, created: number, closed: boolean): StripeObject => ({
  id,
  object: 'dispute',
  amount: amount(of.total),
  balance_transactions: [],
  charge: idsOf(of).charge,
  created,
  currency: of.currency.toLowerCase(),
  enhanced_eligibility_types: [],
  evidence: { ...Object.fromEntries(EVIDENCE.map((key) => [key, null])), enhanced_evidence: {} },
  evidence_details: {
    due_by: created + 10 * DAY,
    enhanced_eligibility: {},
    has_evidence: closed,
    past_due: false,
    submission_count: closed ? 1 : 0,
    submission_method: closed ? 'manual' : 'not_submitted',
  },
  intended_submission_method: null,
  is_charge_refundable: false,
  livemode: false,
  metadata: {},
  network_reason_code: '13.1',
  payment_intent: idsOf(of).intent,
  payment_method_details: { card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '13.1' }, type: 'card' },
  reason: 'product_not_received',
  status: closed ? 'won' : 'needs_response',
});

export const creditNote = (of: Invoice, sum: bigint, id: string, created: number): StripeObject => ({
  id,
  object: 'credit_note',
  amount: amount(sum),
  amount_shipping: 0,
  created,
  currency: of.currency.toLowerCase(),
  customer: of.customer.id,
  customer_account: null,
  customer_balance_transaction: null,
  discount_amount: 0,
  discount_amounts: [],
  effective_at: created,
  invoice: of.id,
  lines: {
    object: 'list',
    data: [
      {
        id: `cnli_${id.slice(3)}`,
        object: 'credit_note_line_item',
        amount: amount(sum),
        description: 'Service credit',
        discount_amount: 0,
        discount_amounts: [],
        invoice_line_item: null,
        livemode: false,
        metadata: {},
        pretax_credit_amounts: [],
        quantity: 1,
        tax_rates: [],
        taxes: [],
        type: 'custom_line_item',
        unit_amount: amount(sum),
        unit_amount_decimal: String(sum),
      },
    ],
    has_more: false,
    url: `/v1/credit_notes/${id}/lines`,
  },
  livemode: false,
  memo: 'Service level credit',
  metadata: {},
  number: `${of.number}-CN-01`,
  out_of_band_amount: amount(sum),
  pdf: `https://pay.stripe.com/credit_notes/acct_DemoAcme/test_${id.slice(3)}/pdf?s=ap`,
  post_payment_amount: amount(sum),
  pre_payment_amount: 0,
  pretax_credit_amounts: [],
  reason: 'product_unsatisfactory',
  refunds: [],
  shipping_cost: null,
  status: 'issued',
  subtotal: amount(sum),
  subtotal_excluding_tax: amount(sum),
  total: amount(sum),
  total_excluding_tax: amount(sum),
  total_taxes: [],
  type: 'post_payment',
  voided_at: null,
});
