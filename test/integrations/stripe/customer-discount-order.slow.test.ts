import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import { dayOfInstant, toEpochDay } from '../../../functions/platform/calendar.ts';
import { testContext } from '../../arr/facts.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { useFakeAws } from '../fake-aws.ts';
import { type Json, sample } from '../samples.ts';
import { consume, eventOf, factsAbout, onBus, plain, useCompany, useIntake } from './intake.ts';
import { carriedEvents, itemsWith } from './table.ts';

const aws = useFakeAws();
const proxy = useDynamoDBProxy(useDynamoDB());
const running = useCompany(aws);
const { load, take, fetchMissing } = useIntake(aws);

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const TODAY = toEpochDay(dayOfInstant(NOW, 'UTC'));
/** Noon of a day that many days ago. */
const ago = (days: number): number => (TODAY - days) * DAY + DAY / 2;

/** 20% and 50% off. */
const FIFTH = sample('objects/coupon.20pct_repeating_3m.json');
const HALF = { ...FIFTH, id: 'HALF', percent_off: 50 };

const discountOf = (customerId: string, id: string, couponId: string, start: number): Json => ({
  ...sample('objects/discount.on_subscription.expanded.json'),
  id: `${id}_${customerId}`,
  source: { type: 'coupon', coupon: couponId },
  customer: customerId,
  subscription: null,
  start,
  end: null,
});

/** Some events about one customer and its subscription of 20 × ¥7,500 = ¥150,000 a year, by name. */
type Story = (customerId: string, subscriptionId: string) => Readonly<Record<string, Json>>;

const subscriptionOf = (customerId: string, id: string): Json => plain(id, { customer: customerId, created: ago(20), start_date: ago(20) });

const takenAway: Story = (customerId, subscriptionId) => {
  const object = subscriptionOf(customerId, subscriptionId);
  const fifth = discountOf(customerId, 'di_fifth', 'SMPL20', ago(30));
  return {
    subscribed: eventOf(object, { type: 'customer.subscription.created', created: ago(20) }),
    updated: eventOf(object, { created: ago(15) }),
    ended: eventOf(fifth, { type: 'customer.discount.deleted', created: ago(10) }),
    again: eventOf(object, { created: ago(5) }),
  };
};

const replaced: Story = (customerId, subscriptionId) => {
  const [fifth, half] = [discountOf(customerId, 'di_fifth', 'SMPL20', ago(15)), discountOf(customerId, 'di_half', 'HALF', ago(8))];
  const { id, start, source } = fifth;
  return {
    subscribed: eventOf(subscriptionOf(customerId, subscriptionId), { type: 'customer.subscription.created', created: ago(20) }),
    began: eventOf(fifth, { type: 'customer.discount.created', created: ago(15) }),
    replaced: eventOf(half, {
      type: 'customer.discount.updated',
      created: ago(8),
      data: { object: half, previous_attributes: { id, start, source } },
    }),
    ended: eventOf(half, { type: 'customer.discount.deleted', created: ago(3) }),
  };
};

/** The same as the customer's own events tell it, of which none is about a discount. */
const toldByCustomer: Story = (customerId, subscriptionId) => {
  const fifth = discountOf(customerId, 'di_fifth', 'SMPL20', ago(15));
  const customer = (discount: Json | null): Json => ({ ...sample('objects/customer.json'), id: customerId, discount });
  const updated = (object: Json, previous: Json, created: number): Json =>
    eventOf(object, { type: 'customer.updated', created, data: { object, previous_attributes: previous } });
  return {
    subscribed: eventOf(subscriptionOf(customerId, subscriptionId), { type: 'customer.subscription.created', created: ago(20) }),
    began: updated(customer(fifth), { discount: null }, ago(15)),
    renamed: updated(customer(fifth), { name: 'Before' }, ago(9)),
    ended: updated(customer(null), { discount: fifth }, ago(3)),
  };
};

