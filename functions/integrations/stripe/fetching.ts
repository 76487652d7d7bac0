import type { Learnt } from './catalogue.ts';
import type { Fetched, Query, StripeReader } from './client.ts';
import { shownDiscount, shownNone } from './customer-history.ts';
import { learntDiscount, withoutCoupon } from './discounts.ts';
import type { Need, ParkProblem } from './outcomes.ts';
import {
  type CouponSnapshot,
  couponSnapshot,
  customerDiscountSnapshot,
  type DiscountSnapshot,
  discountSnapshot,
  priceSnapshot,
} from './snapshots.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a need's reading gave, or why there is none: parked for good, or failed for now. */
export type Satisfied<T> =
  | { readonly kind: 'got'; readonly value: T }
  | { readonly kind: 'parked'; readonly problem: ParkProblem }
  | { readonly kind: 'failed'; readonly reason: string };

/** Longest list that is read: 20 pages of 100. */
const PAGE_ITEMS = 100;
const MAX_PAGES = 20;

/**
 * Everything about discounts in one reading: Stripe expands four levels, and a coupon says only then which products it is limited to and
 * what it takes off in other currencies. A coupon that lies deeper stays an id, and is read by itself.
 */
const couponsWhole = (of: 'discounts' | 'discount'): Query => [
  ['expand[]', `${of}.source.coupon.applies_to`],
  ['expand[]', `${of}.source.coupon.currency_options`],
];
const DISCOUNTS: Query = [...couponsWhole('discounts'), ['expand[]', 'items.data.discounts']];
const INVOICE_DISCOUNTS: Query = couponsWhole('discounts');
const SUBSCRIPTION: Query = [...DISCOUNTS, ['expand[]', 'items.data.price.tiers']];
const LISTED_SUBSCRIPTIONS: Query = [
  ['expand[]', 'data.discounts'],
  ['expand[]', 'data.items.data.discounts'],
];

/** Where an object is read, by Stripe's name of its type. A discount has no place of its own. */
const COLLECTIONS: Readonly<Record<string, { readonly path: string; readonly query?: Query }>> = {
  subscription: { path: 'subscriptions', query: SUBSCRIPTION },
  subscription_schedule: { path: 'subscription_schedules' },
  customer: { path: 'customers' },
  invoice: { path: 'invoices' },
  invoiceitem: { path: 'invoiceitems' },
  invoice_payment: { path: 'invoice_payments' },
  credit_note: { path: 'credit_notes' },
  refund: { path: 'refunds' },
  dispute: { path: 'disputes' },
  charge: { path: 'charges' },
  payment_intent: { path: 'payment_intents' },
  product: { path: 'products' },
  price: { path: 'prices' },
  coupon: { path: 'coupons' },
};

const gone = (what: string): ParkProblem => ({
  code: 'gone-at-source',
  detail: `Stripe has no ${what}: it was deleted, or belongs to another account or mode.`,
});

const satisfied = (fetched: Fetched, what: string): Satisfied<Json> => {
  switch (fetched.kind) {
    case 'found':
      return { kind: 'got', value: fetched.object };
    case 'missing':
      return { kind: 'parked', problem: gone(what) };
    case 'refused':
      return {
        kind: 'parked',
        problem: { code: 'refused-by-source', detail: `Stripe refused to read ${what} with status ${fetched.status}.` },
      };
    case 'failed':
      return fetched;
  }
};

export const fetchObject = async (
  reader: StripeReader,
  { object, id, account }: Extract<Need, { kind: 'object' }>,
): Promise<Satisfied<Json>> => {
  const collection = COLLECTIONS[object];
  if (collection === undefined)
    return { kind: 'parked', problem: { code: 'type-not-consumed', detail: `Objects of the type "${object}" cannot be read.` } };
  return satisfied(await reader.get(`/v1/${collection.path}/${encodeURIComponent(id)}`, collection.query, account), `${object} ${id}`);
};

export const fetchEvent = async (reader: StripeReader, id: string): Promise<Satisfied<Json>> =>
  satisfied(await reader.get(`/v1/events/${encodeURIComponent(id)}`), `event ${id}`);

/** A whole list, page by page. */
export const fetchList = async (reader: StripeReader, path: string, query: Query): Promise<Satisfied<readonly Json[]>> => {
  const items: Json[] = [];
  let after: Query = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = satisfied(await reader.get(path, [...query, ['limit', String(PAGE_ITEMS)], ...after]), `list ${path}`);
    if (answer.kind !== 'got') return answer;
    const { data, has_more: more } = answer.value;
    if (!Array.isArray(data)) return { kind: 'failed', reason: 'Stripe answered something that is no list' };
    items.push(...(data as Json[]));
    const last = items.at(-1)?.['id'];
    if (more !== true || typeof last !== 'string') return { kind: 'got', value: items };
    after = [['starting_after', last]];
  }
  return {
    kind: 'parked',
    problem: { code: 'too-many-lines', detail: `The list ${path} has more than ${MAX_PAGES * PAGE_ITEMS} entries.` },
  };
};

/** All of a customer's subscriptions as they are now, also those that were canceled. */
export const fetchSubscriptionsOf = (reader: StripeReader, customerId: string): Promise<Satisfied<readonly Json[]>> =>
  fetchList(reader, '/v1/subscriptions', [['customer', customerId], ['status', 'all'], ...LISTED_SUBSCRIPTIONS]);

const fetchPrice = async (reader: StripeReader, id: string): Promise<Satisfied<readonly Learnt[]>> => {
  const answer = satisfied(
    await reader.get(`/v1/prices/${encodeURIComponent(id)}`, [
      ['expand[]', 'tiers'],
      ['expand[]', 'currency_options'],
    ]),
    `price ${id}`,
  );
  if (answer.kind !== 'got') return answer;
  const price = priceSnapshot.safeParse(answer.value);
  return price.success ? { kind: 'got', value: [{ kind: 'price', id, snapshot: price.data }] } : unreadable(`price ${id}`);
};

