import { describe, expect, test, vi } from 'vitest';
import type { Learnt } from '../../../functions/integrations/stripe/catalogue.ts';
import { discountWindows, endedDiscount, shownDiscount, shownNone } from '../../../functions/integrations/stripe/customer-history.ts';
import { discountSnapshot, priceSnapshot } from '../../../functions/integrations/stripe/snapshots.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import { type Json, sample } from '../samples.ts';
import { eventOf, plain, published, useCompany, useIntake } from './intake.ts';

const aws = useFakeAws();
useDynamoDB();
const running = useCompany(aws);
const { take, fetchMissing } = useIntake(aws);

/** The store as another instance of a function has it: with a memory of its own. */
const instanceOfStore = () => {
  vi.resetModules();
  return import('../../../functions/integrations/stripe/catalogue-store.ts');
};

const priceOf = (id: string, nickname: string): Learnt => ({
  kind: 'price',
  id,
  snapshot: priceSnapshot.parse({ ...sample<Json>('objects/price.per_unit.monthly.json'), id, nickname }),
});
const [EARLIER, LATER] = ['2026-11-01T10:00:00.000Z', '2099-01-01T00:00:00.000Z'] as const;

describe('an entry', () => {
  test('that changed in one instance of a function is not stale in another that knew it', async () => {
    const [warm, other] = [await instanceOfStore(), await instanceOfStore()];
    const [wanted, before, after] = [{ kind: 'price', id: 'price_w' } as const, priceOf('price_w', 'before'), priceOf('price_w', 'after')];
    await warm.learn('main', [before], EARLIER);
    expect(await warm.knownEntries('main', [wanted])).toEqual([before]);
    await other.forget('main', [wanted]);
    expect(await warm.knownEntries('main', [wanted])).toEqual([]);
    await other.learn('main', [after], LATER);
    expect(await warm.knownEntries('main', [wanted])).toEqual([after]);
  });

  test('is not brought back by an answer that was asked for before it was forgotten, or before a later one', async () => {
    const store = await instanceOfStore();
    const wanted = [{ kind: 'price', id: 'price_r' }] as const;
    await store.forget('main', wanted);
    await store.learn('main', [priceOf('price_r', 'asked for before')], EARLIER);
    expect(await store.knownEntries('main', wanted)).toEqual([]);
    const newest = priceOf('price_r', 'asked for after');
    await store.learn('main', [newest], LATER);
    await store.learn('main', [priceOf('price_r', 'late answer')], '2098-12-31T23:59:59.999Z');
    expect(await store.knownEntries('main', wanted)).toEqual([newest]);
  });

  test('of a customer is known to have no discount until one is heard of, and unknown once it changed', async () => {
    const store = await instanceOfStore();
    const wanted = [{ kind: 'customer', id: 'cus_x' }] as const;
    expect(await store.knownEntries('main', wanted)).toEqual([{ ...wanted[0], snapshot: { known: true, discounts: [], seen: [] } }]);
    await store.forget('main', wanted);
    expect(await store.knownEntries('main', wanted)).toEqual([{ ...wanted[0], snapshot: { known: false, discounts: [], seen: [] } }]);
  });

  test('of a customer is only added to, by whoever writes at the same time, and known again by a reading that was asked for later', async () => {
    const store = await instanceOfStore();
    const wanted = { kind: 'customer', id: 'cus_added' } as const;
    const customerDiscount = (id: string, start: number) => discountSnapshot.parse({ id, start, source: { coupon: 'X' } });
    const heard = async () => {
      const [entry] = await store.knownEntries('main', [wanted]);
      if (entry?.kind !== 'customer') throw new Error('there is always an answer about a customer');
      return [entry.snapshot.known, discountWindows(entry.snapshot).map(({ discount: { id }, until }) => [id, until])] as const;
    };
    const [a, b] = [customerDiscount('a', 10), customerDiscount('b', 20)];
    await store.forget('main', [wanted]);
    await Promise.all(
      [shownDiscount(b, 20), endedDiscount(a, 20), shownDiscount(a, 10)].map((snapshot) =>
        store.learn('main', [{ ...wanted, snapshot }], LATER),
      ),
    );
    const both = [
      ['a', 20],
      ['b', Number.POSITIVE_INFINITY],
    ];
    expect(await heard()).toEqual([false, both]);
    await store.learn('main', [{ ...wanted, snapshot: { ...shownDiscount(a, 15), known: true } }], EARLIER);
    expect(await heard()).toEqual([false, both]);
    await store.learn('main', [{ ...wanted, snapshot: { ...shownNone(30), known: true } }], LATER);
    expect(await heard()).toEqual([
      true,
      [
        ['a', 20],
        ['b', 30],
      ],
    ]);
  });

  test('is one instance’s own: another account’s price of the same id is not it', async () => {
    const store = await instanceOfStore();
    await store.learn('main', [priceOf('price_i', 'main')], EARLIER);
    expect(await store.knownEntries('second', [{ kind: 'price', id: 'price_i' }])).toEqual([]);
  });

  test('more than one request holds are read', async () => {
    const store = await instanceOfStore();
    const ids = Array.from({ length: 120 }, (_, i) => `cus_${i}`);
    const known = await store.knownEntries(
      'main',
      ids.map((id) => ({ kind: 'customer', id }) as const),
    );
    expect(known.map(({ id }) => id)).toEqual(ids);
  });
});

/** $100 off, and in yen whatever the company set. */
const couponAt = (yen: number): Json => ({
  ...sample('objects/coupon.amount_off_forever.json'),
  id: 'YEN',
  currency_options: { jpy: { amount_off: yen }, usd: { amount_off: 10_000 } },
});
const discount = { ...sample('objects/discount.on_subscription.expanded.json'), id: 'di_yen', end: null, source: { coupon: 'YEN' } };

test('a coupon’s amount in another currency, which Stripe lets a company change, is read again after coupon.updated', async () => {
  running.stripe.put(couponAt(15_000), discount, plain('sub_yen', { discounts: [discount] }));
  const valueIn = async (event: Json): Promise<unknown> => {
    await take(event);
    expect(await fetchMissing()).toEqual([]);
    return (await published(String(event['id'])))?.discounts.map(({ kind, value }) => `${String(kind)} ${String(value)}`);
  };
  const shown = () => eventOf(plain('sub_yen', { discounts: ['di_yen'] }));
  expect(await valueIn(shown())).toEqual(['amount 15000']);
  running.stripe.put(couponAt(30_000));
  await take(eventOf(couponAt(30_000), { type: 'coupon.updated' }));
  expect(await valueIn(shown())).toEqual(['amount 30000']);
});
