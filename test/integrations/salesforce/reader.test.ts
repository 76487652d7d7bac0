import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, salesforceReader } from '../../../functions/integrations/salesforce/reader.ts';
import type { OrgMemory } from '../../../functions/integrations/salesforce/session.ts';
import type { Credentials } from '../../../functions/integrations/salesforce/token.ts';

interface Reply {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers in order; the last one is repeated. `cut`: the connection ends in the middle of the body. */
let replies: (Reply | 'cut')[] = [];
let asked: string[] = [];
let signIns: URLSearchParams[] = [];
let signInStatus: number[] = [];
let url = '';

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};
const answer = (response: ServerResponse, { status = 200, body, headers = {} }: Reply): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

const server = createServer(async (request, response) => {
  const body = await bodyOf(request);
  if (request.url === '/services/oauth2/token') {
    signIns.push(new URLSearchParams(body));
    const status = signInStatus.shift() ?? 200;
    answer(response, { status, body: status === 200 ? { access_token: `token-${signIns.length}` } : { error: 'invalid_grant' } });
    return;
  }
  asked.push(`${request.headers.authorization} ${decodeURIComponent(request.url ?? '')}`);
  const reply = replies.length > 1 ? replies.shift() : replies[0];
  if (reply === 'cut') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"total');
    request.socket.destroy();
  } else if (reply !== undefined) answer(response, reply);
});

beforeEach(async () => {
  [replies, asked, signIns, signInStatus] = [[], [], [], []];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const byClient: Credentials = { clientId: 'app', clientSecret: 'hush' };
const reader = (credentials: Credentials = byClient, replaced?: Credentials, memory: OrgMemory = {}) =>
  salesforceReader({
    memory,
    instanceUrl: url,
    audience: 'https://login.salesforce.com',
    apiVersion: '66.0',
    credentials: () => Promise.resolve(credentials),
    rereadCredentials: () => Promise.resolve(replaced),
    budgetMs: () => 10_000,
    wallSeconds: () => 1_793_376_000,
    wait: () => Promise.resolve(),
  });
const page = (records: readonly object[], more: object = {}) => ({ body: { totalSize: records.length, done: true, records, ...more } });
const failure = (status: number, errorCode: string): Reply => ({ status, body: [{ message: 'said', errorCode }] });

describe('a query', () => {
  it('finds all records, page by page, with one sign-in', async () => {
    replies = [
      page([{ Id: '1' }, { Id: '2' }], { totalSize: 3, done: false, nextRecordsUrl: '/services/data/v66.0/query/01gHs-2000' }),
      page([{ Id: '3' }], { totalSize: 3 }),
    ];
    expect(await reader().query('SELECT Id FROM Order')).toEqual({ kind: 'found', records: [{ Id: '1' }, { Id: '2' }, { Id: '3' }] });
    expect(asked).toEqual([
      'Bearer token-1 /services/data/v66.0/query?q=SELECT Id FROM Order',
      'Bearer token-1 /services/data/v66.0/query/01gHs-2000',
    ]);
    expect(signIns.map((form) => [form.get('grant_type'), form.get('client_id'), form.get('client_secret')])).toEqual([
      ['client_credentials', 'app', 'hush'],
    ]);
  });

  it('looks into the recycle bin where it is asked to', async () => {
    replies = [page([])];
    await reader().query('SELECT Id FROM Order', { deleted: true });
    expect(asked[0]).toContain('/services/data/v66.0/queryAll?q=');
  });

  it('is never cut off in silence: pages that do not make up the total, or have no next, fail it [D7]', async () => {
    replies = [page([{ Id: '1' }], { totalSize: 2 })];
    expect(await reader().query('q')).toEqual({ kind: 'failed', reason: 'Salesforce told of 2 records and gave 1' });
    replies = [page([{ Id: '1' }], { totalSize: 2, done: false })];
    expect(await reader().query('q')).toEqual({ kind: 'failed', reason: 'Salesforce left out where the next page is' });
    replies = [page([], { totalSize: 60_000, done: false, nextRecordsUrl: '/services/data/v66.0/query/01gHs-2000' })];
    expect(await reader().query('q')).toEqual({ kind: 'refused', code: 'TOO_MANY_RECORDS' });
  });

  it('follows no address but the org’s own', async () => {
    replies = [page([{ Id: '1' }], { totalSize: 2, done: false, nextRecordsUrl: '//elsewhere.example/query/1' })];
    expect((await reader().query('q')).kind).toBe('failed');
    expect(asked.every((line) => line.endsWith('query?q=q'))).toBe(true);
  });
});

describe('a session that has ended', () => {
  it('is renewed once', async () => {
    replies = [failure(401, 'INVALID_SESSION_ID'), page([])];
    expect((await reader().query('q')).kind).toBe('found');
    expect(asked.map((line) => line.split(' ')[1])).toEqual(['token-1', 'token-2']);
  });

  it('is not renewed in a circle where the org never takes a token [D1]', async () => {
    replies = [failure(401, 'INVALID_SESSION_ID')];
    expect(await reader().query('q')).toEqual({ kind: 'failed', reason: 'Salesforce does not take the token that it has just issued' });
    expect(signIns.length).toBe(2);
  });

  it('is signed in anew with credentials that were replaced [D2]', async () => {
    signInStatus = [400];
    replies = [page([])];
    expect((await reader(byClient, { clientId: 'app', clientSecret: 'new' }).query('q')).kind).toBe('found');
    expect(signIns.map((form) => form.get('client_secret'))).toEqual(['hush', 'new']);
  });

  it.each([
    ['the same page again and again', [{ Id: '1' }], 3],
    ['pages without records', [], 1],
  ])('ends where the org gives %s', async (_what, records, pages) => {
    const more = { totalSize: 3, done: false, nextRecordsUrl: '/services/data/v66.0/query/01gHs00000SMPLQ-2000' };
    replies = [page(records, more)];
    const gathered = records.length * pages;
    expect(await reader().query('q')).toEqual({ kind: 'failed', reason: `Salesforce goes on behind ${gathered} of 3 records` });
    expect(asked).toHaveLength(pages);
  });

  it('signs in once for all readers that share a memory, and again where the org has ended the session', async () => {
    const memory = {};
    replies = [page([]), page([]), failure(401, 'INVALID_SESSION_ID'), page([])];
    for (let i = 0; i < 3; i += 1) expect((await reader(byClient, undefined, memory).query('q')).kind).toBe('found');
    expect(signIns).toHaveLength(2);
  });

  it('says that the sign-in was refused, without the credentials', async () => {
    signInStatus = [400];
    expect(await reader().query('q')).toEqual({ kind: 'failed', reason: 'Salesforce refused the sign-in with 400' });
    expect(signIns.length).toBe(1);
  });
});

it('signs in by a JWT that the app’s key has signed, for three minutes', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  replies = [page([])];
  await reader({
    clientId: 'app',
    username: 'ascent@acme.example',
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }).query('q');
  const [head = '', claims = '', signature = ''] = (signIns[0]?.get('assertion') ?? '').split('.');
  expect(signIns[0]?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
    iss: 'app',
    sub: 'ascent@acme.example',
    aud: 'https://login.salesforce.com',
    // 1,793,376,000 + 180
    exp: 1_793_376_180,
  });
  expect(createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true);
});

