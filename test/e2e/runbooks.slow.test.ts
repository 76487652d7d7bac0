import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { signatureHeader } from '../../demo/webhook-sender.ts';
import { ascentApp } from '../../lib/app.ts';
import { bundle } from '../../lib/bundles.ts';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../../local/stack.ts';
import { type StripeServer, startStripe } from '../../local/stripe.ts';

/** Follows the five cases of docs/runbooks/ on a local stack, by the commands that they name. */
const ROOT = join(import.meta.dirname, '..', '..');
const SAMPLES = join(ROOT, 'test/contracts/stripe');
const folder = mkdtempSync(join(tmpdir(), 'ascent-runbooks-'));
const assemblyDir = join(folder, 'cdk.out');

const SIGNING = 'ascent/stripe/main/webhook-signing';
const API_KEY = 'ascent/stripe/main/api-key';
const OLD_SECRET = 'whsec_old_0123456789abcdef';
const NEW_SECRET = 'whsec_new_0123456789abcdef';
const RIGHT_KEY = 'rk_test_that_may_read';
const START = Date.parse('2026-11-05T09:00:00Z');
const HOUR = 3_600_000;

let stripe: StripeServer;
let running: LocalStack | undefined;
let dataDir = '';

const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

beforeAll(async () => {
  stripe = await startStripe({ apiKey: RIGHT_KEY, now: () => running?.clock.now() ?? START });
  const objects = readdirSync(join(SAMPLES, 'objects')).map((name) => json(join(SAMPLES, 'objects', name)));
  stripe.put(...objects.filter(({ id, deleted }) => typeof id === 'string' && deleted !== true));
  // Several samples show this subscription: 10 seats at $50 a month, less 20%.
  stripe.put(json(join(SAMPLES, 'objects/subscription.active.discounted.json')));
  const [first, ...others] = company.stripe;
  if (first === undefined) throw new Error('the configuration has a Stripe instance');
  ascentApp({
    company: { ...company, stripe: [{ ...first, apiBase: stripe.url }, ...others] },
    bundles: bundle(),
    outdir: assemblyDir,
  }).app.synth();
}, 120_000);
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(async () => {
  await stripe?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const up = async (options: Partial<LocalStackOptions> = {}): Promise<LocalStack> => {
  running = await startLocalStack({ assemblyDir, dataDir, port: 0, ...options });
  return running;
};

/** A stack on a data folder of its own, whose clock stands still. */
const fresh = ({ apiKey = RIGHT_KEY } = {}): Promise<LocalStack> => {
  dataDir = mkdtempSync(join(folder, 'data-'));
  return up({ clock: { atMs: START, frozen: true }, secrets: { [SIGNING]: { webhookSecrets: [OLD_SECRET] }, [API_KEY]: { apiKey } } });
};

/** `npm run local -- …`; what the command prints. */
const spoken = (stack: LocalStack, ...words: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const args = ['local/cli.ts', ...words, '--port', new URL(stack.url).port];
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr.trim())),
    );
  });
/** The same, read as JSON. */
const local = async (stack: LocalStack, ...words: readonly string[]): Promise<unknown> => JSON.parse(await spoken(stack, ...words));

/** What an operator writes into `secrets.json` of the data folder. */
const writeSecrets = (secrets: Readonly<Record<string, unknown>>): void => {
  const file = join(dataDir, 'secrets.json');
  writeFileSync(file, JSON.stringify({ ...json(file), ...secrets }));
};

