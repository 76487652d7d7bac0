import { HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Duration } from 'aws-cdk-lib/core';
import type { Route } from '../../functions/platform/routes.ts';
import { type CapabilityStack, pascal, type Throttle } from './capability-stack.ts';
import type { CapabilityFunction } from './function.ts';
import { acknowledge } from './nag.ts';

/** What may be called without a token, and why. Anything else that calls itself public stops the synthesis. */
const PUBLIC: readonly { readonly path: RegExp; readonly reason: string }[] = [
  {
    path: /^\/webhooks\//,
    reason:
      'Vendors cannot carry our tokens: the function checks the signature over the raw bytes before anything else. What Salesforce does not sign is a hint to read the org, and nothing of it is believed.',
  },
  { path: /^\/health$/, reason: 'Load balancers and uptime checks carry no token; the answer holds no business data.' },
  {
    path: /^\/api\/v1\/(openapi\.json|docs)$/,
    reason:
      'The description of the API: the same for every company and part of this open repository. A browser opens it before anyone signs in.',
  },
];

/** The account's own default is 10,000 a second over all APIs, so one route cannot use it up. */
const throttleOf = ({ path, method }: Route): Throttle => {
  // Nobody signs an outbound message, and each may name a hundred records.
  if (path.startsWith('/webhooks/salesforce/')) return { ratePerSecond: 50, burst: 100 };
  // Above a vendor's peak: a webhook refused here comes back hours later.
  if (path.startsWith('/webhooks/')) return { ratePerSecond: 2000, burst: 4000 };
  return method === 'GET' ? { ratePerSecond: 100, burst: 200 } : { ratePerSecond: 20, burst: 40 };
};

/** Puts a capability's routes, which are data in its `routes.ts`, before one function. */
export const serveRoutes = (stack: CapabilityStack, routes: Readonly<Record<string, Route>>, handler: CapabilityFunction): void => {
  const { httpApi, authorizer } = stack.platform;
  const integration = new HttpLambdaIntegration(`${pascal(handler.name)}Integration`, handler.lambda, {
    // One permission for the API instead of one a route: a function's policy may have 20 KB. Which route needs what is the API's matter.
    scopePermissionToRoute: false,
    timeout: Duration.seconds(29),
  });
  for (const [operation, route] of Object.entries(routes)) {
    const open = route.scope === 'public';
    const httpRoute = new HttpRoute(stack, `Route${pascal(operation)}`, {
      httpApi,
      routeKey: HttpRouteKey.with(route.path, HttpMethod[route.method]),
      integration,
      ...(!open && { authorizer, authorizationScopes: [route.scope] }),
    });
    if (open) {
      const exception = PUBLIC.find(({ path }) => path.test(route.path));
      if (exception === undefined)
        throw new Error(
          `${operation}: ${route.method} ${route.path} cannot be public; give it a scope such as "arr/read", or its reason in PUBLIC of lib/kit/route.ts`,
        );
      acknowledge(httpRoute, 'AwsSolutions-APIG4', exception.reason);
    }
    stack.installed.routes.push({ routeKey: `${route.method} ${route.path}`, throttle: throttleOf(route) });
  }
};

/** Scopes that routes name, `<resource server>/<scope>`, by resource server. */
export const scopesOf = (...allRoutes: readonly Readonly<Record<string, Route>>[]): ReadonlyMap<string, readonly string[]> => {
  const byServer = new Map<string, Set<string>>();
  for (const route of allRoutes.flatMap((routes) => Object.values(routes))) {
    if (route.scope === 'public') continue;
    const [server, scope, ...rest] = route.scope.split('/');
    if (server === undefined || server === '' || scope === undefined || scope === '' || rest.length > 0) {
      throw new Error(`${route.method} ${route.path}: the scope "${route.scope}" must have the form "arr/read", or be "public"`);
    }
    byServer.set(server, (byServer.get(server) ?? new Set()).add(scope));
  }
  return new Map([...byServer].sort().map(([server, scopes]) => [server, [...scopes].sort()]));
};