describe('an answer that is none', () => {
  it.each<[string, Reply | 'cut']>([
    ['a server that is busy', failure(503, 'SERVER_UNAVAILABLE')],
    ['a body that is cut in the middle [D17]', 'cut'],
    ['a page of a proxy', { status: 200, body: 'hello' }],
  ])('is asked for again: %s', async (_what, reply) => {
    replies = [reply, page([{ Id: '1' }])];
    expect(await reader().query('q')).toEqual({ kind: 'found', records: [{ Id: '1' }] });
    replies = [reply];
    asked = [];
    expect((await reader().query('q')).kind).toBe('failed');
    expect(asked.length).toBe(MAX_ATTEMPTS);
  });

  it('is final where the query is wrong', async () => {
    replies = [failure(400, 'INVALID_FIELD')];
    expect(await reader().query('q')).toEqual({ kind: 'refused', code: 'INVALID_FIELD' });
    expect(asked.length).toBe(1);
  });

  it('is waited for outside where the org’s limit is reached, or nearly', async () => {
    replies = [failure(403, 'REQUEST_LIMIT_EXCEEDED')];
    expect(await reader().query('q')).toEqual({ kind: 'failed', reason: 'Salesforce answered 403 REQUEST_LIMIT_EXCEEDED' });
    expect(asked.length).toBe(1);
    const more = { totalSize: 2, done: false, nextRecordsUrl: '/services/data/v66.0/query/01gHs-2000' };
    replies = [{ ...page([{ Id: '1' }], more), headers: { 'sforce-limit-info': 'api-usage=90500/100000' } }];
    expect(await reader().query('q')).toEqual({ kind: 'failed', reason: "90% of the org's calls in 24 hours are used" });
  });
});