const post = async (stack: LocalStack, event: object, secret = OLD_SECRET): Promise<number> => {
  const body = JSON.stringify(event);
  const headers = { 'stripe-signature': signatureHeader(body, secret, Math.floor(stack.clock.now() / 1000)) };
  const response = await fetch(`${stack.url}/webhooks/stripe`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
};

const read = async <T>(stack: LocalStack, path: string): Promise<T> => (await fetch(`${stack.url}${path}`)).json() as Promise<T>;

/** ARR of today once the stack is at rest, in cents. */
const arr = async (stack: LocalStack): Promise<string> => {
  await stack.idle();
  return (await read<{ arrMinor: string }>(stack, '/api/v1/arr/status')).arrMinor;
};

interface Integration {
  readonly lastEvent?: { readonly eventId: string; readonly lagSeconds: number };
  readonly dataThroughAt?: string;
  readonly silentSeconds?: number;
  readonly deliveries: Readonly<Record<string, number>>;
}
const source = async (stack: LocalStack): Promise<Integration> => {
  await stack.idle();
  const { items } = await read<{ items: readonly [Integration] }>(stack, '/api/v1/integrations');
  return items[0];
};

/** A subscription at $50 a month and seat, as Stripe shows it at an instant. */
const seats = (eventId: string, quantity: number, at: string): object => {
  const event = json(join(SAMPLES, 'events/52.customer.subscription.resumed.json'));
  const { object } = event['data'] as { object: { items: { data: [{ quantity: number }] } } };
  object.items.data[0].quantity = quantity;
  return { ...event, id: eventId, created: Date.parse(at) / 1000 };
};
/** Says that a subscription changed, and not how: it has to be read from Stripe. */
const thin = (): object => json(join(SAMPLES, 'thin/v1.customer.subscription.item_quantity_changed.json'));

/** Longer than any queue hides what failed; the fifth failure is the last. */
const failFiveTimes = async (stack: LocalStack): Promise<void> => {
  await stack.idle();
  for (let time = 0; time < 5; time += 1) await stack.clock.advance(stack.clock.now() + HOUR);
};

interface DeadQueue {
  readonly name: string;
  readonly messages: readonly { readonly messageId: string; readonly body: string }[];
}
const deadLetters = async (stack: LocalStack): Promise<readonly DeadQueue[]> =>
  (await local(stack, 'dead-letters')) as readonly DeadQueue[];

describe('a poisoned message', () => {
  it('that is no event holds nobody up, comes back after a redrive, and goes only when it is discarded', async () => {
    const stack = await fresh();
    const queue = stack.resources.ofType('AWS::SQS::Queue').find(({ path }) => path === 'Ascent/Integrations/StripeEvents/Queue');
    stack.services.queues.send(queue?.arn ?? '', 'this is no event');
    expect(await post(stack, seats('evt_good', 4, '2026-11-05T08:00:00Z'))).toBe(200);
    expect(await arr(stack)).toBe('240000'); // 4 × $50 × 12
    await failFiveTimes(stack);
    expect(await deadLetters(stack)).toMatchObject([{ name: 'ascent-stripe-events-dead', messages: [{ body: 'this is no event' }] }]);
    expect(await local(stack, 'redrive', 'ascent-stripe-events-dead')).toEqual({ redriven: 1 });
    expect(await deadLetters(stack)).toEqual([]);
    await failFiveTimes(stack);
    const [again] = await deadLetters(stack);
    const messageId = again?.messages[0]?.messageId ?? '';
    expect(again?.messages.map(({ body }) => body)).toEqual(['this is no event']);
    await expect(local(stack, 'discard', 'ascent-stripe-events-dead', 'another')).rejects.toThrow('holds no message another');
    expect(await local(stack, 'discard', 'ascent-stripe-events-dead', messageId)).toEqual({ discarded: messageId });
    expect(await deadLetters(stack)).toEqual([]);
    expect(await arr(stack)).toBe('240000');
  }, 60_000);

  it('that failed for a wrong API key goes through once the key is mended, and the figure is right', async () => {
    const stack = await fresh({ apiKey: 'rk_test_of_another_account' });
    await post(stack, seats('evt_good', 4, '2026-11-05T08:00:00Z'));
    expect(await post(stack, thin())).toBe(200);
    await failFiveTimes(stack);
    expect(await arr(stack)).toBe('240000');
    expect(await deadLetters(stack)).toMatchObject([{ name: 'ascent-stripe-incomplete-dead', visible: 1 }]);
    const lines = stack.logs.read({ source: 'ascent-integrations-stripe-on-incomplete', level: 'warn' }).map(({ line }) => line);
    expect(lines.join('\n')).toContain('"reason":"Stripe answered 401: the API key is wrong or may not read this"');
    writeSecrets({ [API_KEY]: { apiKey: RIGHT_KEY } });
    expect(await local(stack, 'secrets')).toEqual({ changed: [API_KEY] });
    expect(await local(stack, 'redrive', 'ascent-stripe-incomplete-dead')).toEqual({ redriven: 1 });
    expect(await arr(stack)).toBe('720000'); // 240,000 + 10 × $50 × 12 less 20% = 480,000
    expect(await deadLetters(stack)).toEqual([]);
    expect((await source(stack)).deliveries).toMatchObject({ recorded: 2, failed: 5 });
  }, 60_000);
});

it('a wrong webhook secret: refused, then both work side by side, then the old one no longer', async () => {
  const stack = await fresh();
  const event = seats('evt_signed', 4, '2026-11-05T08:00:00Z');
  const both = async (): Promise<readonly number[]> => [await post(stack, event, OLD_SECRET), await post(stack, event, NEW_SECRET)];
  expect(await both()).toEqual([200, 400]);
  writeSecrets({ [SIGNING]: { webhookSecrets: [OLD_SECRET, NEW_SECRET] } });
  expect(await local(stack, 'secrets')).toEqual({ changed: [SIGNING] });
  // A signature that fits none has the secret read again, at most every 30 seconds.
  expect(await both()).toEqual([200, 400]);
  await stack.clock.advance(stack.clock.now() + 31_000);
  expect(await both()).toEqual([200, 200]);
  writeSecrets({ [SIGNING]: { webhookSecrets: [NEW_SECRET] } });
  expect(await local(stack, 'secrets')).toEqual({ changed: [SIGNING] });
  // What was read is used for five minutes at most.
  expect(await both()).toEqual([200, 200]);
  await stack.clock.advance(stack.clock.now() + 5 * 60_000);
  expect(await both()).toEqual([400, 200]);
  expect(await arr(stack)).toBe('240000'); // one event, however often: 4 × $50 × 12
  writeFileSync(join(dataDir, 'secrets.json'), '{ "half');
  await expect(local(stack, 'secrets')).rejects.toThrow(/secrets\.json is not JSON: mend it, and give its secrets by name as they were$/);
}, 60_000);

describe('a stuck source', () => {
  it('that cannot be asked either: its status and the metric say for how long, and what comes late says how late', async () => {
    const stack = await fresh({ apiKey: '' });
    expect((await source(stack)).silentSeconds).toBeUndefined();
    await post(stack, seats('evt_before', 4, '2026-11-05T08:59:00Z'));
    expect(await source(stack)).toMatchObject({ dataThroughAt: '2026-11-05T08:59:00.000Z', silentSeconds: 60 });
    await stack.clock.advance(START + 26 * HOUR);
    expect(await source(stack)).toMatchObject({ dataThroughAt: '2026-11-05T08:59:00.000Z', silentSeconds: 93_660 }); // 26 h and a minute
    const refresh = { source: 'ascent-coordinator-task-refresh-dashboard' };
    expect(stack.logs.read({ ...refresh, level: 'metric' }).at(-1)?.line).toContain('"SilentSeconds":93660');
    expect(stack.logs.read({ ...refresh, level: 'warn' }).at(-1)?.line).toMatch(/a source has been silent .*"source":"stripe-main"/);
    // Stripe's retry, and then what happens now.
    await post(stack, seats('evt_missed', 6, '2026-11-05T10:00:00Z'));
    expect((await source(stack)).lastEvent).toMatchObject({ eventId: 'evt_missed', lagSeconds: 90_000 }); // 25 h
    await post(stack, seats('evt_now', 8, '2026-11-06T10:59:30Z'));
    expect(await source(stack)).toMatchObject({ silentSeconds: 30, lastEvent: { eventId: 'evt_now', lagSeconds: 30 } });
    expect(await arr(stack)).toBe('480000'); // 8 × $50 × 12
  }, 60_000);

  it('whose webhooks never come: the sync finds them, says so, and the figure is right [B17]', async () => {
    const lost = [seats('evt_lost', 6, '2026-11-05T10:00:00Z'), seats('evt_last', 8, '2026-11-05T11:00:00Z')];
    const stack = await fresh();
    stripe.put(...(lost as Record<string, unknown>[]));
    await post(stack, seats('evt_before', 4, '2026-11-05T08:30:00Z'));
    expect(await arr(stack)).toBe('240000'); // 4 × $50 × 12
    await stack.clock.advance(START + 4 * HOUR);
    expect(await arr(stack)).toBe('480000'); // 8 × $50 × 12
    const found = stack.logs.read({ source: 'ascent-integrations-stripe-task-sync', level: 'warn' });
    expect(found.map(({ line }) => line).join('\n')).toMatch(/events that had not come are taken in.*"source":"subscriptions","count":2/);
    expect(await source(stack)).toMatchObject({
      // What was found missing is awaited until the next look has seen it.
      dataThroughAt: '2026-11-05T09:59:59.000Z',
      sync: [{ object: 'subscriptions', missed: 2, isUnread: true }, {}, {}, {}, {}, {}],
    });
    // Once more, as an operator asks for it.
    expect(await spoken(stack, 'sync-stripe', '7')).toBe('stripe-main: 2 events looked at, 0 had not come and are taken in\n');
    expect(await source(stack)).toMatchObject({
      dataThroughAt: '2026-11-05T12:45:00.000Z',
      sync: [{ isUnread: false }, {}, {}, {}, {}, {}],
    });
    await expect(spoken(stack, 'sync-stripe', '31')).rejects.toThrow('1 to 30 days can be asked for');
    expect(await arr(stack)).toBe('480000');
    expect(stack.denied()).toEqual([]);
    stripe.remove('event', 'evt_lost');
    stripe.remove('event', 'evt_last');
  }, 60_000);
});

it('totals that were lost: made anew from the recordings by one command, and right with what comes after', async () => {
  const stack = await fresh();
  await post(stack, seats('evt_first', 4, '2026-11-05T08:00:00Z'));
  expect(await arr(stack)).toBe('240000'); // 4 × $50 × 12
  const aws = (await (await fetch(`${stack.url}/local/aws`)).json()) as Readonly<Record<string, string>>;
  const table = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: aws['AWS_ENDPOINT_URL'] ?? '',
      region: aws['AWS_DEFAULT_REGION'] ?? '',
      credentials: { accessKeyId: aws['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws['AWS_SECRET_ACCESS_KEY'] ?? '' },
    }),
  );
  const { Items: items = [] } = await table.send(
    new ScanCommand({
      TableName: 'ascent',
      FilterExpression: 'begins_with(pk, :totals)',
      ExpressionAttributeValues: { ':totals': 'TOT#' },
    }),
  );
  expect(items.length).toBeGreaterThan(0);
  for (const { pk, sk } of items) await table.send(new DeleteCommand({ TableName: 'ascent', Key: { pk, sk } }));
  table.destroy();
  const said = await spoken(stack, 'refill-totals');
  // 32 shards of the customers, four a call
  expect(said.split('\n').slice(0, 2)).toEqual([
    '4 of 32 parts of the customers are counted',
    '8 of 32 parts of the customers are counted',
  ]);
  expect(said.trim().split('\n').at(-1)).toBe('32 of 32 parts of the customers are counted: the new totals are read from now on');
  expect(await arr(stack)).toBe('240000');
  await post(stack, seats('evt_second', 6, '2026-11-05T08:30:00Z'));
  expect(await arr(stack)).toBe('360000'); // 6 × $50 × 12
}, 60_000);

