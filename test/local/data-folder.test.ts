import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkContents, contentsOf, isLoaded, markContents, markLoaded } from '../../local/data-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ascent-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the start command says on this folder before it bundles anything. */
const start = (...options: string[]): Promise<{ code: number | undefined; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['local/main.ts', '--data', folder, ...options], { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code as number | undefined), stdout, stderr }),
    );
  });

describe('a data folder', () => {
  const plain = { empty: false, fresh: false };
  const empty = { empty: true, fresh: false };

  it('takes either start while it is new, and both kinds of contents with --fresh', () => {
    expect(contentsOf(folder)).toBeUndefined();
    expect(() => checkContents(folder, plain)).not.toThrow();
    expect(() => checkContents(folder, empty)).not.toThrow();
    for (const contents of ['own', 'demo'] as const) {
      markContents(folder, contents);
      expect(() => checkContents(folder, { empty: false, fresh: true })).not.toThrow();
      expect(() => checkContents(folder, { empty: true, fresh: true })).not.toThrow();
    }
  });

  it('that was started empty goes on empty, and never gets the demo', () => {
    markContents(folder, 'own');
    expect(() => checkContents(folder, empty)).not.toThrow();
    expect(() => checkContents(folder, plain)).toThrow(
      `the data folder ${folder} was started empty, and the demo is not loaded into it: go on with it by --empty, take --fresh to delete what it holds and load the demo, or give --data another folder`,
    );
  });

  it('of the demo company does not pass for an empty one, whether the demo was loaded to its end or not', () => {
    markContents(folder, 'demo');
    expect(isLoaded(folder)).toBe(false);
    expect(() => checkContents(folder, plain)).not.toThrow();
    expect(() => checkContents(folder, empty)).toThrow('holds the demo company: go on with it without --empty');
    markLoaded(folder, { seed: 1, today: '2026-11-05', delivered: 20_836 });
    expect(isLoaded(folder)).toBe(true);
    expect(() => checkContents(folder, empty)).toThrow('holds the demo company');
  });

  it('with a loaded demo and no mark is the demo’s', () => {
    writeFileSync(join(folder, 'demo.json'), '{}\n');
    expect(contentsOf(folder)).toBe('demo');
  });
});

describe('npm start', () => {
  it('refuses to load the demo into a folder that was started empty, before it bundles', async () => {
    markContents(folder, 'own');
    const { code, stdout, stderr } = await start('--port', '0');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('was started empty, and the demo is not loaded into it: go on with it by --empty');
  });

  it('finds a port in use and a folder in use before it bundles', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = await start('--port', String(port));
    other.close();
    expect(taken).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(`^port ${port} is in use, .*\n  take another port `),
    });

    writeFileSync(join(folder, 'stack.pid'), String(process.pid));
    const held = await start('--port', '0');
    expect([held.code, held.stdout]).toEqual([1, '']);
    expect(held.stderr).toContain(`is in use by another local stack (process ${process.pid})`);
  });
});
