import * as z from 'zod/mini';
import { present } from '../present.ts';
import { type DocumentSighting, type MappedDocument, minorsOf, spelled } from './document.ts';
import { type Reading, read } from './outcomes.ts';
import { nullish, readSnapshot, ref } from './snapshots.ts';

const refundSnapshot = z.object({
  id: z.string(),
  amount: z.int(),
  charge: nullish(ref),
  currency: z.string(),
  customer: nullish(ref),
  failure_reason: nullish(z.string()),
  payment_intent: nullish(ref),
  reason: nullish(z.string()),
  status: nullish(z.string()),
});

/** A refund; one that failed after it had succeeded says so by its status. */
export const mapRefund = ({ object }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(refundSnapshot, object, 'refund');
  if (snapshot.kind !== 'read') return snapshot;
  const refund = snapshot.value;
  const minors = minorsOf(refund.currency);
  if (minors.kind !== 'read') return minors;
  return read({
    status: spelled(refund.status ?? 'pending'),
    currency: refund.currency.toUpperCase(),
    ...present('customerId', refund.customer),
    body: {
      kind: 'refund',
      amountMinor: minors.value(refund.amount),
      ...present('chargeId', refund.charge),
      ...present('paymentId', refund.payment_intent),
      ...present('reason', refund.reason),
      ...present('failureReason', refund.failure_reason),
    },
  });
};
