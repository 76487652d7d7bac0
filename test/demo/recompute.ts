import type { StripeEvent } from '../../demo/events.ts';
import type { StripeObject } from '../../demo/stripe-json.ts';
import type { StripeState } from '../../demo/stripe-state.ts';

/**
 * ARR of subscriptions once more, straight from Stripe's snapshots and by other arithmetic than the demo's: whole numbers over one common
 * denominator. Rates are written out: micro-USD for one of Stripe's minor units (USD 0.01 is 10,000).
 */
const MICRO_USD: Readonly<Record<string, bigint>> = {
  usd: 10_000n,
  eur: 11_000n, // 1.10
  gbp: 12_800n, // 1.28
  jpy: 6700n, // 0.0067, no decimals
  aud: 6600n, // 0.66
  cad: 7400n, // 0.74
  chf: 11_200n, // 1.12
  kwd: 3250n, // 3.25 over thousandths
  sgd: 7500n, // 0.75
  isk: 73n, // 0.0073 over Stripe's hundredths
};
/** 10,000 micro-USD are a cent; 2 for contracts of two years; 100 for percentages. */
const DENOMINATOR = 10_000n * 2n * 100n;

interface SnapshotItem {
  readonly price: {
    readonly id: string;
    readonly currency: string;
    readonly unit_amount: number | null;
    readonly tiers_mode: string | null;
    readonly recurring: { readonly interval: string; readonly interval_count: number };
  };
  readonly quantity: number;
  readonly metadata: Readonly<Record<string, string>>;
}
export interface Snapshot {
  readonly id: string;
  readonly customer: string;
  readonly currency: string;
  readonly status: string;
  readonly start_date: number;
  readonly trial_end: number | null;
  readonly discounts: readonly string[];
  readonly collection_method: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly items: { readonly data: readonly SnapshotItem[] };
}
interface DiscountShown {
  readonly start: number;
  readonly end: number | null;
  readonly source: {
    readonly coupon: { readonly percent_off: number | null; readonly amount_off: number | null; readonly duration: string };
  };
}
interface TierShown {
  readonly up_to: number | null;
  readonly unit_amount: number;
  readonly flat_amount: number | null;
}

const day = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10);

const tiered = (tiers: readonly TierShown[], mode: string, quantity: number): bigint => {
  if (mode === 'volume') {
    const tier = tiers.find(({ up_to }) => up_to === null || quantity <= up_to);
    return BigInt(tier?.unit_amount ?? 0) * BigInt(quantity) + BigInt(tier?.flat_amount ?? 0);
  }
  let total = 0n;
  for (let seat = 1; seat <= quantity; seat += 1) {
    const index = tiers.findIndex(({ up_to }) => up_to === null || seat <= up_to);
    const from = index === 0 ? 1 : (tiers[index - 1]?.up_to ?? 0) + 1;
    total += BigInt(tiers[index]?.unit_amount ?? 0) + (seat === from ? BigInt(tiers[index]?.flat_amount ?? 0) : 0n);
  }
  return total;
};

const grossOf = ({ price, quantity }: SnapshotItem, state: StripeState): bigint => {
  if (price.tiers_mode === null) return BigInt(price.unit_amount ?? 0) * BigInt(quantity);
  const tiers = state.price(price.id)?.['tiers'] as readonly TierShown[] | undefined;
  if (tiers === undefined) throw new Error(`${price.id} has no tiers`);
  return tiered(tiers, price.tiers_mode, quantity);
};

/** Cents at the end of a day (`YYYY-MM-DD`), each line rounded half up (no line is negative). */
export const arrOf = (subscription: Snapshot, on: string, state: StripeState): bigint => {
  if (subscription.status !== 'active' && subscription.status !== 'past_due') return 0n;
  if (on < (subscription.metadata['service_starts_on'] ?? day(subscription.trial_end ?? subscription.start_date))) return 0n;
  let percent = 100n;
  let off = 0n;
  for (const id of subscription.discounts) {
    const { start, end, source } = state.discount(id) as unknown as DiscountShown;
    if (source.coupon.duration === 'once' || on < day(start) || (end !== null && on >= day(end))) continue;
    percent -= BigInt(source.coupon.percent_off ?? 0);
    off += BigInt(source.coupon.amount_off ?? 0);
  }
  let cents = 0n;
  for (const item of subscription.items.data) {
    const { interval, interval_count } = item.price.recurring;
    const twiceAYear = (interval === 'month' ? 24n : 2n) / BigInt(interval_count);
    const micro = (grossOf(item, state) - off) * percent * twiceAYear * (MICRO_USD[subscription.currency] ?? 0n);
    cents += (2n * micro + DENOMINATOR) / (2n * DENOMINATOR);
  }
  return cents;
};

/** Unique events in the order in which they happened, whatever the order of delivery. */
export const happened = (events: Iterable<{ readonly event: StripeEvent }>): readonly StripeEvent[] => {
  const unique = new Map<string, StripeEvent>();
  for (const { event } of events) unique.set(event.id, event);
  return [...unique.values()].sort((a, b) => a.created - b.created);
};

export const subscriptionOf = (event: StripeEvent): Snapshot | undefined =>
  event.data.object.object === 'subscription' ? (event.data.object as unknown as Snapshot) : undefined;

export const customerOf = (event: StripeEvent): (StripeObject & { readonly metadata: Readonly<Record<string, string>> }) | undefined =>
  event.data.object.object === 'customer'
    ? (event.data.object as StripeObject & { readonly metadata: Readonly<Record<string, string>> })
    : undefined;
