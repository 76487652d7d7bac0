import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
/** What a first visit may load before the charts. */
const MAX_FIRST_LOAD_BYTES = 290_000;

const build = (): string => execFileSync(process.execPath, [join(ROOT, 'web', 'build.ts')], { cwd: ROOT, encoding: 'utf8' }).trim();
let folder: string;
beforeAll(() => {
  folder = build();
}, 60_000);

const read = (path: string): Buffer => readFileSync(join(folder, path));
/** Scripts and styles that the page names: all that is loaded before the plan is shown. */
const named = (): readonly string[] =>
  [
    ...read('index.html')
      .toString('utf8')
      .matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g),
  ].map(([, path = '']) => path);

describe('the build of the web application', () => {
  it('is small enough for a first visit', () => {
    const first = named();
    expect(first.length).toBeGreaterThan(2);
    const bytes = first.reduce((sum, path) => sum + gzipSync(read(path)).length, gzipSync(read('index.html')).length);
    expect(bytes).toBeLessThan(MAX_FIRST_LOAD_BYTES);
    // The frame alone is more than half: less would mean that the page names not all that it loads.
    expect(bytes).toBeGreaterThan(MAX_FIRST_LOAD_BYTES / 2);
  });

  it('loads charts, tables and the other screens later', () => {
    const first = named().map((path) => read(path).toString('utf8'));
    const all = readdirSync(join(folder, 'assets')).map((name) => ({ name, text: read(join('assets', name)).toString('utf8') }));
    const screens = ['arr', 'bookings', 'customer', 'definitions', 'forecast', 'integrations', 'pack', 'retention', 'risk', 'rulings'];
    for (const later of ['movement-chart', 'trend-chart', 'explanation', ...screens])
      expect(
        all.some(({ name, text }) => name.startsWith(`${later}-`) && name.endsWith('.js') && !first.includes(text)),
        later,
      ).toBe(true);
  });

  it('carries nothing of the routes and schemas that its types come from', () => {
    const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
    for (const name of scripts) expect(read(join('assets', name)).toString('utf8')).not.toMatch(/listArrMovements|ZodMini/);
  });

  it('is not built again while nothing has changed', () => {
    const before = statSync(join(folder, 'index.html')).mtimeMs;
    expect(build()).toBe(folder);
    expect(statSync(join(folder, 'index.html')).mtimeMs).toBe(before);
  });
});
