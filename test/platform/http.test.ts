import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { decodeCursor, encodeCursor } from '../../functions/platform/cursor.ts';
import { apiHandler, rawBody } from '../../functions/platform/http.ts';
import type { FieldProblem } from '../../functions/platform/http-problem.ts';
import { depthOf, validated } from '../../functions/platform/http-request.ts';
import { accepts, etagOf, namesEtag, successAnswer } from '../../functions/platform/http-response.ts';
import { fail, ok } from '../../functions/platform/result.ts';
import { defineRoutes } from '../../functions/platform/routes.ts';
import { call, httpEvent, type ListAnswer } from '../support/http.ts';

const note = z.object({ title: z.string().check(z.minLength(2)), tags: z.array(z.string()), pages: z.int() });

const shelf = z.strictObject({
  name: z.string(),
  cover: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('plain') }),
    z.strictObject({ kind: z.literal('picture'), ink: z.string() }),
  ]),
  notes: z.optional(z.array(z.strictObject({ id: z.string(), place: z.optional(z.int()) }).check(z.refine(({ id }) => id !== '')))),
});

const routes = defineRoutes({
  getNote: {
    method: 'GET',
    path: '/notes/{noteId}',
    scope: 'notes/read',
    summary: 'x',
    params: z.object({ noteId: z.string().check(z.maxLength(8)) }),
    response: z.object({ id: z.string() }),
    problems: { 'note-burnt': 410 },
  },
  getLatest: { method: 'GET', path: '/notes/latest', scope: 'notes/read', summary: 'x', response: z.object({ id: z.string() }) },
  putNote: {
    method: 'PUT',
    path: '/notes/{noteId}',
    scope: 'notes/write',
    summary: 'x',
    body: note,
    response: z.object({ caller: z.string(), match: z.nullable(z.string()), title: z.string() }),
  },
  listNotes: {
    method: 'GET',
    path: '/notes',
    scope: 'notes/read',
    summary: 'x',
    paged: true,
    query: z.object({ color: z.optional(z.string()) }),
    response: z.object({ items: z.array(z.int()), nextCursor: z.nullable(z.string()) }),
  },
  putShelf: { method: 'PUT', path: '/shelf', scope: 'notes/write', summary: 'x', body: shelf, response: z.object({}) },
  health: { method: 'GET', path: '/health', scope: 'public', summary: 'x', response: z.object({ ok: z.boolean() }) },
  page: { method: 'GET', path: '/page', scope: 'public', summary: 'x', response: z.string() },
  broken: { method: 'GET', path: '/broken', scope: 'public', summary: 'x', response: z.object({}) },
  undeclared: { method: 'GET', path: '/undeclared', scope: 'public', summary: 'x', response: z.object({}) },
});

const handler = apiHandler('test', routes, {
  getNote: async ({ params }) =>
    params.noteId === 'burnt' ? fail('note-burnt', 'the note was burnt', 'noteId') : ok({ id: params.noteId }),
  getLatest: async () => ok({ id: 'the latest' }),
  putNote: async ({ body, caller, ifMatch }) =>
    ok({ caller: `${caller.subject} by ${caller.clientId}`, match: ifMatch ?? null, title: body.title }),
  listNotes: async ({ page }) => {
    const from = Number(page.position ?? '0');
    const items = [0, 1, 2, 3, 4].slice(from, from + page.limit);
    return ok({ items, nextCursor: from + page.limit < 5 ? String(from + page.limit) : null });
  },
  putShelf: async () => ok({}),
  health: async () => ok({ ok: true }),
  page: async () => ok(rawBody('text/html; charset=utf-8', '<p>hi</p>', 'public, max-age=300')),
  broken: () => Promise.reject(new Error('secret of jane@example.com')),
  undeclared: async () => fail('never-heard-of', 'x'),
});

const read = { scopes: ['notes/read'] };
const write = { scopes: ['notes/write'] };
const good = { title: 'ab', tags: [], pages: 1 };

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  vi.spyOn(process.stderr, 'write').mockImplementation((() => true) as never);
});