describe('a replay of a day', () => {
  it('leaves ARR and its movements as they were, however often', async () => {
    const stack = await fresh();
    await post(stack, seats('evt_1', 4, '2026-11-05T08:00:00Z'));
    await post(stack, seats('evt_2', 10, '2026-11-05T08:30:00Z'));
    const movements = '/api/v1/arr/movements?from=2026-11-01&to=2026-11-30';
    expect(await arr(stack)).toBe('600000'); // 10 × $50 × 12
    const before = await read(stack, movements);
    for (const bus of ['ascent-sources', 'ascent-sources', 'ascent-revenue']) {
      const replayed = await local(stack, 'replay', bus, '2026-11-05T00:00:00Z', '2026-11-06T00:00:00Z');
      expect(replayed).toMatchObject({ bus, events: bus === 'ascent-sources' ? 2 : expect.any(Number) });
      expect(await arr(stack)).toBe('600000');
      expect(await read(stack, movements)).toEqual(before);
    }
    expect((await source(stack)).deliveries).toMatchObject({ recorded: 2, duplicate: 4 }); // two events, two replays
    expect(await local(stack, 'replay', 'ascent-sources', '2026-11-06T00:00:00Z', '2026-11-07T00:00:00Z')).toMatchObject({ events: 0 });
    await expect(local(stack, 'replay', 'ascent-gone', '2026-11-05T00:00:00Z', '2026-11-06T00:00:00Z')).rejects.toThrow(
      'no bus ascent-gone has an archive; there are: ascent-sources, ascent-revenue',
    );
    await expect(local(stack, 'replay', 'ascent-sources', '2026-11-05', '2026-11-06')).rejects.toThrow('a replay begins at an instant');
  }, 60_000);

  it('brings back what was lost behind the bus', async () => {
    const stack = await fresh({ apiKey: 'rk_test_of_another_account' });
    await post(stack, thin());
    await failFiveTimes(stack);
    const [dead] = await deadLetters(stack);
    await local(stack, 'discard', 'ascent-stripe-incomplete-dead', dead?.messages[0]?.messageId ?? '');
    writeSecrets({ [API_KEY]: { apiKey: RIGHT_KEY } });
    await local(stack, 'secrets');
    expect(await arr(stack)).toBe('0');
    await local(stack, 'replay', 'ascent-sources', '2026-11-05T00:00:00Z', '2026-11-06T00:00:00Z');
    expect(await arr(stack)).toBe('480000'); // 10 × $50 × 12 less 20%
  }, 60_000);
});

