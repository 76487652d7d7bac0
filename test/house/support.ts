import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { onTestFinished } from 'vitest';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Files by path relative to the root, with `/` on every system. */
export type Files = ReadonlyMap<string, string>;

/** What a rule found: each sentence begins with the place and ends with the fix. */
export type Findings = readonly string[];

const NOT_OURS = ['**/node_modules/**', '.git/**', '.ascent/**', 'cdk.out/**', 'coverage/**', 'dist/**'];

/** Files of a tree that match the patterns. */
export const filesOf = (patterns: readonly string[], root: string = ROOT): Files =>
  new Map(
    globSync([...patterns], { cwd: root, exclude: NOT_OURS })
      .map((path) => path.split(sep).join('/'))
      .sort()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );

/** A tree of its own with one or more violations in it; removed when the test ends. */
export const seeded = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'ascent-house-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
};

/** `line` of the character at `index`, counted from 1. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
