import type { IncomingMessage } from 'node:http';
import { errors } from 'jose';
import type { Issuer } from './issuer.ts';
import { type Authorization, type HttpAnswer, messageAnswer } from './payload.ts';
import type { ApiRoute } from './routes.ts';

export type AuthorizationResult =
  | { readonly ok: true; readonly jwt: Authorization | undefined }
  | { readonly ok: false; readonly answer: HttpAnswer };

/** The one set of claims that requests from loopback get while `--auth` is off: a person who may do everything. */
export const LOCAL_SUBJECT = '00000000-0000-4000-8000-000000000001';
export const LOCAL_USERNAME = 'local-operator';

export interface AuthorizerOptions {
  /** Tokens are asked for even from loopback. */
  readonly auth: boolean;
  readonly issuer: Issuer;
  /** Every scope that any route asks for. */
  readonly allScopes: readonly string[];
}

/** Loopback by name. A page elsewhere that found a way to this port (DNS rebinding, a tunnel) names another host. */
export const isLoopbackHost = (host: string | undefined): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host ?? '');

/** Whether a person at this machine made the request: loopback host, and not another site's page in their browser. */
export const isFromHere = (request: IncomingMessage): boolean => {
  const { host, origin } = request.headers;
  if (!isLoopbackHost(host)) return false;
  return origin === undefined || origin === `http://${host}` || isLoopbackHost(origin.replace(/^https?:\/\//, ''));
};

const asText = (value: unknown): string =>
  Array.isArray(value) ? `[${value.join(' ')}]` : typeof value === 'object' ? JSON.stringify(value) : String(value);

const unauthorized = (detail?: string): AuthorizationResult => ({
  ok: false,
  answer: messageAnswer(401, 'Unauthorized', {
    'www-authenticate': detail === undefined ? 'Bearer' : `Bearer scope="" error="invalid_token" error_description="${detail}"`,
  }),
});

const forbidden = (scopes: readonly string[]): AuthorizationResult => ({
  ok: false,
  answer: messageAnswer(403, 'Forbidden', {
    'www-authenticate': `Bearer scope="${scopes.join(' ')}" error="insufficient_scope" error_description="The access token does not have the required scopes"`,
  }),
});

const reasonOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the token's ${error.claim} is not accepted`;
  return 'the token is not valid';
};

/** The JWT authorizer of the HTTP API: 401 without a valid token, 403 where none of the route's scopes is in it. */
export const createAuthorizer = ({ auth, issuer, allScopes }: AuthorizerOptions) => {
  const injected = (route: NonNullable<ApiRoute['authorizer']>): Authorization => ({
    claims: {
      sub: LOCAL_SUBJECT,
      username: LOCAL_USERNAME,
      iss: route.issuer,
      client_id: route.audience[0] ?? 'local',
      token_use: 'access',
      scope: allScopes.join(' '),
    },
    scopes: route.scopes.length > 0 ? route.scopes : null,
  });

  const verify = async (token: string, route: NonNullable<ApiRoute['authorizer']>): Promise<AuthorizationResult> => {
    const payload = await issuer.verify(token, route.issuer).catch((error: unknown) => {
      if (error instanceof errors.JOSEError) return reasonOf(error);
      throw error;
    });
    if (typeof payload === 'string') return unauthorized(payload);
    const audiences = payload.aud === undefined ? [payload['client_id']] : [payload.aud].flat();
    if (!audiences.some((audience) => typeof audience === 'string' && route.audience.includes(audience)))
      return unauthorized("the token's audience is not accepted");
    const granted = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [];
    const matching = route.scopes.filter((scope) => granted.includes(scope));
    if (route.scopes.length > 0 && matching.length === 0) return forbidden(route.scopes);
    const claims = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, asText(value)]));
    return { ok: true, jwt: { claims, scopes: route.scopes.length > 0 ? matching : null } };
  };

  return async (route: ApiRoute, request: IncomingMessage): Promise<AuthorizationResult> => {
    if (route.authorizer === undefined) return { ok: true, jwt: undefined };
    const header = request.headers.authorization;
    if (header === undefined && !auth && isFromHere(request)) return { ok: true, jwt: injected(route.authorizer) };
    if (header === undefined || header === '') return unauthorized();
    return verify(header.replace(/^Bearer\s+/i, ''), route.authorizer);
  };
};
