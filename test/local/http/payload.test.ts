import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, eventOf } from '../../../local/http/payload.ts';
import { readBody } from '../../../local/http/read-body.ts';

interface Event {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

const route = {
  routeKey: 'POST /webhooks/{source}',
  functionArn: 'arn',
  timeoutMs: 1_000,
  authorizer: undefined,
  construct: 'Ascent/App/Route',
};
const NOW_MS = Date.parse('2026-10-15T11:05:04Z');

const toEvent = async (incoming: IncomingMessage): Promise<unknown> =>
  eventOf({
    request: incoming,
    url: new URL(incoming.url ?? '/', 'http://localhost'),
    body: (await readBody(incoming, 1_000)) ?? Buffer.alloc(0),
    matched: { route, pathParameters: { source: 'stripe' } },
    jwt: undefined,
    requestId: '11111111-0000-4000-8000-000000000001',
    accountId: '000000000000',
    apiId: 'abc',
    stage: '$default',
    nowMs: NOW_MS,
  });

const server = createServer((incoming, response) => {
  void toEvent(incoming).then((event) => response.end(JSON.stringify(event)));
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());

const send = (path: string, headers: Readonly<Record<string, string | string[]>>, body: Buffer | string = ''): Promise<Event> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const outgoing = request({ host: '127.0.0.1', port, method: 'POST', path, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      answer.on('end', () => resolve(JSON.parse(text) as Event));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

describe('the event of an HTTP request, payload format 2.0', () => {
  it('has lower-case headers, joined by commas, and cookies and query of their own', async () => {
    const event = await send(
      '/webhooks/stripe?a=1&a=2&b=%20',
      { 'X-Tag': ['one', 'two'], Cookie: 'c=1; d=2', 'content-type': 'application/json' },
      '{}',
    );
    expect(event.headers['x-tag']).toBe('one,two');
    expect(event.headers['cookie']).toBeUndefined();
    expect(event['cookies']).toEqual(['c=1', 'd=2']);
    expect([event['rawPath'], event['rawQueryString'], event['queryStringParameters']]).toEqual([
      '/webhooks/stripe',
      'a=1&a=2&b=%20',
      { a: '1,2', b: ' ' },
    ]);
    expect(event['pathParameters']).toEqual({ source: 'stripe' });
  });

  it('carries the time of the test clock', async () => {
    const { requestContext } = await send('/', {});
    expect([requestContext['timeEpoch'], requestContext['time']]).toEqual([NOW_MS, '15/Oct/2026:11:05:04 +0000']);
  });

  it.each([
    ['application/json; charset=utf-8', '{"a":"é"}', false, '{"a":"é"}'],
    ['text/csv', 'a,b', false, 'a,b'],
    ['application/problem+json', '{}', false, '{}'],
    // RFC 4648 of the bytes "a=1"
    ['application/x-www-form-urlencoded', 'a=1', true, 'YT0x'],
    ['application/octet-stream', 'a=1', true, 'YT0x'],
  ])('carries a body of %s as text or in base64', async (type, sent, isBase64Encoded, body) => {
    expect(await send('/', { 'content-type': type }, sent)).toMatchObject({ isBase64Encoded, body });
  });

  it('carries a compressed body in base64, whatever its type', async () => {
    const compressed = gzipSync('{}');
    expect(await send('/', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, compressed)).toMatchObject({
      isBase64Encoded: true,
      body: compressed.toString('base64'),
    });
  });

  it('has no body where none was sent', async () => {
    const event = await send('/', { 'content-type': 'application/json' });
    expect([event.body, event.isBase64Encoded]).toEqual([undefined, false]);
  });
});

describe("the answer made of a function's value", () => {
  it('is a response where it has a status', () => {
    expect(answerOf({ statusCode: 201, headers: { 'Content-Type': 'text/plain' }, cookies: ['a=1', 'b=2'], body: 'ok' })).toEqual({
      status: 201,
      headers: { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] },
      body: 'ok',
    });
    expect(answerOf({ statusCode: 200, isBase64Encoded: true, body: 'YT0x' }).body).toEqual(Buffer.from('a=1'));
  });

  it('is JSON with status 200 where it has none', () => {
    expect(answerOf({ a: 1 })).toEqual({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
  });

  it('is 500 where the status is none', () => {
    expect(answerOf({ statusCode: 'fine' })).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  });
});
