import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DemoCompany, demoCompany } from '../../demo/company.ts';
import type { StripeEvent } from '../../demo/events.ts';
import type { Json, StripeObject } from '../../demo/stripe-json.ts';
import { happened } from './recompute.ts';

type Keyed = { readonly [key: string]: Json };
const sample = (name: string): Keyed =>
  JSON.parse(readFileSync(new URL(`../contracts/stripe/objects/${name}.json`, import.meta.url), 'utf8')) as Keyed;
const keys = (object: Json | undefined): readonly string[] => Object.keys(object as Keyed).sort();
const inList = (object: Keyed, list: string): Keyed => ((object[list] as Keyed)['data'] as readonly Keyed[])[0] as Keyed;

let company: DemoCompany;
let events: readonly StripeEvent[];
beforeAll(() => {
  company = demoCompany({ seed: 7, today: '2026-11-05' });
  events = happened(company.events);
});

const shown = (type: string, which: (object: StripeObject) => boolean = () => true): StripeObject => {
  const event = events.find((one) => one.type === type && which(one.data.object));
  if (event === undefined) throw new Error(`No ${type} was shown`);
  return event.data.object;
};

describe('objects of the demo', () => {
  it.each([
    ['customer.created', 'customer'],
    ['product.created', 'product.platform'],
    ['customer.subscription.created', 'subscription.jpy_annual_send_invoice'],
    ['customer.subscription.deleted', 'subscription.canceled'],
    ['invoice.paid', 'invoice.paid'],
    ['invoice.finalized', 'invoice.open'],
    ['invoice.payment_failed', 'invoice.payment_failed'],
    ['refund.created', 'refund'],
    ['charge.dispute.created', 'dispute.needs_response'],
    ['charge.dispute.closed', 'dispute.won'],
    ['credit_note.created', 'credit_note.post_payment_refund'],
  ])('of %s have exactly the keys of Stripe’s sample %s', (type, name) => {
    expect(keys(shown(type))).toEqual(keys(sample(name)));
  });

  it('have Stripe’s keys in their parts too', () => {
    const subscription = shown('customer.subscription.created');
    const ours = inList(subscription, 'items');
    const theirs = inList(sample('subscription.jpy_annual_send_invoice'), 'items');
    expect(keys(ours)).toEqual(keys(theirs));
    expect(keys(ours['price'])).toEqual(keys(theirs['price']));
    expect(keys(ours['plan'])).toEqual(keys(theirs['plan']));
    const line = inList(shown('invoice.paid'), 'lines');
    expect(keys(line)).toEqual(keys(inList(sample('invoice.paid'), 'lines')));
    expect(keys(shown('price.created'))).toEqual(keys(sample('price.per_unit.annual')));
  });

  it('leave tiers out of events, and show them with the coupon when they are asked for', () => {
    const state = company.stripeState();
    state.moveTo(company.todayAt);
    const tiered = shown('price.created', (object) => object['tiers_mode'] === 'graduated');
    expect(tiered['tiers']).toBeUndefined();
    expect(keys(state.price(tiered.id))).toEqual(keys(sample('price.tiered_graduated.expanded_tiers')));
    const discounted = shown('customer.subscription.created', (object) => (object['discounts'] as readonly Json[]).length > 0);
    const [id] = discounted['discounts'] as readonly string[];
    const expanded = state.discount(id ?? '');
    expect(keys(expanded)).toEqual(keys(sample('discount.on_subscription.expanded')));
    const [found] = (state.subscription(discounted.id)?.['discounts'] ?? []) as readonly Json[];
    expect(found === undefined || JSON.stringify(found) === JSON.stringify(expanded)).toBe(true);
    expect(keys(state.coupon('PARTNER10'))).toEqual(keys(sample('coupon.amount_off_forever')));
  });
});

