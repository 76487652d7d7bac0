import { AssemblyError } from '../assembly/load.ts';
import type { Resource, Resources } from '../service.ts';

/** One route of the template's HTTP API with the function behind it. */
export interface ApiRoute {
  /** `GET /api/v1/arr/customers/{customerId}`, as the payload's `routeKey` has it. */
  readonly routeKey: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  /** Undefined: the route needs no token. */
  readonly authorizer: { readonly issuer: string; readonly audience: readonly string[]; readonly scopes: readonly string[] } | undefined;
  readonly construct: string;
}

export interface MatchedRoute {
  readonly route: ApiRoute;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

export interface Api {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly ApiRoute[];
  /** The most specific route of a request, or undefined: API Gateway's 404. Throws URIError where the path is not decodable. */
  readonly match: (method: string, path: string) => MatchedRoute | undefined;
}

interface Pattern {
  readonly route: ApiRoute;
  readonly method: string;
  readonly segments: readonly string[];
}

/** API Gateway's own limit for an integration. */
const DEFAULT_INTEGRATION_TIMEOUT_MS = 30_000;

const isGreedy = (segment: string): boolean => /^\{.+\+\}$/.test(segment);
const isVariable = (segment: string): boolean => /^\{.+\}$/.test(segment);
const variableName = (segment: string): string => segment.replace(/^\{|\+?\}$/g, '');

/** Static before variable before greedy, from the left; a named method before ANY. `$default` comes after all. */
const rank = ({ method, segments }: Pattern): string =>
  `${segments.map((segment) => (isGreedy(segment) ? '2' : isVariable(segment) ? '1' : '0')).join('')}${method === 'ANY' ? '1' : '0'}`;

const matchSegments = (pattern: readonly string[], actual: readonly string[]): Readonly<Record<string, string>> | undefined => {
  const parameters: Record<string, string> = {};
  for (const [at, segment] of pattern.entries()) {
    if (isGreedy(segment)) {
      if (actual.length <= at) return undefined;
      parameters[variableName(segment)] = decodeURIComponent(actual.slice(at).join('/'));
      return parameters;
    }
    const value = actual[at];
    if (value === undefined) return undefined;
    if (isVariable(segment)) {
      if (value === '') return undefined;
      parameters[variableName(segment)] = decodeURIComponent(value);
    } else if (segment !== value) return undefined;
  }
  return actual.length === pattern.length ? parameters : undefined;
};

const only = (resources: readonly Resource[]): Resource | undefined => {
  const [first, second] = resources;
  if (second !== undefined)
    throw new AssemblyError(second.path, 'the local stack serves one HTTP API on its port, and this is a second one');
  return first;
};

const functionOf = (integration: Resource): string => {
  const { IntegrationType, IntegrationUri, PayloadFormatVersion } = integration.properties as Readonly<Record<string, string>>;
  if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0') {
    throw new AssemblyError(integration.path, 'the local stack supports integrations of type AWS_PROXY with payload format 2.0 only');
  }
  const arn = /arn:[^:]*:lambda:[^/]+:function:[^/]+/.exec(IntegrationUri ?? '')?.[0];
  if (arn === undefined) throw new AssemblyError(integration.path, `its target ${IntegrationUri} is not a function`);
  return arn;
};

const authorizerOf = (route: Resource, resources: Resources): ApiRoute['authorizer'] => {
  const {
    AuthorizationType = 'NONE',
    AuthorizerId,
    AuthorizationScopes,
  } = route.properties as {
    readonly AuthorizationType?: string;
    readonly AuthorizerId?: string;
    readonly AuthorizationScopes?: readonly string[];
  };
  if (AuthorizationType === 'NONE') return undefined;
  const authorizer = resources.ofType('AWS::ApiGatewayV2::Authorizer').find(({ ref }) => ref === AuthorizerId);
  if (AuthorizationType !== 'JWT' || authorizer === undefined)
    throw new AssemblyError(route.path, `the local stack supports the authorizer type JWT only, and this is ${AuthorizationType}`);
  const jwt = authorizer.properties['JwtConfiguration'] as { readonly Issuer: string; readonly Audience?: readonly string[] };
  return { issuer: jwt.Issuer, audience: jwt.Audience ?? [], scopes: AuthorizationScopes ?? [] };
};

const readRoute = (route: Resource, resources: Resources): ApiRoute => {
  const { RouteKey = '', Target = '' } = route.properties as Readonly<Record<string, string>>;
  const integration = resources.ofType('AWS::ApiGatewayV2::Integration').find(({ ref }) => Target === `integrations/${ref}`);
  if (integration === undefined) throw new AssemblyError(route.path, `its target ${Target} is not an integration of the assembly`);
  return {
    routeKey: RouteKey,
    functionArn: functionOf(integration),
    timeoutMs: Number(integration.properties['TimeoutInMillis'] ?? DEFAULT_INTEGRATION_TIMEOUT_MS),
    authorizer: authorizerOf(route, resources),
    construct: route.path,
  };
};

/** The HTTP API of the template, or undefined where it has none. */
export const readApi = (resources: Resources): Api | undefined => {
  const api = only(resources.ofType('AWS::ApiGatewayV2::Api'));
  if (api === undefined) return undefined;
  if (api.properties['ProtocolType'] !== 'HTTP') throw new AssemblyError(api.path, 'the local stack serves HTTP APIs only');
  const stage = only(resources.ofType('AWS::ApiGatewayV2::Stage'))?.ref ?? '$default';
  if (stage !== '$default') throw new AssemblyError(api.path, `the local stack serves the stage $default only, and this is ${stage}`);
  const routes = resources.ofType('AWS::ApiGatewayV2::Route').map((route) => readRoute(route, resources));
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const patterns = routes
    .filter((route) => route !== fallback)
    .map((route): Pattern => {
      const [method = '', path = ''] = route.routeKey.split(' ');
      return { route, method, segments: path.split('/').slice(1) };
    })
    .sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  return {
    apiId: api.ref,
    stage,
    routes,
    match: (method, path) => {
      const segments = path.split('/').slice(1);
      for (const pattern of patterns) {
        if (pattern.method !== method && pattern.method !== 'ANY') continue;
        const parameters = matchSegments(pattern.segments, segments);
        if (parameters !== undefined)
          return { route: pattern.route, pathParameters: Object.keys(parameters).length > 0 ? parameters : undefined };
      }
      return fallback === undefined ? undefined : { route: fallback, pathParameters: undefined };
    },
  };
};
