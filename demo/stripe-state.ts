import { eventsOf, type StripeEvent } from './events.ts';
import type { Coupon, Discount, Price, Subscription } from './model.ts';
import { coupon, discount, priceWithTiers } from './stripe-catalogue.ts';
import type { StripeObject } from './stripe-json.ts';
import type { Act } from './world.ts';

/**
 * What Stripe's API would answer at a moment of the story: the newest state of every object that was shown by an event created until then,
 * and what events leave out (tiers, coupons, discounts). For the server that stands in for Stripe.
 */
export interface StripeState {
  /** Moves to an instant (epoch seconds); going back starts again from the beginning. */
  readonly moveTo: (instant: number) => void;
  /** Customer, product, subscription, invoice, refund, dispute or credit note as the newest event showed it. */
  readonly object: (id: string) => StripeObject | undefined;
  /** With its tiers; also prices that were negotiated for one contract. */
  readonly price: (id: string) => StripeObject | undefined;
  readonly coupon: (id: string) => StripeObject | undefined;
  /** With its coupon. */
  readonly discount: (id: string) => StripeObject | undefined;
  /** With its discounts, and their coupons, expanded. */
  readonly subscription: (id: string) => StripeObject | undefined;
  /** All objects of a kind, in the order in which they first appeared, e.g. `customer`. */
  readonly list: (kind: string) => readonly StripeObject[];
  /** Events created until the moment, newest last: what `GET /v1/events` would list. */
  readonly eventCount: () => number;
}

interface Known {
  readonly objects: Map<string, StripeObject>;
  readonly prices: Map<string, Price>;
  readonly discounts: Map<string, { readonly discount: Discount; readonly subscription: Subscription }>;
  readonly events: Generator<StripeEvent, void, undefined>;
  next: number;
  at: number;
}

export const stripeState = (acts: readonly Act[], coupons: readonly Coupon[], seed: number): StripeState => {
  const fresh = (): Known => ({
    objects: new Map(),
    prices: new Map(),
    discounts: new Map(),
    events: eventsOf(acts, seed),
    next: 0,
    at: Number.NEGATIVE_INFINITY,
  });
  let known = fresh();
  const couponsById = new Map(coupons.map((one) => [one.id, one]));

  const learn = (act: Act, event: StripeEvent): void => {
    known.objects.set(event.data.object.id, event.data.object);
    if (act.kind === 'price') known.prices.set(act.price.id, act.price);
    if (act.kind !== 'subscription') return;
    for (const { price } of act.subscription.items) known.prices.set(price.id, price);
    for (const one of act.subscription.discounts) known.discounts.set(one.id, { discount: one, subscription: act.subscription });
  };

  const moveTo = (instant: number): void => {
    if (instant < known.at) known = fresh();
    known.at = instant;
    for (let act = acts[known.next]; act !== undefined && act.at <= instant; act = acts[known.next]) {
      const event = known.events.next();
      if (event.done === true) break;
      learn(act, event.value);
      known.next += 1;
    }
  };

  const discountOf = (id: string): StripeObject | undefined => {
    const found = known.discounts.get(id);
    return found === undefined ? undefined : discount(found.discount, found.subscription);
  };

  return {
    moveTo,
    object: (id) => known.objects.get(id),
    price: (id) => {
      const found = known.prices.get(id);
      return found === undefined ? undefined : priceWithTiers(found);
    },
    coupon: (id) => {
      const found = couponsById.get(id);
      return found === undefined ? undefined : coupon(found);
    },
    discount: discountOf,
    subscription: (id) => {
      const found = known.objects.get(id);
      if (found?.object !== 'subscription' || !Array.isArray(found['discounts'])) return undefined;
      return { ...found, discounts: found['discounts'].map((one) => discountOf(String(one)) ?? String(one)) };
    },
    list: (kind) => [...known.objects.values()].filter(({ object }) => object === kind),
    eventCount: () => known.next,
  };
};
