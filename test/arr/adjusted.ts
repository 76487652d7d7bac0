import type { AdjustmentEndFact, AdjustmentFact, Fact } from '../../functions/arr/lines/facts.ts';

/** Adjustments by hand, as approved rulings tell them. */

const stated = (kind: string, eventId: string, at: string) =>
  ({
    provenance: {
      system: 'manual',
      instance: 'ascent',
      eventId,
      eventType: `ruling.${kind}`,
      observedAt: Date.parse(`${at}T12:00:00Z`) / 1000,
    },
    observedOn: at,
    byHand: { reason: 'Credit memo of March, not in billing yet', proposedBy: 'ann', approvedBy: 'bob' },
  }) as const;

/** Approved on the day from which on it counts, unless `at` says otherwise. */
export const adjustment = (
  amountMinor: string,
  on: string,
  { eventId = `ruling-${on}`, at = on, ...more }: Partial<AdjustmentFact> & { readonly eventId?: string; readonly at?: string } = {},
): Fact => ({
  kind: 'adjustment',
  data: { ...stated('adjustment', eventId, at), customerId: 'stripe.main.cus_1', amountMinor, currency: 'USD', on, ...more },
});

export const adjustmentEnd = (
  adjustmentId: string,
  on: string,
  { eventId = `ruling-end-${on}`, at = on, ...more }: Partial<AdjustmentEndFact> & { readonly eventId?: string; readonly at?: string } = {},
): Fact => ({
  kind: 'adjustment-end',
  data: { ...stated('adjustment-end', eventId, at), customerId: 'stripe.main.cus_1', adjustmentId, on, ...more },
});
