import { beforeAll, describe, expect, it } from 'vitest';
import { arrRoutes } from '../../functions/arr/routes.ts';
import { companyRoutes } from '../../functions/company/routes.ts';
import { coordinatorRoutes } from '../../functions/coordinator/routes.ts';
import { integrationRoutes } from '../../functions/integrations/routes.ts';
import { salesforceWebhookRoutes } from '../../functions/integrations/salesforce/routes.ts';
import { stripeWebhookRoutes } from '../../functions/integrations/stripe/routes.ts';
import type { Route } from '../../functions/platform/routes.ts';
import { ledgerRoutes } from '../../functions/revops/ledger/routes.ts';
import { revopsRoutes } from '../../functions/revops/routes.ts';
import { scopesOf } from '../../lib/kit/route.ts';
import { type Synthesised, synthesise } from './support/synthesised.ts';

let app: Synthesised;
let routes: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
beforeAll(() => {
  app = synthesise();
  routes = new Map(
    app.all('AWS::ApiGatewayV2::Route').map(({ resource }) => [String(resource.Properties['RouteKey']), resource.Properties]),
  );
});

const declared = (): readonly Route[] =>
  [
    integrationRoutes,
    stripeWebhookRoutes,
    salesforceWebhookRoutes,
    companyRoutes,
    arrRoutes,
    revopsRoutes,
    ledgerRoutes,
    coordinatorRoutes,
  ].flatMap((one: Readonly<Record<string, Route>>) => Object.values(one));

const LONGEST_RESOURCE_SERVERS = 25;

describe('routes', () => {
  it('are all that the capabilities declare, and the ones that the product promises', () => {
    expect([...routes.keys()].sort()).toEqual(
      declared()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
    for (const promised of [
      'POST /webhooks/stripe',
      'GET /health',
      'GET /api/v1/arr/status',
      'GET /api/v1/arr/movements',
      'GET /api/v1/arr/waterfall',
      'GET /api/v1/arr/explain',
      'GET /api/v1/dashboard/executive',
      'GET /api/v1/plan',
      'GET /api/v1/fx/rates',
      'GET /api/v1/integrations',
      'GET /api/v1/openapi.json',
    ]) {
      expect(routes.has(promised), promised).toBe(true);
    }
  });

  it('ask for a token with the declared scope; webhooks, health and the API’s own description alone are public', () => {
    const open: string[] = [];
    for (const { method, path, scope } of declared()) {
      const { AuthorizationType, AuthorizationScopes } = routes.get(`${method} ${path}`)!;
      if (scope === 'public') {
        expect(AuthorizationType).toBe('NONE');
        open.push(`${method} ${path}`);
      } else expect([AuthorizationType, AuthorizationScopes]).toEqual(['JWT', [scope]]);
    }
    expect(open.sort()).toEqual([
      'GET /api/v1/docs',
      'GET /api/v1/openapi.json',
      'GET /health',
      'POST /webhooks/salesforce/{instance}',
      'POST /webhooks/stripe',
      'POST /webhooks/stripe/{instance}',
    ]);
  });

  it('each have a throttle: webhooks above a vendor’s peak, reads before writes', () => {
    const stage = app.all('AWS::ApiGatewayV2::Stage')[0]!.resource.Properties;
    const settings = stage['RouteSettings'] as Readonly<Record<string, { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }>>;
    expect(Object.keys(settings).sort()).toEqual([...routes.keys()].sort());
    const limits = (routeKey: string) => [settings[routeKey]?.ThrottlingRateLimit, settings[routeKey]?.ThrottlingBurstLimit];
    expect(limits('POST /webhooks/stripe')).toEqual([2000, 4000]);
    // Nobody signs an outbound message, and each may name a hundred records.
    expect(limits('POST /webhooks/salesforce/{instance}')).toEqual([50, 100]);
    expect(limits('GET /api/v1/arr/status')).toEqual([100, 200]);
    expect(limits('PUT /api/v1/plan')).toEqual([20, 40]);
  });

  it('write one JSON line a request to the access log, without addresses, paths or parameters', () => {
    const { AccessLogSettings } = app.all('AWS::ApiGatewayV2::Stage')[0]!.resource.Properties as { AccessLogSettings: { Format: string } };
    const format = JSON.parse(AccessLogSettings.Format) as Record<string, string>;
    expect(Object.keys(format)).toEqual(expect.arrayContaining(['requestId', 'at', 'route', 'status', 'subject', 'latencyMs']));
    expect(AccessLogSettings.Format).not.toMatch(/sourceIp|userAgent|context\.path|queryString/);
  });
});

describe('scopes', () => {
  it('stand in a resource server each, all that routes ask for and no others', () => {
    const servers = app
      .all('AWS::Cognito::UserPoolResourceServer')
      .map(({ resource }) => resource.Properties as { Identifier: string; Scopes: readonly { ScopeName: string }[] });
    expect(servers.length).toBeLessThanOrEqual(LONGEST_RESOURCE_SERVERS);
    const offered = servers.flatMap(({ Identifier, Scopes }) => Scopes.map(({ ScopeName }) => `${Identifier}/${ScopeName}`));
    const asked = new Set(declared().flatMap(({ scope }) => (scope === 'public' ? [] : [scope])));
    expect(offered.sort()).toEqual([...asked].sort());
  });

  it('refuses a scope without a resource server', () => {
    const route = { ...companyRoutes.getPlan, scope: 'read' };
    expect(() => scopesOf({ getPlan: route })).toThrow('GET /api/v1/plan: the scope "read" must have the form "arr/read", or be "public"');
  });
});
