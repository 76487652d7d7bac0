import { expect, test } from 'vitest';
import { type Files, type Findings, filesOf, lineAt, seeded } from './support.ts';

/** Leftovers: each pattern with what to do about it. */
const LEFTOVERS: readonly { readonly pattern: RegExp; readonly fix: string }[] = [
  { pattern: /\b(?:TODO|FIXME|HACK|WIP)\b/g, fix: 'Finish it, or open an issue.' },
  { pattern: /\bnot (?:yet )?implemented\b|\blorem ipsum\b|\bcoming soon\b/gi, fix: 'Finish it, or take it away.' },
  { pattern: /@ts-(?:ignore|nocheck)\b/g, fix: 'Make the types say what is true.' },
  { pattern: /\bcatch\s*(?:\(\w+\))?\s*\{\s*\}/g, fix: 'Handle the error, or let it through: a swallowed error is a lie.' },
  { pattern: /\b(?:describe|test|it)\.(?:only|skip|todo|skipIf|fails)\b/g, fix: 'A test runs or is deleted.' },
  { pattern: /\bdebugger\b/g, fix: 'Take it away.' },
  { pattern: /(?<![\w.])\/(?:home|root|Users)\/\w/g, fix: 'Name places by their path in the repository.' },
];

/** Words in one place only: what Lambda prints goes through platform/log.ts, which lets nothing personal through. */
const IN_FUNCTIONS: readonly { readonly pattern: RegExp; readonly fix: string }[] = [
  { pattern: /\bconsole\.\w+/g, fix: 'Log by platform/log.ts: it lets no personal data through.' },
];

const TEXTS = ['*.{ts,mjs,json,md}', '.ci/*', '{bin,lib,functions,local,demo,bench,scripts,docs,test}/**/*.{ts,mjs,md,html,css}'];

const isRead = (path: string): boolean =>
  !path.startsWith('test/contracts/stripe/') && path !== 'test/house/words.test.ts' && path !== 'package-lock.json';

const leftovers = (files: Files): Findings =>
  [...files]
    .filter(([path]) => isRead(path))
    .flatMap(([path, text]) =>
      [...LEFTOVERS, ...(path.startsWith('functions/') && path.endsWith('.ts') ? IN_FUNCTIONS : [])].flatMap(({ pattern, fix }) =>
        [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)} says "${match[0].trim()}". ${fix}`),
      ),
    );

test('nothing unfinished, skipped, swallowed or foreign is left in the repository', () => {
  const files = filesOf(TEXTS);
  expect(files.size).toBeGreaterThan(300);
  expect(leftovers(files)).toEqual([]);
});

test('finds each kind of leftover in a seeded tree', () => {
  const root = seeded({
    'functions/arr/on-fact.ts': [
      '// TODO: more',
      'try { f(); } catch {}',
      'test.skip("x");',
      "console.log('x');",
      'const many = anything;',
      'throw new Error("not implemented");',
    ].join('\n'),
    'docs/start.md': 'see /root/x/y.md, and /rooted/',
  });
  expect(leftovers(filesOf(TEXTS, root)).map((finding) => finding.split('. ')[0])).toEqual([
    'docs/start.md:1 says "/root/x"',
    'functions/arr/on-fact.ts:1 says "TODO"',
    'functions/arr/on-fact.ts:6 says "not implemented"',
    'functions/arr/on-fact.ts:2 says "catch {}"',
    'functions/arr/on-fact.ts:3 says "test.skip"',
    'functions/arr/on-fact.ts:4 says "console.log"',
  ]);
});
