import { eventsOf, type StripeEvent } from '../../demo/events.ts';
import { type Customer, DAY, type Subscription } from '../../demo/model.ts';
import { type Random, seeded } from '../../demo/random.ts';
import { coupon, discount, priceWithTiers } from '../../demo/stripe-catalogue.ts';
import { API_VERSION, type StripeObject } from '../../demo/stripe-json.ts';
import type { Act } from '../../demo/world.ts';
import { adjustmentsOf } from './adjusted-life.ts';
import { BEGIN, COUPONS, contractActs, type Traits } from './contracts.ts';
import { type DiscountAct, discountActs } from './customer-discounts.ts';
import type { Happening, Life, RatesHappening, StripeHappening } from './history.ts';
import { linksOf, metadataOf, orgHappenings } from './salesforce-life.ts';

const MAX_CUSTOMERS = 3;
const TIERS = ['Starter', 'Professional', 'Enterprise'] as const;
const CURRENCIES = ['USD', 'USD', 'EUR'] as const;
/** Items of a subscription that an event shows. */
const SHOWN_ITEMS = 10;
const SECOND = 1_000;

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

type LifeAct = { readonly act: Act; readonly at: number } | { readonly discountAct: DiscountAct; readonly at: number };

const customerActs = (random: Random, n: number, traits: Traits): LifeAct[] => {
  const at = BEGIN + random.below(200 * DAY);
  const customer = customerOf(random, n, at);
  const acts: Act[] = [{ at, kind: 'customer', lifecycle: 'created', customer }];
  for (let contract = 1; contract <= 1 + random.below(2); contract += 1)
    acts.push(...contractActs(random, customer, `sub_${n}_${contract}`, at + 10 + random.below(30 * DAY), traits));
  if (random.chance(400))
    acts.push({
      at: at + random.below(300 * DAY) + 60,
      kind: 'customer',
      lifecycle: 'updated',
      customer: { ...customer, tier: 'Strategic' },
    });
  const discounts =
    traits.customerDiscounts && random.chance(700)
      ? discountActs(
          random,
          customer,
          acts.map((act) => act.at),
        )
      : [];
  return [...acts.map((act) => ({ act, at: act.at })), ...discounts.map((discountAct) => ({ discountAct, at: discountAct.at }))];
};

/** No two of a second: which of two states of one second came last, only Stripe itself can tell, and only of the newest. */
const apart = (acts: readonly LifeAct[]): LifeAct[] => {
  let last = 0;
  return [...acts]
    .sort((a, b) => a.at - b.at)
    .map((one) => {
      last = Math.max(one.at, last + 1);
      return 'act' in one ? { act: { ...one.act, at: last }, at: last } : { discountAct: { ...one.discountAct, at: last }, at: last };
    });
};

const subscriptionsOf = (acts: readonly LifeAct[]): readonly Subscription[] =>
  acts.flatMap((one) => ('act' in one && one.act.kind === 'subscription' ? [one.act.subscription] : []));

const once = (objects: readonly StripeObject[]): readonly StripeObject[] => [
  ...new Map(objects.map((object) => [object.id, object])).values(),
];

/** When customers are created, in their order. */
const comeAtOf = (acts: readonly LifeAct[]): readonly number[] =>
  acts
    .flatMap((one) => ('act' in one && one.act.kind === 'customer' && one.act.lifecycle === 'created' ? [one.act] : []))
    .sort((a, b) => (a.customer.id < b.customer.id ? -1 : 1))
    .map(({ at }) => at);

/** What no event shows. */
const catalogueOf = (acts: readonly LifeAct[]): readonly StripeObject[] => {
  const subscriptions = subscriptionsOf(acts);
  return once([
    ...COUPONS.map(coupon),
    ...subscriptions.flatMap(({ items }) => items.map(({ price }) => priceWithTiers(price))),
    ...subscriptions.flatMap((subscription) => subscription.discounts.map((one) => discount(one, subscription))),
  ]);
};

/** An event shows the first page of a list. */
const asShown = (object: StripeObject): StripeObject => {
  const items = object['items'] as unknown as { readonly data: readonly StripeObject[] } | undefined;
  if (object.object !== 'subscription' || items === undefined || items.data.length <= SHOWN_ITEMS) return object;
  return { ...object, items: { ...items, data: items.data.slice(0, SHOWN_ITEMS), has_more: true } } as StripeObject;
};

/** The same as Stripe's thin events tell it: which object changed, and not how. */
const thinned = ({ id, type, created, data: { object } }: StripeEvent): object => ({
  id,
  object: 'v2.core.event',
  type: `v1.${type}`,
  created: new Date(created * SECOND).toISOString(),
  livemode: false,
  related_object: { id: object.id, type: object.object, url: '' },
});

const eventOf = (id: string, type: string, created: number, object: StripeObject, previous?: object): object => ({
  id,
  object: 'event',
  api_version: API_VERSION,
  created,
  data: previous === undefined ? { object } : { object, previous_attributes: previous },
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type,
});

/** Tells what happens at Stripe, event by event. */
class Teller {
  readonly happenings: StripeHappening[] = [];
  readonly #random: Random;
  readonly #isThin: boolean;
  readonly #customers = new Map<string, StripeObject>();
  readonly #discounts = new Map<string, StripeObject>();
  /** What objects carry beside, by their ids. */
  readonly #metadata: ReturnType<typeof metadataOf>;

