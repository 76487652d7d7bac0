import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { expect, test } from 'vitest';
import rules, { isConceptFile, listedSteps } from '../../.dependency-cruiser.mjs';
import { filesOf, ROOT, seeded } from './support.ts';

/** Everything that is ours and runs. */
const SOURCES = ['functions', 'lib', 'bin', 'local', 'web', 'demo', 'bench', 'scripts'];

const inspect = async (root: string, folders: readonly string[]): Promise<ICruiseResult> => {
  const { forbidden, options } = rules;
  const { output } = await cruise(
    [...folders],
    { ...options, ruleSet: { forbidden }, validate: true, baseDir: root } as never,
    options.enhancedResolveOptions as never,
    { tsConfig: extractTSConfig(`${ROOT}/tsconfig.json`) },
  );
  return output as ICruiseResult;
};

const findingsOf = (result: ICruiseResult): string[] =>
  result.summary.violations.map(({ rule, from, to }) => {
    const fix = rules.forbidden.find(({ name }) => name === rule.name)?.comment ?? '';
    return `${rule.name}: ${from} imports ${to}. ${fix}`;
  });

test('every import in the sources keeps the rules of the house', async () => {
  const result = await inspect(ROOT, SOURCES);
  const read = result.modules.filter(({ source }) => SOURCES.some((folder) => source.startsWith(`${folder}/`)));
  const edges = read.flatMap(({ dependencies }) => dependencies);
  // With a compiler that it does not know, dependency-cruiser reports no violations on no modules.
  expect(read.length).toBeGreaterThan(200);
  expect(edges.length).toBeGreaterThan(700);
  expect(edges.some(({ dependencyTypes }) => dependencyTypes.includes('type-only'))).toBe(true);
  expect(edges.some(({ resolved }) => resolved.startsWith('node_modules/electrodb'))).toBe(true);
  expect(findingsOf(result)).toEqual([]);
});

/** One seeded violation a rule: the file, what it says, and files that the import needs. */
const SEEDS: Readonly<Record<string, { readonly at: string; readonly says: string; readonly needs?: Readonly<Record<string, string>> }>> = {
  'no-circle': {
    at: 'functions/arr/a.ts',
    says: "import { b } from './b.ts'; export const a = b;",
    needs: { 'functions/arr/b.ts': "import { a } from './a.ts'; export const b = a;" },
  },
  resolvable: { at: 'local/lost.ts', says: "import { gone } from './gone.ts'; export const lost = gone;" },
  'concepts-are-pure': {
    at: 'functions/arr/rule.ts',
    says: "import { read } from './store.ts'; export const rule = read;",
    needs: { 'functions/arr/store.ts': 'export const read = 1;' },
  },
  'concepts-use-no-index': {
    at: 'functions/arr/greedy.ts',
    says: "import { plan } from '../company/index.ts'; export const greedy = plan;",
    needs: { 'functions/company/index.ts': 'export const plan = 1;' },
  },
  'concepts-use-pure-packages': {
    at: 'functions/arr/timed.ts',
    says: "import { setTimeout } from 'node:timers/promises'; export const timed = setTimeout;",
  },
  'capabilities-by-front-door': {
    at: 'functions/arr/on-peek.ts',
    says: "import { store } from '../company/store.ts'; export const peek = store;",
    needs: { 'functions/company/store.ts': 'export const store = 1;' },
  },
  'vendors-stay-inside': {
    at: 'functions/arr/on-vendor.ts',
    says: "import type { Invoice } from '../integrations/stripe/events.ts'; export type Mine = Invoice;",
    needs: { 'functions/integrations/stripe/events.ts': 'export type Invoice = 1;' },
  },
  'platform-knows-no-capability': {
    at: 'functions/platform/knowing.ts',
    says: "import { arr } from '../arr/events.ts'; export const knowing = arr;",
    needs: { 'functions/arr/events.ts': 'export const arr = 1;' },
  },
  'nobody-imports-a-handler': {
    at: 'functions/arr/task-borrow.ts',
    says: "import { handler } from './on-lent.ts'; export const borrow = handler;",
    needs: { 'functions/arr/on-lent.ts': 'export const handler = 1;' },
  },
  'functions-stand-alone': {
    at: 'functions/arr/task-wired.ts',
    says: "import { kit } from '../../lib/kit.ts'; export const wired = kit;",
    needs: { 'lib/kit.ts': 'export const kit = 1;' },
  },
  'functions-use-dependencies': {
    at: 'functions/arr/task-tool.ts',
    says: "import fc from 'fast-check'; export const tool = fc;",
    needs: {
      'package.json': '{ "name": "seeded", "type": "module", "devDependencies": { "fast-check": "4.10.2" } }',
      'node_modules/fast-check/package.json': '{ "name": "fast-check", "version": "4.10.2", "type": "module", "main": "index.js" }',
      'node_modules/fast-check/index.js': 'export default 1;',
    },
  },
  'infrastructure-reads-declarations': {
    at: 'lib/deep.ts',
    says: "import { rule } from '../functions/arr/pure.ts'; export const deep = rule;",
    needs: { 'functions/arr/pure.ts': 'export const rule = 1;' },
  },
  'infrastructure-stands-alone': {
    at: 'lib/demoing.ts',
    says: "import { demo } from '../demo/company.ts'; export const demoing = demo;",
    needs: { 'demo/company.ts': 'export const demo = 1;' },
  },
  'local-runs-what-is-synthesised': {
    at: 'local/shortcut.ts',
    says: "import { stage } from '../lib/stage.ts'; export const shortcut = stage;",
    needs: { 'lib/stage.ts': 'export const stage = 1;' },
  },
  'pages-know-the-api-by-its-types': {
    at: 'web/knowing.ts',
    says: "import { routes } from '../functions/arr/routes.ts'; export const knowing = routes;",
    needs: { 'functions/arr/routes.ts': 'export const routes = 1;' },
  },
  'pages-stand-alone': {
    at: 'web/wired.tsx',
    says: "import { stack } from '../local/stack.ts'; export const wired = stack;",
    needs: { 'local/stack.ts': 'export const stack = 1;' },
  },
  'functions-use-no-sdk': {
    at: 'functions/arr/task-client.ts',
    says: "import { SQSClient } from '@aws-sdk/client-sqs'; export const client = SQSClient;",
  },
  'stores-hold-the-table': { at: 'functions/arr/task-table.ts', says: "import { Entity } from 'electrodb'; export const table = Entity;" },
  'tests-stay-outside': {
    at: 'demo/tested.ts',
    says: "import { support } from '../test/support.ts'; export const tested = support;",
    needs: { 'test/support.ts': 'export const support = 1;' },
  },
};

