import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { useWholeStack } from './stack.ts';

const whole = useWholeStack({ clockAt: '2026-11-05T12:00:00Z' });
const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(`${whole.stack.url}${path}`, { method, headers, redirect: 'manual' });

const assets = async (): Promise<string[]> => {
  const page = await (await get('/')).text();
  return [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
};

it('answers the address of every screen with the one page, under the headers that AWS gives it', async () => {
  const pages = await Promise.all(['/', '/arr', '/customers/stripe.main.cus_1', '/nowhere/at/all'].map((path) => get(path)));
  const texts = await Promise.all(pages.map((page) => page.text()));
  for (const [index, { status, headers }] of pages.entries()) {
    expect(status).toBe(200);
    expect(texts[index]).toBe(texts[0]);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains');
  }
});

it('leaves to the API what is the API’s, and what it does not know', async () => {
  const unknown = await get('/api/v1/nothing');
  expect([unknown.status, unknown.headers.get('content-type')]).toEqual([404, 'application/json']);
  expect((await get('/health')).status).toBe(200);
  expect((await get('/webhooks/nobody', {}, 'POST')).status).toBe(404);
  expect((await get('/arr', {}, 'POST')).status).toBe(403);
});

it('gives files that never change, compressed as the browser takes them', async () => {
  const [script = ''] = (await assets()).filter((path) => path.endsWith('.js'));
  const plain = await get(script, { 'accept-encoding': 'identity' });
  const gzip = await get(script, { 'accept-encoding': 'gzip' });
  const brotli = await get(script, { 'accept-encoding': 'gzip, br' });
  expect([plain, gzip, brotli].map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip', 'br']);
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const [whole1, whole2, whole3] = await Promise.all([plain, gzip, brotli].map((answer) => answer.text()));
  expect(whole2).toBe(whole1);
  expect(whole3).toBe(whole1);
  const again = await get(script, { 'if-none-match': plain.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
});

it('says of a file that is not there that it may not be read, as S3 does, and keeps no such answer', async () => {
  const gone = await get('/assets/gone.js');
  expect([gone.status, gone.headers.get('cache-control')]).toEqual([403, 'no-store']);
});

it('signs a person in by the code that only the asking page can redeem, once', async () => {
  const { signInUrl, clientId } = (await (await get('/config.json')).json()) as { signInUrl: string; clientId: string };
  expect(signInUrl).toBe('/local/sign-in');
  const verifier = 'a'.repeat(43);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: `${whole.stack.url}/`,
    state: 's1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  const choice = await (await get(`${signInUrl}/oauth2/authorize?${new URLSearchParams(asked)}`)).text();
  expect(choice).toContain('>finance</a>');
  const authorized = async (): Promise<URL> => {
    const { headers } = await get(`${signInUrl}/oauth2/authorize?${new URLSearchParams({ ...asked, role: 'auditor' })}`);
    return new URL(headers.get('location') ?? '');
  };
  const redeem = (code: string, by: string): Promise<Response> =>
    fetch(`${whole.stack.url}${signInUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        redirect_uri: asked.redirect_uri,
        code_verifier: by,
      }),
    });
  const back = await authorized();
  expect(back.searchParams.get('state')).toBe('s1');
  const code = back.searchParams.get('code') ?? '';
  expect((await redeem(code, 'b'.repeat(43))).status).toBe(400);
  // A code that was tried is spent, even by whoever it was meant for.
  expect((await redeem(code, verifier)).status).toBe(400);
  const answer = await redeem((await authorized()).searchParams.get('code') ?? '', verifier);
  const { access_token } = (await answer.json()) as { access_token: string };
  const bearer = { authorization: `Bearer ${access_token}` };
  expect((await get('/api/v1/integrations', bearer)).status).toBe(200);
  const replay = await get('/api/v1/integrations/stripe-main/replay', bearer, 'POST');
  // An auditor changes nothing.
  expect(replay.status).toBe(403);
});

it('refuses to send a code anywhere else', async () => {
  const asked = { redirect_uri: 'http://localhost:1/', state: 's', code_challenge: 'c', code_challenge_method: 'S256', role: 'finance' };
  const refused = await get(`/local/sign-in/oauth2/authorize?${new URLSearchParams(asked)}`);
  expect(refused.status).toBe(400);
});
