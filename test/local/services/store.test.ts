import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../local/services/store.ts';

describe('the store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ascent-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const numbersIn = (file: string): readonly number[] => {
    const db = new DatabaseSync(file, { readOnly: true });
    const rows = db.prepare('SELECT n FROM numbers ORDER BY n').all();
    db.close();
    return rows.map(({ n }) => Number(n));
  };

  it('commits what is written in one turn together, and not before its end', async () => {
    const file = join(folder, 'a.db');
    const store = openStore(file);
    store.exec('CREATE TABLE numbers (n INTEGER)');
    const insert = store.prepare('INSERT INTO numbers VALUES (?)');
    for (const n of [1, 2, 3]) store.write(() => insert.run(n));
    let called = 0;
    for (let time = 0; time < 2; time += 1)
      store.afterCommit('key', () => {
        called += 1;
      });
    expect(numbersIn(file)).toEqual([]);
    await store.committed();
    expect(numbersIn(file)).toEqual([1, 2, 3]);
    expect(called).toBe(1);
    store.close();
  });

  it('undoes the whole turn when a write throws, and tells whoever waits', async () => {
    const file = join(folder, 'a.db');
    const store = openStore(file);
    store.exec('CREATE TABLE numbers (n INTEGER PRIMARY KEY)');
    const insert = store.prepare('INSERT INTO numbers VALUES (?)');
    store.write(() => insert.run(1));
    const waiting = store.committed();
    expect(() => store.write(() => insert.run(1))).toThrow('UNIQUE constraint failed');
    await expect(waiting).rejects.toThrow('UNIQUE constraint failed');
    store.write(() => insert.run(2));
    await store.committed();
    expect(numbersIn(file)).toEqual([2]);
    store.close();
  });

  it('has after a SIGKILL everything that it confirmed', async () => {
    const file = join(folder, 'killed.db');
    const program = `
      import { openStore } from ${JSON.stringify(new URL('../../../local/services/store.ts', import.meta.url).href)};
      const store = openStore(${JSON.stringify(file)});
      store.exec('CREATE TABLE numbers (n INTEGER)');
      const insert = store.prepare('INSERT INTO numbers VALUES (?)');
      for (let n = 1; ; n += 1) {
        store.write(() => insert.run(n));
        await store.committed();
        process.stdout.write(n + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.length > 5_000) child.kill('SIGKILL');
      });
      child.once('close', () => resolve());
    });
    const confirmed = output.slice(0, output.lastIndexOf('\n')).split('\n').map(Number);
    const kept = new Set(numbersIn(file));
    expect(confirmed.length).toBeGreaterThan(1_000);
    expect(confirmed.filter((n) => !kept.has(n))).toEqual([]);
  });
});
