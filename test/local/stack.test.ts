import { afterEach, describe, expect, it } from 'vitest';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../../local/stack.ts';
import { newFolder } from './assembly-fixture.ts';
import { postedSample, smallApp } from './small-app.ts';

let running: LocalStack | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const start = async (options: Partial<LocalStackOptions> = {}): Promise<LocalStack> => {
  running = await startLocalStack({ assemblyDir: smallApp(), dataDir: newFolder(), port: 0, samples: [postedSample], ...options });
  return running;
};

const post = (stack: LocalStack, detail: unknown): Promise<Response> =>
  fetch(`${stack.url}/posts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(detail) });

const getItem = async (
  stack: LocalStack,
  pk: string,
  sk: string,
): Promise<Readonly<Record<string, { readonly N?: string }>> | undefined> => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${stack.operatorAccessKeyId}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = { authorization, 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0' };
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers,
    body: JSON.stringify({ TableName: 'small', Key: { pk: { S: pk }, sk: { S: sk } } }),
  });
  return ((await response.json()) as { readonly Item?: Readonly<Record<string, { readonly N?: string }>> }).Item;
};

const admin = async (stack: LocalStack, path: string, method = 'GET', body?: unknown): Promise<unknown> =>
  (await fetch(`${stack.url}/local/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).json();

