import * as z from 'zod/mini';
import { present } from '../present.ts';
import { type DocumentSighting, type MappedDocument, minorsOf, spelled, sumMinor } from './document.ts';
import { type Reading, read } from './outcomes.ts';
import { nullish, readSnapshot, ref, seconds } from './snapshots.ts';

const chargeSnapshot = z.object({
  id: z.string(),
  amount: z.int(),
  amount_captured: z.int(),
  amount_refunded: nullish(z.int()),
  balance_transaction: nullish(ref),
  currency: z.string(),
  customer: nullish(ref),
  failure_code: nullish(z.string()),
  payment_intent: nullish(ref),
  status: z.string(),
});

/** One attempt to take money. */
export const mapCharge = ({ object }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(chargeSnapshot, object, 'charge');
  if (snapshot.kind !== 'read') return snapshot;
  const charge = snapshot.value;
  const minors = minorsOf(charge.currency);
  if (minors.kind !== 'read') return minors;
  const minor = minors.value;
  return read({
    status: spelled(charge.status),
    currency: charge.currency.toUpperCase(),
    ...present('customerId', charge.customer),
    body: {
      kind: 'charge',
      amountMinor: minor(charge.amount),
      // A failed charge repeats the amount that it tried to capture.
      receivedMinor: minor(charge.status === 'succeeded' ? charge.amount_captured : 0),
      ...sumMinor('refundedMinor', charge.amount_refunded, minor),
      ...present('paymentId', charge.payment_intent),
      ...present('balanceTransactionId', charge.balance_transaction),
      ...present('failureCode', charge.failure_code),
    },
  });
};

const paymentSnapshot = z.object({
  id: z.string(),
  amount: z.int(),
  amount_received: nullish(z.int()),
  currency: z.string(),
  customer: nullish(ref),
  last_payment_error: nullish(z.object({ code: nullish(z.string()) })),
  latest_charge: nullish(ref),
  status: z.string(),
});

/** A payment from request to money. */
export const mapPayment = ({ object }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(paymentSnapshot, object, 'payment intent');
  if (snapshot.kind !== 'read') return snapshot;
  const payment = snapshot.value;
  const minors = minorsOf(payment.currency);
  if (minors.kind !== 'read') return minors;
  return read({
    status: spelled(payment.status),
    currency: payment.currency.toUpperCase(),
    ...present('customerId', payment.customer),
    body: {
      kind: 'payment',
      amountMinor: minors.value(payment.amount),
      receivedMinor: minors.value(payment.amount_received ?? 0),
      ...present('chargeId', payment.latest_charge),
      ...present('failureCode', payment.last_payment_error?.code),
    },
  });
};

const invoicePaymentSnapshot = z.object({
  id: z.string(),
  amount_paid: nullish(z.int()),
  currency: z.string(),
  invoice: ref,
  payment: z.object({ type: z.string(), payment_intent: nullish(ref), charge: nullish(ref), payment_record: nullish(ref) }),
  status: z.string(),
  status_transitions: nullish(z.object({ paid_at: nullish(seconds) })),
});

/** The link between a payment and the invoice that it pays, in part or whole, inside or outside Stripe. */
export const mapInvoicePayment = ({ object }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(invoicePaymentSnapshot, object, 'invoice payment');
  if (snapshot.kind !== 'read') return snapshot;
  const link = snapshot.value;
  const minors = minorsOf(link.currency);
  if (minors.kind !== 'read') return minors;
  return read({
    status: spelled(link.status),
    currency: link.currency.toUpperCase(),
    body: {
      kind: 'invoice-payment',
      invoiceId: link.invoice,
      paymentType: spelled(link.payment.type),
      ...present('paymentId', link.payment.payment_intent ?? link.payment.charge ?? link.payment.payment_record),
      ...sumMinor('paidMinor', link.amount_paid, minors.value),
      ...present('paidAt', link.status_transitions?.paid_at),
    },
  });
};