it('a restore: the copied folder is where it was, and what was missed since makes ARR what it was', async () => {
  const first = await fresh();
  await post(first, seats('evt_before', 4, '2026-11-05T08:00:00Z'));
  expect(await arr(first)).toBe('240000'); // 4 × $50 × 12
  await first.stop();
  const copy = join(folder, 'copy');
  cpSync(dataDir, copy, { recursive: true });

  const second = await up();
  const missed = [seats('evt_missed_1', 6, '2026-11-05T08:20:00Z'), seats('evt_missed_2', 10, '2026-11-05T08:40:00Z')];
  for (const event of missed) await post(second, event);
  expect(await arr(second)).toBe('600000'); // 10 × $50 × 12
  await second.stop();
  rmSync(dataDir, { recursive: true });
  cpSync(copy, dataDir, { recursive: true });

  const third = await up();
  expect(await arr(third)).toBe('240000');
  expect(await source(third)).toMatchObject({ dataThroughAt: '2026-11-05T08:00:00.000Z', deliveries: { recorded: 1 } });
  for (const event of missed) expect(await post(third, event)).toBe(200);
  expect(await arr(third)).toBe('600000');
  const { listed } = await read<{ listed: object }>(third, '/api/v1/arr/explain?on=2026-11-05');
  expect(listed).toMatchObject({ sumMinor: '600000', foots: true });
  expect(third.denied()).toEqual([]);
}, 60_000);
