import { type Customer, DAY, type Subscription } from '../../demo/model.ts';
import type { Random } from '../../demo/random.ts';
import { discount } from '../../demo/stripe-catalogue.ts';
import type { StripeObject } from '../../demo/stripe-json.ts';
import { discountBy } from './contracts.ts';

/** A discount of a customer comes, is replaced, or goes. */
export interface DiscountAct {
  readonly at: number;
  readonly customerId: string;
  readonly type: 'customer.discount.created' | 'customer.discount.updated' | 'customer.discount.deleted';
  readonly discount: StripeObject;
  readonly previous?: Readonly<Record<string, unknown>>;
  /** Stripe tells of it by an event of the customer, too. */
  readonly isToldByCustomer: boolean;
}

/** Of a customer's own, not of any of its subscriptions. */
const discountOf = (random: Random, customer: Customer, n: number, at: number): StripeObject => ({
  ...discount(discountBy(random, `di_${customer.id}_${n}`, at), { id: '', customerId: customer.id } as Subscription),
  end: null,
  subscription: null,
});

/** Some time after another; often it is in the same seconds as something else, so that what both lead to meets. */
const after = (random: Random, earlier: number, others: readonly number[]): number => {
  const later = others.filter((at) => at > earlier);
  return later.length > 0 && random.chance(600) ? random.pick(later) + random.below(4) : earlier + DAY * (1 + random.below(120)) + 7;
};

/** At most two discounts of one customer, one after the other; `others`: when something else happens to it. */
export const discountActs = (random: Random, customer: Customer, others: readonly number[]): DiscountAct[] => {
  const { id: customerId } = customer;
  const isToldByCustomer = random.chance(500);
  const beginsAt = after(random, customer.createdAt, others);
  const first = discountOf(random, customer, 1, beginsAt);
  const acts: DiscountAct[] = [{ at: beginsAt, customerId, type: 'customer.discount.created', discount: first, isToldByCustomer }];
  let last = first;
  let at = beginsAt;
  if (random.chance(400)) {
    at = after(random, at, others);
    last = discountOf(random, customer, 2, at);
    const { id, start = null, source = null } = first;
    acts.push({ at, customerId, type: 'customer.discount.updated', discount: last, previous: { id, start, source }, isToldByCustomer });
  }
  if (random.chance(600)) {
    at = after(random, at, others);
    acts.push({ at, customerId, type: 'customer.discount.deleted', discount: last, isToldByCustomer });
  }
  return acts;
};
