import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SalesforceServer, startSalesforce } from '../../../local/salesforce/server.ts';

const AT = Date.parse('2026-10-30T16:00:30Z');
const ORG = '00DHs000000SMPLMAM';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

type Json = Record<string, unknown>;
const sample = <T = Json>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../contracts/salesforce/rest', `${name}.json`), 'utf8')) as T;

let salesforce: SalesforceServer;
let tokenTime: number;
beforeEach(async () => {
  tokenTime = AT;
  salesforce = await startSalesforce({
    orgId: ORG,
    now: () => AT,
    tokenNow: () => tokenTime,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    pageSize: 2,
    dailyRequests: 100,
  });
});
afterEach(() => salesforce.stop());

const post = async (form: Record<string, string>, headers: Record<string, string> = {}): Promise<{ status: number; body: Json }> => {
  const response = await fetch(`${salesforce.url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form), headers });
  return { status: response.status, body: (await response.json()) as Json };
};
const token = async (): Promise<string> => {
  const { clientId, clientSecret } = salesforce;
  const { body } = await post({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
  return String(body['access_token']);
};
const get = async (path: string, accessToken?: string) => {
  const authorization = `Bearer ${accessToken ?? (await token())}`;
  const response = await fetch(`${salesforce.url}${path}`, { headers: { authorization } });
  return { status: response.status, body: (await response.json()) as Json, usage: response.headers.get('sforce-limit-info') };
};
const data = (path: string, accessToken?: string) => get(`/services/data/v66.0/${path}`, accessToken);
const LIMITS = 'limits';

describe('tokens', () => {
  const sign = (claims: Json, key = privateKey, alg = 'RS256') => new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
  const bearer = async (claims: Json, key?: typeof privateKey, alg?: string) => {
    const expiry = Math.floor(tokenTime / 1000) + 180;
    const whole = { iss: salesforce.clientId, sub: 'integration@example.com', aud: 'https://test.salesforce.com', exp: expiry, ...claims };
    const assertion = await sign(whole, key, alg);
    return post({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  };

  test('are given to the client’s secret, in the form or in the header, as the sample shows', async () => {
    const { clientId, clientSecret } = salesforce;
    const { status, body } = await post({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
    expect([status, Object.keys(body).sort()]).toEqual([200, Object.keys(sample('oauth.token.client_credentials')).sort()]);
    expect(body).toMatchObject({ instance_url: salesforce.url, token_type: 'Bearer', issued_at: String(AT) });
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    expect((await post({ grant_type: 'client_credentials' }, { authorization: basic })).status).toBe(200);
  });

  test('are given to a signed assertion, and open the API', async () => {
    const { status, body } = await bearer({});
    expect([status, Object.keys(body).sort()]).toEqual([200, Object.keys(sample('oauth.token.jwt_bearer')).sort()]);
    expect((await data(LIMITS, String(body['access_token']))).status).toBe(200);
    expect((await bearer({ aud: salesforce.url })).status).toBe(200);
  });

  test('refuses a signature by another key or algorithm, and what is no assertion', async () => {
    const invalid = { status: 400, body: { error: 'invalid_grant', error_description: 'invalid assertion' } };
    expect(await bearer({}, OTHER_KEY)).toEqual(invalid);
    expect(await bearer({}, privateKey, 'RS512')).toEqual(invalid);
    expect(await bearer({ exp: undefined })).toEqual(invalid);
    expect(await post({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x' })).toEqual(invalid);
  });

  test('refuses an assertion of another user, audience or client, and one that expired', async () => {
    expect(await bearer({ sub: 'else@example.com' })).toEqual(sample('oauth.error.invalid_grant'));
    expect((await bearer({ aud: 'https://login.salesforce.com' })).body).toEqual({
      error: 'invalid_grant',
      error_description: 'audience is invalid',
    });
    expect((await bearer({ exp: AT / 1000 - 1 })).body).toEqual({
      error: 'invalid_grant',
      error_description: 'expired authorization code',
    });
    expect((await bearer({ iss: 'else' })).body).toEqual({ error: 'invalid_client_id', error_description: 'client identifier invalid' });
  });

  test('refuses a wrong secret, an unknown client and another grant', async () => {
    const { clientId } = salesforce;
    const errorOf = async (form: Record<string, string>) => (await post(form)).body['error'];
    expect(await errorOf({ grant_type: 'client_credentials', client_id: clientId, client_secret: 'x' })).toBe('invalid_client');
    expect(await errorOf({ grant_type: 'client_credentials', client_id: 'x' })).toBe('invalid_client_id');
    expect(await errorOf({ grant_type: 'password' })).toBe('unsupported_grant_type');
  });

  test('end when they are not used for two hours, or on request', async () => {
    const held = await token();
    tokenTime = AT + 7_199_999;
    expect((await data(LIMITS, held)).status).toBe(200);
    tokenTime += 7_199_999;
    expect((await data(LIMITS, held)).status).toBe(200);
    salesforce.expireTokens();
    const { status, body } = await data(LIMITS, held);
    expect({ status, body }).toEqual(sample('error.401.invalid_session_id'));
    const idle = await token();
    tokenTime += 7_200_000;
    expect((await data(LIMITS, idle)).status).toBe(401);
  });
});

describe('reads', () => {
  test('a record whole, or with some of its fields', async () => {
    const id = salesforce.org.create('Account', { Name: 'Acme' });
    expect((await data(`sobjects/Account/${id}`)).body).toMatchObject({ Id: id, Name: 'Acme', ParentId: null, CurrencyIsoCode: 'USD' });
    const attributes = { type: 'Account', url: `/services/data/v66.0/sobjects/Account/${id}` };
    expect((await data(`sobjects/Account/${id.slice(0, 15)}?fields=Name`)).body).toEqual({ attributes, Id: id, Name: 'Acme' });
  });

  test('refuses what is not there, what is deleted, another version, an unknown field and a write', async () => {
    const missing = sample('error.404.not_found');
    for (const path of ['sobjects/Account/001Hs00003SMPLAIA5', 'sobjects/Lead/00QHs00003SMPLAIA5', 'else']) {
      const { status, body } = await data(path);
      expect({ status, body }).toEqual(missing);
    }
    expect((await get('/services/data/v50.0/limits')).status).toBe(404);
    const id = salesforce.org.create('Account', { Name: 'Acme' });
    expect((await data(`sobjects/Account/${id}?fields=Nmae`)).body).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
    salesforce.org.remove('Account', id);
    expect((await data(`sobjects/Account/${id}`)).body).toMatchObject([{ errorCode: 'ENTITY_IS_DELETED' }]);
    const headers = { authorization: `Bearer ${await token()}` };
    expect((await fetch(`${salesforce.url}/services/data/v66.0/limits`, { method: 'DELETE', headers })).status).toBe(405);
  });

  test('queries by pages of what was there when the query ran', async () => {
    const ids = ['A', 'B', 'C'].map((Name) => salesforce.org.create('Account', { Name }));
    const first = (await data(`query?q=${encodeURIComponent('SELECT Id FROM Account ORDER BY Name')}`)).body;
    expect(Object.keys(first).sort()).toEqual(Object.keys(sample('query.page1')).sort());
    expect(first).toMatchObject({ totalSize: 3, done: false, records: [{ Id: ids[0] }, { Id: ids[1] }] });
    expect(first['nextRecordsUrl']).toMatch(/^\/services\/data\/v66\.0\/query\/01g\w{15}-2$/);
    salesforce.org.remove('Account', ids[2] ?? '');
    const last = (await get(String(first['nextRecordsUrl']))).body;
    expect(Object.keys(last).sort()).toEqual(Object.keys(sample('query.last_page')).sort());
    expect(last).toMatchObject({ totalSize: 3, done: true, records: [{ Id: ids[2] }] });
    expect((await data('query/01gHs00000SMPLQAAA-2')).body).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }]);
    expect((await data('query')).body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
  });

  test('deleted records by minutes, without those that came back', async () => {
    const [a, b] = ['A', 'B'].map((Name) => salesforce.org.create('Account', { Name }, { at: AT - 600_000 })) as [string, string];
    salesforce.org.remove('Account', [a, b], { at: AT - 60_000 });
    salesforce.org.undelete('Account', b, { at: AT });
    const deleted = (start: string, end: string) =>
      data(`sobjects/Account/deleted?start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}`);
    expect((await deleted('2026-10-30T15:59:59+00:00', '2026-10-30T16:00:00Z')).body).toEqual({
      deletedRecords: [{ id: a, deletedDate: '2026-10-30T15:59:30.000+0000' }],
      earliestDateAvailable: '2026-09-30T16:00:30.000+0000',
      latestDateCovered: '2026-10-30T16:00:00.000+0000',
    });
    for (const start of ['2026-10-30T16:00:00Z', '2026-09-29T16:00:00Z', 'x'])
      expect((await deleted(start, '2026-10-30T16:00:59Z')).body).toMatchObject([{ errorCode: 'INVALID_REPLICATION_DATE' }]);
  });

  test('a row of OpportunityHistory has the fields of the sample', async () => {
    salesforce.org.create('Opportunity', { Name: 'A', StageName: 'Prospecting', Amount: 1, CloseDate: '2026-10-31' });
    const [row] = sample<{ records: Json[] }>('opportunity_history.query').records;
    const fields = Object.keys(row ?? {}).filter((name) => name !== 'attributes');
    const { body } = await data(`query?q=${encodeURIComponent(`SELECT ${fields.join(', ')} FROM OpportunityHistory`)}`);
    expect(body).toMatchObject({ totalSize: 1, records: [{ StageName: 'Prospecting', Amount: 1, PrevAmount: null }] });
  });

  test('are counted in every answer, and refused when the day’s are used up', async () => {
    expect(await data(LIMITS)).toEqual({ status: 200, body: { DailyApiRequests: { Max: 100, Remaining: 99 } }, usage: 'api-usage=1/100' });
    salesforce.setUsage(99);
    expect((await data('sobjects/Account/x')).usage).toBe('api-usage=100/100');
    const { status, body, usage } = await data(LIMITS);
    expect({ status, body }).toEqual(sample('error.403.request_limit_exceeded'));
    expect(usage).toMatch(/^api-usage=\d+\/\d+$/);
  });
});

describe('failures on request', () => {
  test.each([
    ['INVALID_SESSION_ID', 'error.401.invalid_session_id'],
    ['REQUEST_LIMIT_EXCEEDED', 'error.403.request_limit_exceeded'],
    ['CONCURRENT_LIMIT_EXCEEDED', 'error.403.concurrent_limit'],
    ['SERVER_UNAVAILABLE', 'error.503.server_unavailable'],
    ['UNABLE_TO_LOCK_ROW', 'error.400.unable_to_lock_row'],
    ['NOT_FOUND', 'error.404.not_found'],
  ] as const)('%s as the sample shows it, so often as it was asked for', async (code, name) => {
    const held = await token();
    salesforce.fail({ kind: 'error', code }, 1, '/services/data');
    const { status, body } = await data(LIMITS, held);
    expect({ status, body }).toEqual(sample(name));
    expect((await data(LIMITS, held)).status).toBe(200);
  });

  test('a query that is malformed, a page instead of JSON, and for ever', async () => {
    const held = await token();
    salesforce.fail({ kind: 'error', code: 'MALFORMED_QUERY' });
    expect((await data(LIMITS, held)).body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
    salesforce.fail({ kind: 'html', status: 502 }, Number.POSITIVE_INFINITY, '/services/data');
    const headers = { authorization: `Bearer ${held}` };
    for (const _ of [1, 2]) {
      const answer = await fetch(`${salesforce.url}/services/data/v66.0/limits`, { headers });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html;charset=UTF-8']);
    }
  });

  test('a late answer, one that breaks off, and none at all', async () => {
    const held = await token();
    salesforce.fail({ kind: 'slow', ms: 50 });
    const from = performance.now();
    expect((await data(LIMITS, held)).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(45);
    for (const kind of ['cut', 'reset'] as const) {
      salesforce.fail({ kind });
      await expect(data(LIMITS, held)).rejects.toThrow();
    }
    expect((await data(LIMITS, held)).status).toBe(200);
    expect(salesforce.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'GET', 'GET']);
  });
});

test('what happens in the org is read and told alike', async () => {
  const id = salesforce.org.create('Opportunity', { Name: 'A', StageName: 'Closed Won', Amount: 27000 });
  expect((await data(`sobjects/Opportunity/${id}`)).body).toMatchObject({ IsWon: true, SystemModstamp: '2026-10-30T16:00:30.000+0000' });
  expect(salesforce.relay.take().map(({ detailType, source }) => [detailType, source])).toEqual([
    ['OpportunityChangeEvent', salesforce.relay.source],
  ]);
});