/** Yen a year at the end of days, of each subscription that has facts. */
const arrOn = async (days: readonly number[]): Promise<ReadonlyMap<string, readonly number[]>> => {
  const facts = new Map<string, Fact[]>();
  for (const { data } of await carriedEvents()) {
    const fact = JSON.parse(String(data)) as Json;
    const { subscriptionId: id } = fact;
    if (typeof id === 'string') facts.set(id, [...(facts.get(id) ?? []), { kind: 'subscription', data: fact } as unknown as Fact]);
  }
  const yenOn = (own: readonly Fact[], day: number): number =>
    Number(closingAt(own, TODAY - day, testContext).closing.lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
  return new Map([...facts].map(([id, own]) => [id, days.map((day) => yenOn(own, day))]));
};

const permutations = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.length < 2 ? [all] : all.flatMap((one, i) => permutations(all.toSpliced(i, 1)).map((rest) => [one, ...rest]));

const atStripe = (customerId: string, subscription: Json): void =>
  running.stripe.put(FIFTH, HALF, { ...sample('objects/customer.json'), id: customerId, discount: null }, subscription);

// 150,000 × 0.8 = 120,000; 150,000 × 0.5 = 75,000
test.each([
  ['taken away', 'once', takenAway, [20, 15, 11, 10, 5, 0], [120_000, 120_000, 120_000, 150_000, 150_000, 150_000]],
  ['taken away', 'twice', takenAway, [20, 15, 11, 10, 5, 0], [120_000, 120_000, 120_000, 150_000, 150_000, 150_000]],
  ['replaced', 'twice', replaced, [20, 16, 15, 9, 8, 4, 3, 0], [150_000, 150_000, 120_000, 120_000, 75_000, 75_000, 150_000, 150_000]],
  [
    'told by its customer',
    'twice',
    toldByCustomer,
    [20, 16, 15, 9, 4, 3, 0],
    [150_000, 150_000, 120_000, 120_000, 120_000, 150_000, 150_000],
  ],
] as const)(
  'a discount that was %s holds on the same days in whatever order the events arrive, each %s',
  async (what, times, story, days, yen) => {
    const idsOf = (i: number) => {
      const name = `${what.replaceAll(' ', '')}_${times}_${i}`;
      return { customerId: `cus_${name}`, subscriptionId: `sub_${name}` };
    };
    const orders = permutations(Object.keys(story('cus', 'sub')));
    expect(orders).toHaveLength(24);
    for (const [i, order] of orders.entries()) {
      const { customerId, subscriptionId } = idsOf(i);
      atStripe(customerId, subscriptionOf(customerId, subscriptionId));
      const events = story(customerId, subscriptionId);
      for (const key of times === 'once' ? order : [...order, ...order.toReversed()]) {
        expect(await take(events[key] as Json)).toEqual([]);
        // In half of the orders what waits is read at once, in the others at the end.
        if (i % 2 === 0) expect(await fetchMissing()).toEqual([]);
      }
      while (aws.messages.length > 0) expect(await fetchMissing()).toEqual([]);
    }
    const arr = await arrOn(days);
    for (const [i, order] of orders.entries()) expect([order, arr.get(idsOf(i).subscriptionId)]).toEqual([order, yen]);
  },
  120_000,
);

describe('what goes on at the same time', () => {
  const both = (name: string) => {
    const [customerId, subscriptionId] = [`cus_${name}`, `sub_${name}`];
    atStripe(customerId, subscriptionOf(customerId, subscriptionId));
    return { events: takenAway(customerId, subscriptionId), subscriptionId };
  };

  test('a discount that ends while a fact is being written is found in it', async () => {
    const { events, subscriptionId } = both('written');
    // All of the discount's event is done after the subscription's was mapped, and before its fact is there.
    proxy.before = async ({ operation, input }) => {
      const isFact = operation === 'PutItem' && String(input.Item?.['pk']?.S).startsWith(`SRC#stripe#main#${subscriptionId}`);
      if (!isFact && operation !== 'BatchExecuteStatement') return undefined;
      proxy.before = undefined;
      await take(events['ended'] as Json);
      await fetchMissing();
      return undefined;
    };
    expect(await take(events['subscribed'] as Json)).toEqual([]);
    expect(proxy.before).toBeUndefined();
    expect(await fetchMissing()).toEqual([]);
    expect((await arrOn([15, 10])).get(subscriptionId)).toEqual([120_000, 150_000]);
  });

  test.each([1, 2, 3, 4, 5, 6])('a crash at write %i of the discount’s event is made good by its repetition', async (nth) => {
    const { events, subscriptionId } = both(`crash${nth}`);
    await take(events['subscribed'] as Json);
    let writes = 0;
    proxy.before = ({ operation }) => {
      if (!/^(?:Put|Update|Batch(?:Exec|Write)|Transact(?:W))/.test(operation)) return undefined;
      writes += 1;
      return writes === nth ? { type: 'ValidationException' } : undefined;
    };
    const { onEvent, onIncomplete } = await load();
    const ended = onBus(events['ended'] as Json);
    // As AWS sees it: nothing was acknowledged, whether the function failed or said which messages did.
    const tried = (handler: unknown, bodies: readonly string[]) => Promise.allSettled([consume(handler, bodies)]);
    await tried(onEvent, [ended]);
    const waiting = aws.messages.splice(0).map(({ body }) => body);
    await tried(onIncomplete, waiting);
    expect(writes).toBeGreaterThanOrEqual(nth);
    proxy.before = undefined;
    expect(await take(events['ended'] as Json)).toEqual([]);
    expect(await consume(onIncomplete, waiting)).toEqual([]);
    expect(await fetchMissing()).toEqual([]);
    expect((await arrOn([15, 10])).get(subscriptionId)).toEqual([120_000, 150_000]);
  });
});

test('a fact that is stated anew stands beside the first one, with its time and its place, and only once', async () => {
  const events = takenAway('cus_beside', 'sub_beside');
  atStripe('cus_beside', subscriptionOf('cus_beside', 'sub_beside'));
  await take(events['subscribed'] as Json);
  await take(events['ended'] as Json);
  await take(events['ended'] as Json);
  expect(await fetchMissing()).toEqual([]);
  const shown = async () =>
    (await factsAbout('sub_beside')).map((fact) => [(fact['provenance'] as Json)['eventId'], fact['lifecycle'], fact['discounts']]);
  const before = await shown();
  const id = String(events['subscribed']?.['id']);
  expect(before.filter(([eventId]) => String(eventId).startsWith(id))).toMatchObject([
    [id, 'created', []],
    [
      `${id}.0002`,
      'created',
      [{ discountId: 'di_fifth_cus_beside', startsOn: dayOfInstant(ago(30), 'UTC'), endsOn: dayOfInstant(ago(10), 'UTC') }],
    ],
  ]);
  expect(await take(events['subscribed'] as Json)).toEqual([]);
  expect(await fetchMissing()).toEqual([]);
  expect((await shown()).filter(([eventId]) => String(eventId).startsWith(id))).toHaveLength(2);
});

test('a discount of an item stays when the customer’s beside it is stated anew, and a limited coupon reduces its products only', async () => {
  const object = subscriptionOf('cus_lines', 'sub_lines');
  const items = object['items'] as { readonly data: readonly Json[] };
  const ofItem = { ...discountOf('cus_lines', 'di_item', 'HALF', ago(30)), subscription: 'sub_lines' };
  const subscription = { ...object, items: { ...items, data: items.data.map((item) => ({ ...item, discounts: [ofItem] })) } };
  const product = String((items.data[0]?.['price'] as Json | undefined)?.['product']);
  const limited = { ...FIFTH, id: 'LIMITED', applies_to: { products: [product] } };
  const elsewhere = { ...FIFTH, id: 'ELSEWHERE', applies_to: { products: ['prod_other'] } };
  atStripe('cus_lines', subscription);
  running.stripe.put(limited, elsewhere);
  await take(eventOf(subscription, { type: 'customer.subscription.created', created: ago(20) }));
  const ended = (id: string, couponId: string, from: number, until: number): Json =>
    eventOf(discountOf('cus_lines', id, couponId, ago(from)), { type: 'customer.discount.deleted', created: ago(until) });
  await take(ended('di_elsewhere', 'ELSEWHERE', 30, 18), ended('di_limited', 'LIMITED', 15, 10));
  while (aws.messages.length > 0) expect(await fetchMissing()).toEqual([]);
  // 150,000 × 0.5 = 75,000; × 0.8 = 60,000
  expect((await arrOn([20, 16, 15, 11, 10, 0])).get('sub_lines')).toEqual([75_000, 75_000, 60_000, 60_000, 75_000, 75_000]);
  // What is inherited without an effect is told once, and not again and again.
  const facts = (await factsAbout('sub_lines')).length;
  await take(ended('di_limited', 'LIMITED', 15, 10));
  while (aws.messages.length > 0) expect(await fetchMissing()).toEqual([]);
  expect((await factsAbout('sub_lines')).filter((fact) => fact['lifecycle'] === 'created')).toHaveLength(2);
  expect((await factsAbout('sub_lines')).length).toBe(facts + 1);
});

test('a fact that a discount makes impossible to state stays as it was, and the discount’s event is parked', async () => {
  const object = subscriptionOf('cus_stays', 'sub_stays');
  atStripe('cus_stays', { ...object, status: 'canceled' });
  await take(eventOf(object, { type: 'customer.subscription.created', created: ago(20) }));
  const strange = { ...FIFTH, id: 'STRANGE', duration: 'now_and_then' };
  running.stripe.put(strange);
  const event = eventOf(discountOf('cus_stays', 'di_strange', 'STRANGE', ago(30)), { type: 'customer.discount.deleted', created: ago(10) });
  await take(event);
  expect(await fetchMissing()).toEqual([]);
  expect((await arrOn([15])).get('sub_stays')).toEqual([150_000]);
  expect((await itemsWith(`EVT#stripe#main#${String(event['id'])}`))[0]).toMatchObject({
    reason: 'discount-not-supported',
    state: 'parked',
  });
});