test('every rule has a seeded violation, and finds it', async () => {
  expect(Object.keys(SEEDS).sort()).toEqual(rules.forbidden.map(({ name }) => name).sort());
  const root = seeded(
    Object.assign(
      { 'package.json': '{ "type": "module" }' },
      ...Object.values(SEEDS).map(({ at, says, needs }) => ({ ...needs, [at]: says })),
    ),
  );
  const findings = findingsOf(
    await inspect(
      root,
      SOURCES.filter((folder) => !['bin', 'bench', 'scripts'].includes(folder)),
    ),
  );
  for (const [rule, { at }] of Object.entries(SEEDS)) {
    expect(
      findings.some((finding) => finding.startsWith(`${rule}: ${at} `)),
      `${rule} does not see ${at} in:\n${findings.join('\n')}`,
    ).toBe(true);
  }
});

test('a file that is listed as a step exists and needs it', async () => {
  const { modules } = await inspect(ROOT, ['functions']);
  const byPath = new Map(modules.map((module) => [module.source, module]));
  for (const step of listedSteps) {
    const module = byPath.get(step);
    expect(module, `${step} is gone: take it from STEPS in .dependency-cruiser.mjs`).toBeDefined();
    const reaches = module?.dependencies.some(
      ({ resolved, dependencyTypes }) =>
        !dependencyTypes.includes('type-only') && (!resolved.startsWith('functions/') || !isConceptFile(resolved)),
    );
    expect(reaches, `${step} is pure: take it from STEPS in .dependency-cruiser.mjs`).toBe(true);
  }
});

test('the rules for concept files reach the files that decide', () => {
  const concepts = [...filesOf(['functions/**/*.ts']).keys()].filter(isConceptFile);
  expect(concepts.length).toBeGreaterThan(60);
  for (const name of [
    'arr/movements/decide',
    'arr/lines/rating',
    'arr/totals/totals',
    'company/plan',
    'integrations/stripe/from-stripe',
    'platform/money',
  ])
    expect(concepts).toContain(`functions/${name}.ts`);
});
