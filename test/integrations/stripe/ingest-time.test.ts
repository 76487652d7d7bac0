import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { problemAnswerOf } from '../../../functions/platform/http-answer.ts';
import { lambdaContext } from '../../support/http.ts';
import { textOf } from '../samples.ts';
import { SIGNING_SECRET, signatureOf, type WebhookAnswer } from './intake.ts';

/** What is left to a function that waits for services which say nothing, on a clock that is moved by hand. */
const body = textOf('webhook/invoice.paid.raw-body.txt');

/** Secrets Manager and the bus: what was asked, at which time of the moved clock, and what nobody answered. */
const asked: { readonly operation: string; readonly atMs: number; readonly answer: (json: object) => void }[] = [];
const server = createServer(async (request, response: ServerResponse) => {
  request.resume();
  await once(request, 'end');
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  asked.push({ operation, atMs: Date.now() - STARTED_AT, answer: (json) => response.end(JSON.stringify(json)) });
});

const STARTED_AT = 1_792_062_000_000;
/** The function's time-out in `lib/integrations.ts`. */
const TIMEOUT_MS = 10_000;

let ingest: (event: unknown, context: unknown) => Promise<WebhookAnswer>;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_EVENTBRIDGE: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    SOURCE_BUS_NAME: 'sources',
    STRIPE_WEBHOOK_SECRET_IDS: JSON.stringify({ main: 'secret-signing' }),
    POWERTOOLS_SERVICE_NAME: 'integrations',
    POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  vi.resetModules();
  asked.length = 0;
  vi.useFakeTimers({ now: STARTED_AT, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  ({ handler: ingest } = (await import('../../../functions/integrations/stripe/ingest.ts')) as unknown as { handler: typeof ingest });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Sends the webhook to a function that has so much time left. */
const send = (timeMs = TIMEOUT_MS): Promise<WebhookAnswer & { readonly afterMs: number }> => {
  const startedAt = Date.now();
  const headers = { 'stripe-signature': signatureOf(body, SIGNING_SECRET, Math.floor(startedAt / 1000)) };
  const context = { ...lambdaContext, getRemainingTimeInMillis: () => startedAt + timeMs - Date.now() };
  return ingest({ headers, body, isBase64Encoded: false }, context).then((answer) => ({ ...answer, afterMs: Date.now() - startedAt }));
};

/** Waits, by the machine's time, until so many requests have come in: sockets know nothing of the moved clock. */
const until = async (requests: number): Promise<void> => {
  while (asked.length < requests) await new Promise((resolve) => setImmediate(resolve));
};

/** Moves the clock to where we hang up on the request that waits. */
const hangUp = () => vi.advanceTimersToNextTimerAsync();

const SECRET = { SecretString: JSON.stringify({ webhookSecrets: [SIGNING_SECRET] }) };
const TAKEN = { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] };

test('answers 503 in time where neither Secrets Manager nor the bus answers: before 10 s, and not after 16 [D18]', async () => {
  const answer = send();
  await until(1);
  await hangUp();
  await until(2);
  await hangUp();
  const { statusCode, headers, body: text, afterMs } = await answer;
  expect([statusCode, (JSON.parse(text) as { type: string }).type, headers['retry-after']]).toEqual([503, '/problems/not-stored', '1']);
  // (10,000 − 500) / 2 = 4,750 for the secret, in two attempts of 2,375
  expect(asked.map(({ operation, atMs }) => [operation, atMs])).toEqual([
    ['GetSecretValue', 0],
    ['GetSecretValue', 2_375],
  ]);
  expect(afterMs).toBe(4_750);
});

test('leaves the bus what the secret has not used, and answers 503 half a second before the end [D18]', async () => {
  const answer = send();
  await until(1);
  await hangUp();
  await until(2);
  asked[1]?.answer(SECRET);
  await until(3);
  await hangUp();
  await until(4);
  await hangUp();
  const { statusCode, afterMs } = await answer;
  expect(statusCode).toBe(503);
  // 10,000 − 500 − 2,375 = 7,125 for the bus, in two attempts of 3,562.5
  expect(asked.map(({ operation, atMs }) => [operation, Math.floor(atMs)])).toEqual([
    ['GetSecretValue', 0],
    ['GetSecretValue', 2_375],
    ['PutEvents', 2_375],
    ['PutEvents', 5_937],
  ]);
  expect(afterMs).toBeLessThanOrEqual(TIMEOUT_MS - 500);
});

test('waits four seconds for the bus, twice, where it knows the secret [D18]', async () => {
  const first = send();
  await until(1);
  asked[0]?.answer(SECRET);
  await until(2);
  asked[1]?.answer(TAKEN);
  expect((await first).statusCode).toBe(200);
  const second = send();
  await until(3);
  await hangUp();
  await until(4);
  await hangUp();
  const { statusCode, afterMs } = await second;
  // 2 × 4,000, which is less than 10,000 − 500
  expect([statusCode, afterMs]).toEqual([503, 8_000]);
});

test('asks nobody where there is hardly time to answer [D18]', async () => {
  const { statusCode, afterMs } = await send(600);
  // (600 − 500) / 2 / 2 = 25 ms an attempt
  expect([statusCode, afterMs, asked]).toEqual([503, 0, []]);
});

test('answers with the headers of every other answer, to what it takes and to what it refuses', async () => {
  const { headers: common } = problemAnswerOf({ code: 'x', detail: 'x' }, 400, lambdaContext.awsRequestId);
  expect(common).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' });
  const taken = send();
  await until(1);
  asked[0]?.answer(SECRET);
  await until(2);
  asked[1]?.answer(TAKEN);
  const { statusCode, headers } = await taken;
  expect([statusCode, headers]).toEqual([200, { ...common, 'content-type': 'application/json' }]);
  const refused = await ingest({ headers: {}, body, isBase64Encoded: false }, lambdaContext);
  expect([refused.statusCode, refused.headers]).toEqual([400, common]);
});