describe('a route', () => {
  test('is found by method and path, with its parameters decoded', async () => {
    const answer = await call(handler, 'GET', '/notes/a%20b', read);
    expect([answer.status, answer.json]).toEqual([200, { id: 'a b' }]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': 'req-1',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
    });
  });

  test('with more literal segments comes first', async () => {
    expect((await call(handler, 'GET', '/notes/latest', read)).json).toEqual({ id: 'the latest' });
  });

  test('gets the parsed body, the caller and If-Match; what it changes is never cached', async () => {
    const answer = await call(handler, 'PUT', '/notes/1', { ...write, body: good, headers: { 'if-match': '"x"' } });
    expect(answer.json).toEqual({ caller: 'user-1 by client-1', match: '"x"', title: 'ab' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['etag']).toBeUndefined();
  });

  test('gets a base64 body like any other', async () => {
    expect((await call(handler, 'PUT', '/notes/1', { ...write, body: good, base64: true })).status).toBe(200);
  });

  test('without a token serves the public only', async () => {
    expect((await call(handler, 'GET', '/health')).json).toEqual({ ok: true });
  });

  test('answers its own problems with its own status, as RFC 9457 says', async () => {
    const answer = await call(handler, 'GET', '/notes/burnt', read);
    expect([answer.status, answer.headers['content-type']]).toEqual([410, 'application/problem+json']);
    expect(answer.json).toEqual({
      type: '/problems/note-burnt',
      title: 'Note burnt',
      status: 410,
      detail: 'the note was burnt',
      instance: '/requests/req-1',
      field: 'noteId',
    });
  });

  test('answers a page with its own type and caching', async () => {
    const answer = await call(handler, 'GET', '/page', { headers: { accept: 'text/html,application/xhtml+xml' } });
    expect([answer.status, answer.text, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      '<p>hi</p>',
      'text/html; charset=utf-8',
      'public, max-age=300',
    ]);
  });
});

