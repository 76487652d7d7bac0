import openapi from '../../docs/reference/openapi.json' with { type: 'json' };
import type { OpenApiDocument, OpenApiOperation } from '../../functions/platform/openapi.ts';

/** An operation of the OpenAPI document that is served, with a request that has its form. */
export interface Operation {
  readonly method: string;
  /** `/api/v1/integrations/{id}/parked` */
  readonly template: string;
  /** `undefined`: public. */
  readonly scope: string | undefined;
  readonly routeKey: string;
  readonly operationId: string;
  /** Path and query that pass the schemas. */
  readonly path: string;
  /** The same without its query. */
  readonly bare: string;
  /** Names and values of the required query parameters. */
  readonly query: readonly (readonly [string, string])[];
  /** Every parameter that the query may have. */
  readonly parameters: readonly { readonly name: string; readonly schema: Schema }[];
  readonly bodySchema: Schema | undefined;
  /** A webhook takes bytes that a vendor signed. */
  readonly webhook: boolean;
}

export type Schema = Readonly<Record<string, unknown>>;

/** Values that fit the patterns in use; a schema with another pattern needs a row here. */
const OF_PATTERN: readonly string[] = ['EUR', '2026-11-05', '2026-11', '2026-11-05T00:00:00Z', '2026', '1.25', '100', 'a'];

/** A text that fits a parameter's or field's schema. */
export const textFor = (schema: Schema): string => {
  if (Array.isArray(schema['enum'])) return String(schema['enum'][0]);
  if (schema['format'] === 'date') return '2026-11-05';
  if (schema['type'] === 'integer') return String(schema['default'] ?? schema['minimum'] ?? 1);
  const { pattern } = schema;
  if (typeof pattern !== 'string') return 'stripe-main';
  const found = OF_PATTERN.find((text) => new RegExp(pattern, 'u').test(text));
  if (found === undefined) throw new Error(`no value for the pattern ${pattern}: add one to OF_PATTERN of test/security/operations.ts`);
  return found;
};

const operationOf = (method: string, template: string, operation: OpenApiOperation): Operation => {
  const all = operation.parameters ?? [];
  const bare = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(textFor(all.find((parameter) => parameter.name === name)?.schema ?? {})),
  );
  const query = all
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name, schema }) => [name, textFor(schema)] as const);
  const [security] = operation.security as readonly { readonly token?: readonly string[] }[];
  const content = operation.requestBody?.content as { readonly 'application/json'?: { readonly schema?: Schema } } | undefined;
  return {
    method: method.toUpperCase(),
    template,
    scope: security?.token?.[0],
    operationId: operation.operationId,
    routeKey: `${method.toUpperCase()} ${template}`,
    bare,
    path: query.length === 0 ? bare : `${bare}?${new URLSearchParams(query.map(([name, value]) => [name, value]))}`,
    query,
    parameters: all.filter((parameter) => parameter.in === 'query').map(({ name, schema }) => ({ name, schema })),
    bodySchema: content?.['application/json']?.schema,
    webhook: template.startsWith('/webhooks/'),
  };
};

/** Every operation of the document; `test/security/routes.test.ts` holds it against the synthesised API. */
export const operations: readonly Operation[] = Object.entries((openapi as unknown as OpenApiDocument).paths).flatMap(
  ([template, methods]) => Object.entries(methods).map(([method, operation]) => operationOf(method, template, operation)),
);
