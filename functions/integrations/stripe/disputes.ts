import * as z from 'zod/mini';
import { present } from '../present.ts';
import { type DocumentSighting, type MappedDocument, minorsOf, spelled } from './document.ts';
import { type Reading, read } from './outcomes.ts';
import { nullish, readSnapshot, ref, seconds } from './snapshots.ts';

const disputeSnapshot = z.object({
  id: z.string(),
  amount: z.int(),
  balance_transactions: z._default(nullish(z.array(z.object({ currency: z.string(), fee: z.int(), net: z.int() }))), []),
  charge: nullish(ref),
  currency: z.string(),
  evidence_details: nullish(z.object({ due_by: nullish(seconds) })),
  payment_intent: nullish(ref),
  reason: nullish(z.string()),
  status: z.string(),
});

/**
 * A dispute; what it cost so far is the sum of its balance transactions, where these are in its own currency (an account that settles in
 * another one has them converted: then they are left to the payout's reconciliation, and nothing is summed).
 */
export const mapDispute = ({ object }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(disputeSnapshot, object, 'dispute');
  if (snapshot.kind !== 'read') return snapshot;
  const dispute = snapshot.value;
  const minors = minorsOf(dispute.currency);
  if (minors.kind !== 'read') return minors;
  const minor = minors.value;
  const own = (dispute.balance_transactions ?? []).filter(({ currency }) => currency === dispute.currency);
  return read({
    status: spelled(dispute.status),
    currency: dispute.currency.toUpperCase(),
    body: {
      kind: 'dispute',
      amountMinor: minor(dispute.amount),
      ...present('chargeId', dispute.charge),
      ...present('paymentId', dispute.payment_intent),
      ...present('reason', dispute.reason),
      ...present('evidenceDueAt', dispute.evidence_details?.due_by),
      netMinor: minor(own.reduce((sum, { net }) => sum + net, 0)),
      feeMinor: minor(own.reduce((sum, { fee }) => sum + fee, 0)),
    },
  });
};