describe('a small application on the local stack', () => {
  it('carries a post from the route over bus, queue, table and stream to the total', async () => {
    const stack = await start({ clock: { atMs: Date.parse('2026-11-05T00:00:00Z'), frozen: true } });
    const answers = await Promise.all(Array.from({ length: 25 }, (_unused, id) => post(stack, { id: String(id) })));
    expect(answers.map(({ status }) => status)).toEqual(Array(25).fill(202));
    await stack.idle();
    expect(await getItem(stack, 'POST#7', 'POST')).toMatchObject({ at: { N: String(Date.parse('2026-11-05T00:00:00Z')) } });
    expect(await getItem(stack, 'TOTAL', 'TOTAL')).toMatchObject({ posts: { N: '25' } });
    expect(stack.denied()).toEqual([]);
    expect(await admin(stack, 'idle')).toEqual({ idle: true, pending: [] });
    expect(JSON.stringify(await admin(stack, 'logs?function=ingest'))).toContain('ingest');
  });

  it('shows on its page what its addresses answer, and nothing else', async () => {
    const stack = await start();
    const page = await (await fetch(`${stack.url}/local`)).text();
    const list = /\[([^\]]*)\]\.map\(\(path\) => read\('\/local\/' \+ path\)\)/.exec(page)?.[1] ?? '';
    const paths = [...list.matchAll(/'([^']+)'/g)].map(([, path]) => path);
    expect(paths).toEqual(['clock', 'functions', 'queues', 'dead-letters', 'schedules', 'denied', 'logs?limit=100']);
    const statuses = await Promise.all(paths.map(async (path) => (await fetch(`${stack.url}/local/${path}`)).status));
    expect(statuses).toEqual(paths.map(() => 200));
    const bare = await fetch(`${stack.url}/`, { redirect: 'manual' });
    expect([bare.status, bare.headers.get('location')]).toEqual([302, '/local']);
    expect((await fetch(`${stack.url}/nowhere`)).status).toBe(404);
    expect((await fetch(`${stack.url}/local/executions`)).status).toBe(404); // a template of ours holds no state machine
  });

  it('goes on after a restart where it stopped: clock, table and the stream reader', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir, clock: { atMs: Date.parse('2026-01-01T00:00:00Z'), frozen: true } });
    await post(first, { id: 'a' });
    await first.idle();
    await first.stop();
    const second = await start({ dataDir });
    await post(second, { id: 'b' });
    await second.idle();
    expect(second.clock.now()).toBe(Date.parse('2026-01-01T00:00:00Z'));
    // Two posts, each counted once: the reader did not start over.
    expect(await getItem(second, 'TOTAL', 'TOTAL')).toMatchObject({ posts: { N: '2' } });
    await second.stop();
    const emptied = await start({ dataDir, fresh: true });
    expect(await getItem(emptied, 'TOTAL', 'TOTAL')).toBeUndefined();
  });

  it('stops in the middle of its work without an error: functions under way end before the table goes', async () => {
    const errors: string[] = [];
    const stack = await start({ onLog: ({ level, line }) => level === 'error' && errors.push(line) });
    await Promise.all(Array.from({ length: 300 }, (_unused, id) => post(stack, { id: String(id) })));
    await stack.stop();
    expect(errors).toEqual([]);
  });

  it('tries what failed again after the visibility timeout of the test clock, then sets it aside, and sends it back', async () => {
    const stack = await start({ clock: { atMs: Date.parse('2026-01-01T00:00:00Z'), frozen: true } });
    await post(stack, { id: 'bad', fail: true });
    await stack.idle();
    expect(await admin(stack, 'dead-letters')).toEqual([]);
    // Twice 61 seconds: the visibility timeout is 60, and after two receives the message is a dead letter.
    await admin(stack, 'clock/advance', 'POST', { by: 'PT61S' });
    await admin(stack, 'clock/advance', 'POST', { by: 'PT61S' });
    await stack.idle();
    expect(await admin(stack, 'dead-letters')).toMatchObject([{ name: 'posts-dead', visible: 1 }]);
    expect(await admin(stack, 'dead-letters/redrive', 'POST', { queue: 'posts-dead' })).toEqual({ redriven: 1 });
    expect(await admin(stack, 'dead-letters/redrive', 'POST', { queue: 'posts' })).toEqual({
      message: 'posts is not a dead-letter queue; there are: posts-dead',
    });
  });

  it('kills a function at its timeout and serves the next call with a new worker', async () => {
    const stack = await start();
    expect((await fetch(`${stack.url}/slow`)).status).toBe(500);
    expect(stack.logs.read({ source: 'ingest', level: 'error' }).at(-1)?.line).toContain('Task timed out after 1.00 seconds');
    expect((await post(stack, { id: 'after' })).status).toBe(202);
  });

  it('names the construct and the grant when a call is denied', async () => {
    const stack = await start({ assemblyDir: smallApp({ ConsumerPolicy: (given) => withoutStatement(given, 1) }) });
    await post(stack, { id: 'denied' });
    await stack.idle();
    expect(await admin(stack, 'denied')).toMatchObject([
      {
        construct: 'Ascent/App/Consumer',
        action: 'dynamodb:PutItem',
        resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/small',
        decision: 'implicitly-denied',
      },
    ]);
  });

  it('refuses a second stack on the same data folder', async () => {
    const dataDir = newFolder();
    await start({ dataDir });
    // The same process would own the lock itself, so another owner is played by process 1.
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${dataDir}/stack.pid`, '1');
    await expect(startLocalStack({ assemblyDir: smallApp(), dataDir, port: 0 })).rejects.toThrow(
      'is in use by another local stack (process 1)',
    );
  });
});

const withoutStatement = (given: { readonly Properties: Readonly<Record<string, unknown>> }, at: number): unknown => {
  const document = given.Properties['PolicyDocument'] as { readonly Statement: readonly unknown[] };
  return {
    ...given,
    Properties: {
      ...given.Properties,
      PolicyDocument: { ...document, Statement: document.Statement.filter((_statement, index) => index !== at) },
    },
  };
};

const withProperties =
  (more: Readonly<Record<string, unknown>>) => (given: { readonly Properties: Readonly<Record<string, unknown>> }) => ({
    ...given,
    Properties: { ...given.Properties, ...more },
  });

describe('a mistake in the wiring stops the start', () => {
  it.each([
    [
      'a pattern that fits no declared event',
      smallApp({ Rule: withProperties({ EventPattern: { 'detail-type': ['Psoted'] } }) }),
      'Ascent/App/Rule: its pattern {"detail-type":["Psoted"]} fits none of the 1 retained samples',
    ],
    [
      'one misspelt name among right ones',
      smallApp({ Rule: withProperties({ EventPattern: { 'detail-type': ['Posted', 'Psoted'] } }) }),
      'Ascent/App/Rule: its pattern {"detail-type":["Psoted"]} fits none of the 1 retained samples',
    ],
    [
      'a missing variable',
      smallApp({ Ingest: withProperties({ Environment: { Variables: {} } }) }),
      'Ascent/App/Ingest: its code reads the environment variable BUS_NAME, which the template does not give it: a method of lib/kit/function.ts',
    ],
    [
      'a missing grant of an event source',
      smallApp({ ConsumerPolicy: (given) => withoutStatement(given, 0) }),
      'Ascent/App/Consumer: its role lacks a grant that its event source needs: sqs:ReceiveMessage',
    ],
    [
      'a missing permission of the API',
      smallApp({ Permission: withProperties({ Principal: 'events.amazonaws.com' }) }),
      'Ascent/App/PostRoute: the HTTP API lacks the permission to invoke Ascent/App/Ingest for POST /posts',
    ],
    [
      'a missing handler',
      smallApp({ Ingest: withProperties({ Handler: 'main.handler' }) }),
      'Ascent/App/Ingest: its handler main.handler needs main.mjs',
    ],
    [
      'code that is no asset',
      smallApp({ Ingest: withProperties({ Code: { S3Bucket: 'assets', S3Key: 'lost.zip' } }) }),
      'Ascent/App/Ingest: its code is not an asset of the assembly',
    ],
  ])('%s', async (_what, assemblyDir, sentence) => {
    await expect(start({ assemblyDir })).rejects.toThrow(sentence);
  });
});

describe('tokens', () => {
  const echo = (stack: LocalStack, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${stack.url}/echo`, { headers });
  const token = async (stack: LocalStack, scopes: readonly string[], expiresInSeconds = 60): Promise<string> =>
    ((await admin(stack, 'token', 'POST', { scopes, expiresInSeconds })) as { readonly access_token: string }).access_token;

  it('are not asked for from loopback: one documented set of claims is injected', async () => {
    const stack = await start();
    const event = (await (await echo(stack)).json()) as { readonly requestContext: { readonly authorizer: unknown } };
    expect(event.requestContext.authorizer).toEqual({
      jwt: {
        claims: {
          sub: '00000000-0000-4000-8000-000000000001',
          username: 'local-operator',
          iss: 'https://people.example',
          client_id: 'browser',
          token_use: 'access',
          scope: 'arr/read',
        },
        scopes: ['arr/read'],
      },
    });
  });

  it('are asked for when a page of another site makes the request', async () => {
    const stack = await start();
    expect((await echo(stack, { origin: 'https://elsewhere.example' })).status).toBe(401);
    expect((await fetch(`${stack.url}/local/clock`, { headers: { origin: 'https://elsewhere.example' } })).status).toBe(403);
  });

  it('are verified with --auth: none is 401, a wrong scope 403, the right one passes', async () => {
    const stack = await start({ auth: true });
    const none = await echo(stack);
    expect([none.status, none.headers.get('www-authenticate'), await none.json()]).toEqual([401, 'Bearer', { message: 'Unauthorized' }]);
    const wrong = await echo(stack, { authorization: `Bearer ${await token(stack, ['fx/write'])}` });
    expect([wrong.status, await wrong.json()]).toEqual([403, { message: 'Forbidden' }]);
    expect((await echo(stack, { authorization: `Bearer ${await token(stack, ['arr/read'], -1)}` })).status).toBe(401);
    expect((await echo(stack, { authorization: 'Bearer nonsense' })).status).toBe(401);
    const right = await echo(stack, { authorization: `Bearer ${await token(stack, ['arr/read', 'fx/write'])}` });
    expect(right.status).toBe(200);
    expect(await right.json()).toMatchObject({
      requestContext: { authorizer: { jwt: { scopes: ['arr/read'], claims: { client_id: 'browser' } } } },
    });
  });
});