describe('the router', () => {
  const refused = async (method: string, path: string, request = {}) => {
    const { status, json, headers } = await call(handler, method, path, request);
    return { status, type: json.type, allow: headers['allow'] };
  };

  test.each([
    ['an unknown path', 'GET', '/nothing', read, 404, 'not-found'],
    ['a path that is too long', 'GET', '/notes/1/more', read, 404, 'not-found'],
    ['an empty parameter', 'GET', '/notes//', read, 404, 'not-found'],
    ['a broken percent sequence', 'GET', '/notes/%E0%A4', read, 404, 'not-found'],
    ['a call without a token', 'GET', '/notes/1', {}, 401, 'unauthenticated'],
    ['a token without the scope', 'GET', '/notes/1', write, 403, 'forbidden'],
    ['an answer that is not wanted', 'GET', '/notes/1', { ...read, headers: { accept: 'text/csv' } }, 406, 'not-acceptable'],
    [
      'a body of another type',
      'PUT',
      '/notes/1',
      { ...write, rawBody: 'title=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'media-type-unsupported',
    ],
    ['no body', 'PUT', '/notes/1', write, 415, 'media-type-unsupported'],
    ['a body that is too large', 'PUT', '/notes/1', { ...write, rawBody: `"${'x'.repeat(1_000_000)}"` }, 413, 'body-too-large'],
    ['a body that is no JSON', 'PUT', '/notes/1', { ...write, rawBody: '{"title":' }, 400, 'validation'],
    ['a body that is nested too deep', 'PUT', '/notes/1', { ...write, rawBody: `${'['.repeat(21)}${']'.repeat(21)}` }, 400, 'validation'],
    ['a parameter that its schema refuses', 'GET', '/notes/123456789', read, 400, 'validation'],
    ['a limit that is no number', 'GET', '/notes', { ...read, query: { limit: 'all' } }, 400, 'validation'],
    ['a parameter that the route does not have', 'GET', '/notes', { ...read, query: { Color: 'red' } }, 400, 'validation'],
    ['a limit that is too large', 'GET', '/notes', { ...read, query: { limit: '201' } }, 400, 'validation'],
  ])('refuses %s', async (_, method, path, request, status, code) => {
    expect(await refused(method, path, request)).toMatchObject({ status, type: `/problems/${code}` });
  });

  test('refuses another method and says which are allowed', async () => {
    expect(await refused('DELETE', '/notes/1', read)).toEqual({
      status: 405,
      type: '/problems/method-not-allowed',
      allow: 'GET, HEAD, PUT',
    });
  });

  test('refuses what changes something before it does, where the answer is not wanted', async () => {
    expect((await refused('PUT', '/notes/1', { ...write, body: good, headers: { accept: 'text/html' } })).status).toBe(406);
  });

  test('names every field that is wrong', async () => {
    const { json } = await call(handler, 'PUT', '/notes/1', { ...write, body: { title: 'x', tags: ['a', 2], pages: '1' } });
    expect(json.problems?.map(({ field }) => field)).toEqual(['title', 'tags[1]', 'pages']);
    expect(json.field).toBe('title');
    expect(json.detail).toBe('title: Too small: expected string to have >=2 characters; received "x" (and 2 more)');
  });

  test('names a parameter that the route does not have, and those that it has', async () => {
    const { json } = await call(handler, 'GET', '/notes', { ...read, query: { Color: 'red' } });
    expect(json.problems).toEqual([{ field: 'Color', detail: 'is no parameter of this route; it has color, limit, cursor' }]);
  });

  test('names a parameter where the route has none at all, and lets a public one be asked with whatever keeps caches away', async () => {
    const { status, json } = await call(handler, 'GET', '/notes/latest', { ...read, query: { on: '2026-01-01' } });
    expect([status, json.problems]).toEqual([400, [{ field: 'on', detail: 'is no parameter of this route; it has none' }]]);
    expect((await call(handler, 'GET', '/health', { query: { t: '1' } })).status).toBe(200);
  });

  test('says what was received of a limit, and what is missing', async () => {
    const { json } = await call(handler, 'GET', '/notes', { ...read, query: { limit: '0' } });
    expect(json.problems).toEqual([{ field: 'limit', detail: 'must be a whole number from 1 to 200; received "0"' }]);
    const { json: other } = await call(handler, 'PUT', '/notes/1', { ...write, body: { title: 'ab', pages: 1 } });
    expect(other.problems).toEqual([{ field: 'tags', detail: 'is missing; expected array' }]);
  });

  test('answers a throw as 500, without a word of it', async () => {
    const answer = await call(handler, 'GET', '/broken');
    expect([answer.status, answer.json.type]).toEqual([500, '/problems/internal']);
    expect(answer.text).not.toContain('jane');
  });

  test('answers a problem that the route does not declare as 500: a bug', async () => {
    expect((await call(handler, 'GET', '/undeclared')).status).toBe(500);
  });
});

describe('caching', () => {
  test('answers 304 to a reader that has the representation, by its strong ETag', async () => {
    const first = await call(handler, 'GET', '/notes/1', read);
    expect(first.headers['etag']).toMatch(/^"[\w-]{27}"$/);
    const again = await call(handler, 'GET', '/notes/1', { ...read, headers: { 'if-none-match': `"old", W/${first.headers['etag']}` } });
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', first.headers['etag']]);
    expect((await call(handler, 'GET', '/notes/2', { ...read, headers: { 'if-none-match': first.headers['etag'] ?? '' } })).status).toBe(
      200,
    );
  });

  test('answers HEAD like GET, without the body', async () => {
    const get = await call(handler, 'GET', '/notes/1', read);
    const head = await call(handler, 'HEAD', '/notes/1', read);
    expect([head.status, head.text, head.headers]).toEqual([200, '', get.headers]);
  });

  test('compresses what is large for a reader that takes gzip, as another representation of the same', () => {
    const large = { text: 'ARR '.repeat(2_000) };
    const answer = (headers: Record<string, string>, body: object = large, method = 'GET') =>
      successAnswer(httpEvent(method, '/notes/1', { headers }), body);
    const sent = answer({ 'accept-encoding': 'br, gzip' });
    expect(JSON.parse(gunzipSync(Buffer.from(sent.body ?? '', 'base64')).toString())).toEqual(large);
    const etag = etagOf(large).replace(/"$/, '-gzip"');
    expect(sent).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'gzip', vary: 'accept-encoding', etag } });
    expect((sent.body ?? '').length).toBeLessThan(200);
    // Whoever has either of them has it.
    expect([answer({ 'if-none-match': etag }).statusCode, namesEtag(etag, etagOf(large), false)]).toEqual([304, true]);
    const plain = [{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'gzip;q=0' }].map((headers: Record<string, string>) =>
      answer(headers),
    );
    for (const one of [...plain, answer({ 'accept-encoding': 'gzip' }, { text: 'ARR' })]) {
      expect(one.isBase64Encoded).toBeUndefined();
      expect(one.headers).not.toHaveProperty('content-encoding');
      expect(one.headers).toMatchObject({ vary: 'accept-encoding' });
    }
    const head = answer({ 'accept-encoding': 'gzip' }, large, 'HEAD');
    expect([head.body, head.isBase64Encoded, head.headers]).toEqual(['', undefined, sent.headers]);
  });

  test('never matches a weak tag where an update depends on it', () => {
    const etag = etagOf({ a: 1 });
    expect([
      namesEtag(etag, etag, false),
      namesEtag(`W/${etag}`, etag, false),
      namesEtag('*', etag, false),
      namesEtag('"x"', etag, false),
    ]).toEqual([true, false, true, false]);
  });

  test.each([
    [undefined, true],
    ['*/*', true],
    ['application/*;q=0.5', true],
    ['text/html, application/json;q=0', false],
    ['*/*, application/json;q=0', false],
    ['text/html', false],
  ])('reads Accept: %s', (header, expected) => {
    expect(accepts(header, 'application/json; charset=utf-8')).toBe(expected);
  });
});

