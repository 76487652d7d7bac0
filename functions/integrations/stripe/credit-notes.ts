import * as z from 'zod/mini';
import { present } from '../present.ts';
import { type DocumentSighting, type MappedDocument, minorsOf, spelled, sumMinor } from './document.ts';
import { incomplete, type Reading, read } from './outcomes.ts';
import { listOf, nullish, readSnapshot, ref, seconds } from './snapshots.ts';

const taxes = nullish(z.array(z.object({ amount: z.int() })));

const creditNoteSnapshot = z.object({
  id: z.string(),
  currency: z.string(),
  customer: nullish(ref),
  invoice: ref,
  number: nullish(z.string()),
  reason: nullish(z.string()),
  status: z.string(),
  subtotal: z.int(),
  total: z.int(),
  total_taxes: taxes,
  tax_amounts: taxes,
  pre_payment_amount: nullish(z.int()),
  post_payment_amount: nullish(z.int()),
  /** Shape A knew one refund, `refund`; B has a list. */
  refunds: nullish(z.array(z.object({ refund: nullish(ref) }))),
  refund: nullish(ref),
  voided_at: nullish(seconds),
  lines: listOf(
    z.object({
      id: z.string(),
      amount: z.int(),
      invoice_line_item: nullish(z.string()),
      quantity: nullish(z.int()),
      taxes,
      tax_amounts: taxes,
    }),
  ),
});

const total = (parts: readonly { readonly amount: number }[] | null | undefined): number =>
  (parts ?? []).reduce((sum, { amount }) => sum + amount, 0);

/** A credit note, with the invoice lines that it credits. */
export const mapCreditNote = ({ object }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(creditNoteSnapshot, object, 'credit note');
  if (snapshot.kind !== 'read') return snapshot;
  const note = snapshot.value;
  if (note.lines.has_more) return incomplete([{ kind: 'lines', id: note.id, of: 'credit_note' }]);
  const minors = minorsOf(note.currency);
  if (minors.kind !== 'read') return minors;
  const minor = minors.value;
  const refunds = note.refunds?.map(({ refund }) => refund) ?? [note.refund];
  return read({
    status: spelled(note.status),
    currency: note.currency.toUpperCase(),
    ...present('customerId', note.customer),
    body: {
      kind: 'credit-note',
      invoiceId: note.invoice,
      ...present('number', note.number),
      ...present('reason', note.reason),
      subtotalMinor: minor(note.subtotal),
      taxMinor: minor(total(note.total_taxes ?? note.tax_amounts)),
      totalMinor: minor(note.total),
      ...sumMinor('beforePaymentMinor', note.pre_payment_amount, minor),
      ...sumMinor('afterPaymentMinor', note.post_payment_amount, minor),
      refundIds: refunds.filter((refund): refund is string => typeof refund === 'string'),
      ...present('voidedAt', note.voided_at),
      lines: note.lines.data.map((line) => ({
        lineId: line.id,
        ...present('invoiceLineId', line.invoice_line_item),
        amountMinor: minor(line.amount),
        taxMinor: minor(total(line.taxes ?? line.tax_amounts)),
        ...present('quantity', line.quantity?.toString()),
      })),
    },
  });
};
