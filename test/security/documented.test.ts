import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, seeded } from '../house/support.ts';

/** A cell of docs/security.md: `` `test/security/routes.test.ts` “title” ``. */
const NAMED = /`(test\/[\w./-]+\.test\.ts)` “([^”]+)”/g;

/** Rows of the tables of threats, without heads and rules: cells, in order. */
const rowsOf = (page: string): readonly (readonly string[])[] =>
  page
    .split(/\n(?!\|)/)
    .filter((block) => block.trimStart().startsWith('| threat'))
    .flatMap((block) => block.trim().split('\n').slice(2))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const titlesOf = (source: string): readonly string[] =>
  [...source.matchAll(/\b(?:it|test)(?:\.each\((?:[^()]|\([^()]*\))*\))?\(\s*(['"`])(.*?)\1\s*,/gs)].map(([, , title = '']) => title);

/** What is wrong with the page; a title may carry more than the page says of it, such as a number or the id of a requirement. */
const findings = (root: string): readonly string[] => {
  const rows = rowsOf(readFileSync(join(root, 'docs/security.md'), 'utf8'));
  return rows.flatMap(([threat = '', answer = '', proof = '', ...rest]) => {
    const named = [...proof.matchAll(NAMED)];
    if (answer === '' || rest.length !== 1) return [`"${threat}" is no row of threat, answer, test and remainder.`];
    if (named.length === 0) return [`"${threat}" names no test. Name one as \`test/….test.ts\` “title”, or write it.`];
    return named.flatMap(([, file = '', title = '']) => {
      const path = join(root, file);
      if (!existsSync(path)) return [`"${threat}" names ${file}, which does not exist.`];
      return titlesOf(readFileSync(path, 'utf8')).some((one) => one.includes(title))
        ? []
        : [`"${threat}" names "${title}", which ${file} has not.`];
    });
  });
};

it('every threat has an answer and a test that exists, by its file and title', () => {
  expect(rowsOf(readFileSync(join(ROOT, 'docs/security.md'), 'utf8')).length).toBeGreaterThanOrEqual(25);
  expect(findings(ROOT)).toEqual([]);
});

it('finds a row without a test, a lost file and a lost title in a seeded page', () => {
  const root = seeded({
    'test/a.test.ts': "it('holds [A1]', () => undefined);\n// it does not hold\n",
    'docs/security.md': [
      '| role | what it is for |',
      '| ---- | -------------- |',
      '| rep | sells |',
      '',
      '| threat | what answers it | the test that proves it | what remains |',
      '| ------ | --------------- | ----------------------- | ------------ |',
      '| one | a | `test/a.test.ts` “holds” | |',
      '| two | a | trust | |',
      '| three | a | `test/gone.test.ts` “holds” | |',
      '| four | a | `test/a.test.ts` “it does not hold” | |',
      '| five | | `test/a.test.ts` “holds” | |',
    ].join('\n'),
  });
  expect(findings(root).map((finding) => finding.split('.')[0])).toEqual([
    '"two" names no test',
    '"three" names test/gone',
    '"four" names "it does not hold", which test/a',
    '"five" is no row of threat, answer, test and remainder',
  ]);
});
