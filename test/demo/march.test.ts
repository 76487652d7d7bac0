import { expect, it } from 'vitest';
import type { StripeState } from '../../demo/stripe-state.ts';
import { openDemo } from '../../local/demo.ts';
import { arrOf, happened, type Snapshot, subscriptionOf } from './recompute.ts';

/** ARR by customer at the end of a day, from Stripe's snapshots alone. */
const stockOn = (subscriptions: Iterable<Snapshot>, on: string, state: StripeState): Map<string, bigint> => {
  const stock = new Map<string, bigint>();
  for (const subscription of subscriptions) {
    const arr = arrOf(subscription, on, state);
    if (arr !== 0n) stock.set(subscription.customer, (stock.get(subscription.customer) ?? 0n) + arr);
  }
  return stock;
};

it('NRR of the demo that npm start loads falls in March 2026, by expansion of the March before, as docs/walkthrough.md tells it', () => {
  const company = openDemo();
  const state = company.stripeState();
  state.moveTo(Number.MAX_SAFE_INTEGER);
  const subscriptions = new Map<string, Snapshot>();
  const stocks = new Map<string, Map<string, bigint>>();
  const events = happened(company.events);
  let next = 0;
  for (const on of ['2025-02-28', '2025-03-31', '2026-02-28', '2026-03-31']) {
    const until = Date.parse(`${on}T23:59:59Z`) / 1000;
    for (let event = events[next]; event !== undefined && event.created <= until; event = events[next]) {
      const subscription = subscriptionOf(event);
      if (subscription !== undefined) subscriptions.set(subscription.id, subscription);
      next += 1;
    }
    stocks.set(on, stockOn(subscriptions.values(), on, state));
  }
  const of = (on: string): Map<string, bigint> => stocks.get(on) as Map<string, bigint>;
  const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, amount) => total + amount, 0n);
  /** In millionths, rounded down. */
  const nrr = (from: string, to: string): bigint =>
    (sum([...of(from).keys()].map((customer) => of(to).get(customer) ?? 0n)) * 1_000_000n) / sum(of(from).values());
  expect([nrr('2025-02-28', '2026-02-28'), nrr('2025-03-31', '2026-03-31')]).toEqual([1_156_823n, 1_155_783n]);
  /** What the customers of both cohorts gained in a March. */
  const both = [...of('2025-02-28').keys()].filter((customer) => of('2025-03-31').has(customer));
  const gained = (from: string, to: string): bigint =>
    sum(both.map((customer) => (of(to).get(customer) ?? 0n) - (of(from).get(customer) ?? 0n)).filter((delta) => delta > 0n));
  expect(gained('2025-02-28', '2025-03-31')).toBeGreaterThan(gained('2026-02-28', '2026-03-31'));
});