describe('a list', () => {
  test('is walked by an opaque cursor', async () => {
    const first = await call<ListAnswer<number>>(handler, 'GET', '/notes', { ...read, query: { limit: '3', color: 'red' } });
    expect(first.json.items).toEqual([0, 1, 2]);
    const second = await call(handler, 'GET', '/notes', {
      ...read,
      query: { limit: '3', color: 'red', cursor: String(first.json.nextCursor) },
    });
    expect(second.json).toEqual({ items: [3, 4], nextCursor: null });
  });

  test('refuses a cursor of another list, or one that was altered', async () => {
    const { json } = await call<ListAnswer<number>>(handler, 'GET', '/notes', { ...read, query: { limit: '3', color: 'red' } });
    for (const query of [
      { color: 'blue', cursor: String(json.nextCursor) },
      { color: 'red', cursor: `${json.nextCursor}x` },
      { color: 'red', cursor: 'e30' },
      { color: 'red', cursor: '%' },
    ]) {
      const refused = await call(handler, 'GET', '/notes', { ...read, query });
      expect([refused.status, refused.json.type, refused.json.field]).toEqual([400, '/problems/cursor-invalid', 'cursor']);
    }
  });

  test('keeps any position through its cursor, and refuses the cursors of other versions', () => {
    expect(decodeCursor('list', encodeCursor('list', 'é"\n'))).toEqual({ ok: true, value: 'é"\n' });
    const other = Buffer.from(JSON.stringify([2, 'x', 'y'])).toString('base64url');
    expect(decodeCursor('list', other)).toMatchObject({ ok: false, problem: { code: 'cursor-invalid' } });
    expect(decodeCursor('list', encodeCursor('list', '\ud800'))).toMatchObject({ ok: false, problem: { code: 'cursor-invalid' } });
    expect(decodeCursor('list', 'A'.repeat(2_049))).toMatchObject({ ok: false });
  });
});

describe('a key that its object does not know', () => {
  const details = (schema: z.ZodMiniType, value: unknown): readonly string[] => {
    const problems: FieldProblem[] = [];
    validated(schema, value, 'body', problems);
    return problems.map(({ field, detail }) => `${field}: ${detail}`);
  };

  test('is named in the answer, with the keys that are allowed where it stands', async () => {
    const body = {
      name: 'x',
      colour: 'red',
      cover: { kind: 'picture', ink: 'blue', Ink: 'x' },
      notes: [{ id: '1' }, { id: '2', plaice: 3, at: 4 }],
    };
    const { status, json } = await call(handler, 'PUT', '/shelf', { ...write, body });
    expect(status).toBe(400);
    expect(json.problems).toEqual([
      { field: 'cover', detail: 'Unrecognized key: "Ink"; allowed: kind, ink' },
      { field: 'notes[1]', detail: 'Unrecognized keys: "plaice", "at"; allowed: id, place' },
      { field: 'body', detail: 'Unrecognized key: "colour"; allowed: name, cover, notes' },
    ]);
  });

  test('is answered with at most 20 of them', () => {
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n + 1}`, z.optional(z.int())]));
    const twenty = 'k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12, k13, k14, k15, k16, k17, k18, k19, k20';
    expect(details(z.strictObject(keys(20)), { x: 1 })).toEqual([`body: Unrecognized key: "x"; allowed: ${twenty}`]);
    expect(details(z.strictObject(keys(23)), { x: 1 })).toEqual([`body: Unrecognized key: "x"; allowed: ${twenty} and 3 more`]);
  });

  test('is answered with none where the object has none', () => {
    expect(details(z.strictObject({}), { x: 1 })).toEqual(['body: Unrecognized key: "x"; allowed: none']);
  });
});

test('nesting is counted outside of strings only', () => {
  expect([depthOf('{"a":[1,{"b":2}]}'), depthOf('"[[[{{{"'), depthOf('"\\"[["'), depthOf('1')]).toEqual([3, 0, 0, 0]);
});
