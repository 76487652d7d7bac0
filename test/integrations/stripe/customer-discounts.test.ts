import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import { dayOfInstant, toEpochDay } from '../../../functions/platform/calendar.ts';
import { testContext } from '../../arr/facts.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import { type Json, sample } from '../samples.ts';
import { consume, eventOf, factsAbout, onBus, plain, published, useCompany, useIntake } from './intake.ts';
import { itemsWith } from './table.ts';

const aws = useFakeAws();
useDynamoDB();
const running = useCompany(aws);
const { load, take, fetchMissing } = useIntake(aws);

const NOW = Math.floor(Date.now() / 1000);
const TODAY = toEpochDay(dayOfInstant(NOW, 'UTC'));
const YESTERDAY = NOW - 86_400;
/** 20% for three months, of which the first has gone by. */
const COUPON = sample('objects/coupon.20pct_repeating_3m.json');
const discountOf = (customerId: string, change: Json = {}): Json => ({
  ...sample('objects/discount.on_subscription.expanded.json'),
  id: `di_${customerId}`,
  customer: customerId,
  subscription: null,
  start: YESTERDAY - 30 * 86_400,
  end: YESTERDAY + 60 * 86_400,
  ...change,
});
const customerOf = (id: string, discount: Json | null = null): Json => ({ ...sample('objects/customer.json'), id, discount });
/** As an event shows a discount: its coupon as an id. */
const discountEvent = (what: 'created' | 'updated' | 'deleted', customerId: string, created: number): Json =>
  eventOf({ ...discountOf(customerId), source: { type: 'coupon', coupon: 'SMPL20' } }, { type: `customer.discount.${what}`, created });

/** At Stripe: the customer with or without its discount, and its subscriptions of 20 × ¥7,500 = ¥150,000 a year. */
const atStripe = (customerId: string, discount: Json | null, ...subscriptions: readonly Json[]): void =>
  running.stripe.put(COUPON, customerOf(customerId, discount), ...subscriptions.map((one) => ({ ...one, customer: customerId })));

/** What ARR makes of all facts about a subscription: yen a year at the end of today. */
const arrOf = async (subscriptionId: string): Promise<bigint> => {
  const facts = (await factsAbout(subscriptionId)).map((data) => ({ kind: 'subscription', data }) as unknown as Fact);
  return closingAt(facts, TODAY, testContext).closing.lines.reduce((sum, line) => sum + line.amountMinor, 0n);
};

describe('a customer’s discount', () => {
  test('reaches the subscriptions that were there before it, and leaves those that were canceled', async () => {
    const [one, two] = [plain('sub_one', { customer: 'cus_a' }), plain('sub_two', { customer: 'cus_a' })];
    await take(eventOf(one, { created: YESTERDAY }), eventOf(two, { created: YESTERDAY }));
    expect([await arrOf('sub_one'), aws.messages]).toEqual([150_000n, []]);
    atStripe('cus_a', discountOf('cus_a'), one, two, plain('sub_gone', { status: 'canceled' }));
    expect(await take(discountEvent('created', 'cus_a', YESTERDAY + 1))).toEqual([]);
    expect(await fetchMissing()).toEqual([]);
    // 150,000 × 0.8 = 120,000
    expect([await arrOf('sub_one'), await arrOf('sub_two')]).toEqual([120_000n, 120_000n]);
    expect(await factsAbout('sub_gone')).toEqual([]);
    expect((await factsAbout('sub_one')).at(-1)).toMatchObject({
      lifecycle: 'observed',
      discounts: [{ discountId: 'di_cus_a', kind: 'percent', value: '20', duration: 'repeating' }],
    });
    expect(await itemsWith('EVT#')).toEqual([]);
  });

  test('reaches those that come later by themselves, without another reading', async () => {
    const asked = running.stripe.requests.length;
    await take(eventOf(plain('sub_new', { customer: 'cus_a' }), { created: NOW }));
    expect([await arrOf('sub_new'), aws.messages, running.stripe.requests.length]).toEqual([120_000n, [], asked]);
  });

  test('is theirs no more once it was taken away', async () => {
    atStripe('cus_a', null, plain('sub_one'), plain('sub_two'), plain('sub_new'));
    await take(discountEvent('deleted', 'cus_a', NOW));
    expect(await fetchMissing()).toEqual([]);
    await take(eventOf(plain('sub_latest', { customer: 'cus_a' }), { created: NOW }));
    expect(await Promise.all(['sub_one', 'sub_two', 'sub_new', 'sub_latest'].map(arrOf))).toEqual([150_000n, 150_000n, 150_000n, 150_000n]);
  });

  test('gives way to the subscription’s own, and comes on top of those of its items', async () => {
    const items = plain('x')['items'] as { readonly data: readonly Json[] };
    const own = {
      ...sample('objects/discount.on_subscription.expanded.json'),
      id: 'di_own',
      start: YESTERDAY - 86_400,
      end: NOW + 86_400 * 40,
    };
    const ofItem = { ...own, id: 'di_item' };
    atStripe(
      'cus_b',
      discountOf('cus_b'),
      plain('sub_own', { discounts: [own] }),
      plain('sub_item', { items: { ...items, data: items.data.map((item) => ({ ...item, discounts: [ofItem] })) } }),
    );
    await take(discountEvent('created', 'cus_b', YESTERDAY));
    expect(await fetchMissing()).toEqual([]);
    expect((await factsAbout('sub_own'))[0]).toMatchObject({ discounts: [{ discountId: 'di_own' }] });
    // 150,000 × 0.8; and 150,000 × 0.8 × 0.8 = 96,000
    expect([await arrOf('sub_own'), await arrOf('sub_item')]).toEqual([120_000n, 96_000n]);
  });
});

