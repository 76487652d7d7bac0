import * as z from 'zod/mini';
import type { InvoiceDocument, InvoiceItemDocument, InvoiceLine } from '../documents.ts';
import { present } from '../present.ts';
import { type DocumentSighting, minorsOf, sumMinor } from './document.ts';
import { incomplete, parked, type Reading, read } from './outcomes.ts';
import { decimalText, listOf, nullish, readSnapshot, ref, seconds } from './snapshots.ts';

const taxes = nullish(z.array(z.object({ amount: z.int() })));
const period = z.object({ start: seconds, end: seconds });
const itemParent = nullish(
  z.object({ subscription: nullish(z.string()), subscription_item: nullish(z.string()), proration: nullish(z.boolean()) }),
);

/** A line in either shape: B has `parent`, `pricing`, `taxes`; A has the subscription, price, proration and `tax_amounts` on the line itself. */
const lineSnapshot = z.object({
  id: z.string(),
  amount: z.int(),
  discount_amounts: nullish(z.array(z.object({ amount: z.int() }))),
  quantity: nullish(z.int()),
  quantity_decimal: nullish(decimalText),
  period,
  taxes,
  tax_amounts: taxes,
  parent: nullish(z.object({ subscription_item_details: itemParent, invoice_item_details: itemParent })),
  pricing: nullish(z.object({ price_details: nullish(z.object({ price: nullish(ref), product: nullish(z.string()) })) })),
  price: nullish(z.object({ id: z.string(), product: ref })),
  subscription: nullish(ref),
  subscription_item: nullish(z.string()),
  proration: nullish(z.boolean()),
});
type LineSnapshot = z.infer<typeof lineSnapshot>;

const invoiceSnapshot = z.object({
  id: z.string(),
  currency: z.string(),
  customer: nullish(ref),
  status: nullish(z.string()),
  number: nullish(z.string()),
  billing_reason: nullish(z.string()),
  subtotal: z.int(),
  total: z.int(),
  amount_due: z.int(),
  amount_paid: z.int(),
  amount_remaining: z.int(),
  amount_overpaid: nullish(z.int()),
  pre_payment_credit_notes_amount: nullish(z.int()),
  post_payment_credit_notes_amount: nullish(z.int()),
  total_discount_amounts: nullish(z.array(z.object({ amount: z.int() }))),
  total_taxes: taxes,
  total_tax_amounts: taxes,
  effective_at: nullish(seconds),
  due_date: nullish(seconds),
  status_transitions: nullish(
    z.object({
      finalized_at: nullish(seconds),
      paid_at: nullish(seconds),
      voided_at: nullish(seconds),
      marked_uncollectible_at: nullish(seconds),
    }),
  ),
  parent: nullish(z.object({ subscription_details: nullish(z.object({ subscription: nullish(ref) })) })),
  subscription: nullish(ref),
  lines: listOf(lineSnapshot),
});

const STATUSES: readonly string[] = ['draft', 'open', 'paid', 'void', 'uncollectible'];
const total = (parts: readonly { readonly amount: number }[] | null | undefined): number =>
  (parts ?? []).reduce((sum, { amount }) => sum + amount, 0);

const lineOf = (line: LineSnapshot, minor: (amount: number) => string): InvoiceLine => {
  const parent = line.parent?.subscription_item_details ?? line.parent?.invoice_item_details;
  return {
    lineId: line.id,
    amountMinor: minor(line.amount),
    discountMinor: minor(total(line.discount_amounts)),
    taxMinor: minor(total(line.taxes ?? line.tax_amounts)),
    ...present('quantity', line.quantity_decimal ?? line.quantity?.toString()),
    ...present('priceId', line.pricing?.price_details?.price ?? line.price?.id),
    ...present('productId', line.pricing?.price_details?.product ?? line.price?.product),
    ...present('subscriptionId', parent?.subscription ?? line.subscription),
    ...present('subscriptionItemId', parent?.subscription_item ?? line.subscription_item),
    proration: parent?.proration ?? line.proration ?? false,
    periodFrom: line.period.start,
    periodUntil: line.period.end,
  };
};

