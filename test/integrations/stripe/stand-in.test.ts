import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StripeServer, startStripe } from '../../../local/stripe.ts';
import { type Json, sample } from '../samples.ts';

/** The stand-in answers as Stripe's samples do; what it answers elsewhere is proven by the intake's tests. */
let stripe: StripeServer;
beforeAll(async () => {
  stripe = await startStripe({
    apiKey: 'rk_test_x',
    now: () => 1_792_918_800_000,
    provider: (type, id, atSeconds) => (type === 'product' && id === 'prod_later' ? { id, object: type, created: atSeconds } : undefined),
    lister: (type, atSeconds) =>
      type === 'subscription'
        ? ['sub_told', 'sub_put'].map((id) => ({ id, object: type, customer: 'cus_2', status: 'active', created: atSeconds }))
        : [],
  });
  stripe.put(
    { ...sample('objects/subscription.past_due.json'), discounts: [sample('objects/discount.on_subscription.expanded.json')] },
    { ...sample('objects/coupon.20pct_repeating_3m.json'), applies_to: { products: ['prod_SmplPlatform'] } },
    sample('objects/price.tiered_graduated.expanded_tiers.json'),
    {
      ...sample('objects/customer.json'),
      id: 'cus_2',
      discount: { ...sample<Json>('objects/discount.on_subscription.expanded.json'), id: 'di_2', source: { coupon: 'SMPL20' } },
    },
    { ...sample('objects/subscription.past_due.json'), id: 'sub_put', customer: 'cus_2', created: 1_792_918_900 },
    { ...sample('objects/subscription.canceled.json'), id: 'sub_over', customer: 'cus_2', created: 1_792_918_700 },
  );
});
afterAll(() => stripe.stop());

