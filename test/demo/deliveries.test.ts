import { beforeAll, describe, expect, it } from 'vitest';
import { type DemoCompany, demoCompany } from '../../demo/company.ts';
import type { Delivery } from '../../demo/deliveries.ts';

const SEED = 42;
const TODAY = '2026-11-05';
let company: DemoCompany;
let deliveries: readonly Delivery[];
/** Processor time of this process, so that a busy machine does not count. */
let seconds: number;

beforeAll(() => {
  const start = process.cpuUsage();
  company = demoCompany({ seed: SEED, today: TODAY });
  deliveries = [...company.events];
  const { user, system } = process.cpuUsage(start);
  seconds = (user + system) / 1_000_000;
});

describe('the demo company’s deliveries', () => {
  it('are at most 30,000, in order of delivery, and made in less than 5 seconds', () => {
    expect(company.deliveries).toBeGreaterThan(20_000);
    expect(company.deliveries).toBeLessThanOrEqual(30_000);
    expect(seconds).toBeLessThan(5);

    let last = 0;
    let count = 0;
    let untilToday = 0;
    for (const { deliverAt, event } of deliveries) {
      if (deliverAt < last || deliverAt < event.created)
        expect([event.id, deliverAt, event.created]).toEqual('delivered in order and not before it happened');
      last = deliverAt;
      count += 1;
      if (deliverAt <= company.todayAt) untilToday += 1;
    }
    expect([count, untilToday]).toEqual([company.deliveries, company.deliveriesUntilToday]);
    expect(last).toBeLessThan(Date.parse('2027-01-01') / 1000);
  });

  it('are only of types that are taken in', () => {
    expect([...new Set(deliveries.map(({ event }) => event.type))].sort()).toEqual([
      'charge.dispute.closed',
      'charge.dispute.created',
      'credit_note.created',
      'customer.created',
      'customer.subscription.created',
      'customer.subscription.deleted',
      'customer.subscription.updated',
      'customer.updated',
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_failed',
      'price.created',
      'product.created',
      'refund.created',
    ]);
  });

  it('contain duplicates, late and disordered ones, but nothing late right before today', () => {
    const seen = new Map<string, number>();
    let disordered = 0;
    let late = 0;
    let newest = 0;
    for (const { deliverAt, event } of deliveries) {
      seen.set(event.id, (seen.get(event.id) ?? 0) + 1);
      const isRepeat = (seen.get(event.id) ?? 0) > 1;
      if (!isRepeat && event.created < newest) disordered += 1;
      if (!isRepeat && deliverAt - event.created >= 3600) late += 1;
      newest = Math.max(newest, event.created);
      if (event.created <= company.todayAt && !isRepeat && event.created > company.todayAt - 86_400) expect(deliverAt).toBe(event.created);
    }
    expect([...seen.values()].filter((count) => count > 1).length).toBeGreaterThan(200);
    expect(disordered).toBeGreaterThan(200);
    expect(late).toBeGreaterThan(50);
  });

  it('are the same for the same seed, on every walk, and others for another seed', () => {
    const print = (from: DemoCompany, most: number): string => {
      const lines: string[] = [];
      for (const { deliverAt, event } of from.events) {
        lines.push(`${deliverAt} ${event.id} ${event.type} ${event.data.object.id}`);
        if (lines.length === most) break;
      }
      return lines.join('\n');
    };
    const first = print(company, company.deliveries);
    expect(print(demoCompany({ seed: SEED, today: TODAY }), company.deliveries)).toBe(first);
    expect(print(company, 1000)).toBe(first.split('\n').slice(0, 1000).join('\n'));
    expect(print(demoCompany({ seed: SEED + 1, today: TODAY }), 100)).not.toBe(print(company, 100));
  });
});
