import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { declareEvent } from '../../functions/platform/events.ts';
import { openApiDocument } from '../../functions/platform/openapi.ts';
import { accessPatternsMarkdown } from '../../scripts/docs/access-patterns.ts';
import { apiMarkdown } from '../../scripts/docs/api.ts';
import { eventsMarkdown } from '../../scripts/docs/events.ts';

test('the generated references are those of the declarations', () => {
  // The command's own message names the file that differs, and what to run.
  expect(() => execFileSync(process.execPath, ['scripts/docs.ts', '--check'], { stdio: 'pipe' })).not.toThrow();
});

test('a reference that differs is named, with what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ascent-docs-'));
  const run = (...options: string[]) =>
    spawnSync(process.execPath, ['scripts/docs.ts', '--into', folder, ...options], { encoding: 'utf8' });
  expect(run().status).toBe(0);
  appendFileSync(join(folder, 'events.md'), 'by hand');
  const checked = run('--check');
  rmSync(folder, { recursive: true });
  expect([checked.status, checked.stderr.trim()]).toEqual([
    1,
    'docs/reference/events.md differs from the declarations: run `npm run docs` and commit it',
  ]);
});

test('an event is shown with its fields and their types', () => {
  const schema = z.object({
    kind: z.enum(['a', 'b']),
    lines: z.array(z.object({ id: z.string(), at: z.optional(z.int()) })),
    tags: z.record(z.string(), z.string()),
  });
  const text = eventsMarkdown([declareEvent({ name: 'Seen', version: 2, source: 'ascent.test', meaning: 'It was seen.', schema })]);
  expect(text).toContain('## Seen v2\n\nPublished by `ascent.test`. It was seen.');
  expect(text).toContain('| `kind` | "a" or "b" |\n| `lines` | list of { id: string, at?: integer } |\n| `tags` | map of string |');
});

test('a route is shown with its scope and the problems of its own', () => {
  const routes = {
    getSeen: {
      method: 'GET',
      path: '/seen/{id}',
      scope: 'seen/read',
      summary: 'x|y',
      query: z.object({ on: z.optional(z.string()) }),
      response: z.object({}),
      problems: { 'seen-burnt': 410 },
    },
  } as const;
  const text = apiMarkdown(openApiDocument({ title: 'T', version: '1', description: 'D' }, [{ capability: 'seen', routes }]));
  expect(text).toContain('| `getSeen` | GET `/seen/{id}` | `seen/read` | x\\|y | `id` `on`? | `seen-burnt` |');
});

test('an entity is shown with each way to find it', () => {
  const model = {
    model: { entity: 'note', version: '1', service: 'test' },
    attributes: { book: {}, page: {} },
    indexes: {
      byBook: { pk: { field: 'pk', composite: ['book'], template: 'BOOK#$' + '{book}' }, sk: { field: 'sk', composite: ['page'] } },
    },
  };
  const text = accessPatternsMarkdown([{ path: 'functions/test/store.ts', model }]);
  expect(text).toContain('| note | `functions/test/store.ts` | `byBook` | table | `BOOK#${book}` | `$test#page_${page}` |');
  expect(text).toContain('- **note**: book, page');
});