  constructor(random: Random, isThin: boolean, metadata: ReturnType<typeof metadataOf>) {
    this.#metadata = metadata;
    this.#random = random;
    this.#isThin = isThin;
  }

  tell(event: StripeEvent): void {
    const { id, type, created, data } = event;
    const { object, previous_attributes: previous } = data;
    const carried = this.#metadata.get(object.id);
    const whole = (
      carried === undefined ? object : { ...object, metadata: { ...(object['metadata'] as object), ...carried } }
    ) as StripeObject;
    if (whole.object === 'customer') {
      this.#customers.set(whole.id, whole);
      const shown = this.#withDiscount(whole);
      this.#add(id, type, created, eventOf(id, type, created, shown, previous), [shown]);
      return;
    }
    const isThin = this.#isThin && this.#random.chance(250);
    this.#add(id, type, created, isThin ? thinned(event) : eventOf(id, type, created, asShown(whole), previous), [whole]);
  }

  tellDiscount({ at, customerId, type, discount: told, previous, isToldByCustomer }: DiscountAct): void {
    const before = this.#discounts.get(customerId) ?? null;
    if (type === 'customer.discount.deleted') this.#discounts.delete(customerId);
    else this.#discounts.set(customerId, told);
    const customer = this.#customers.get(customerId);
    if (customer === undefined) return;
    const shown = this.#withDiscount(customer);
    const id = `evt_${type.split('.')[2]}_${told.id}`;
    const ended = type === 'customer.discount.deleted' ? { ...told, end: at } : told;
    this.#add(id, type, at, eventOf(id, type, at, ended, previous), [shown]);
    const idOfCustomer = `evt_told_${type.split('.')[2]}_${told.id}`;
    if (isToldByCustomer)
      this.#add(idOfCustomer, 'customer.updated', at, eventOf(idOfCustomer, 'customer.updated', at, shown, { discount: before }), [shown]);
  }

  #withDiscount(customer: StripeObject): StripeObject {
    return { ...customer, discount: this.#discounts.get(customer.id) ?? null };
  }

  #add(id: string, type: string, created: number, event: object, shows: readonly StripeObject[]): void {
    const atMs = created * SECOND + this.#random.below(SECOND);
    const last = this.happenings.at(-1)?.atMs ?? 0;
    this.happenings.push({ by: 'stripe', id, atMs: Math.max(atMs, last), what: `${type} ${shows[0]?.id}`, event, shows });
  }
}

const RATES = ['1.10', '1.25', '0.95'] as const;

/** Plan rates are loaded, corrected, and others set for later days. */
const ratesOf = (random: Random, from: number, to: number): readonly RatesHappening[] => {
  const loads = random.chance(600) ? 1 + random.below(3) : 0;
  const moments = Array.from({ length: loads }, () => from + random.below(Math.max(1, to - from))).sort((a, b) => a - b);
  return moments.map((at, n) => {
    const on = n === 0 ? '2024-01-01' : random.pick(['2024-01-01', '2025-07-01', '2026-01-01']);
    const rate = random.pick(RATES);
    const row = { base: 'EUR', quote: 'USD', type: 'plan', on, rate, source: `load ${n + 1}` };
    return { by: 'treasurer', id: `rates_${n + 1}`, atMs: at * SECOND, what: `plan rate EUR ${rate} from ${on}`, rates: [row] };
  });
};

const inOrder = (happenings: readonly Happening[]): readonly Happening[] => [...happenings].sort((a, b) => a.atMs - b.atMs);

/** A random company at Stripe, and what it tells. */
export const lifeOf = (number: number): Life => {
  const random = seeded(number ^ 0x11fe);
  const pace = random.chance(500) ? 'live' : 'import';
  const isImport = pace === 'import';
  const traits: Traits = {
    tiers: random.chance(300),
    discounts: random.chance(300),
    customerDiscounts: random.chance(350),
    manyItems: isImport && random.chance(60),
  };
  const isThin = isImport && random.chance(150);
  const acts: LifeAct[] = [];
  const customers = 1 + random.below(MAX_CUSTOMERS);
  for (let n = 1; n <= customers; n += 1) acts.push(...customerActs(random, n, traits));
  const hasOrg = random.chance(450);
  const links = hasOrg ? linksOf(random, customers) : [];
  const ordered = isImport && random.chance(200) ? [...acts].sort((a, b) => a.at - b.at) : apart(acts);
  const events = eventsOf(
    ordered.flatMap((one) => ('act' in one ? [one.act] : [])),
    number,
  );
  const teller = new Teller(random, isThin, metadataOf(links));
  for (const one of ordered) {
    if ('discountAct' in one) teller.tellDiscount(one.discountAct);
    else teller.tell(events.next().value as StripeEvent);
  }
  const told = teller.happenings;
  // Drawn apart: all else is as it is without.
  const ruled = seeded(number ^ 0xad1);
  const rulings = ruled.chance(180) ? adjustmentsOf(ruled, comeAtOf(ordered)) : [];
  const rates = ratesOf(random, ordered[0]?.at ?? BEGIN, ordered.at(-1)?.at ?? BEGIN);
  return {
    happenings: inOrder([...told, ...rates, ...rulings, ...(hasOrg ? orgHappenings(random, links) : [])]),
    pace,
    links,
    catalogue: catalogueOf(ordered),
    logged: random.chance(350) ? 80 + random.below(20) : 0,
    isWatched: random.chance(150),
  };
};
