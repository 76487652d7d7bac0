import { expect, test } from 'vitest';
import { type Files, type Findings, filesOf, seeded } from './support.ts';

/** What this rule needs of the API's description, which `test/platform/docs.test.ts` holds to the routes. */
interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
}

/** The parameters of all routes, each with its place: `GET /api/v1/plan query on`. */
const parametersIn = (files: Files): readonly (readonly [string, Parameter])[] =>
  [...files.values()].flatMap((text) =>
    Object.entries((JSON.parse(text) as Described).paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]) =>
        parameters.map((parameter) => [`${method.toUpperCase()} ${path} ${parameter.in} ${parameter.name}`, parameter] as const),
      ),
    ),
  );

const findings = (files: Files): Findings =>
  parametersIn(files)
    .filter(([, { description = '' }]) => description.trim() === '')
    .map(
      ([place]) =>
        `${place} has no description. Say in its capability's routes.ts what it is and its default (\`z.describe\`), then \`npm run docs\`.`,
    );

const REFERENCE = ['docs/reference/openapi.json'];

test('every query and path parameter says what it is', () => {
  const files = filesOf(REFERENCE);
  expect(parametersIn(files).length).toBeGreaterThanOrEqual(40);
  expect(findings(files)).toEqual([]);
});

test('finds parameters without a description in a seeded tree', () => {
  const schema = { type: 'string' };
  const told = { name: 'to', in: 'query', description: 'Last day', schema };
  const paths = {
    '/a/{id}': { get: { parameters: [{ name: 'id', in: 'path', schema }, told] }, delete: {} },
    '/b': { put: { parameters: [{ name: 'on', in: 'query', description: ' ', schema }] } },
  };
  const root = seeded({ 'docs/reference/openapi.json': JSON.stringify({ paths }) });
  expect(findings(filesOf(REFERENCE, root)).map((finding) => finding.split('. ')[0])).toEqual([
    'GET /a/{id} path id has no description',
    'PUT /b query on has no description',
  ]);
});
