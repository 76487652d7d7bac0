import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { capabilityOf } from './capabilities.ts';
import { type Files, type Findings, filesOf, lineAt, ROOT, seeded } from './support.ts';

/** What a heading, or a line in bold, begins with. */
const HEADINGS = ['Owns', 'Does not own', 'Times', 'Invariants', 'Events', 'When it fails'] as const;

/** Every folder of `functions/` says of itself what an engineer and an operator ask first. */
const capabilityReadmes = (sources: Files, readmes: Files): Findings =>
  [...new Set([...sources.keys()].map(capabilityOf))].flatMap((folder) => {
    const text = readmes.get(`${folder}/README.md`);
    if (text === undefined) return [`${folder} has no README.md. Write one of one screen with the headings: ${HEADINGS.join(', ')}.`];
    const begun = [...text.matchAll(/^(?:## |\*\*)([A-Z][a-z ]+)/gm)].map(([, heading = '']) => heading.trim());
    return HEADINGS.filter((heading) => !begun.some((words) => words.startsWith(heading))).map(
      (heading) => `${folder}/README.md lacks "## ${heading}". Say it in a few lines; where there is nothing, say so.`,
    );
  });

/** Part of a page that a link with `#` names, as GitHub makes it from a heading. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const isOutside = (target: string): boolean => /^[a-z]+:/.test(target);

/** Code is not prose: links inside fences and backticks are examples. */
const prose = (text: string): string =>
  text.replace(/```[\s\S]*?```/g, (block) => block.replace(/[^\n]/g, ' ')).replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));

const brokenLinks = (pages: Files, root: string): Findings =>
  [...pages].flatMap(([path, text]) =>
    [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
      const [target = '', anchor] = (match[1] ?? '').split('#');
      if (isOutside(target)) return [];
      const place = `${path}:${lineAt(text, match.index)}`;
      const file = target === '' ? path : normalize(join(dirname(path), target));
      if (!existsSync(join(root, file))) return [`${place} links to ${target}, which does not exist. Correct the path, or write the page.`];
      const page = pages.get(file);
      if (anchor === undefined || page === undefined || anchorsOf(page).has(anchor)) return [];
      return [`${place} links to #${anchor}, and ${file} has no such heading. Correct the anchor.`];
    }),
  );

/** Paths that prose names in backticks: `functions/arr/movements/decide.ts`. */
const NAMED_PATH = /`((?:functions|lib|local|web|demo|bench|bin|scripts|test|docs)\/[\w./-]*[\w/])`/g;

const lostPaths = (pages: Files, root: string): Findings =>
  [...pages].flatMap(([path, text]) =>
    [...text.matchAll(NAMED_PATH)]
      .filter(([, named]) => !existsSync(join(root, named ?? '')))
      .map((match) => `${path}:${lineAt(text, match.index)} names ${match[1]}, which does not exist. Name the file where it is now.`),
  );

/** The opposite of prose: what stands in fences and backticks, at its place. */
const code = (text: string): string => {
  const words = prose(text);
  return text.replace(/[^\n]/g, (character, i: number) => (words[i] === ' ' ? character : ' '));
};

/** Commands in backticks and fences must exist: `npm run x`, `npm x`, `node path`. */
const unknownCommands = (pages: Files, scripts: ReadonlySet<string>, root: string): Findings =>
  [...pages].flatMap(([path, text]) => {
    const commands = code(text);
    const npm = [...commands.matchAll(/\bnpm (?:run (?:-s |--silent )?)?([a-z][\w:-]*)/g)]
      .filter(([, name = '']) => !scripts.has(name) && !['ci', 'install', 'run', 'config', 'view'].includes(name))
      .map(
        (match) =>
          `${path}:${lineAt(text, match.index)} says npm ${match[1]}, which package.json does not have. Correct it, or add the script.`,
      );
    const node = [...commands.matchAll(/\bnode ([\w./-]+\.(?:ts|mjs))\b/g)]
      .filter(([, file = '']) => !existsSync(join(root, file)))
      .map((match) => `${path}:${lineAt(text, match.index)} runs ${match[1]}, which does not exist. Correct the path.`);
    return [...npm, ...node];
  });

