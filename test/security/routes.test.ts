import { createSecretKey } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DoorRequest, useFrontDoor } from './front-door.ts';
import { type Operation, operations } from './operations.ts';

/**
 * Generated from the OpenAPI document that is served: a new route is in it, or `npm run docs -- --check` fails, and is asked here for what
 * every route owes.
 */
const door = useFrontDoor();

const guarded = operations.filter(({ scope }) => scope !== undefined);
const rows = guarded.map((operation) => [operation.routeKey, operation] as const);

const requestOf = ({ method, path }: Operation, authorization?: string): DoorRequest => ({
  method,
  path,
  headers: authorization === undefined ? [] : [['authorization', authorization]],
});

const status = async (operation: Operation, authorization?: string): Promise<number> =>
  (await door.send(requestOf(operation, authorization))).status;

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Claims of an access token as the user pool makes them, all scopes in it. */
const claims = () => ({
  iss: door.authorizer.issuer,
  client_id: door.authorizer.audience[0] ?? '',
  sub: 'user-1',
  token_use: 'access',
  scope: door.allScopes.join(' '),
  iat: nowSeconds(),
  exp: nowSeconds() + 3_600,
});

const signed = (payload: Readonly<Record<string, unknown>>, key: Parameters<SignJWT['sign']>[0] = door.privateKey, alg = 'RS256') =>
  new SignJWT({ ...payload }).setProtectedHeader({ alg, kid: 'local' }).sign(key);

/** The token with one part put through `change`; its signature stays. */
const altered = (token: string, part: 0 | 1, change: (json: Record<string, unknown>) => object): string =>
  token
    .split('.')
    .map((text, at) =>
      at === part
        ? Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))))).toString('base64url')
        : text,
    )
    .join('.');

