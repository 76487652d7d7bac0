import fc from 'fast-check';
import type { Fact } from '../../functions/arr/facts.ts';
import { fromEpochDay, toEpochDay } from '../../functions/platform/calendar.ts';
import { customer, seats, subscription } from './facts.ts';

export const FIRST = toEpochDay('2026-01-01');

export interface Step {
  readonly customerNumber: number;
  readonly subscriptionNumber: number;
  readonly second: number;
  readonly status: 'active' | 'past-due' | 'trialing' | 'paused' | 'canceled';
  readonly quantities: readonly number[];
  readonly unitMinor: number;
  readonly currency: 'USD' | 'EUR' | 'JPY' | 'GBP';
  readonly discountDays: number | undefined;
  readonly segment: string | undefined;
}

export const step: fc.Arbitrary<Step> = fc.record({
  customerNumber: fc.integer({ min: 1, max: 3 }),
  subscriptionNumber: fc.integer({ min: 1, max: 2 }),
  // few seconds, so that facts share one now and then
  second: fc.oneof(
    fc.integer({ min: 0, max: 400 * 86_400 }),
    fc.integer({ min: 0, max: 3 }).map((n) => n * 86_400 * 30),
  ),
  status: fc.constantFrom('active', 'active', 'active', 'past-due', 'trialing', 'paused', 'canceled'),
  quantities: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 0, maxLength: 3 }),
  unitMinor: fc.integer({ min: 1, max: 9_999 }),
  currency: fc.constantFrom('USD', 'EUR', 'JPY', 'GBP'),
  discountDays: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  segment: fc.option(fc.constantFrom('Starter', 'Professional', 'Enterprise'), { nil: undefined, freq: 4 }),
});

export const factOf = (s: Step, i: number): Fact => {
  const day = FIRST + Math.floor(s.second / 86_400);
  const at = `${fromEpochDay(day)}T${new Date((s.second % 86_400) * 1000).toISOString().slice(11, 19)}Z`;
  const eventId = `evt_${String(i).padStart(4, '0')}`;
  const customerId = `cus_${s.customerNumber}`;
  if (s.segment !== undefined) return customer(at, { segment: s.segment }, { eventId, customerId });
  const tiers = [
    { upTo: '10', unitMinor: String(s.unitMinor), flatMinor: '0' },
    { upTo: null, unitMinor: String(Math.ceil(s.unitMinor / 2)), flatMinor: '77' },
  ];
  const lines = s.quantities.map((quantity, n) =>
    seats(`line_${n}`, quantity, s.unitMinor, {
      productId: `prod_${n}`,
      ...(n === 1 ? { pricing: { model: 'graduated', tiers } as const, interval: 'year' } : {}),
      ...(n === 2 ? { interval: 'week' } : {}),
    }),
  );
  const discounts =
    s.discountDays === undefined
      ? []
      : [
          {
            discountId: 'di',
            kind: 'percent' as const,
            value: '12.5',
            duration: 'repeating' as const,
            startsOn: fromEpochDay(day),
            endsOn: fromEpochDay(day + s.discountDays),
          },
        ];
  return subscription(at, lines, {
    eventId,
    customerId,
    subscriptionId: `sub_${s.customerNumber}_${s.subscriptionNumber}`,
    currency: s.currency,
    status: s.status,
    discounts,
    startsOn: '2025-01-01',
    ...(s.status === 'canceled' ? { endedOn: fromEpochDay(day) } : {}),
    fingerprint: `${JSON.stringify(lines)}${s.status}${s.currency}${s.discountDays}`,
  });
};
