import type { Lookup, StripeObject } from './stripe-render.ts';

/** Where the objects come from that the stand-in for Stripe answers with, beside those that were put. */
export interface StripeSources {
  /** Epoch milliseconds; the test clock's, where there is one. */
  readonly now?: () => number;
  /** Asked for what was not put: the object as it is at that time. */
  readonly provider?: (objectType: string, id: string, atSeconds: number) => StripeObject | undefined;
  /** The same for lists: all objects of a type, as they are at that time. */
  readonly lister?: (objectType: string, atSeconds: number) => readonly StripeObject[];
}

const MAX_SENT_KEPT = 200;
/** Stripe lists events for thirty days. */
const EVENTS_LISTED_SECONDS = 30 * 86_400;

/** The objects that were put, the newest events that were sent, and the provider behind them. */
export const stateOf = ({ provider, lister, now = Date.now }: StripeSources) => {
  const byType = new Map<string, Map<string, StripeObject>>();
  const ofType = (type: string): Map<string, StripeObject> => {
    const objects = byType.get(type) ?? new Map<string, StripeObject>();
    byType.set(type, objects);
    return objects;
  };
  const put = (object: StripeObject): void => {
    const { object: type, id } = object;
    if (typeof type !== 'string' || typeof id !== 'string') throw new TypeError('a Stripe object has an id and a type');
    ofType(type).set(id, object);
  };
  /** The newest events that were sent, by their ids, in the order of their sending. */
  const sentEvents = new Map<unknown, StripeObject>();
  const sent = (event: StripeObject): void => {
    sentEvents.delete(event['id']);
    sentEvents.set(event['id'], event);
    const [oldest] = sentEvents.keys();
    if (sentEvents.size > MAX_SENT_KEPT) sentEvents.delete(oldest);
  };
  const nowSeconds = (): number => Math.floor(now() / 1000);
  const find: Lookup = (type, id) =>
    ofType(type).get(id) ?? (type === 'event' ? sentEvents.get(id) : undefined) ?? provider?.(type, id, nowSeconds());
  const provided = (type: string): readonly StripeObject[] =>
    type === 'event' ? [...sentEvents.values()] : (lister?.(type, nowSeconds()) ?? []);
  const isKept = ({ object, created }: StripeObject): boolean =>
    object !== 'event' || Number(created) >= nowSeconds() - EVENTS_LISTED_SECONDS;
  /** What was put stands for what was sent, or what the provider has, under the same id. */
  const all = (type: string): readonly StripeObject[] =>
    [...new Map([...provided(type).map((object) => [object['id'], object] as const), ...ofType(type)]).values()].filter(isKept);
  const remove = (type: string, id: string): void => void ofType(type).delete(id);
  return { all, put, sent, find, remove };
};

export type StripeState = ReturnType<typeof stateOf>;
