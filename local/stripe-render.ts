/** How Stripe's API shows objects: references as ids, unless a path of `expand[]` asks for the object; some fields only when asked for. */
export type StripeObject = Readonly<Record<string, unknown>>;

export type Lookup = (objectType: string, id: string) => StripeObject | undefined;

/** Stripe expands at most four levels. */
export const MAX_EXPAND_DEPTH = 4;
/** Entries of a list inside an object. */
const EMBEDDED_ITEMS = 10;

/** Fields that are ids unless expanded, with the type of what they name. A price inside an item is always whole. */
const REFERENCES: Readonly<Record<string, string>> = {
  customer: 'customer',
  coupon: 'coupon',
  discounts: 'discount',
  latest_invoice: 'invoice',
  subscription: 'subscription',
  schedule: 'subscription_schedule',
  product: 'product',
  charge: 'charge',
  latest_charge: 'charge',
  payment_intent: 'payment_intent',
};
const ONLY_WHEN_EXPANDED: ReadonlySet<string> = new Set(['tiers', 'applies_to', 'currency_options']);

type Paths = readonly (readonly string[])[];

const isObject = (value: unknown): value is StripeObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What remains of the paths that go through this key; `undefined` where none does. */
const through = (paths: Paths, key: string): Paths | undefined => {
  const rest = paths.filter(([first]) => first === key).map(([, ...others]) => others);
  return rest.length === 0 ? undefined : rest;
};

const reference = (value: unknown, type: string, paths: Paths | undefined, lookup: Lookup): unknown => {
  const id = isObject(value) ? value['id'] : value;
  if (paths === undefined || typeof id !== 'string') return isObject(value) && typeof id !== 'string' ? render(value, [], lookup) : id;
  const object = isObject(value) ? value : lookup(type, id);
  return object === undefined ? id : render(object, paths, lookup);
};

/** A list inside an object is a first page. */
const embedded = (list: StripeObject, paths: Paths, lookup: Lookup): StripeObject => {
  const data = Array.isArray(list['data']) ? (list['data'] as readonly unknown[]) : [];
  const shown = data
    .slice(0, EMBEDDED_ITEMS)
    .map((entry) => (isObject(entry) ? render(entry, through(paths, 'data') ?? [], lookup) : entry));
  return { ...list, data: shown, has_more: list['has_more'] === true || data.length > EMBEDDED_ITEMS };
};

const field = (key: string, value: unknown, paths: Paths | undefined, lookup: Lookup): unknown => {
  const type = REFERENCES[key];
  if (type !== undefined && value !== null) {
    return Array.isArray(value) ? value.map((entry) => reference(entry, type, paths, lookup)) : reference(value, type, paths, lookup);
  }
  if (!isObject(value))
    return Array.isArray(value) ? value.map((entry) => (isObject(entry) ? render(entry, paths ?? [], lookup) : entry)) : value;
  return value['object'] === 'list' ? embedded(value, paths ?? [], lookup) : render(value, paths ?? [], lookup);
};

/** One object as the API shows it with these paths. */
export const render = (object: StripeObject, paths: Paths, lookup: Lookup): StripeObject => {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const rest = through(paths, key);
    if (ONLY_WHEN_EXPANDED.has(key) && rest === undefined) continue;
    shown[key] = field(key, value, rest, lookup);
  }
  return shown;
};
