import type { Route } from './routes.ts';

/** A route with its path cut into segments, once, when the module loads. */
export interface PreparedRoute {
  readonly operation: string;
  readonly route: Route;
  readonly segments: readonly string[];
}

export const prepareRoutes = (routes: Readonly<Record<string, Route>>): readonly PreparedRoute[] =>
  Object.entries(routes).map(([operation, route]) => ({ operation, route, segments: route.path.split('/').slice(1) }));

const parameterName = (segment: string): string | undefined =>
  segment.startsWith('{') && segment.endsWith('}') ? segment.slice(1, -1) : undefined;

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken percent sequence names no resource.
    return undefined;
  }
};

/** The path's parameters, or `undefined` where the path is not this route's. */
const parametersOf = (segments: readonly string[], path: readonly string[]): Record<string, string> | undefined => {
  if (segments.length !== path.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const given = path[index] ?? '';
    const name = parameterName(segment);
    if (name === undefined) {
      if (segment !== given) return undefined;
      continue;
    }
    const value = decoded(given);
    if (value === undefined || value === '') return undefined;
    parameters[name] = value;
  }
  return parameters;
};

export type Match =
  | { readonly kind: 'route'; readonly prepared: PreparedRoute; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'other-methods'; readonly allow: readonly string[] }
  | { readonly kind: 'none' };

const literalSegments = ({ segments }: PreparedRoute): number => segments.filter((segment) => parameterName(segment) === undefined).length;

/** The route of a request; of several, the one with more literal segments (`/fx/rates` before `/fx/{table}`). HEAD is GET. */
export const matchRoute = (routes: readonly PreparedRoute[], method: string, path: string): Match => {
  const given = path
    .replace(/(?<=.)\/$/, '')
    .split('/')
    .slice(1);
  const hits = routes
    .map((prepared) => ({ prepared, params: parametersOf(prepared.segments, given) }))
    .filter((hit): hit is { prepared: PreparedRoute; params: Record<string, string> } => hit.params !== undefined)
    .sort((a, b) => literalSegments(b.prepared) - literalSegments(a.prepared));
  const wanted = method === 'HEAD' ? 'GET' : method;
  const hit = hits.find(({ prepared }) => prepared.route.method === wanted);
  if (hit !== undefined) return { kind: 'route', ...hit };
  if (hits.length === 0) return { kind: 'none' };
  const methods = hits.flatMap(({ prepared: { route } }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  return { kind: 'other-methods', allow: [...new Set(methods)].sort() };
};
