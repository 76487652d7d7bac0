import type { CouponSnapshot, DiscountSnapshot, PriceSnapshot } from './snapshots.ts';

/**
 * What has been learnt of an instance's prices, coupons and discounts, from events or by a fetch: one fetch serves every later event.
 * It is a cache of facts that Stripe never changes once they are made (amounts, tiers, percentages); names may be stale.
 */
export type CatalogueKind = 'price' | 'coupon' | 'discount';

export type Learnt =
  | { readonly kind: 'price'; readonly id: string; readonly snapshot: PriceSnapshot }
  | { readonly kind: 'coupon'; readonly id: string; readonly snapshot: CouponSnapshot }
  | { readonly kind: 'discount'; readonly id: string; readonly snapshot: DiscountSnapshot };

export interface Catalogue {
  readonly price: (id: string) => PriceSnapshot | undefined;
  readonly coupon: (id: string) => CouponSnapshot | undefined;
  readonly discount: (id: string) => DiscountSnapshot | undefined;
}

export const catalogueKey = (kind: CatalogueKind, id: string): string => `${kind}#${id}`;

/** A catalogue over learnt entries; a later entry replaces an earlier one. */
export const catalogueOf = (entries: Iterable<Learnt>): Catalogue => {
  const prices = new Map<string, PriceSnapshot>();
  const coupons = new Map<string, CouponSnapshot>();
  const discounts = new Map<string, DiscountSnapshot>();
  for (const entry of entries) {
    if (entry.kind === 'price') prices.set(entry.id, entry.snapshot);
    else if (entry.kind === 'coupon') coupons.set(entry.id, entry.snapshot);
    else discounts.set(entry.id, entry.snapshot);
  }
  return { price: (id) => prices.get(id), coupon: (id) => coupons.get(id), discount: (id) => discounts.get(id) };
};