describe('in whatever order', () => {
  test('a subscription’s event waits while the discount is being read', async () => {
    atStripe('cus_c', discountOf('cus_c'), plain('sub_waits'));
    await take(discountEvent('created', 'cus_c', YESTERDAY));
    const event = eventOf(plain('sub_waits', { customer: 'cus_c' }), { created: YESTERDAY });
    await take(event);
    expect(await published(String(event['id']))).toBeUndefined();
    expect(await fetchMissing()).toEqual([]);
    expect((await published(String(event['id'])))?.discounts).toMatchObject([{ discountId: 'di_cus_c' }]);
  });

  test.each([
    ['a discount that Stripe still shows', true, 120_000n],
    ['one that is gone', false, 150_000n],
  ])('every order of the events ends alike with %s', async (_what, isThere, yen) => {
    const last = isThere ? 'updated' : 'deleted';
    const orders = permutations(['created', last, 'before', 'after'] as const);
    expect(orders).toHaveLength(24);
    for (const [i, order] of orders.entries()) {
      const [customerId, subscription] = [`cus_${isThere}_${i}`, plain(`sub_${isThere}_${i}`)];
      const shown = { ...subscription, customer: customerId };
      atStripe(customerId, isThere ? discountOf(customerId) : null, subscription);
      for (const name of order) {
        const created = { created: YESTERDAY + 1, updated: YESTERDAY + 1, deleted: YESTERDAY + 1, before: YESTERDAY, after: NOW - 60 }[
          name
        ];
        await take(name === 'created' || name === last ? discountEvent(name, customerId, created) : eventOf(shown, { created }));
        // In half of the orders what waits is read at once, in the others at the end.
        if (i % 2 === 0) expect(await fetchMissing()).toEqual([]);
      }
      expect(await fetchMissing()).toEqual([]);
      expect([order, await arrOf(`sub_${isThere}_${i}`)]).toEqual([order, yen]);
    }
  });

  test('a step that fails is done again, and a repetition changes nothing', async () => {
    atStripe('cus_d', discountOf('cus_d'), plain('sub_again'));
    const event = discountEvent('created', 'cus_d', YESTERDAY);
    aws.faults.push({ operation: 'SendMessage', status: 500, body: '' }, { operation: 'SendMessage', status: 500, body: '' });
    expect(await take(event)).toEqual([onBus(event)]);
    expect(await take(event)).toEqual([]);
    // Stripe fails after the list, when the customer itself is asked for.
    running.stripe.fail({ kind: 'status', status: 500, shouldRetry: true }, 4, '/v1/customers');
    const bodies = aws.messages.splice(0).map(({ body }) => body);
    const { onIncomplete } = await load();
    expect(await consume(onIncomplete, bodies)).toEqual(bodies);
    expect(await consume(onIncomplete, bodies)).toEqual([]);
    await take(event, event);
    expect(await fetchMissing()).toEqual([]);
    expect(await arrOf('sub_again')).toBe(120_000n);
  });
});

describe('a customer’s own events', () => {
  const customerEvent = (customer: Json, previous?: Json): Json =>
    eventOf({}, { type: 'customer.updated', data: { object: customer, ...(previous ? { previous_attributes: previous } : {}) } });

  test('find a discount that it had before anything was heard of it, once', async () => {
    atStripe('cus_e', discountOf('cus_e'), plain('sub_old'));
    await take(eventOf(plain('sub_old', { customer: 'cus_e' }), { created: YESTERDAY }));
    expect(await arrOf('sub_old')).toBe(150_000n);
    await take(customerEvent(customerOf('cus_e', discountOf('cus_e')), { next_invoice_sequence: 1 }));
    expect(await fetchMissing()).toEqual([]);
    expect(await arrOf('sub_old')).toBe(120_000n);
    await take(customerEvent(customerOf('cus_e', discountOf('cus_e')), { next_invoice_sequence: 2 }));
    expect(aws.messages).toEqual([]);
  });

  test('that say the discount went lead to a reading; those that show none to nothing', async () => {
    atStripe('cus_e', null, plain('sub_old'));
    await take(customerEvent(customerOf('cus_e'), { discount: discountOf('cus_e') }));
    expect(await fetchMissing()).toEqual([]);
    expect(await arrOf('sub_old')).toBe(150_000n);
    await take(customerEvent(customerOf('cus_e'), { email: 'a@b.example' }));
    expect(aws.messages).toEqual([]);
  });

  test('that show nothing themselves are compared with what Stripe answers', async () => {
    atStripe('cus_f', discountOf('cus_f'), plain('sub_thin'));
    await take(
      eventOf(
        {},
        {
          object: 'v2.core.event',
          type: 'v1.customer.updated',
          created: new Date(YESTERDAY * 1000).toISOString(),
          related_object: { id: 'cus_f', type: 'customer' },
        },
      ),
    );
    expect(await fetchMissing()).toEqual([]);
    expect(await arrOf('sub_thin')).toBe(120_000n);
  });
});

test('a subscription that cannot be read is parked with the discount’s event; the others are recorded', async () => {
  atStripe('cus_g', discountOf('cus_g'), plain('sub_strange', { status: 'frozen' }), plain('sub_fine'));
  const event = discountEvent('created', 'cus_g', YESTERDAY);
  await take(event);
  expect(await fetchMissing()).toEqual([]);
  expect(await arrOf('sub_fine')).toBe(120_000n);
  expect((await itemsWith(`EVT#stripe#main#${String(event['id'])}`))[0]).toMatchObject({ reason: 'status-unknown', state: 'parked' });
});

const permutations = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.length < 2 ? [all] : all.flatMap((one, i) => permutations(all.toSpliced(i, 1)).map((rest) => [one, ...rest]));
