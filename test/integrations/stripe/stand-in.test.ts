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
  });
  stripe.put(
    { ...sample('objects/subscription.past_due.json'), discounts: [sample('objects/discount.on_subscription.expanded.json')] },
    { ...sample('objects/coupon.20pct_repeating_3m.json'), applies_to: { products: ['prod_SmplPlatform'] } },
    sample('objects/price.tiered_graduated.expanded_tiers.json'),
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
