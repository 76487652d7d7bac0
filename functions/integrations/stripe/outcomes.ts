import type { Problem } from '../../platform/result.ts';

/**
 * What can become of an event: recorded, waiting for what its snapshot lacks, or parked. A parked event is kept whole, with the reason and
 * what to do, until it is replayed; nothing is dropped and nothing that Stripe may send ends in an error.
 */
export type ParkReason =
  | 'type-not-consumed'
  | 'livemode-mismatch'
  | 'instance-unknown'
  | 'version-unknown'
  | 'version-too-old'
  | 'shape-unreadable'
  | 'not-taken-in'
  | 'status-unknown'
  | 'currency-unknown'
  | 'customer-missing'
  | 'discount-not-found'
  | 'discount-not-supported'
  | 'price-not-supported'
  | 'too-many-lines'
  | 'gone-at-source'
  | 'refused-by-source';

export type ParkProblem = Problem<ParkReason>;

/** What a snapshot lacks, because Stripe's events never expand: it is read from the API by the bounded step behind the incomplete queue. */
export type Need =
  /** Tiers, or the amount in another currency. */
  | { readonly kind: 'price'; readonly id: string }
  | { readonly kind: 'coupon'; readonly id: string }
  /** The customer's discount, where the subscription has none of its own. */
  | { readonly kind: 'customer'; readonly id: string }
  /** A discount has no endpoint of its own: it is found on its subscription, or on the invoice that it reduced. */
  | { readonly kind: 'discount'; readonly id: string; readonly subscriptionId: string; readonly invoiceId?: string }
  /** Further pages of an embedded list. */
  | { readonly kind: 'items'; readonly id: string }
  | { readonly kind: 'lines'; readonly id: string; readonly of: 'invoice' | 'credit_note' }
  /** The whole object, at the time of reading: for events that carry none. */
  | { readonly kind: 'object'; readonly object: string; readonly id: string; readonly account?: string }
  /** The event itself, where it was too large for the bus. */
  | { readonly kind: 'event'; readonly id: string };

/** Either everything that is needed is here, or what is missing, or why it cannot be read. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'incomplete'; readonly needs: readonly Need[] }
  | { readonly kind: 'parked'; readonly problem: ParkProblem };

export const read = <T>(value: T): Reading<T> => ({ kind: 'read', value });
export const incomplete = (needs: readonly Need[]): Reading<never> => ({ kind: 'incomplete', needs });
export const parked = (code: ParkReason, detail: string, field?: string): Reading<never> => ({
  kind: 'parked',
  problem: field === undefined ? { code, detail } : { code, detail, field },
});
