import { present } from '../present.ts';
import type { PastLook } from './awaited.ts';

/** Names of one object's events. */
const of = (object: string, ...what: readonly string[]): readonly string[] => what.map((one) => `${object}.${one}`);

/**
 * The events that are taken in, by what they are about, in the order of their importance for ARR: where a look has to end, the last ones wait for
 * the next. At most 20 types in a group: Stripe filters by no more. `invoice.upcoming` is of an invoice that is none yet, and is left out.
 * `isWatched`: somebody is told where its events do not come by themselves; ARR follows from these.
 */
export const LISTED = [
  {
    group: 'subscriptions',
    isWatched: true,
    types: [
      ...of('customer.subscription', 'created', 'updated', 'deleted', 'paused', 'resumed', 'trial_will_end'),
      ...of('customer.subscription', 'pending_update_applied', 'pending_update_expired'),
      ...of('subscription_schedule', 'created', 'updated', 'aborted', 'canceled', 'completed', 'expiring', 'released'),
    ],
  },
  {
    group: 'customers',
    isWatched: true,
    types: [...of('customer', 'created', 'updated', 'deleted'), ...of('customer.discount', 'created', 'updated', 'deleted')],
  },
  {
    group: 'catalogue',
    isWatched: true,
    types: ['product', 'price', 'coupon'].flatMap((object) => of(object, 'created', 'updated', 'deleted')),
  },
  {
    group: 'invoices',
    isWatched: true,
    types: [
      ...of(
        'invoice',
        'created',
        'updated',
        'deleted',
        'finalized',
        'finalization_failed',
        'sent',
        'paid',
        'overpaid',
        'payment_succeeded',
      ),
      ...of('invoice', 'payment_failed', 'payment_action_required', 'payment_attempt_required', 'overdue', 'will_be_due'),
      ...of('invoice', 'voided', 'marked_uncollectible'),
      'invoice_payment.paid',
      ...of('invoiceitem', 'created', 'deleted'),
    ],
  },
  {
    group: 'credits',
    isWatched: false,
    types: [
      ...of('credit_note', 'created', 'updated', 'voided'),
      ...of('refund', 'created', 'updated', 'failed'),
      'charge.refund.updated',
      ...of('charge.dispute', 'created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'),
    ],
  },
  {
    group: 'payments',
    isWatched: false,
    types: [
      ...of('payment_intent', 'created', 'processing', 'requires_action', 'amount_capturable_updated', 'partially_funded', 'succeeded'),
      ...of('payment_intent', 'payment_failed', 'canceled'),
      ...of('charge', 'pending', 'succeeded', 'failed', 'captured', 'refunded', 'expired', 'updated'),
    ],
  },
] as const satisfies readonly { readonly group: string; readonly isWatched: boolean; readonly types: readonly string[] }[];

export type Group = (typeof LISTED)[number]['group'];

/** A look through one group: of events that were created between these times, both included, newest first. */
export interface Run {
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The last event that was looked at: the next ones are older. */
  readonly afterId?: string;
  /** An operator asked for it: whatever is missing is put on the bus once more. */
  readonly isAsked?: true;
  /** When the oldest event was created that it has found missing. */
  readonly missingSinceMs?: number;
}

export interface SyncMark {
  /** Epoch milliseconds: events that were created up to then have been looked through. */
  readonly throughMs?: number;
  readonly run?: Run;
  /** Epoch milliseconds: when the oldest event was created that was found missing and has not been seen recorded or parked since. */
  readonly missingSinceMs?: number;
  /** The looks since then that may have found it, oldest first. */
  readonly looks?: readonly PastLook[];
  /** Events that had not come and were found, by all looks; one that a crash has found twice counts twice. */
  readonly missed?: number;
  /** ISO instant at which some were found last. */
  readonly missedAt?: string;
}

const DAY_MS = 86_400_000;
/** Stripe lists events for so many days. */
export const MOST_DAYS = 30;
/** An event that is younger may be on its way still. */
export const ON_ITS_WAY_MS = 15 * 60_000;
/** Looked at again each time: what was taken from the bus and failed behind it, and what Stripe listed late. */
export const OVERLAP_MS = 60 * 60_000;

/**
 * The events that are to be looked through now, by the times at which they were created: those of a look that was begun before; or all since the
 * last one and since the oldest that is awaited, and of an account that was never looked through as many as Stripe lists. `days`: of so many days
 * at least, begun anew.
 */
export const dueOf = ({ run, throughMs, missingSinceMs = Number.POSITIVE_INFINITY }: SyncMark, nowMs: number, days?: number): Run => {
  if (run !== undefined && days === undefined) return run;
  const untilMs = nowMs - ON_ITS_WAY_MS;
  const oldestMs = nowMs - MOST_DAYS * DAY_MS;
  // The test clock may have been set back: then what it had looked through is ahead of it.
  const since = throughMs === undefined ? oldestMs : Math.min(Math.min(throughMs, untilMs) - OVERLAP_MS, missingSinceMs);
  const askedMs = days === undefined ? since : nowMs - days * DAY_MS;
  const sinceMs = Math.max(oldestMs, Math.min(since, askedMs, run?.sinceMs ?? since));
  return { sinceMs, untilMs, ...(days === undefined ? {} : { isAsked: true, ...present('missingSinceMs', run?.missingSinceMs) }) };
};
