import { idFactory, seeded } from './random.ts';
import { creditNote, dispute, refund } from './stripe-aftermath.ts';
import { price, product } from './stripe-catalogue.ts';
import { invoice } from './stripe-invoices.ts';
import { API_VERSION, type Json, type StripeObject } from './stripe-json.ts';
import { customer, subscription } from './stripe-objects.ts';
import type { Act } from './world.ts';

/** A webhook event of Stripe, whole. */
export type StripeEvent = {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: StripeObject; readonly previous_attributes?: { readonly [key: string]: Json } };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
};

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Items that did not change are the same objects. */
const sameItems = (was: Json, now: Json): boolean => {
  const [before, after] = [was, now].map((list) => (isRecord(list) && Array.isArray(list['data']) ? list['data'] : []));
  return before?.length === after?.length && before?.every((item, index) => item === after?.[index]) === true;
};

/**
 * The former values of what changed, as Stripe sends them: lists of items whole, of other objects only the keys that changed (null where a key
 * was added).
 */
const previousAttributes = (before: StripeObject, after: StripeObject): { readonly [key: string]: Json } => {
  const changed: Record<string, Json> = {};
  for (const [key, now] of Object.entries(after)) {
    const was = before[key] ?? null;
    if (was === now || (key === 'items' ? sameItems(was, now) : JSON.stringify(was) === JSON.stringify(now))) continue;
    if (key === 'items' && isRecord(was)) changed[key] = { data: was['data'] ?? [] };
    else if (key === 'metadata' && isRecord(was) && isRecord(now)) {
      const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((name) => was[name] !== now[name]);
      changed[key] = Object.fromEntries(keys.map((name) => [name, was[name] ?? null]));
    } else changed[key] = was;
  }
  return changed;
};

interface Shown {
  readonly type: string;
  readonly object: StripeObject;
}

const show = (act: Act, id: (prefix: string) => string, disputes: Map<string, string>): Shown => {
  switch (act.kind) {
    case 'product':
      return { type: 'product.created', object: product(act.id, act.name, act.unitLabel, act.at) };
    case 'price':
      return { type: 'price.created', object: price(act.price) };
    case 'customer':
      return { type: `customer.${act.lifecycle}`, object: customer(act.customer) };
    case 'subscription':
      return { type: `customer.subscription.${act.lifecycle}`, object: subscription(act.subscription) };
    case 'invoice':
      return { type: act.type, object: invoice(act.invoice, act.type) };
    case 'refund':
      return { type: 'refund.created', object: refund(act.invoice, act.amount, id('re'), act.at) };
    case 'credit-note':
      return { type: 'credit_note.created', object: creditNote(act.invoice, act.amount, id('cn'), act.at) };
    case 'dispute': {
      const dispute_ = disputes.get(act.invoice.id) ?? id('du');
      disputes.set(act.invoice.id, dispute_);
      return { type: `charge.dispute.${act.lifecycle}`, object: dispute(act.invoice, dispute_, act.openedAt, act.lifecycle === 'closed') };
    }
  }
};

/** Events of the acts, in the order in which they happened. Deterministic: every walk over the same acts gives the same events and ids. */
export function* eventsOf(acts: readonly Act[], seed: number): Generator<StripeEvent, void, undefined> {
  const id = idFactory(seeded(seed ^ 0xe7e27));
  const disputes = new Map<string, string>();
  const latest = new Map<string, StripeObject>();
  for (const act of acts) {
    const { type, object } = show(act, id, disputes);
    const before = latest.get(object.id);
    const isUpdate = type.endsWith('.updated') && before !== undefined;
    if (act.kind === 'customer' || act.kind === 'subscription') latest.set(object.id, object);
    yield {
      id: id('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: act.at,
      data: isUpdate ? { object, previous_attributes: previousAttributes(before, object) } : { object },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    };
  }
}
