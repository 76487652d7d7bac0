import { describe, expect, it } from 'vitest';
import { loadAssembly } from '../../../local/assembly/load.ts';
import { resolveResources } from '../../../local/assembly/resources.ts';
import { readApi } from '../../../local/http/routes.ts';
import { resource, writeAssembly } from '../assembly-fixture.ts';

const KEYS = ['GET /api/{id}', 'GET /api/status', 'ANY /api/{id}', 'GET /api/{id}/lines', 'POST /webhooks/{proxy+}', '$default'];

const api = (keys: readonly string[] = KEYS, extra: Readonly<Record<string, unknown>> = {}) => {
  const routes = keys.map((key, at) => [
    `Route${at}`,
    resource(`Ascent/App/Route${at}`, 'AWS::ApiGatewayV2::Route', {
      ApiId: { Ref: 'Api' },
      RouteKey: key,
      Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
    }),
  ]);
  const Resources = {
    Api: resource('Ascent/App/Api', 'AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP', Name: 'ascent' }),
    Fn: resource('Ascent/App/Fn', 'AWS::Lambda::Function'),
    Integration: resource('Ascent/App/Integration', 'AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: { 'Fn::GetAtt': ['Fn', 'Arn'] },
    }),
    ...Object.fromEntries(routes),
    ...extra,
  };
  return readApi(
    resolveResources(loadAssembly(writeAssembly({ App: { Resources } })), {
      region: 'us-east-1',
      accountId: '000000000000',
      endpoint: 'http://127.0.0.1:1',
    }),
  );
};

describe('routes of the HTTP API', () => {
  it.each([
    ['GET', '/api/status', 'GET /api/status', undefined],
    ['GET', '/api/c%20u', 'GET /api/{id}', { id: 'c u' }],
    ['DELETE', '/api/7', 'ANY /api/{id}', { id: '7' }],
    ['GET', '/api/7/lines', 'GET /api/{id}/lines', { id: '7' }],
    ['POST', '/webhooks/stripe/main', 'POST /webhooks/{proxy+}', { proxy: 'stripe/main' }],
    ['GET', '/elsewhere', '$default', undefined],
  ])('send %s %s to the most specific one', (method, path, routeKey, pathParameters) => {
    expect(api()?.match(method, path)).toMatchObject({ route: { routeKey } });
    expect(api()?.match(method, path)?.pathParameters).toEqual(pathParameters);
  });

  it('answer nothing where none fits and there is no default', () => {
    expect(api(['GET /api/{id}'])?.match('GET', '/api/')).toBeUndefined();
    expect(api(['GET /api/{id}'])?.match('POST', '/api/7')).toBeUndefined();
  });

  it('refuses a second API by its construct', () => {
    expect(() => api(KEYS, { Other: resource('Ascent/App/Other', 'AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' }) })).toThrow(
      'Ascent/App/Other: the local stack serves one HTTP API',
    );
  });
});
