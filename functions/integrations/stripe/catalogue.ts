import { type CustomerDiscounts, heardTogether } from './customer-history.ts';
import type { CouponSnapshot, DiscountSnapshot, PriceSnapshot } from './snapshots.ts';

/**
 * What has been learnt of an instance's prices, coupons and discounts, from events or by a fetch: one fetch serves every later event. Stripe
 * never changes a price's own amount, its tiers or a percentage; amounts in further currencies do change, and the event that says so makes
 * their entry be forgotten and read anew. Of a customer's discounts nothing is forgotten: what is heard later is added.
 */
export type CatalogueKind = 'price' | 'coupon' | 'discount' | 'customer';

export type Learnt =
  | { readonly kind: 'price'; readonly id: string; readonly snapshot: PriceSnapshot }
  | { readonly kind: 'coupon'; readonly id: string; readonly snapshot: CouponSnapshot }
  | { readonly kind: 'discount'; readonly id: string; readonly snapshot: DiscountSnapshot }
  | { readonly kind: 'customer'; readonly id: string; readonly snapshot: CustomerDiscounts };

/** Each answers `undefined` for what has not been looked up, or is not known. */
export interface Catalogue {
  readonly price: (id: string) => PriceSnapshot | undefined;
  readonly coupon: (id: string) => CouponSnapshot | undefined;
  readonly discount: (id: string) => DiscountSnapshot | undefined;
  readonly customer: (id: string) => CustomerDiscounts | undefined;
}

export const catalogueKey = (kind: CatalogueKind, id: string): string => `${kind}#${id}`;

/** A catalogue over learnt entries; a later entry replaces an earlier one, and of a customer adds to it. */
export const catalogueOf = (entries: Iterable<Learnt>): Catalogue => {
  const prices = new Map<string, PriceSnapshot>();
  const coupons = new Map<string, CouponSnapshot>();
  const discounts = new Map<string, DiscountSnapshot>();
  const customers = new Map<string, CustomerDiscounts>();
  for (const entry of entries) {
    if (entry.kind === 'price') prices.set(entry.id, entry.snapshot);
    else if (entry.kind === 'coupon') coupons.set(entry.id, entry.snapshot);
    else if (entry.kind === 'discount') discounts.set(entry.id, entry.snapshot);
    else {
      const heard = customers.get(entry.id);
      customers.set(entry.id, heard === undefined ? entry.snapshot : heardTogether(heard, entry.snapshot));
    }
  }
  return {
    price: (id) => prices.get(id),
    coupon: (id) => coupons.get(id),
    discount: (id) => discounts.get(id),
    customer: (id) => customers.get(id),
  };
};
