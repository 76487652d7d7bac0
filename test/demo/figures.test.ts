import { beforeAll, describe, expect, it } from 'vitest';
import { type DemoCompany, demoCompany } from '../../demo/company.ts';
import type { StripeEvent } from '../../demo/events.ts';
import type { StripeState } from '../../demo/stripe-state.ts';
import { arrOf, customerOf, happened, type Snapshot, subscriptionOf } from './recompute.ts';

const SEED = 42;
const TODAY = '2026-11-05';
const MILLION = 100_000_000n;
const within = (actual: bigint, target: bigint, perMille: bigint): boolean => {
  const gap = actual > target ? actual - target : target - actual;
  return gap * 1000n <= target * perMille;
};

interface Recomputed {
  readonly arr: bigint;
  readonly customers: Map<string, bigint>;
  readonly byCurrency: Map<string, bigint>;
}

let company: DemoCompany;
let events: readonly StripeEvent[];
let state: StripeState;
/** By month end (and today): ARR by customer, and the attributes that customers had then. */
const at = new Map<string, Recomputed>();
const attributesAt = new Map<string, Map<string, Readonly<Record<string, string>>>>();

/** Walks the snapshots once and takes stock at the end of each day given (of today: at noon). */
const takeStock = (): void => {
  const stops = [
    ...company.expected.monthEnds.map(({ on }) => ({ on, until: Date.parse(`${on}T23:59:59Z`) / 1000 })),
    { on: TODAY, until: company.todayAt },
  ];
  stops.sort((a, b) => a.until - b.until);
  const subscriptions = new Map<string, Snapshot>();
  const customers = new Map<string, Readonly<Record<string, string>>>();
  let next = 0;
  for (const { on, until } of stops) {
    for (let event = events[next]; event !== undefined && event.created <= until; event = events[next]) {
      const subscription = subscriptionOf(event);
      if (subscription !== undefined) subscriptions.set(subscription.id, subscription);
      const customer = customerOf(event);
      if (customer !== undefined) customers.set(customer.id, customer.metadata);
      next += 1;
    }
    const stock: Recomputed & { arr: bigint } = { arr: 0n, customers: new Map(), byCurrency: new Map() };
    for (const subscription of subscriptions.values()) {
      const arr = arrOf(subscription, on, state);
      if (arr === 0n) continue;
      stock.arr += arr;
      stock.customers.set(subscription.customer, (stock.customers.get(subscription.customer) ?? 0n) + arr);
      stock.byCurrency.set(subscription.currency, (stock.byCurrency.get(subscription.currency) ?? 0n) + arr);
    }
    at.set(on, stock);
    attributesAt.set(on, new Map(customers));
  }
};

const stockOn = (on: string): Recomputed => {
  const stock = at.get(on);
  if (stock === undefined) throw new Error(`No stock was taken on ${on}`);
  return stock;
};

/** Number and ARR of the customers whose attribute has a value on a day. */
const cut = (on: string, attribute: string, value: string): readonly [number, bigint] => {
  const attributes = attributesAt.get(on);
  const chosen = [...stockOn(on).customers].filter(([id]) => attributes?.get(id)?.[attribute] === value);
  return [chosen.length, chosen.reduce((sum, [, arr]) => sum + arr, 0n)];
};

beforeAll(() => {
  company = demoCompany({ seed: SEED, today: TODAY });
  events = happened(company.events);
  state = company.stripeState();
  state.moveTo(Number.MAX_SAFE_INTEGER);
  takeStock();
});

