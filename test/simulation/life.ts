import { eventsOf, type StripeEvent } from '../../demo/events.ts';
import { type Customer, DAY, type Price, type Subscription } from '../../demo/model.ts';
import { type Random, seeded } from '../../demo/random.ts';
import type { Act } from '../../demo/world.ts';

/** A company's life is short here: a year and a half with few customers, so that thousands of them can be lived. */
const BEGIN = Date.UTC(2025, 0, 1) / 1000;
const LAST = Date.UTC(2026, 5, 30) / 1000;
const MAX_CUSTOMERS = 3;
const MAX_CHANGES = 10;

const TIERS = ['Starter', 'Professional', 'Enterprise'] as const;
const CURRENCIES = ['USD', 'USD', 'EUR'] as const;

const customerOf = (random: Random, n: number, createdAt: number): Customer => ({
  id: `cus_${n}`,
  name: `Customer ${n}`,
  slug: `customer-${n}`,
  email: `finance@customer-${n}.example`,
  industry: 'Software',
  tier: random.pick(TIERS),
  fortune500: random.chance(200),
  currency: random.pick(CURRENCIES),
  region: random.pick(['North America', 'EMEA']),
  country: 'US',
  city: 'Boston',
  channel: random.pick(['direct', 'partner']),
  createdAt,
});

const priceOf = (random: Random, { currency }: Customer, createdAt: number): Price => {
  const interval = random.pick(['month', 'year'] as const);
  const productId = random.pick(['prod_platform', 'prod_insights']);
  const unit = BigInt(500 + 100 * random.below(50));
  const id = `price_${productId.slice(5)}_${currency}_${interval}_${unit}`;
  return { id, productId, currency, unit, interval, intervalCount: 1, nickname: id, createdAt };
};

const contractOf = (random: Random, customer: Customer, id: string, at: number): Subscription => ({
  id,
  customerId: customer.id,
  currency: customer.currency,
  status: random.chance(150) ? 'trialing' : 'active',
  items: [{ id: `si_${id}_1`, price: priceOf(random, customer, at), quantity: BigInt(1 + random.below(40)), createdAt: at }],
  discounts: [],
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
const changed = (random: Random, customer: Customer, before: Subscription, at: number): Subscription => {
  const [first, ...others] = before.items;
  if (first === undefined) throw new Error('a contract has an item');
  switch (random.below(8)) {
    case 0:
      return { ...before, status: 'past_due' };
    case 1:
      return {
        ...before,
        items: [{ ...first, id: `si_${before.id}_${at}`, price: priceOf(random, customer, at), createdAt: at }, ...others],
      };
    case 2: {
      const added = { id: `si_${before.id}_${at}`, price: priceOf(random, customer, at), quantity: 3n, createdAt: at };
      return others.length === 0 ? { ...before, items: [first, added] } : { ...before, items: [first] };
    }
    case 3:
      return { ...before, status: 'active', periodStart: at, periodEnd: at + 365 * DAY };
    default:
      return { ...before, status: 'active', items: [{ ...first, quantity: BigInt(1 + random.below(60)) }, ...others] };
  }
};

/** Changes of one contract until it ends or the time is over. */
const contractActs = (random: Random, customer: Customer, id: string, at: number): Act[] => {
  let subscription = contractOf(random, customer, id, at);
  let now = at;
  const acts: Act[] = [{ at, kind: 'subscription', lifecycle: 'created', subscription }];
  for (let changes = random.below(MAX_CHANGES); changes > 0; changes -= 1) {
    // Some changes follow within seconds: their events meet each other on the way.
    now += random.chance(300) ? 1 + random.below(5) : DAY * (1 + random.below(60));
    if (now > LAST) break;
    const ends = random.chance(80);
    subscription = ends
      ? { ...subscription, status: 'canceled', canceledAt: now, endedAt: now }
      : changed(random, customer, subscription, now);
    acts.push({ at: now, kind: 'subscription', lifecycle: ends ? 'deleted' : 'updated', subscription });
    if (ends) break;
  }
  return acts;
};

const customerActs = (random: Random, n: number): Act[] => {
  const at = BEGIN + random.below(200 * DAY);
  const customer = customerOf(random, n, at);
  const acts: Act[] = [{ at, kind: 'customer', lifecycle: 'created', customer }];
  for (let contract = 1; contract <= 1 + random.below(2); contract += 1)
    acts.push(...contractActs(random, customer, `sub_${n}_${contract}`, at + 10 + random.below(30 * DAY)));
  if (random.chance(400))
    acts.push({
      at: at + random.below(300 * DAY) + 60,
      kind: 'customer',
      lifecycle: 'updated',
      customer: { ...customer, tier: 'Strategic' },
    });
  return acts;
};

/** The events of a random company at Stripe, oldest first. */
export const lifeOf = (seed: number): readonly StripeEvent[] => {
  const random = seeded(seed ^ 0x11fe);
  const acts: Act[] = [];
  for (let n = 1; n <= 1 + random.below(MAX_CUSTOMERS); n += 1) acts.push(...customerActs(random, n));
  // No two of a second: which of two states of one second came last, only Stripe itself could tell.
  let last = 0;
  const inOrder = acts
    .sort((a, b) => a.at - b.at)
    .map((act): Act => {
      last = Math.max(act.at, last + 1);
      return { ...act, at: last };
    });
  return [...eventsOf(inOrder, seed)];
};