/** An invoice with its lines. A manual invoice has no parent; the invoice that `invoice.upcoming` shows cannot be retrieved and is a preview. */
export const mapInvoice = ({
  object,
  eventType,
}: DocumentSighting): Reading<{ status: string; currency: string; customerId?: string; body: InvoiceDocument }> => {
  const snapshot = readSnapshot(invoiceSnapshot, object, 'invoice');
  if (snapshot.kind !== 'read') return snapshot;
  const invoice = snapshot.value;
  const preview = eventType === 'invoice.upcoming';
  const status = invoice.status ?? 'draft';
  if (!STATUSES.includes(status))
    return parked('status-unknown', `Invoice ${invoice.id} has status "${status}"; known are ${STATUSES.join(', ')}.`, 'status');
  if (invoice.lines.has_more && !preview) return incomplete([{ kind: 'lines', id: invoice.id, of: 'invoice' }]);
  const minors = minorsOf(invoice.currency);
  if (minors.kind !== 'read') return minors;
  const minor = minors.value;
  const at = invoice.status_transitions;
  return read({
    status: preview ? 'preview' : eventType === 'invoice.deleted' ? 'deleted' : status,
    currency: invoice.currency.toUpperCase(),
    ...present('customerId', invoice.customer),
    body: {
      kind: 'invoice',
      ...present('number', invoice.number),
      ...present('subscriptionId', invoice.parent?.subscription_details?.subscription ?? invoice.subscription),
      ...present('billingReason', invoice.billing_reason),
      subtotalMinor: minor(invoice.subtotal),
      discountMinor: minor(total(invoice.total_discount_amounts)),
      taxMinor: minor(total(invoice.total_taxes ?? invoice.total_tax_amounts)),
      totalMinor: minor(invoice.total),
      dueMinor: minor(invoice.amount_due),
      paidMinor: minor(invoice.amount_paid),
      remainingMinor: minor(invoice.amount_remaining),
      ...sumMinor('overpaidMinor', invoice.amount_overpaid, minor),
      ...sumMinor('creditedBeforePaymentMinor', invoice.pre_payment_credit_notes_amount, minor),
      ...sumMinor('creditedAfterPaymentMinor', invoice.post_payment_credit_notes_amount, minor),
      ...present('effectiveAt', invoice.effective_at),
      ...present('dueAt', invoice.due_date),
      ...present('finalisedAt', at?.finalized_at),
      ...present('paidAt', at?.paid_at),
      ...present('voidedAt', at?.voided_at),
      ...present('uncollectibleAt', at?.marked_uncollectible_at),
      lines: invoice.lines.data.map((line) => lineOf(line, minor)),
    },
  });
};

const invoiceItemSnapshot = z.object({
  id: z.string(),
  amount: z.int(),
  currency: z.string(),
  customer: nullish(ref),
  invoice: nullish(ref),
  parent: nullish(z.object({ subscription_details: nullish(z.object({ subscription: nullish(ref) })) })),
  subscription: nullish(ref),
  period,
  pricing: nullish(z.object({ price_details: nullish(z.object({ price: nullish(ref) })) })),
  price: nullish(z.object({ id: z.string() })),
  proration: nullish(z.boolean()),
  quantity: nullish(z.int()),
});

/** An item that waits for its invoice. */
export const mapInvoiceItem = ({
  object,
  eventType,
}: DocumentSighting): Reading<{ status: string; currency: string; customerId?: string; body: InvoiceItemDocument }> => {
  const snapshot = readSnapshot(invoiceItemSnapshot, object, 'invoice item');
  if (snapshot.kind !== 'read') return snapshot;
  const item = snapshot.value;
  const minors = minorsOf(item.currency);
  if (minors.kind !== 'read') return minors;
  return read({
    status: eventType === 'invoiceitem.deleted' ? 'deleted' : 'open',
    currency: item.currency.toUpperCase(),
    ...present('customerId', item.customer),
    body: {
      kind: 'invoice-item',
      amountMinor: minors.value(item.amount),
      ...present('quantity', item.quantity?.toString()),
      ...present('priceId', item.pricing?.price_details?.price ?? item.price?.id),
      ...present('invoiceId', item.invoice),
      ...present('subscriptionId', item.parent?.subscription_details?.subscription ?? item.subscription),
      proration: item.proration ?? false,
      periodFrom: item.period.start,
      periodUntil: item.period.end,
    },
  });
};