const get = async (path: string, key = 'rk_test_x'): Promise<{ status: number; body: Json & { error?: Json } }> => {
  const response = await fetch(`${stripe.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as Json };
};

describe('what is shown', () => {
  test('references are ids, and tiers and restrictions are left out', async () => {
    expect((await get('/v1/subscriptions/sub_SmplAcme')).body['discounts']).toEqual(['di_SmplLaunch20']);
    expect((await get('/v1/prices/price_SmplGraduated')).body).not.toHaveProperty('tiers');
    expect((await get('/v1/coupons/SMPL20')).body).not.toHaveProperty('applies_to');
  });

  test('unless a path asks for them', async () => {
    const { body } = await get('/v1/subscriptions/sub_SmplAcme?expand[]=discounts.source.coupon');
    expect(body['discounts']).toMatchObject([{ id: 'di_SmplLaunch20', source: { coupon: { id: 'SMPL20', percent_off: 20 } } }]);
    expect((await get('/v1/prices/price_SmplGraduated?expand[]=tiers')).body['tiers']).toHaveLength(3);
    expect((await get('/v1/coupons/SMPL20?expand[]=applies_to')).body['applies_to']).toEqual({ products: ['prod_SmplPlatform'] });
  });

  test('what was not put comes from the provider, as it is at the clock’s time', async () => {
    expect((await get('/v1/products/prod_later')).body).toMatchObject({ id: 'prod_later', created: 1_792_918_800 });
  });
});

describe('lists', () => {
  const idsOf = async (query: string): Promise<unknown> => {
    const { body } = await get(`/v1/subscriptions?customer=cus_2${query}`);
    return (body['data'] as readonly Json[]).map(({ id }) => id);
  };

  test('hold what was put and what the provider tells, newest first, and leave out canceled subscriptions unless asked', async () => {
    expect(await idsOf('')).toEqual(['sub_put', 'sub_told']);
    expect(await idsOf('&status=all')).toEqual(['sub_put', 'sub_told', 'sub_over']);
    expect([await idsOf('&status=past_due'), await idsOf('&status=canceled'), await idsOf('&status=ended')]).toEqual([
      ['sub_put'],
      ['sub_over'],
      ['sub_over'],
    ]);
    expect(await idsOf('&limit=1&starting_after=sub_put')).toEqual(['sub_told']);
  });

  test('show a customer as an id, and whole with its discount where it is asked for', async () => {
    const first = async (query: string) =>
      ((await get(`/v1/subscriptions?customer=cus_2&limit=1${query}`)).body['data'] as readonly Json[])[0];
    expect((await first(''))?.['customer']).toBe('cus_2');
    expect((await first('&expand[]=data.customer'))?.['customer']).toMatchObject({ id: 'cus_2', discount: { id: 'di_2' } });
  });

  test('a customer shows its discount with the coupon as an id, unless a path asks for it', async () => {
    expect((await get('/v1/customers/cus_2')).body['discount']).toMatchObject({ id: 'di_2', source: { coupon: 'SMPL20' } });
    expect((await get('/v1/customers/cus_2?expand[]=discount.source.coupon.applies_to')).body['discount']).toMatchObject({
      source: { coupon: { id: 'SMPL20', percent_off: 20, applies_to: { products: ['prod_SmplPlatform'] } } },
    });
  });
});

describe('events', () => {
  /** The clock stands at 1_792_918_800. */
  const NOW = 1_792_918_800;
  const event = (id: string, type: string, created: number): Json => ({ id, object: 'event', type, created, data: { object: {} } });
  const listed = async (query: string): Promise<unknown> => {
    const { body } = await get(`/v1/events?${query}`);
    return [(body['data'] as readonly Json[]).map(({ id }) => id), body['has_more']];
  };

  test('that were sent or put are listed newest first, by type and time and page by page, for thirty days', async () => {
    stripe.sent(event('evt_2', 'invoice.paid', NOW - 200), event('evt_3', 'customer.updated', NOW - 100));
    stripe.put(event('evt_1', 'invoice.paid', NOW - 300), event('evt_0', 'invoice.paid', NOW - 30 * 86_400 - 1));
    expect(await listed('')).toEqual([['evt_3', 'evt_2', 'evt_1'], false]);
    expect(await listed('types[]=invoice.paid&types[]=invoice.voided')).toEqual([['evt_2', 'evt_1'], false]);
    expect(await listed('type=customer.updated')).toEqual([['evt_3'], false]);
    expect(await listed(`created[gte]=${NOW - 300}&created[lte]=${NOW - 200}`)).toEqual([['evt_2', 'evt_1'], false]);
    expect(await listed(`created[gt]=${NOW - 300}&created[lt]=${NOW - 100}`)).toEqual([['evt_2'], false]);
    expect(await listed('limit=2')).toEqual([['evt_3', 'evt_2'], true]);
    expect(await listed('limit=2&starting_after=evt_2')).toEqual([['evt_1'], false]);
    expect((await get('/v1/events/evt_2')).body).toMatchObject({ id: 'evt_2' });
  });

  test('are refused by more than twenty types, and behind one that is not there, like Stripe', async () => {
    const types = Array.from({ length: 21 }, (_, i) => `types[]=t${i}`);
    expect((await get(`/v1/events?${types.join('&')}`)).status).toBe(400);
    expect((await get(`/v1/events?${types.slice(1).join('&')}`)).status).toBe(200);
    expect((await get('/v1/events?starting_after=evt_gone')).status).toBe(404);
  });

  test('of which only the newest two hundred that were sent are remembered', async () => {
    stripe.sent(...Array.from({ length: 200 }, (_, i) => event(`evt_many${i}`, 'price.updated', NOW - 50)));
    expect([(await get('/v1/events/evt_2')).status, (await get('/v1/events/evt_1')).status]).toEqual([404, 200]);
    expect((await get('/v1/events/evt_many0')).status).toBe(200);
  });
});

describe('what is refused', () => {
  const errorOf = (name: string) => sample<{ status: number; body: { error: Json } }>(`errors/${name}.json`);

  test('refuses an unknown object like Stripe', async () => {
    const expected = errorOf('404.resource_missing');
    const { status, body } = await get('/v1/subscriptions/sub_nope');
    expect([status, body.error]).toEqual([404, { ...expected.body.error }]);
  });

  test('refuses a wrong key like Stripe, without repeating it', async () => {
    const { status, body } = await get('/v1/products/prod_later', 'sk_test_exasample');
    expect([status, body.error]).toEqual([401, errorOf('401.invalid_api_key').body.error]);
  });

  test('refuses five levels of expansion, an unknown path, and a limit above 100', async () => {
    expect((await get('/v1/subscriptions/sub_SmplAcme?expand[]=a.b.c.d.e')).status).toBe(400);
    expect((await get('/v1/nothing/1')).status).toBe(404);
    expect((await get('/v1/customers?limit=101')).status).toBe(400);
  });
});