const fetchCoupon = async (reader: StripeReader, id: string): Promise<Satisfied<readonly Learnt[]>> => {
  const answer = satisfied(
    await reader.get(`/v1/coupons/${encodeURIComponent(id)}`, [
      ['expand[]', 'applies_to'],
      ['expand[]', 'currency_options'],
    ]),
    `coupon ${id}`,
  );
  if (answer.kind !== 'got') return answer;
  const coupon = couponSnapshot.safeParse(answer.value);
  return coupon.success ? { kind: 'got', value: [{ kind: 'coupon', id, snapshot: coupon.data }] } : unreadable(`coupon ${id}`);
};

const unreadable = (what: string): { readonly kind: 'parked'; readonly problem: ParkProblem } => ({
  kind: 'parked',
  problem: { code: 'shape-unreadable', detail: `What Stripe answered for ${what} cannot be read.` },
});

/** Discounts, and coupons expanded inside them, that an object from the API shows: of the object itself and of its items. */
export const discountsShownBy = (object: Json): readonly Learnt[] => {
  const items = (object['items'] as { data?: unknown } | undefined)?.data;
  const holders: readonly unknown[] = [object, ...(Array.isArray(items) ? items : [])];
  return holders.flatMap((holder) => {
    const list = (holder as { discounts?: unknown } | null)?.discounts;
    return Array.isArray(list) ? list.flatMap(learntFrom) : [];
  });
};

const learntFrom = (entry: unknown): readonly Learnt[] => {
  const parsed = discountSnapshot.safeParse(entry);
  return parsed.success ? [learntDiscount(parsed.data), ...couponsInside(parsed.data.source?.coupon)] : [];
};

/** A coupon that was expanded. */
const couponsInside = (coupon: string | CouponSnapshot | null | undefined): readonly Learnt[] =>
  typeof coupon === 'object' && coupon !== null ? [{ kind: 'coupon', id: coupon.id, snapshot: coupon }] : [];

/** A customer that was deleted has no discount. The coupon comes along: it may have been deleted, and then it still reduces. */
const fetchCustomer = async (reader: StripeReader, id: string, atSeconds: number): Promise<Satisfied<readonly Learnt[]>> => {
  const answer = satisfied(await reader.get(`/v1/customers/${encodeURIComponent(id)}`, couponsWhole('discount')), `customer ${id}`);
  if (answer.kind !== 'got') return answer;
  const customer = customerDiscountSnapshot.safeParse(answer.value);
  if (!customer.success) return unreadable(`customer ${id}`);
  const discount: DiscountSnapshot | null = customer.data.discount ?? null;
  const heard = discount === null ? shownNone(atSeconds) : shownDiscount(withoutCoupon(discount), atSeconds);
  return {
    kind: 'got',
    value: [{ kind: 'customer', id, snapshot: { ...heard, known: true } }, ...couponsInside(discount?.source?.coupon)],
  };
};

/** A coupon inside an event's discounts, as versions before 2025-03-31.basil show it. */
export const couponEmbeddedIn = (object: Json, couponId: string): Learnt | undefined => {
  const list = [...(Array.isArray(object['discounts']) ? (object['discounts'] as unknown[]) : []), object['discount']];
  for (const entry of list) {
    const parsed = discountSnapshot.safeParse(entry);
    const coupon = parsed.success ? parsed.data.coupon : undefined;
    if (typeof coupon === 'object' && coupon !== null && coupon.id === couponId) return { kind: 'coupon', id: couponId, snapshot: coupon };
  }
  return undefined;
};

/** A discount is looked for on its subscription, and where that has it no more, on the invoice that the event named. */
const fetchDiscount = async (
  reader: StripeReader,
  { id, subscriptionId, invoiceId }: Extract<Need, { kind: 'discount' }>,
): Promise<Satisfied<readonly Learnt[]>> => {
  const places: readonly (readonly [string, Query])[] = [
    [`/v1/subscriptions/${encodeURIComponent(subscriptionId)}`, DISCOUNTS],
    ...(invoiceId === undefined ? [] : [[`/v1/invoices/${encodeURIComponent(invoiceId)}`, INVOICE_DISCOUNTS] as const]),
  ];
  for (const [path, query] of places) {
    const answer = satisfied(await reader.get(path, query), path);
    if (answer.kind === 'failed') return answer;
    const learnt = answer.kind === 'got' ? discountsShownBy(answer.value) : [];
    if (learnt.some((entry) => entry.kind === 'discount' && entry.id === id)) return { kind: 'got', value: learnt };
  }
  return {
    kind: 'parked',
    problem: {
      code: 'discount-not-found',
      detail: `Discount ${id} is neither on subscription ${subscriptionId} nor on its invoice any more; replay after its customer.discount event was taken in.`,
    },
  };
};

export type CatalogueNeed = Extract<Need, { kind: 'price' | 'coupon' | 'discount' | 'customer' }>;

/** Reads what the catalogue lacks; asked for at this second of our clock. */
export const fetchEntry = (reader: StripeReader, need: CatalogueNeed, atSeconds: number): Promise<Satisfied<readonly Learnt[]>> => {
  switch (need.kind) {
    case 'price':
      return fetchPrice(reader, need.id);
    case 'coupon':
      return fetchCoupon(reader, need.id);
    case 'discount':
      return fetchDiscount(reader, need);
    case 'customer':
      return fetchCustomer(reader, need.id, atSeconds);
  }
};
