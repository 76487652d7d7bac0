import type { StripeObject } from './stripe-render.ts';

/** Which objects a list of Stripe's API shows. */
const PLAIN_FILTERS = ['customer', 'subscription', 'type', 'invoice', 'charge', 'payment_intent', 'product'];

/** Statuses of a subscription that count as ended, when asked for by that name. */
const ENDED = ['canceled', 'incomplete_expired'];

const idOf = (value: unknown): unknown => (typeof value === 'object' && value !== null ? (value as StripeObject)['id'] : value);

/** By `status`; subscriptions that were canceled are only shown to who asks for them. */
const hasStatus = ({ object, status }: StripeObject, wanted: string | null): boolean => {
  if (object !== 'subscription') return wanted === null || status === wanted;
  if (wanted === null) return status !== 'canceled';
  return wanted === 'all' || (wanted === 'ended' ? ENDED.includes(String(status)) : status === wanted);
};

const BOUNDS: readonly (readonly [string, (created: number, bound: number) => boolean])[] = [
  ['created[gt]', (created, bound) => created > bound],
  ['created[gte]', (created, bound) => created >= bound],
  ['created[lt]', (created, bound) => created < bound],
  ['created[lte]', (created, bound) => created <= bound],
];

const isCreatedWithin = ({ created }: StripeObject, query: URLSearchParams): boolean =>
  BOUNDS.every(([name, holds]) => !query.has(name) || holds(Number(created ?? 0), Number(query.get(name))));

/** Names of events that are listed at once, at most. */
export const MAX_TYPES = 20;

const isOfTypes = ({ type }: StripeObject, types: readonly string[]): boolean => types.length === 0 || types.includes(String(type));

const matches = (object: StripeObject, query: URLSearchParams): boolean =>
  PLAIN_FILTERS.every((name) => !query.has(name) || idOf(object[name]) === query.get(name)) &&
  isOfTypes(object, query.getAll('types[]')) &&
  hasStatus(object, query.get('status')) &&
  isCreatedWithin(object, query);

/** Those that the query asks for, newest first. */
export const listed = (objects: readonly StripeObject[], query: URLSearchParams): readonly StripeObject[] =>
  objects.filter((object) => matches(object, query)).sort((a, b) => Number(b['created'] ?? 0) - Number(a['created'] ?? 0));
