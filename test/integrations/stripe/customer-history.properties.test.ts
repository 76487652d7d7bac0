import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inheritedFrom } from '../../../functions/integrations/stripe/customer-discounts.ts';
import {
  type CustomerDiscounts,
  discountWindows,
  endedDiscount,
  heardTogether,
  NOTHING_HEARD,
  shownDiscount,
  shownNone,
  windowsFrom,
} from '../../../functions/integrations/stripe/customer-history.ts';
import { type Statement, staleStatements } from '../../../functions/integrations/stripe/restate.ts';
import { type DiscountSnapshot, discountSnapshot } from '../../../functions/integrations/stripe/snapshots.ts';

const discount = (id: string, start: number, end: number | null = null): DiscountSnapshot =>
  discountSnapshot.parse({ id, start, end, source: { coupon: `of_${id}` } });

const heard = (...all: readonly CustomerDiscounts[]): CustomerDiscounts => all.reduce(heardTogether, NOTHING_HEARD);
const windows = (...all: readonly CustomerDiscounts[]): readonly unknown[] =>
  discountWindows(heard(...all)).map(({ discount: { id }, from, until }) => [id, from, until]);
const OPEN = Number.POSITIVE_INFINITY;

describe('a customer’s discount was in force', () => {
  const a = discount('a', 10);

  test('from its start until the second of the event that says it ended, the earliest of them, however late it is seen', () => {
    expect(windows(shownDiscount(a, 12))).toEqual([['a', 10, OPEN]]);
    expect(windows(shownDiscount(a, 12), endedDiscount(a, 21), endedDiscount(a, 20), shownDiscount(a, 30))).toEqual([['a', 10, 20]]);
    expect(windows(endedDiscount(a, 20))).toEqual([['a', 10, 20]]);
  });

  test('until its own end date, if that comes first', () => {
    expect(windows(shownDiscount(discount('a', 10, 15), 12), endedDiscount(discount('a', 10, 15), 20))).toEqual([['a', 10, 15]]);
  });

  test('until the customer is first seen without it, where no event says when it ended', () => {
    const b = discount('b', 25);
    expect(windows(shownDiscount(a, 12), shownNone(11), shownNone(31), shownNone(30))).toEqual([['a', 10, 30]]);
    expect(windows(shownDiscount(a, 12), shownDiscount(b, 26), shownDiscount(b, 27))).toEqual([
      ['a', 10, 26],
      ['b', 25, OPEN],
    ]);
    // A reading of before it began says nothing of it, nor does one that was refuted later.
    expect(windows(shownNone(9), shownNone(11), shownDiscount(a, 12))).toEqual([['a', 10, OPEN]]);
  });

  test('and holds for a state of its last second, not for one of its end; one that begins later holds for both', () => {
    const customer = heard(endedDiscount(a, 20), shownDiscount(discount('b', 40), 40));
    expect(windowsFrom(customer, 19).map(({ from }) => from)).toEqual([10, 40]);
    expect(windowsFrom(customer, 20).map(({ from }) => from)).toEqual([40]);
  });
});

test('whatever is heard, in whatever order, in whatever parts and however often, tells the same', () => {
  const second = fc.integer({ min: 1, max: 40 });
  const said = fc.oneof(
    second.map(shownNone),
    fc.tuple(fc.constantFrom('a', 'b', 'c'), second, fc.boolean(), fc.boolean()).map(([id, at, ends, dated]) => {
      const one = discount(id, { a: 5, b: 15, c: 25 }[id] ?? 0, dated ? 35 : null);
      return ends ? endedDiscount(one, at) : shownDiscount(one, at);
    }),
  );
  fc.assert(
    fc.property(fc.array(said, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (all, random) => {
      const shuffled = [...all, ...all].map((one) => [random.next().value as number, one] as const).sort(([x], [y]) => x - y);
      const half = shuffled.length / 2;
      const [first, rest] = [shuffled.slice(0, half), shuffled.slice(half)].map((part) => heard(...part.map(([, one]) => one)));
      expect(heardTogether(rest as CustomerDiscounts, first as CustomerDiscounts)).toEqual(heard(...all));
    }),
  );
});

describe('a state that was superseded', () => {
  const statement = (eventId: string, observedAt: number, inherited: string): Statement => ({
    eventId,
    eventType: 'customer.subscription.updated',
    observedAt,
    inherited,
    fact: { subscriptionId: 'sub_1' } as Statement['fact'],
  });

  test('is not stated anew for a discount that began after it, nor for an end that came after it', () => {
    const customer = heard(shownDiscount(discount('a', 50), 50));
    const key = inheritedFrom(customer, 40).key;
    // states of 10, 20 and 40: only the last one lasted until the discount began
    const statements = [statement('evt_1', 10, ''), statement('evt_2', 20, ''), statement('evt_3', 40, '')];
    expect(staleStatements(statements, customer).map(({ eventId }) => eventId)).toEqual(['evt_3']);
    expect(staleStatements([...statements, statement('evt_3.0002', 40, key)], customer)).toEqual([]);
    // in force from 5 on, and ended at 30: the state of 10 was gone by then
    const begun = heard(shownDiscount(discount('b', 5), 6));
    const during = inheritedFrom(begun, 10).key;
    const ended = heard(shownDiscount(discount('b', 5), 6), endedDiscount(discount('b', 5), 30));
    const both = [statement('evt_1', 10, during), statement('evt_2', 20, during)];
    expect(staleStatements(both, ended).map(({ eventId }) => eventId)).toEqual(['evt_2']);
  });
});