describe('the demo company’s figures, recomputed from the snapshots', () => {
  it('are those it expects, to the cent, at every month end and today', () => {
    for (const { on, arrMinor, customers } of [...company.expected.monthEnds, company.expected.today]) {
      expect([on, stockOn(on).arr, stockOn(on).customers.size]).toEqual([on, arrMinor, customers]);
    }
    expect(company.expected.monthEnds).toHaveLength(25);
  });

  it.each([
    ['2024-12-31', 640],
    ['2025-12-31', 800],
    ['2026-03-31', 835],
    ['2026-06-30', 882],
    ['2026-09-30', 929],
    ['2026-12-31', 1000],
  ])('stand on %s at %d million dollars within a thousandth', (on, millions) => {
    expect(within(stockOn(on).arr, BigInt(millions) * MILLION, 1n)).toBe(true);
  });

  it('open the plan year at $800M within 0.01%, stand near $944M today, and reach the billion', () => {
    const gap = stockOn('2025-12-31').arr - 800n * MILLION;
    expect(gap >= -8_000_000n && gap <= 8_000_000n).toBe(true); // 0.01% of $800M is $80,000, 8,000,000 cents
    expect(within(stockOn(TODAY).arr, 944n * MILLION, 2n)).toBe(true);
    expect(stockOn('2026-11-30').arr < 990n * MILLION).toBe(true);
    expect(stockOn('2026-12-31').arr >= 1000n * MILLION).toBe(true);
  });

  it.each([
    ['2025-12-31', 'Starter', 1950, 145],
    ['2025-12-31', 'Professional', 480, 182],
    ['2025-12-31', 'Enterprise', 140, 238],
    ['2025-12-31', 'Strategic', 34, 235],
    ['2026-12-31', 'Starter', 2200, 169],
    ['2026-12-31', 'Professional', 570, 222],
    ['2026-12-31', 'Enterprise', 178, 306],
    ['2026-12-31', 'Strategic', 43, 303],
  ])('show on %s %s with %d customers and %d million dollars within a hundredth', (on, tier, customers, millions) => {
    const [count, arr] = cut(on, 'segment', tier);
    expect(count).toBe(customers);
    expect(within(arr, BigInt(millions) * MILLION, 10n)).toBe(true);
  });

  it.each([
    ['2025-12-31', 280, 452],
    ['2026-12-31', 350, 587],
  ])('show on %s %d customers of the Fortune 500 with %d million dollars within a hundredth', (on, customers, millions) => {
    const [count, arr] = cut(on, 'fortune500', 'yes');
    expect(count).toBe(customers);
    expect(within(arr, BigInt(millions) * MILLION, 10n)).toBe(true);
  });

  it('have 519 new customers with $65.7M and 132 lost ones with $13.0M in the plan year', () => {
    const opening = stockOn('2025-12-31').customers;
    const closing = stockOn('2026-12-31').customers;
    expect([...closing.keys()].filter((id) => !opening.has(id))).toHaveLength(519);
    const lost = [...opening.keys()].filter((id) => !closing.has(id));
    expect(lost).toHaveLength(132);
    expect(within(firstArr([...closing.keys()].filter((id) => !opening.has(id))), 6570n * (MILLION / 100n), 15n)).toBe(true);
    const atOpening = lost.reduce((sum, id) => sum + (opening.get(id) ?? 0n), 0n);
    expect(within(atOpening, 13n * MILLION, 50n)).toBe(true); // some grew a little before they left
  });

  it('renew at a higher price: $43.8M of uplift on about 97% of what was due', () => {
    const { uplift, due, renewed } = renewals();
    expect(within(uplift, 4380n * (MILLION / 100n), 20n)).toBe(true);
    expect(within(due, 527n * MILLION, 60n)).toBe(true);
    expect(within(renewed * 1000n, due * 970n, 10n)).toBe(true);
  });

  it.each([
    ['usd', 640],
    ['eur', 160],
    ['gbp', 90],
    ['jpy', 50],
    ['aud', 25],
    ['cad', 20],
  ])('are in %s to %d per mille of ARR, within 2 points, when the plan year opens', (currency, perMille) => {
    const { arr, byCurrency } = stockOn('2025-12-31');
    const share = Number(((byCurrency.get(currency) ?? 0n) * 1000n) / arr);
    expect(Math.abs(share - perMille)).toBeLessThanOrEqual(20);
  });

  it('include dinars of three places and krónur of none', () => {
    const { byCurrency } = stockOn('2025-12-31');
    expect(byCurrency.get('kwd')).toBeGreaterThan(0n);
    expect(byCurrency.get('isk')).toBeGreaterThan(0n);
  });

  it('come from an imported book of 30 / 50 / 20 by origin', () => {
    const origins = new Map<string, bigint>();
    const imported = events.flatMap((event) =>
      event.type === 'customer.subscription.created' && event.created < Date.parse('2025-01-01') / 1000 ? [subscriptionOf(event)] : [],
    );
    for (const subscription of imported) {
      for (const item of subscription?.items.data ?? []) {
        if (subscription === undefined) continue;
        const arr = arrOf({ ...subscription, items: { data: [item] } }, '2024-12-31', state);
        origins.set(item.metadata['origin'] ?? 'none', (origins.get(item.metadata['origin'] ?? 'none') ?? 0n) + arr);
      }
    }
    expect([...origins.keys()].sort()).toEqual(['expanded', 'landed', 'renewal-uplift']);
    expect(within(origins.get('landed') ?? 0n, 192n * MILLION, 1n)).toBe(true); // 640 × 30%
    expect(within(origins.get('expanded') ?? 0n, 320n * MILLION, 1n)).toBe(true);
    expect(within(origins.get('renewal-uplift') ?? 0n, 128n * MILLION, 1n)).toBe(true);
  });
});

/** ARR of customers on the first day on which they had any. */
const firstArr = (ids: readonly string[]): bigint => {
  const wanted = new Set(ids);
  let sum = 0n;
  for (const event of events) {
    const subscription = subscriptionOf(event);
    if (subscription === undefined || !wanted.has(subscription.customer)) continue;
    const liveOn = subscription.metadata['service_starts_on'] ?? new Date(event.created * 1000).toISOString().slice(0, 10);
    const arr = arrOf(subscription, liveOn, state);
    if (arr === 0n) continue;
    sum += arr;
    wanted.delete(subscription.customer);
  }
  return sum;
};

/** Terms that ended in the plan year: what was due, what of it was renewed, and what the old quantities cost more. */
const renewals = (): { uplift: bigint; due: bigint; renewed: bigint } => {
  const latest = new Map<string, Snapshot>();
  const total = { uplift: 0n, due: 0n, renewed: 0n };
  for (const event of events) {
    const now = subscriptionOf(event);
    if (now === undefined) continue;
    const before = latest.get(now.id);
    latest.set(now.id, now);
    const on = new Date(event.created * 1000).toISOString().slice(0, 10);
    if (before === undefined || on < '2026-01-01') continue;
    const was = arrOf(before, on, state);
    if (now.status === 'canceled') total.due += was;
    if (now.metadata['term_starts_on'] === before.metadata['term_starts_on']) continue;
    const oldSeats = {
      ...now,
      items: { data: now.items.data.map((item, index) => ({ ...item, quantity: before.items.data[index]?.quantity ?? item.quantity })) },
    };
    const repriced = arrOf(oldSeats, on, state);
    const is = arrOf(now, on, state);
    total.due += was;
    total.uplift += repriced - was;
    total.renewed += was - (repriced - is);
  }
  return total;
};
