import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { causeSchema } from '../../functions/arr/events.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Words in code marks in the first column of the first table below a heading. */
const firstColumn = (markdown: string, heading: string): string[] => {
  const [, section = ''] = markdown.split(`\n## ${heading}\n`);
  const table = section.split('\n## ')[0]?.split('\n') ?? [];
  return table
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
};

it('docs/concepts.md has a row for every cause of a movement, and the glossary counts them', () => {
  expect(firstColumn(read('docs/concepts.md'), 'Movements').sort()).toEqual([...causeSchema.options].sort());
  const number = ['twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen'][causeSchema.options.length - 12];
  expect(read('docs/glossary.md')).toContain(`one of ${number}, see [concepts](concepts.md#movements)`);
});

it('functions/arr/README.md leads to every file, each in the table of its folder', () => {
  const files = globSync('functions/arr/**/*.ts', { cwd: ROOT }).map((path) => path.slice('functions/arr/'.length));
  expect(files.length).toBeGreaterThan(40);
  const [before = '', ...sections] = read('functions/arr/README.md').split(/^\*\*`([a-z]+)\/`\*\*$/m);
  const texts = new Map([['.', before], ...sections.flatMap((name, i) => (i % 2 === 0 ? [[name, sections[i + 1] ?? ''] as const] : []))]);
  expect(files.filter((file) => !texts.get(dirname(file))?.includes(`\`${basename(file)}\``))).toEqual([]);
});

it('every row that a comment cites is explained', () => {
  const rows = new Set([...read('docs/concepts.md').matchAll(/^\| (A\d+) +\|/gm)].map(([, row = '']) => row));
  const cited = globSync('functions/arr/**/*.ts', { cwd: ROOT }).flatMap((path) =>
    [...read(path).matchAll(/\((?:row )?(A\d+)\)|rule of (A\d+)/g)].map(([, row, rule]) => row ?? rule ?? ''),
  );
  expect(cited.length).toBeGreaterThan(5);
  expect(cited.filter((row) => !rows.has(row))).toEqual([]);
});
