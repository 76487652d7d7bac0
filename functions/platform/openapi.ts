import * as z from 'zod';
import type { z as mini } from 'zod/mini';
import { DEFAULT_PAGE_ITEMS, MAX_API_PAGE_ITEMS } from './http-page.ts';
import { GENERAL_PROBLEMS, titleOf } from './http-problem.ts';
import type { Route } from './routes.ts';

/**
 * The OpenAPI 3.1 document, from the same routes that CDK and the handlers read. It is made when the documentation is
 * generated, never in a function: zod's JSON Schema writer stays out of every bundle.
 */
type Json = { readonly [key: string]: unknown };

export interface CapabilityRoutes {
  /** Folder name, which becomes the tag. */
  readonly capability: string;
  readonly routes: Readonly<Record<string, Route>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly Json[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Json };
  readonly responses: Readonly<Record<string, Json>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Json;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Json;
}

/** JSON Schema 2020-12, which OpenAPI 3.1 speaks, without the dialect's own marker. */
const schemaOf = (schema: mini.ZodMiniType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema as never, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return json;
};

const parametersFrom = (schema: mini.ZodMiniType | undefined, place: 'path' | 'query'): Parameter[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(typeof description === 'string' ? { description } : {}),
    schema: property,
  }));
};

/** Path parameters that a route names without a schema are plain text. */
const plainPathParameters = (path: string, declared: readonly Parameter[]): Parameter[] =>
  [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !declared.some((parameter) => parameter.name === name))
    .map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

const PAGE_PARAMETERS: readonly Parameter[] = [
  { name: 'cursor', in: 'query', required: false, description: '`nextCursor` of the page before; opaque', schema: { type: 'string' } },
  {
    name: 'limit',
    in: 'query',
    required: false,
    description: 'Items of one page',
    schema: { type: 'integer', minimum: 1, maximum: MAX_API_PAGE_ITEMS, default: DEFAULT_PAGE_ITEMS },
  },
];

const parametersOf = (route: Route): Parameter[] => {
  const path = parametersFrom(route.params, 'path');
  return [
    ...path,
    ...plainPathParameters(route.path, path),
    ...parametersFrom(route.query, 'query'),
    ...(route.paged ? PAGE_PARAMETERS : []),
  ];
};

/** The general problems that this route can answer, and its own. */
const problemsOf = (route: Route): readonly (readonly [string, number])[] => {
  const checksInput = route.params !== undefined || route.query !== undefined || route.body !== undefined || route.paged === true;
  const general = [
    ...(checksInput ? ['validation'] : []),
    ...(route.paged ? ['cursor-invalid'] : []),
    ...(route.scope === 'public' ? [] : ['unauthenticated', 'forbidden']),
    'not-acceptable',
    ...(route.body === undefined ? [] : ['body-too-large', 'media-type-unsupported', 'conflict', 'busy']),
    'internal',
  ];
  const all = new Map(general.map((code) => [code, GENERAL_PROBLEMS[code] ?? 500]));
  for (const [code, status] of Object.entries(route.problems ?? {})) all.set(code, status);
  return [...all];
};

const problemResponses = (route: Route): Record<string, Json> => {
  const byStatus = Map.groupBy(problemsOf(route), ([, status]) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, problems]) => [
      String(status),
      {
        description: problems.map(([code]) => `\`${code}\` ${titleOf(code)}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
};

const requestContent = (body: mini.ZodMiniType, takesCsv: boolean): Json => ({
  'application/json': { schema: schemaOf(body, 'input') },
  ...(takesCsv ? { 'text/csv': { schema: { type: 'string' } } } : {}),
});

const operationOf = (capability: string, operationId: string, route: Route): OpenApiOperation => {
  const parameters = parametersOf(route);
  return {
    operationId,
    summary: route.summary,
    tags: [capability],
    security: route.scope === 'public' ? [] : [{ token: [route.scope] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: requestContent(route.body, route.takesCsv === true) } }),
    responses: {
      '200': {
        description: 'The answer',
        headers: {
          'x-request-id': { $ref: '#/components/headers/RequestId' },
          ...(route.method === 'GET' ? { etag: { $ref: '#/components/headers/ETag' } } : {}),
        },
        content: { [route.mediaType ?? 'application/json']: { schema: schemaOf(route.response, 'output') } },
      },
      ...(route.method === 'GET'
        ? { '304': { description: 'Not modified: the representation that If-None-Match names is still the present one' } }
        : {}),
      ...problemResponses(route),
    },
  };
};

const fieldProblem = {
  type: 'object',
  required: ['field', 'detail'],
  properties: {
    field: { type: 'string' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable; where rows are judged one by one' },
    row: { type: 'integer', description: 'Place in the request, from 0; where rows are judged one by one' },
  },
};

const componentsOf = (capabilities: readonly CapabilityRoutes[]): Json => {
  const scopes = new Set(capabilities.flatMap(({ routes }) => Object.values(routes).map(({ scope }) => scope)));
  scopes.delete('public');
  return {
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: `An access token with the operation's scope. Scopes: ${[...scopes].sort().join(', ')}.`,
      },
    },
    headers: {
      RequestId: { description: 'Names this request in our logs; a problem has it as `instance`', schema: { type: 'string' } },
      ETag: { description: 'Strong validator of the body, for If-None-Match and If-Match', schema: { type: 'string' } },
    },
    schemas: {
      Problem: {
        type: 'object',
        description: 'RFC 9457. `type` is stable; `problems` lists every field or row that was refused.',
        required: ['type', 'title', 'status', 'detail', 'instance'],
        properties: {
          type: { type: 'string', examples: ['/problems/validation'] },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          instance: { type: 'string' },
          field: { type: 'string' },
          problems: { type: 'array', items: fieldProblem },
        },
      },
    },
  };
};

export const openApiDocument = (info: OpenApiDocument['info'], capabilities: readonly CapabilityRoutes[]): OpenApiDocument => {
  const sorted = [...capabilities].sort((a, b) => (a.capability < b.capability ? -1 : 1));
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const { capability, routes } of sorted) {
    for (const [operationId, route] of Object.entries(routes)) {
      const path = paths[route.path] ?? {};
      path[route.method.toLowerCase()] = operationOf(capability, operationId, route);
      paths[route.path] = path;
    }
  }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/' }],
    tags: sorted.map(({ capability }) => ({ name: capability })),
    paths,
    components: componentsOf(sorted),
  };
};
