import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Resources } from '../service.ts';
import { BadRequest } from './operator-request.ts';
import type { HttpAnswer } from './payload.ts';
import type { UserPool } from './user-pool.ts';

/** Where the user pool's own pages are played: below it `oauth2/authorize`, `oauth2/token` and `logout`. */
export const SIGN_IN_PATH = '/local/sign-in';

/** Base of the hosted pages as the template's browser knows it, which this stack plays under `SIGN_IN_PATH`. */
export const hostedSignInUrl = (resources: Resources): string | undefined => {
  const [domain] = resources.ofType('AWS::Cognito::UserPoolDomain');
  const region = resources.ofType('AWS::Cognito::UserPool')[0]?.arn.split(':')[3];
  return domain === undefined ? undefined : `https://${domain.ref}.auth.${region}.amazoncognito.com`;
};

interface Given {
  readonly role: string;
  readonly challenge: string;
  readonly returnTo: string;
}

const LIFETIME_SECONDS = 3_600;

const required = (from: URLSearchParams, name: string): string => {
  const value = from.get(name);
  if (value === null || value === '') throw new BadRequest(`${name} is missing`);
  return value;
};

/** Only back to this port: a code is worth a token. */
const returnAddress = (request: IncomingMessage, asked: URLSearchParams, name: string): URL => {
  const url = new URL(required(asked, name));
  if (url.host !== request.headers.host) throw new BadRequest(`${name} leads to ${url.host}, and not back to ${request.headers.host}`);
  return url;
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const rolesPage = (groups: readonly string[], asked: URLSearchParams): string => {
  const links = groups.map((role) => {
    const next = new URLSearchParams(asked);
    next.set('role', role);
    return `<li><a href="?${escaped(String(next))}">${escaped(role)}</a></li>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in</title>
<style>:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}body{margin:3rem auto;max-width:30rem;padding:0 1rem}</style>
<h1>Sign in, local stack</h1><p>Whose role do you take? On AWS the user pool asks for name, password and a one-time code here.</p><ul>${links.join('')}</ul></html>`;
};

const html = (body: string): HttpAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body,
});
const redirect = (to: URL): HttpAnswer => ({ status: 302, headers: { location: String(to), 'cache-control': 'no-store' }, body: '' });

/** Plays the user pool's hosted sign-in for a browser: authorization code with PKCE (RFC 7636), each code good for one token. */
export const createSignIn = (pool: UserPool | undefined) => {
  const codes = new Map<string, Given>();

  const authorize = (request: IncomingMessage, { searchParams: asked }: URL): HttpAnswer => {
    if (pool === undefined) throw new BadRequest('the template has no user pool, so nobody can sign in');
    const returnTo = returnAddress(request, asked, 'redirect_uri');
    if (required(asked, 'code_challenge_method') !== 'S256') throw new BadRequest('code_challenge_method must be S256');
    const challenge = required(asked, 'code_challenge');
    const role = asked.get('role');
    if (role === null) return html(rolesPage(pool.groups, asked));
    if (!pool.groups.includes(role)) throw new BadRequest(`"${role}" is no role of people; there are: ${pool.groups.join(', ')}`);
    const code = randomUUID();
    codes.set(code, { role, challenge, returnTo: String(returnTo) });
    returnTo.searchParams.set('code', code);
    returnTo.searchParams.set('state', required(asked, 'state'));
    return redirect(returnTo);
  };

  const token = async (body: Buffer): Promise<HttpAnswer> => {
    const told = new URLSearchParams(body.toString('utf8'));
    const code = required(told, 'code');
    const given = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256').update(required(told, 'code_verifier')).digest('base64url');
    if (pool === undefined || given === undefined || given.challenge !== challenge || given.returnTo !== required(told, 'redirect_uri'))
      throw new BadRequest('invalid_grant');
    const accessToken = await pool.personToken({
      subject: `local-${given.role}`,
      groups: [given.role],
      expiresInSeconds: LIFETIME_SECONDS,
    });
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify({ access_token: accessToken, token_type: 'Bearer', expires_in: LIFETIME_SECONDS }),
    };
  };

  /** Undefined where the address is none of these pages. */
  return async (request: IncomingMessage, url: URL, body: Buffer): Promise<HttpAnswer | undefined> => {
    switch (`${request.method} ${url.pathname}`) {
      case `GET ${SIGN_IN_PATH}/oauth2/authorize`:
        return authorize(request, url);
      case `POST ${SIGN_IN_PATH}/oauth2/token`:
        return token(body);
      case `GET ${SIGN_IN_PATH}/logout`:
        return redirect(returnAddress(request, url.searchParams, 'logout_uri'));
      default:
        return undefined;
    }
  };
};
