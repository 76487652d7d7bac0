import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stripeReader } from '../../../functions/integrations/stripe/client.ts';
import { fetchList, fetchObject } from '../../../functions/integrations/stripe/fetching.ts';
import { type StripeServer, startStripe } from '../../../local/stripe.ts';
import { type Json, sample } from '../samples.ts';

let stripe: StripeServer;
let waits: number[];
let now: number;

beforeAll(async () => {
  stripe = await startStripe();
  stripe.put(sample('objects/customer.json'));
});
afterAll(() => stripe.stop());
beforeEach(() => {
  waits = [];
  now = 0;
});

const reader = (more: Partial<Parameters<typeof stripeReader>[0]> = {}) =>
  stripeReader({
    apiBase: stripe.url,
    apiKey: async () => stripe.apiKey,
    rereadApiKey: async () => undefined,
    budgetMs: () => 20_000 - now,
    wait: async (ms) => {
      waits.push(ms);
      now += ms;
    },
    ...more,
  });
const PATH = '/v1/customers/cus_SmplAcme';
const asked = (): number => stripe.requests.length;

describe('a reading is retried where that may help', () => {
  test.each([
    ['429 without any header [D15]', { kind: 'status', status: 429 }],
    ['500', { kind: 'status', status: 500 }],
    ['an HTML page of a gateway', { kind: 'status', status: 502, html: true }],
    ['409 of a lock', { kind: 'status', status: 409 }],
    ['400 that says "should retry"', { kind: 'status', status: 400, shouldRetry: true }],
    ['a reset connection [D17]', { kind: 'reset' }],
    ['a body cut in the middle [D17]', { kind: 'cut' }],
  ] as const)('%s: the second attempt succeeds', async (_name, fault) => {
    stripe.fail(fault, 1);
    const before = asked();
    expect((await reader().get(PATH)).kind).toBe('found');
    expect(asked() - before).toBe(2);
  });

  test('waits as long as Retry-After says, and longer each time [D15]', async () => {
    stripe.fail({ kind: 'status', status: 429, retryAfterSeconds: 3 }, 2);
    await reader().get(PATH);
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeGreaterThanOrEqual(3000);
    // 3 s and a jitter of at most 0.5 s, then of at most 1 s
    expect(waits[0]).toBeLessThanOrEqual(3500);
    expect(waits[1]).toBeLessThanOrEqual(4000);
  });

  test('gives up after four attempts', async () => {
    stripe.fail({ kind: 'status', status: 500 }, 4);
    const before = asked();
    expect(await reader().get(PATH)).toEqual({ kind: 'failed', reason: 'Stripe answered 500' });
    expect(asked() - before).toBe(4);
  });

  test('asks nothing more when the time is up [D18]', async () => {
    const before = asked();
    expect(await reader({ budgetMs: () => 0 }).get(PATH)).toEqual({ kind: 'failed', reason: 'there was no time left to ask Stripe' });
    expect(asked() - before).toBe(0);
  });

  test('hangs up on an answer that does not come while there is time for it [D17, D18]', async () => {
    stripe.fail({ kind: 'slow', ms: 5000 }, 1);
    const startedAt = performance.now();
    const left = (): number => Math.floor(300 - (performance.now() - startedAt));
    const before = asked();
    expect(await reader({ budgetMs: left }).get(PATH)).toEqual({ kind: 'failed', reason: 'Stripe did not answer' });
    expect(asked() - before).toBe(1);
    expect(performance.now() - startedAt).toBeGreaterThan(250);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe('and not retried where it cannot', () => {
  test.each([
    ['500 that says "should not retry"', { kind: 'status', status: 500, shouldRetry: false }, { kind: 'refused', status: 500 }],
    ['400', { kind: 'status', status: 400 }, { kind: 'refused', status: 400 }],
  ] as const)('%s', async (_name, fault, verdict) => {
    stripe.fail(fault, 1);
    const before = asked();
    expect(await reader().get(PATH)).toEqual(verdict);
    expect(asked() - before).toBe(1);
  });

  test('an object that does not exist is missing', async () =>
    expect(await reader().get('/v1/customers/cus_none')).toEqual({ kind: 'missing' }));

  test('refuses to go on with a wrong key, and tries a new one once', async () => {
    expect((await reader({ apiKey: async () => 'rk_wrong' }).get(PATH)).kind).toBe('failed');
    expect((await reader({ apiKey: async () => 'rk_wrong', rereadApiKey: async () => stripe.apiKey }).get(PATH)).kind).toBe('found');
  });
});

test('asks for our pinned version, and for an account where an event names one', async () => {
  await fetchObject(reader(), { kind: 'object', object: 'customer', id: 'cus_SmplAcme', account: 'acct_1' });
  const headers = stripe.requests.at(-1)?.headers;
  expect([headers?.['stripe-version'], headers?.['stripe-context']]).toEqual(['2026-10-28.endive', 'acct_1']);
});

describe('lists', () => {
  const items = (count: number): Json => ({
    ...sample('objects/subscription.past_due.json'),
    items: {
      object: 'list',
      has_more: false,
      data: Array.from({ length: count }, (_, i) => ({ id: `si_${i}`, object: 'subscription_item' })),
    },
  });

  test('are read to the end, page by page [C9]', async () => {
    stripe.put(items(250));
    const before = asked();
    const all = await fetchList(reader(), '/v1/subscription_items', [['subscription', 'sub_SmplAcme']]);
    expect(all.kind === 'got' && all.value.map(({ id }) => id)).toEqual(Array.from({ length: 250 }, (_, i) => `si_${i}`));
    expect(asked() - before).toBe(3);
  });

  test('refuses one that has more than 2,000 entries', async () => {
    stripe.put(items(2001));
    expect(await fetchList(reader(), '/v1/subscription_items', [['subscription', 'sub_SmplAcme']])).toMatchObject({
      kind: 'parked',
      problem: { code: 'too-many-lines' },
    });
  });
});
