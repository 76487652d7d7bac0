import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { useFakeAws } from '../fake-aws.ts';
import { samples, textOf } from '../samples.ts';
import { apiGatewaySample, post, SIGNING_SECRET, signatureOf, useCompany } from './intake.ts';

const aws = useFakeAws();
const running = useCompany(aws);
const TEST_CLOCK = Symbol.for('ascent.test-clock');
const body = textOf('webhook/invoice.paid.raw-body.txt');
/** When the samples of API Gateway were signed. */
const SIGNED_AT = 1_792_062_000;

let ingest: unknown;
/** A fresh function, as after a cold start: nothing remembered. */
beforeEach(async () => {
  vi.resetModules();
  ({ handler: ingest } = await import('../../../functions/integrations/stripe/ingest.ts'));
  aws.events.length = 0;
  aws.calls.length = 0;
  aws.faults.length = 0;
  aws.secrets.set('secret-signing', JSON.stringify({ webhookSecrets: [SIGNING_SECRET] }));
});
afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[TEST_CLOCK];
});

const freezeAt = (epochSeconds: number): void => {
  (globalThis as Record<symbol, unknown>)[TEST_CLOCK] = new BigInt64Array([BigInt(epochSeconds) * 1000n, 0n]);
};
const asSent = async (name: string) => {
  freezeAt(SIGNED_AT + 1);
  return post(ingest, '', {}, apiGatewaySample(name));
};

