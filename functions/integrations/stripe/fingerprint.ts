import { digest } from '../../platform/ids.ts';
import type { MappingContext } from './context.ts';
import { subscriptionKeys } from './context.ts';
import { discountIdOf } from './discounts.ts';
import { type SubscriptionSnapshot, subscriptionSnapshot } from './snapshots.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The object as it was before the change: `previous_attributes` holds the former value of every key that changed; objects inside it hold only
 * their changed keys, lists are whole.
 */
export const applyPrevious = (object: Json, previous: Json): Json => {
  const before: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(previous)) {
    const now = before[key];
    before[key] = isObject(value) && isObject(now) ? applyPrevious(now, value) : value;
  }
  return before;
};

/** Discounts of a subscription in either shape, ids only. */
export const discountEntries = (subscription: SubscriptionSnapshot) =>
  subscription.discounts && subscription.discounts.length > 0
    ? subscription.discounts
    : subscription.discount
      ? [subscription.discount]
      : [];

/**
 * Hash of a subscription's commercial content: what may move ARR or its dates. Prices and discounts count by id, since Stripe never changes
 * their amounts; thus the hash of a state does not depend on what has been fetched, on the API version, or on which event showed it.
 */
export const fingerprintOf = (subscription: SubscriptionSnapshot, context: MappingContext): string => {
  const keys = Object.values(subscriptionKeys(context.instance));
  const metadata = subscription.metadata ?? {};
  return digest(
    JSON.stringify([
      subscription.customer ?? null,
      subscription.currency,
      subscription.status,
      subscription.pause_collection?.behavior ?? null,
      subscription.start_date ?? null,
      subscription.trial_end ?? null,
      subscription.ended_at ?? null,
      subscription.cancel_at ?? null,
      subscription.cancel_at_period_end,
      subscription.schedule ?? null,
      discountEntries(subscription).map(discountIdOf),
      keys.map((key) => metadata[key] ?? null),
      subscription.items.data.map((item) => [
        item.id,
        item.price.id,
        item.quantity ?? null,
        (item.discounts ?? []).map(discountIdOf),
        item.current_period_start ?? subscription.current_period_start ?? null,
        item.current_period_end ?? subscription.current_period_end ?? null,
        keys.map((key) => item.metadata?.[key] ?? null),
      ]),
    ]),
  );
};

/** Fingerprint of the state right before an update, where the event tells it whole; a list that goes on elsewhere does not. */
export const previousFingerprintOf = (object: Json, previous: Json, context: MappingContext): string | undefined => {
  const before = subscriptionSnapshot.safeParse(applyPrevious(object, previous));
  return before.success && !before.data.items.has_more ? fingerprintOf(before.data, context) : undefined;
};