/** Every one of these carries all scopes, so that a scope is never what it fails by. */
const FORGED: Readonly<Record<string, () => Promise<string> | string>> = {
  expired: () => door.token({ scopes: door.allScopes, expiresInSeconds: -1 }),
  'not valid before tomorrow': () => signed({ ...claims(), nbf: nowSeconds() + 86_400 }),
  'signed with another key': async () => signed(claims(), (await generateKeyPair('RS256')).privateKey),
  'signed with the public key as a shared secret': async () =>
    signed(claims(), createSecretKey(Buffer.from(JSON.stringify(door.issuer.jwks.keys[0]))), 'HS256'),
  'that brings its own key': async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    return new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(publicKey) }).sign(privateKey);
  },
  'of the algorithm none': () => new UnsecuredJWT(claims()).encode(),
  'whose header was changed to the algorithm none': async () =>
    altered(await door.token({ scopes: door.allScopes }), 0, (header) => ({ ...header, alg: 'none' })),
  'whose payload was altered': async () =>
    altered(await door.token({ scopes: [] }), 1, (payload) => ({ ...payload, scope: door.allScopes.join(' ') })),
  'without its signature': async () => `${(await door.token({ scopes: door.allScopes })).split('.').slice(0, 2).join('.')}.`,
  'of another issuer': () => door.token({ scopes: door.allScopes, issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other' }),
  'of another client': () => door.token({ scopes: door.allScopes, clientId: 'another-client' }),
  'of another audience, whatever its client': () => signed({ ...claims(), aud: 'another-api' }),
  'that tells who signed in and is no access token': () => {
    const { client_id, ...rest } = claims();
    return signed({ ...rest, aud: client_id, token_use: 'id' });
  },
  'that is none': () => 'abc',
  'of three empty parts': () => '..',
};

let forged: readonly (readonly [name: string, token: string])[];
beforeAll(async () => {
  forged = await Promise.all(Object.entries(FORGED).map(async ([name, make]) => [name, await make()] as const));
});

describe('the operations that are asked', () => {
  it('are exactly the routes of the synthesised API', () => {
    const routeKeys = door.synthesised.all('AWS::ApiGatewayV2::Route').map(({ resource }) => String(resource.Properties['RouteKey']));
    expect(operations.map(({ routeKey }) => routeKey).sort()).toEqual(routeKeys.sort());
    // 21 routes, of which the webhooks (3), health, the document and its page are public: 21 − 6.
    expect(guarded.length).toBeGreaterThanOrEqual(15);
  });
});

describe('the template', () => {
  it('puts the JWT authorizer with exactly the declared scope before every route that is not public', () => {
    const routes = new Map(
      door.synthesised.all('AWS::ApiGatewayV2::Route').map(({ resource }) => [resource.Properties['RouteKey'], resource.Properties]),
    );
    const authorizers = new Set<string>();
    for (const { routeKey, scope } of operations) {
      const { AuthorizationType, AuthorizationScopes, AuthorizerId } = routes.get(routeKey)!;
      if (scope === undefined) expect([routeKey, AuthorizationType, AuthorizerId]).toEqual([routeKey, 'NONE', undefined]);
      else {
        expect([routeKey, AuthorizationType, AuthorizationScopes]).toEqual([routeKey, 'JWT', [scope]]);
        authorizers.add(JSON.stringify(AuthorizerId));
      }
    }
    expect(authorizers.size).toBe(1);
  });

  it('has one authorizer, which reads the Authorization header and knows one issuer and its own two clients', () => {
    const [one, ...others] = door.synthesised.all('AWS::ApiGatewayV2::Authorizer');
    expect(others).toEqual([]);
    expect(one!.resource.Properties).toMatchObject({ AuthorizerType: 'JWT', IdentitySource: ['$request.header.Authorization'] });
    expect(door.authorizer.issuer).toMatch(/^https:\/\/cognito-idp\.us-east-1\.amazonaws\.com\/./);
    expect(door.authorizer.audience).toHaveLength(2);
  });
});

describe.each(rows)('%s', (_routeKey, operation) => {
  it('refuses a request without a token with 401', async () => {
    for (const authorization of [undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz'])
      expect(await status(operation, authorization)).toBe(401);
  });

  it('refuses an expired, a forged and a foreign token with 401', async () => {
    const answers: Record<string, number> = {};
    for (const [name, token] of forged) answers[name] = await status(operation, `Bearer ${token}`);
    expect(answers).toEqual(Object.fromEntries(Object.keys(FORGED).map((name) => [name, 401])));
  });

  it('refuses a valid token of every other scope with 403', async () => {
    const others = door.allScopes.filter((scope) => scope !== operation.scope);
    expect(others.length).toBeGreaterThanOrEqual(5);
    for (const scopes of [...others.map((scope) => [scope]), others, [], [`${operation.scope}-more`], [operation.scope!.toUpperCase()]])
      expect([scopes, await status(operation, `Bearer ${await door.token({ scopes })}`)]).toEqual([scopes, 403]);
  });

  it('lets the token of its own scope, and of each client, through to the function', async () => {
    for (const clientId of door.authorizer.audience) {
      const before = door.called.length;
      const answer = await status(operation, `Bearer ${await door.token({ scopes: [operation.scope!], clientId })}`);
      expect([401, 403]).not.toContain(answer);
      expect(answer).toBeLessThan(500);
      expect(door.called.length).toBe(before + 1);
    }
  });

  it('refuses by the function itself what an API without its authorizer would let through', async () => {
    const event = (authorizer: object) => ({
      rawPath: operation.bare,
      headers: {},
      queryStringParameters: Object.fromEntries(operation.query),
      requestContext: { requestId: 'r', http: { method: operation.method }, ...authorizer },
    });
    const withClaims = (more: object) => event({ authorizer: { jwt: { claims: { sub: 'user-1', client_id: 'client-1', ...more } } } });
    const scope = operation.scope!;
    const answers = await Promise.all(
      [
        event({}),
        withClaims({}),
        withClaims({ scope: '' }),
        withClaims({ scope: `${scope}s` }),
        withClaims({ scope, token_use: 'id' }),
        withClaims({ scope, sub: undefined }),
        withClaims({ scope, client_id: undefined }),
      ].map(async (one) => (await door.invoke(operation.routeKey, one)).status),
    );
    expect(answers).toEqual([401, 403, 403, 403, 401, 401, 401]);
  });
});

describe('every answer of a function', () => {
  const HEADERS = {
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-request-id': expect.stringMatching(/./),
    'cache-control': expect.stringMatching(/./),
  };

  it('carries the same security headers, webhooks included, whether it was asked rightly or wrongly', async () => {
    const token = await door.token({ scopes: door.allScopes });
    const statuses = new Set<number>();
    for (const operation of operations) {
      for (const path of [operation.path, `${operation.bare}?__proto__=1`]) {
        const before = door.called.length;
        const answer = await door.send({ method: operation.method, path, headers: [['authorization', `Bearer ${token}`]] });
        expect([operation.routeKey, door.called.length]).toEqual([operation.routeKey, before + 1]);
        expect({ routeKey: operation.routeKey, ...answer.headers }).toMatchObject({ routeKey: operation.routeKey, ...HEADERS });
        statuses.add(answer.status);
      }
    }
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400]));
  });
});

describe('the public routes', () => {
  it('are let through without a token, and no function is called for a refused one', async () => {
    for (const operation of operations.filter(({ scope }) => scope === undefined))
      expect([401, 403]).not.toContain(await status(operation));
    const before = door.called.length;
    await status(guarded[0]!);
    expect(door.called.length).toBe(before);
  });
});

describe('the forged tokens', () => {
  it('fail by what they are called after: the same claims, rightly signed, are let through', async () => {
    for (const operation of guarded) expect([401, 403]).not.toContain(await status(operation, `Bearer ${await signed(claims())}`));
  });
});