describe('events of the demo', () => {
  it('tell with their previous attributes exactly the state before', () => {
    const latest = new Map<string, StripeObject>();
    let updates = 0;
    for (const { type, data } of events) {
      const before = latest.get(data.object.id);
      if (
        type.endsWith('.updated') &&
        before !== undefined &&
        data.previous_attributes !== undefined &&
        JSON.stringify(before) !== JSON.stringify(data.object)
      ) {
        updates += 1;
        const restored: Record<string, Json> = { ...data.object };
        for (const [key, value] of Object.entries(data.previous_attributes)) {
          if (key === 'items') restored[key] = { ...(restored[key] as Keyed), ...(value as Keyed) };
          else if (key === 'metadata')
            restored[key] = Object.fromEntries(
              Object.entries({ ...(restored[key] as Keyed), ...(value as Keyed) }).filter(([, was]) => was !== null),
            );
          else restored[key] = value;
        }
        if (!isDeepStrictEqual(restored, before)) expect(restored).toEqual(before);
      }
      if (type.startsWith('customer.')) latest.set(data.object.id, data.object);
    }
    expect(updates).toBeGreaterThan(5000);
  });

  it('bill at most $999,999.99 in one card payment, and customers of more by transfer or monthly within it', () => {
    const most = new Map<string, number>();
    for (const { type, data } of events) {
      if (type !== 'invoice.paid' || data.object['currency'] !== 'usd' || data.object['billing_reason'] === 'subscription_update') continue;
      const line = inList(data.object, 'lines');
      const { start, end } = line['period'] as { readonly start: number; readonly end: number };
      const kind =
        data.object['collection_method'] === 'charge_automatically' ? 'card' : end - start < 40 * 86_400 ? 'monthly' : 'transfer';
      most.set(kind, Math.max(most.get(kind) ?? 0, Number(data.object['total'])));
    }
    expect(most.get('card')).toBeLessThanOrEqual(99_999_999);
    expect(most.get('monthly')).toBeLessThanOrEqual(99_999_999);
    expect(most.get('monthly')).toBeGreaterThan(80_000_000); // a customer of about $11.9M a year
    expect(most.get('transfer')).toBeGreaterThan(99_999_999);
  });

  it('price dinars in steps of ten thousandths and krónur in whole ones', () => {
    const units = (currency: string): readonly number[] =>
      events.flatMap(({ data }) => {
        if (data.object.object !== 'subscription' || data.object['currency'] !== currency) return [];
        const items = (data.object['items'] as Keyed)['data'] as readonly Keyed[];
        return items.map((item) => Number((item['price'] as Keyed)['unit_amount']));
      });
    expect(units('kwd').length).toBeGreaterThan(0);
    expect(units('kwd').every((unit) => unit % 10 === 0)).toBe(true);
    expect(units('isk').length).toBeGreaterThan(0);
    expect(units('isk').every((unit) => unit % 100 === 0)).toBe(true);
  });

  it('name each event, customer, subscription and invoice once', () => {
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const type of ['customer.created', 'invoice.paid']) {
      const ids = events.flatMap((event) => (event.type === type ? [event.data.object.id] : []));
      expect(new Set(ids).size).toBe(ids.length);
    }
    const names = events.flatMap(({ type, data }) => (type === 'customer.created' ? [String(data.object['name'])] : []));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('Stripe as the demo’s stand-in sees it', () => {
  it('knows nothing before the story, the state of each moment in it, and goes back', () => {
    const state = company.stripeState();
    const created = events.find(({ type }) => type === 'customer.subscription.created');
    const id = created?.data.object.id ?? '';
    expect(state.object(id)).toBeUndefined();
    state.moveTo(created?.created ?? 0);
    expect(state.object(id)).toEqual(created?.data.object);
    state.moveTo(company.todayAt);
    const newest = events.filter(({ created: at, data }) => at <= company.todayAt && data.object.id === id).at(-1);
    expect(JSON.stringify(state.object(id))).toBe(JSON.stringify(newest?.data.object));
    state.moveTo((created?.created ?? 0) - 1);
    expect(state.object(id)).toBeUndefined();
  });
});
