import fc from 'fast-check';
import type { Fact } from '../../functions/arr/lines/facts.ts';
import { fromEpochDay, toEpochDay } from '../../functions/platform/calendar.ts';
import { adjustment, adjustmentEnd } from './adjusted.ts';
import { customer, schedule, seats, subscription } from './facts.ts';

export const FIRST = toEpochDay('2026-01-01');

export interface Step {
  readonly customerNumber: number;
  readonly subscriptionNumber: number;
  readonly second: number;
  readonly status: 'active' | 'past-due' | 'trialing' | 'incomplete' | 'unpaid' | 'paused' | 'canceled';
  readonly lifecycle: 'created' | 'changed' | 'observed';
  /** Days from the fact to the service start, and whether the source states it; long ago otherwise. */
  readonly start: { readonly days: number; readonly stated: boolean } | undefined;
  /** Part of the items' ids: another one makes them anew. */
  readonly made: number;
  /** Of the first item. */
  readonly product: number;
  /** Days to each phase, and its quantity: the fact is then about a schedule. */
  readonly phases: readonly (readonly [number, number])[] | undefined;
  readonly quantities: readonly number[];
  readonly unitMinor: number;
  readonly currency: 'USD' | 'EUR' | 'JPY' | 'GBP';
  readonly discountDays: number | undefined;
  readonly segment: string | undefined;
  /** Days until the first line steps, and again until it ends. */
  readonly rampDays: number | undefined;
  /** Days until an adjustment by hand begins, and until it expires after that: the fact is then about it, or ends the one of that number. */
  readonly adjusted: { readonly from: number; readonly until: number | undefined; readonly ends: number | undefined } | undefined;
}

/** One time in so many; otherwise nothing. (`freq` of `fc.option` says the opposite: how seldom there is nothing.) */
export const seldom = <T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

export const step: fc.Arbitrary<Step> = fc.record({
  customerNumber: fc.integer({ min: 1, max: 3 }),
  subscriptionNumber: fc.integer({ min: 1, max: 2 }),
  // few seconds, so that facts share one now and then
  second: fc.oneof(
    fc.integer({ min: 0, max: 400 * 86_400 }),
    fc.integer({ min: 0, max: 3 }).map((n) => n * 86_400 * 30),
  ),
  status: fc.constantFrom('active', 'active', 'active', 'active', 'past-due', 'trialing', 'incomplete', 'unpaid', 'paused', 'canceled'),
  lifecycle: fc.constantFrom('changed', 'changed', 'changed', 'created', 'observed'),
  start: fc.option(fc.record({ days: fc.integer({ min: -60, max: 60 }), stated: fc.boolean() }), { nil: undefined }),
  made: fc.constantFrom(0, 0, 0, 1),
  product: fc.constantFrom(0, 0, 0, 1, 9),
  phases: seldom(6, fc.array(fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: 0, max: 40 })), { minLength: 1, maxLength: 3 })),
  quantities: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 0, maxLength: 3 }),
  unitMinor: fc.integer({ min: 1, max: 9_999 }),
  currency: fc.constantFrom('USD', 'EUR', 'JPY', 'GBP'),
  discountDays: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  segment: seldom(4, fc.constantFrom('Starter', 'Professional', 'Enterprise')),
  rampDays: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined, freq: 2 }),
  adjusted: seldom(
    8,
    fc.record({
      from: fc.integer({ min: -90, max: 90 }),
      until: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
      ends: seldom(4, fc.integer({ min: 0, max: 13 })),
    }),
  ),
});

export const factOf = (s: Step, i: number): Fact => {
  const day = FIRST + Math.floor(s.second / 86_400);
  const at = `${fromEpochDay(day)}T${new Date((s.second % 86_400) * 1000).toISOString().slice(11, 19)}Z`;
  const eventId = `evt_${String(i).padStart(4, '0')}`;
  const customerId = `cus_${s.customerNumber}`;
  const subscriptionId = `sub_${s.customerNumber}_${s.subscriptionNumber}`;
  if (s.adjusted !== undefined) return adjustedBy(s, s.adjusted, day, eventId);
  if (s.phases !== undefined) {
    const phases = [...s.phases]
      .sort(([a], [b]) => a - b)
      .map(([days, quantity]) => ({
        startsOn: fromEpochDay(day + days),
        items: [{ priceId: `price_${s.unitMinor}`, quantity: String(quantity) }],
      }));
    return schedule(at, phases, { eventId, customerId, subscriptionId, scheduleId: `sched_${subscriptionId}`, lifecycle: s.lifecycle });
  }
  if (s.segment !== undefined) return customer(at, { segment: s.segment }, { eventId, customerId });
  const tiers = [
    { upTo: '10', unitMinor: String(s.unitMinor), flatMinor: '0' },
    { upTo: null, unitMinor: String(Math.ceil(s.unitMinor / 2)), flatMinor: '77' },
  ];
  const lines = s.quantities.map((quantity, n) =>
    seats(`line_${s.made}_${n}`, quantity, s.unitMinor, {
      productId: `prod_${n === 0 ? s.product : n}`,
      ...(n === 1 ? { pricing: { model: 'graduated', tiers } as const, interval: 'year' } : {}),
      ...(n === 2 ? { interval: 'week' } : {}),
    }),
  );
  const [first] = lines;
  if (s.rampDays !== undefined && first !== undefined) {
    const stepsOn = fromEpochDay(day + s.rampDays);
    const quantity = String(Number(first.quantity) + 5);
    lines.splice(
      0,
      1,
      { ...first, endsOn: stepsOn },
      { ...first, quantity, startsOn: stepsOn, endsOn: fromEpochDay(day + 2 * s.rampDays) },
    );
  }
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
    subscriptionId,
    currency: s.currency,
    status: s.status,
    discounts,
    startsOn: s.start === undefined ? '2025-01-01' : fromEpochDay(day + s.start.days),
    ...(s.start?.stated ? { startsOnStated: true as const } : {}),
    lifecycle: s.lifecycle,
    ...(s.status === 'canceled' ? { endedOn: fromEpochDay(day) } : {}),
    fingerprint: `${JSON.stringify(lines)}${s.status}${s.currency}${s.discountDays}`,
  });
};

const adjustedBy = (s: Step, { from, until, ends }: NonNullable<Step['adjusted']>, day: number, eventId: string): Fact => {
  const more = { eventId, customerId: `cus_${s.customerNumber}`, at: fromEpochDay(day) };
  const on = fromEpochDay(day + from);
  if (ends !== undefined) return adjustmentEnd(`evt_${String(ends).padStart(4, '0')}`, on, more);
  const amountMinor = String((s.made === 0 ? 1 : -1) * s.unitMinor * 7);
  return adjustment(amountMinor, on, {
    ...more,
    currency: s.currency,
    ...(until === undefined ? {} : { until: fromEpochDay(day + from + until) }),
  });
};
