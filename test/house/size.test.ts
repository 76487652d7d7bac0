import { expect, test } from 'vitest';
import { type Files, type Findings, filesOf, seeded } from './support.ts';

/** One screen of rules and its reasons; a handler parses, calls and translates. */
const MAX_LINES = 260;
const SOURCES = ['functions/**/*.ts', 'lib/**/*.ts', 'local/**/*.ts', 'web/**/*.{ts,tsx}'];

const FIX = 'Split it by concept into files with names of their own, never into a second part, helpers or utils.';

const tooLong = (files: Files): Findings =>
  [...files]
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines, at most ${MAX_LINES} are allowed. ${FIX}`);

const BAD_NAME = /(?:^|\/)(?:utils?|helpers?|common|misc|manager|[^/]*-?part-?2[^/]*)(?:\.ts$|\/)/;
const badNames = (files: Files): Findings =>
  [...files.keys()]
    .filter((path) => BAD_NAME.test(path))
    .map((path) => `${path} says nothing by its name. Name it by the concept that it holds.`);

test('no file is longer than one can hold in mind, and each is named by its concept', () => {
  const files = filesOf(SOURCES);
  expect(files.size).toBeGreaterThan(180);
  expect([...tooLong(files), ...badNames(files)]).toEqual([]);
});

test('finds a long file and an empty name in a seeded tree', () => {
  const root = seeded({
    'functions/arr/movements/movements.ts': 'x;\n'.repeat(261),
    'functions/arr/lines/rating.ts': 'x;\n'.repeat(260),
    'lib/utils.ts': 'x;\n',
    'local/helpers/time.ts': 'x;\n',
  });
  const files = filesOf(SOURCES, root);
  expect(tooLong(files)).toEqual([`functions/arr/movements/movements.ts has 261 lines, at most 260 are allowed. ${FIX}`]);
  expect(badNames(files).map((finding) => finding.split(' ')[0])).toEqual(['lib/utils.ts', 'local/helpers/time.ts']);
});