/** Parts of pages that code names in comments and in what it tells: `docs/metrics.md#cohorts`. */
const lostParts = (sources: Files, pages: Files): Findings =>
  [...sources].flatMap(([path, text]) =>
    [...text.matchAll(/\b(docs\/[\w/-]+\.md)(?:#([\w-]+))?/g)].flatMap((match) => {
      const [named, file = '', anchor] = match;
      const page = pages.get(file);
      if (page !== undefined && (anchor === undefined || anchorsOf(page).has(anchor))) return [];
      return [`${path}:${lineAt(text, match.index)} names ${named}, which does not exist. Name the page or the heading as it is now.`];
    }),
  );

const PAGES = ['*.md', 'docs/**/*.md', '{functions,lib,local,web,demo,bench,test,scripts}/**/README.md'];
const CODE = ['{functions,lib,local,web,demo,bench,bin,scripts}/**/*.{ts,tsx,mjs}'];
const scriptsOf = (root: string): ReadonlySet<string> =>
  new Set(Object.keys((JSON.parse(filesOf(['package.json'], root).get('package.json') ?? '{}') as { scripts?: object }).scripts ?? {}));

test('every capability has a README that answers the six questions', () => {
  const sources = filesOf(['functions/*/**/*.ts']);
  expect(new Set([...sources.keys()].map(capabilityOf)).size).toBeGreaterThanOrEqual(5);
  expect(capabilityReadmes(sources, filesOf(['functions/*/README.md']))).toEqual([]);
});

test('every link, path and command in the documentation exists', () => {
  const pages = filesOf(PAGES);
  expect(pages.size).toBeGreaterThan(20);
  expect([...brokenLinks(pages, ROOT), ...lostPaths(pages, ROOT), ...unknownCommands(pages, scriptsOf(ROOT), ROOT)]).toEqual([]);
});

test('every page that code names, and every part of it, exists', () => {
  const sources = filesOf(CODE);
  expect(sources.size).toBeGreaterThan(300);
  expect(lostParts(sources, filesOf(PAGES))).toEqual([]);
});

test('finds a missing README, a missing heading, a lost link, path and command in a seeded tree', () => {
  const root = seeded({
    'package.json': '{ "scripts": { "start": "x" } }',
    'functions/arr/movements/movements.ts':
      '/** See docs/start.md, docs/start.md#start */\nconst FORMULA = "x (docs/start.md#end)";\n// docs/gone.md\n',
    'functions/company/plan.ts': '',
    'functions/arr/README.md': HEADINGS.slice(1)
      .map((heading) => `## ${heading}\n`)
      .join('\n'),
    'docs/start.md':
      '# Start\n[there](start.md#start) [lost](gone.md)\n[astray](start.md#end) `functions/arr/gone.ts` `[example](none.md)`\n',
    'README.md': 'npm is prose\n`npm run stop`\n```\nnpm start\nnode scripts/gone.ts\n```\n',
  });
  const pages = filesOf(PAGES, root);
  expect(capabilityReadmes(filesOf(['functions/*/**/*.ts'], root), pages).map((finding) => finding.split('. ')[0])).toEqual([
    'functions/arr/README.md lacks "## Owns"',
    'functions/company has no README.md',
  ]);
  expect(brokenLinks(pages, root).map((finding) => finding.split('. ')[0])).toEqual([
    'docs/start.md:2 links to gone.md, which does not exist',
    'docs/start.md:3 links to #end, and docs/start.md has no such heading',
  ]);
  expect(lostPaths(pages, root)).toEqual([
    'docs/start.md:3 names functions/arr/gone.ts, which does not exist. Name the file where it is now.',
  ]);
  expect(lostParts(filesOf(CODE, root), pages).map((finding) => finding.split('. ')[0])).toEqual([
    'functions/arr/movements/movements.ts:2 names docs/start.md#end, which does not exist',
    'functions/arr/movements/movements.ts:3 names docs/gone.md, which does not exist',
  ]);
  expect(unknownCommands(pages, scriptsOf(root), root).map((finding) => finding.split(',')[0])).toEqual([
    'README.md:2 says npm stop',
    'README.md:5 runs scripts/gone.ts',
  ]);
});
