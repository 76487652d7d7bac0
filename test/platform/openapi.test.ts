import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { companyRoutes } from '../../functions/company/routes.ts';
import { openApiDocument } from '../../functions/platform/openapi.ts';
import { renderApiPage } from '../../functions/platform/openapi-page.ts';
import { defineRoutes } from '../../functions/platform/routes.ts';

const notes = defineRoutes({
  getNote: {
    method: 'GET',
    path: '/notes/{noteId}/{page}',
    scope: 'notes/read',
    summary: 'One page, with `code` & <b>markup</b>',
    params: z.object({ page: z.string() }),
    query: z.object({ color: z.enum(['red', 'blue']).check(z.describe('Of the ink')), on: z.optional(z.string()) }),
    response: z.object({ id: z.string(), gone: z.nullable(z.string()) }),
    problems: { 'note-burnt': 410 },
  },
  listNotes: {
    method: 'GET',
    path: '/notes',
    scope: 'notes/read',
    summary: 'All',
    paged: true,
    response: z.object({ items: z.array(z.string()), nextCursor: z.nullable(z.string()) }),
  },
  putNote: {
    method: 'PUT',
    path: '/notes',
    scope: 'notes/write',
    summary: 'Write',
    body: z.object({ id: z.string(), tag: z._default(z.string(), 'none') }),
    response: z.object({}),
  },
  health: { method: 'GET', path: '/health', scope: 'public', summary: 'Health', response: z.object({ ok: z.boolean() }) },
});

const document = openApiDocument({ title: 'T', version: '1', description: 'D' }, [
  { capability: 'notes', routes: notes },
  { capability: 'company', routes: companyRoutes },
]);
const operation = (path: string, method: string) => document.paths[path]?.[method];

describe('the OpenAPI document', () => {
  test('is 3.1, and has every route under its capability', () => {
    expect([document.openapi, document.tags]).toEqual(['3.1.0', [{ name: 'company' }, { name: 'notes' }]]);
    const ofCompany = new Set(Object.values(companyRoutes).map(({ path }) => path));
    expect(ofCompany.size).toBeGreaterThanOrEqual(3);
    expect(Object.keys(document.paths)).toEqual([...ofCompany, '/notes/{noteId}/{page}', '/notes', '/health']);
    expect(Object.keys(document.paths['/api/v1/fx/rates'] ?? {})).toEqual(['get', 'put']);
  });

  test('names path parameters also where the route has no schema for them', () => {
    expect(operation('/notes/{noteId}/{page}', 'get')?.parameters?.map(({ name, in: place, required }) => [name, place, required])).toEqual(
      [
        ['page', 'path', true],
        ['noteId', 'path', true],
        ['color', 'query', true],
        ['on', 'query', false],
      ],
    );
  });

  test('says at a parameter what it is, and not in its schema', () => {
    const color = operation('/notes/{noteId}/{page}', 'get')?.parameters?.find(({ name }) => name === 'color');
    expect(color).toEqual({
      name: 'color',
      in: 'query',
      required: true,
      description: 'Of the ink',
      schema: { type: 'string', enum: ['red', 'blue'] },
    });
  });

  test('says what each field of an exchange rate may be, though rows are judged one by one', () => {
    const row = { base: 'EURO', quote: 'USD', type: 'weekly', on: '2026', rate: 'much', source: 'trial' };
    expect(companyRoutes.putFxRates.body.safeParse({ rates: [row] }).success).toBe(true);
    expect(operation('/api/v1/fx/rates', 'put')?.requestBody?.content).toMatchObject({
      'application/json': {
        schema: {
          properties: {
            rates: {
              items: {
                properties: {
                  base: { type: 'string', pattern: '^[A-Z]{3}$' },
                  type: { type: 'string', enum: ['spot', 'average', 'closing', 'plan'] },
                  on: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
                },
              },
            },
          },
        },
      },
    });
  });

  test('gives lists their cursor and limit', () => {
    expect(operation('/notes', 'get')?.parameters?.map(({ name }) => name)).toEqual(['cursor', 'limit']);
  });

  test('asks for what is sent, and promises what is answered', () => {
    expect(operation('/notes', 'put')?.requestBody?.content).toMatchObject({
      'application/json': { schema: { required: ['id'], properties: { tag: { default: 'none' } } } },
    });
    expect(operation('/notes/{noteId}/{page}', 'get')?.responses['200']).toMatchObject({
      content: { 'application/json': { schema: { required: ['id', 'gone'] } } },
    });
  });

  test('needs a token with the scope, except where a route is public', () => {
    expect(operation('/notes', 'put')?.security).toEqual([{ token: ['notes/write'] }]);
    expect(operation('/health', 'get')?.security).toEqual([]);
    expect(JSON.stringify(document.components['securitySchemes'])).toContain('company/read, company/write, notes/read, notes/write');
  });

  test('lists the general problems that can happen, and the route’s own', () => {
    expect(Object.keys(operation('/notes/{noteId}/{page}', 'get')?.responses ?? {})).toEqual([
      '200',
      '304',
      '400',
      '401',
      '403',
      '406',
      '410',
      '500',
    ]);
    expect(Object.keys(operation('/notes', 'put')?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '406',
      '409',
      '413',
      '415',
      '500',
      '503',
    ]);
    expect(Object.keys(operation('/health', 'get')?.responses ?? {})).toEqual(['200', '304', '406', '500']);
  });

  test('leaves no reference without a target', () => {
    const text = JSON.stringify(document);
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(target, path).toBeDefined();
    }
  });
});

describe('the page of the API', () => {
  const page = renderApiPage(document);

  test('shows every operation, and has no script', () => {
    for (const id of ['getNote', 'listNotes', 'putNote', 'health', 'putFxRates']) expect(page).toContain(`<article id="${id}"`);
    expect(page).not.toMatch(/<script|javascript:|\son\w+=/i);
  });

  test('escapes what routes say', () => {
    expect(page).toContain('One page, with <code>code</code> &amp; &lt;b&gt;markup&lt;/b&gt;');
  });

  test('can be read by a screen reader and in the dark', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    for (const part of ['<main id="main">', 'href="#main"', '<caption>', 'scope="col"', 'color-scheme:light dark'])
      expect(page).toContain(part);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
