import { fromStripeMinor } from '../../platform/currencies.ts';
import { present } from '../present.ts';
import type { Catalogue, Learnt } from './catalogue.ts';
import type { MappingContext } from './context.ts';
import { incomplete, type Need, parked, type Reading, read } from './outcomes.ts';
import type { Line } from './prices.ts';
import type { CouponSnapshot, DiscountSnapshot } from './snapshots.ts';

export type Discount = Line['discounts'][number];
type Entry = string | DiscountSnapshot;

/** A discount and, where its coupon is limited to some products, these. */
interface Resolved {
  readonly discount: Discount;
  readonly products: readonly string[] | undefined;
}

export const discountIdOf = (entry: Entry): string => (typeof entry === 'string' ? entry : entry.id);

export const couponIdOf = (discount: DiscountSnapshot): string | undefined => {
  const coupon = discount.source?.coupon ?? discount.coupon;
  return typeof coupon === 'string' ? coupon : coupon?.id;
};

/** The discount itself, without the coupon inside: that one is always the catalogue's. */
export const withoutCoupon = (discount: DiscountSnapshot): DiscountSnapshot => {
  const couponId = couponIdOf(discount);
  return { ...discount, coupon: undefined, source: couponId === undefined ? null : { coupon: couponId } };
};

export const learntDiscount = (discount: DiscountSnapshot): Learnt => ({
  kind: 'discount',
  id: discount.id,
  snapshot: withoutCoupon(discount),
});

/** Percent as Stripe's JSON number has it (at most four places), or an amount off per billing interval in ISO 4217 minor units. */
const amountOff = (coupon: CouponSnapshot, currency: string): Reading<Pick<Discount, 'kind' | 'value'>> => {
  if (typeof coupon.percent_off === 'number') return read({ kind: 'percent', value: String(coupon.percent_off) });
  const amount = coupon.currency === currency ? coupon.amount_off : coupon.currency_options?.[currency]?.amount_off;
  if (typeof amount !== 'number')
    return parked(
      'discount-not-supported',
      `Coupon ${coupon.id} takes off neither a percentage nor an amount in ${currency.toUpperCase()}.`,
      'discounts',
    );
  const minor = fromStripeMinor(String(amount), currency);
  return minor.ok ? read({ kind: 'amount', value: minor.value }) : parked('currency-unknown', minor.problem.detail, 'currency');
};

const isDuration = (text: string): text is Discount['duration'] => text === 'once' || text === 'repeating' || text === 'forever';

/** Where to look for discounts that are only known by id. */
export interface DiscountOwner {
  readonly subscriptionId: string;
  readonly invoiceId?: string;
  readonly currency: string;
}

const resolve = (entry: Entry, owner: DiscountOwner, catalogue: Catalogue, context: MappingContext): Reading<Resolved> => {
  const discount = typeof entry === 'string' ? catalogue.discount(entry) : entry;
  if (discount === undefined) {
    return incomplete([
      { kind: 'discount', id: discountIdOf(entry), subscriptionId: owner.subscriptionId, ...present('invoiceId', owner.invoiceId) },
    ]);
  }
  const couponId = couponIdOf(discount);
  if (couponId === undefined) return parked('discount-not-supported', `Discount ${discount.id} does not come from a coupon.`, 'discounts');
  // Always the catalogue's coupon: one that is embedded does not say which products it is limited to.
  const coupon = catalogue.coupon(couponId);
  if (coupon === undefined) return incomplete([{ kind: 'coupon', id: couponId }]);
  if (!isDuration(coupon.duration))
    return parked(
      'discount-not-supported',
      `Coupon ${couponId} has duration "${coupon.duration}"; once, repeating and forever are known.`,
      'discounts',
    );
  const value = amountOff(coupon, owner.currency);
  if (value.kind !== 'read') return value;
  return read({
    discount: {
      discountId: discount.id,
      ...value.value,
      duration: coupon.duration,
      ...present('startsOn', discount.start == null ? undefined : context.dayOf(discount.start)),
      ...present('endsOn', discount.end == null ? undefined : context.dayOf(discount.end)),
    },
    products: coupon.applies_to?.products,
  });
};

/** All of them, in Stripe's order of application; what is missing is collected, so that one visit fetches everything. */
const resolveAll = (
  entries: readonly Entry[],
  owner: DiscountOwner,
  catalogue: Catalogue,
  context: MappingContext,
): Reading<Resolved[]> => {
  const resolved: Resolved[] = [];
  const needs: Need[] = [];
  for (const entry of entries) {
    const reading = resolve(entry, owner, catalogue, context);
    if (reading.kind === 'parked') return reading;
    if (reading.kind === 'incomplete') needs.push(...reading.needs);
    else resolved.push(reading.value);
  }
  return needs.length > 0 ? incomplete(needs) : read(resolved);
};

/** Discounts of one item; a coupon for other products has no effect on it. */
export const itemDiscounts = (
  entries: readonly Entry[],
  productId: string,
  owner: DiscountOwner,
  catalogue: Catalogue,
  context: MappingContext,
): Reading<Discount[]> => {
  const all = resolveAll(entries, owner, catalogue, context);
  if (all.kind !== 'read') return all;
  return read(all.value.filter(({ products }) => products === undefined || products.includes(productId)).map(({ discount }) => discount));
};

export interface Spread {
  readonly whole: readonly Discount[];
  /** By line id: discounts of the subscription that only some products get. */
  readonly ofLines: ReadonlyMap<string, readonly Discount[]>;
}

/**
 * Discounts of the whole subscription. One whose coupon is limited to products goes to the lines of these products: a percentage to each, an
 * amount to the only one (an amount shared by some lines but not all cannot be said in our terms, and is parked).
 */
export const subscriptionDiscounts = (
  entries: readonly Entry[],
  lines: readonly { readonly lineId: string; readonly productId: string }[],
  owner: DiscountOwner,
  catalogue: Catalogue,
  context: MappingContext,
): Reading<Spread> => {
  const all = resolveAll(entries, owner, catalogue, context);
  if (all.kind !== 'read') return all;
  const whole: Discount[] = [];
  const ofLines = new Map<string, Discount[]>();
  for (const { discount, products } of all.value) {
    const eligible = products === undefined ? lines : lines.filter(({ productId }) => products.includes(productId));
    if (products === undefined || eligible.length === lines.length) whole.push(discount);
    else if (discount.kind === 'amount' && eligible.length > 1) {
      return parked(
        'discount-not-supported',
        `Discount ${discount.discountId} takes an amount off ${eligible.length} of ${lines.length} items together.`,
        'discounts',
      );
    } else for (const { lineId } of eligible) ofLines.set(lineId, [...(ofLines.get(lineId) ?? []), discount]);
  }
  return read({ whole, ofLines });
};