describe('a request as API Gateway hands it over', () => {
  test.each(['apigw-http-v2.stripe', 'apigw-http-v2.stripe.base64', 'apigw-rest-v1.stripe.mixed_case_headers'])(
    '%s is accepted and put on the bus whole [A2, A3]',
    async (name) => {
      const answer = await asSent(name);
      expect([answer.statusCode, answer.body]).toEqual([200, '{"received":true}']);
      const [entry] = aws.events;
      expect(entry).toMatchObject({ EventBusName: 'sources', Source: 'ascent.stripe/main', DetailType: 'invoice.paid' });
      expect(JSON.parse(entry?.Detail ?? '')).toEqual(JSON.parse(body));
    },
  );

  test.each([
    ['apigw-http-v2.stripe.missing_signature', 'signature-missing'],
    ['apigw-http-v2.empty_body', 'event-unreadable'],
  ])('refuses %s with 400 and puts nothing on the bus [A4]', async (name, code) => {
    const answer = await asSent(name);
    expect([answer.statusCode, JSON.parse(answer.body).type]).toEqual([400, `/problems/${code}`]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(aws.events).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each([
    ['refuses an altered body', body.replace('43300', '43301'), 'signature-mismatch'],
    ['refuses a body that was parsed and written again [A1]', JSON.stringify(JSON.parse(body)), 'signature-mismatch'],
  ])('%s', async (_name, sent, code) => {
    const answer = await post(ingest, sent, { 'stripe-signature': signatureOf(body) });
    expect([answer.statusCode, JSON.parse(answer.body).type]).toEqual([400, `/problems/${code}`]);
  });

  test.each([
    ['refuses text that is no JSON', 'not json'],
    ['refuses a list', '[]'],
    ['refuses an event without an id', '{"object":"event","type":"invoice.paid"}'],
    ['refuses an id that is not Stripe’s', '{"object":"event","type":"invoice.paid","id":"x"}'],
    ['refuses an object that is no event', '{"object":"invoice","type":"invoice.paid","id":"evt_1"}'],
  ])('%s, even when signed', async (_name, sent) => {
    const answer = await post(ingest, sent);
    expect([answer.statusCode, JSON.parse(answer.body).type]).toEqual([400, '/problems/event-unreadable']);
  });

  test('refuses an instance that is not configured with 404', async () => {
    expect((await post(ingest, body, undefined, { pathParameters: { instance: 'other' } })).statusCode).toBe(404);
    expect((await post(ingest, body, undefined, { pathParameters: { instance: 'main' } })).statusCode).toBe(200);
  });

  test('refuses a body above 4 MB with 413', async () => {
    const huge = JSON.stringify({ id: 'evt_1', object: 'event', type: 'x', padding: 'x'.repeat(4_000_001) });
    expect((await post(ingest, huge, { 'stripe-signature': 't=1,v1=0' })).statusCode).toBe(413);
  });
});

describe('an event larger than the bus takes', () => {
  test('goes on as a reference that can be fetched [C20]', async () => {
    const large = JSON.stringify({ ...JSON.parse(body), padding: 'x'.repeat(950_000) });
    expect((await post(ingest, large)).statusCode).toBe(200);
    expect(JSON.parse(aws.events[0]?.Detail ?? '')).toEqual({
      id: 'evt_1Smpl0020',
      object: 'event',
      type: 'invoice.paid',
      api_version: '2026-10-28.endive',
      created: 1_792_062_303,
      livemode: false,
      data: { object: { id: 'in_SmplOct', object: 'invoice' } },
      oversized: true,
    });
  });
});

describe('what cannot be stored is not acknowledged', () => {
  test.each([
    ['the bus answers 500 twice', { operation: 'PutEvents', status: 500, body: '' }, 2],
    [
      'the bus refuses the entry inside a 200',
      { operation: 'PutEvents', status: 200, body: '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}' },
      1,
    ],
    ['the secret cannot be read', { operation: 'GetSecretValue', status: 500, body: '' }, 2],
  ])('where %s, the answer is 503, so that Stripe sends again [B4]', async (_name, fault, times) => {
    for (let i = 0; i < times; i += 1) aws.faults.push(fault);
    const answer = await post(ingest, body);
    expect([answer.statusCode, JSON.parse(answer.body).type]).toEqual([503, '/problems/not-stored']);
  });

  test('one 500 of the bus is overcome by the second attempt', async () => {
    aws.faults.push({ operation: 'PutEvents', status: 500, body: '' });
    expect((await post(ingest, body)).statusCode).toBe(200);
    expect(aws.events).toHaveLength(1);
  });

  test('a blank secret accepts nothing [A4]', async () => {
    aws.secrets.set('secret-signing', '{"webhookSecrets":[""]}');
    expect((await post(ingest, body, { 'stripe-signature': signatureOf(body, 'whsec_x') })).statusCode).toBe(503);
  });
});

describe('a rotation of the signing secret', () => {
  test('is noticed by the first signature that fits none, and loses no event [A9]', async () => {
    const start = Math.floor(Date.now() / 1000);
    freezeAt(start);
    expect((await post(ingest, body, { 'stripe-signature': signatureOf(body, SIGNING_SECRET, start) })).statusCode).toBe(200);
    aws.secrets.set('secret-signing', '{"webhookSecrets":["whsec_new","whsec_other"]}');
    freezeAt(start + 31);
    expect((await post(ingest, body, { 'stripe-signature': signatureOf(body, 'whsec_new', start + 31) })).statusCode).toBe(200);
    expect(aws.calls.filter((call) => call === 'GetSecretValue')).toHaveLength(2);
  });

  test('a flood of wrong signatures reads the secret at most every 30 seconds', async () => {
    const start = Math.floor(Date.now() / 1000);
    for (let second = 0; second < 60; second += 1) {
      freezeAt(start + second);
      expect((await post(ingest, body, { 'stripe-signature': signatureOf(body, 'whsec_wrong', start + second) })).statusCode).toBe(400);
    }
    // At 0 s (cold), and at 30 s.
    expect(aws.calls.filter((call) => call === 'GetSecretValue')).toHaveLength(2);
  });

  test('the secret is read again after five minutes', async () => {
    const start = Math.floor(Date.now() / 1000);
    for (const at of [start, start + 299, start + 300]) {
      freezeAt(at);
      await post(ingest, body, { 'stripe-signature': signatureOf(body, SIGNING_SECRET, at) });
    }
    expect(aws.calls.filter((call) => call === 'GetSecretValue')).toHaveLength(2);
  });
});

test('answers within a second while all that stands behind the bus hangs: it verifies, and puts on the bus [A15]', async () => {
  const asked: string[] = [];
  const silent = createServer((request) => void asked.push(request.url ?? '')).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    silent.closeAllConnections();
    silent.close();
  });
  running.stripe.fail({ kind: 'slow', ms: 60_000 }, 1_000);
  const times: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const startedAt = performance.now();
    expect((await post(ingest, body)).statusCode).toBe(200);
    times.push(performance.now() - startedAt);
  }
  // The third slowest of 200: one in a hundred may be slower.
  expect(times.sort((a, b) => b - a)[2]).toBeLessThan(1_000);
  expect(aws.calls).toEqual(['GetSecretValue', ...Array.from({ length: 200 }, () => 'PutEvents')]);
  expect([asked, running.stripe.requests]).toEqual([[], []]);
});

test('an event that Stripe’s test clock dated into the future is taken, since only the signature’s time counts [C13]', async () => {
  const future = samples('events').find(({ name }) => name.startsWith('61.'))?.text ?? '';
  expect((await post(ingest, future)).statusCode).toBe(200);
});
