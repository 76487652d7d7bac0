import { type Coupon, type Customer, DAY, type Discount, type Item, type Price, type Subscription } from '../../demo/model.ts';
import type { Random } from '../../demo/random.ts';
import type { Act } from '../../demo/world.ts';

/** A company's life is short here: a year and a half with few customers, so that thousands of them can be lived. */
export const BEGIN = Date.UTC(2025, 0, 1) / 1000;
export const LAST = Date.UTC(2026, 5, 30) / 1000;
const MAX_CHANGES = 10;
const TRIAL_DAYS = 14;
/** More than an event shows. */
const MANY_ITEMS = 12;

/** What contracts of a life have beside plain prices; each of it has Ascent ask Stripe. */
export interface Traits {
  readonly tiers: boolean;
  readonly discounts: boolean;
  readonly customerDiscounts: boolean;
  readonly manyItems: boolean;
}

export const COUPONS: readonly Coupon[] = [
  { id: 'FIFTH', name: 'A fifth', percentOff: 20, duration: 'forever', createdAt: BEGIN },
  { id: 'TENTH', name: 'A tenth for a quarter', percentOff: 10, duration: 'repeating', months: 3, createdAt: BEGIN },
  { id: 'ONCE', name: 'Once', percentOff: 50, duration: 'once', createdAt: BEGIN },
];

export const discountBy = (random: Random, id: string, at: number): Discount => {
  const coupon = random.pick(COUPONS);
  return { id, coupon, startAt: at, endAt: coupon.months === undefined ? null : at + coupon.months * 30 * DAY };
};

const priceOf = (random: Random, { currency }: Customer, createdAt: number, traits: Traits): Price => {
  const interval = random.pick(['month', 'year'] as const);
  const productId = random.pick(['prod_platform', 'prod_insights']);
  const unit = BigInt(500 + 100 * random.below(50));
  const plain = { productId, currency, unit, interval, intervalCount: 1, createdAt };
  const id = `price_${productId.slice(5)}_${currency}_${interval}_${unit}`;
  if (!traits.tiers || random.chance(400)) return { ...plain, id, nickname: id };
  const mode = random.pick(['graduated', 'volume'] as const);
  const steps = [
    { upTo: 20n, unit, flat: 0n },
    { upTo: null, unit: unit - 300n, flat: mode === 'graduated' ? 1_000n : 0n },
  ];
  return { ...plain, id: `${id}_${mode}`, nickname: id, tiers: { mode, steps } };
};

const itemOf = (random: Random, customer: Customer, id: string, at: number, traits: Traits): Item => ({
  id,
  price: priceOf(random, customer, at, traits),
  quantity: BigInt(1 + random.below(40)),
  createdAt: at,
});

const contractOf = (random: Random, customer: Customer, id: string, at: number, traits: Traits): Subscription => ({
  id,
  customerId: customer.id,
  currency: customer.currency,
  ...(random.chance(150) ? { status: 'trialing', trialEndAt: at + TRIAL_DAYS * DAY } : { status: 'active' }),
  items: Array.from({ length: traits.manyItems ? MANY_ITEMS : 1 }, (_, n) => itemOf(random, customer, `si_${id}_${n + 1}`, at, traits)),
  discounts: traits.discounts && random.chance(400) ? [discountBy(random, `di_${id}_1`, at)] : [],
  createdAt: at,
  startAt: at,
  anchorAt: at,
  periodStart: at,
  periodEnd: at + 365 * DAY,
  cancelAtPeriodEnd: false,
  collectionPaused: false,
  collection: 'send_invoice',
  daysUntilDue: 30,
  termMonths: 12,
  termStartsOn: new Date(at * 1000).toISOString().slice(0, 10),
  latestInvoiceId: null,
});

/** What a contract becomes next. */
const changed = (random: Random, customer: Customer, before: Subscription, at: number, traits: Traits): Subscription => {
  const [first, ...others] = before.items;
  if (first === undefined) throw new Error('a contract has an item');
  // A discount stays on the list, also when it is over: whoever asks later finds it.
  if (traits.discounts && before.discounts.length === 0 && random.chance(250))
    return { ...before, discounts: [discountBy(random, `di_${before.id}_2`, at)] };
  switch (random.below(8)) {
    case 0:
      return { ...before, status: 'past_due' };
    case 1:
      return { ...before, items: [itemOf(random, customer, `si_${before.id}_${at}`, at, traits), ...others] };
    case 2: {
      const added = itemOf(random, customer, `si_${before.id}_${at}`, at, traits);
      return others.length === 0 ? { ...before, items: [first, added] } : { ...before, items: [first] };
    }
    case 3:
      return { ...before, status: 'active', periodStart: at, periodEnd: at + 365 * DAY };
    default:
      return { ...before, status: 'active', items: [{ ...first, quantity: BigInt(1 + random.below(60)) }, ...others] };
  }
};

/** Changes of one contract until it ends or the time is over. */
export const contractActs = (random: Random, customer: Customer, id: string, at: number, traits: Traits): Act[] => {
  let subscription = contractOf(random, customer, id, at, traits);
  let now = at;
  const acts: Act[] = [{ at, kind: 'subscription', lifecycle: 'created', subscription }];
  if (subscription.trialEndAt !== undefined) {
    now = subscription.trialEndAt;
    subscription = { ...subscription, status: 'active' };
    acts.push({ at: now, kind: 'subscription', lifecycle: 'updated', subscription });
  }
  for (let changes = random.below(MAX_CHANGES); changes > 0; changes -= 1) {
    // Some changes follow within seconds: their events meet each other on the way.
    now += random.chance(300) ? 1 + random.below(5) : DAY * (1 + random.below(60));
    if (now > LAST) break;
    const ends = random.chance(80);
    subscription = ends
      ? { ...subscription, status: 'canceled', canceledAt: now, endedAt: now }
      : changed(random, customer, subscription, now, traits);
    acts.push({ at: now, kind: 'subscription', lifecycle: ends ? 'deleted' : 'updated', subscription });
    if (ends) break;
  }
  return acts;
};
