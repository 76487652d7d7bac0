import ts from 'typescript';
import { expect, test } from 'vitest';
import { isConceptFile } from '../../.dependency-cruiser.mjs';
import { type Files, type Findings, filesOf, seeded } from './support.ts';
import { dotted, nodesIn } from './syntax.ts';

/** What makes an answer depend on more than its arguments. */
const IMPURE_MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'Temporal.Now',
  'crypto.randomUUID',
  'crypto.randomBytes',
  'crypto.getRandomValues',
]);
const IMPURE_NAMES = new Set([
  'process',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'randomUUID',
  'randomBytes',
  'randomInt',
]);

const isImpure = (node: ts.Node): boolean => {
  if (IMPURE_MEMBERS.has(dotted(node) ?? '')) return true;
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0;
  if (!ts.isIdentifier(node) || !IMPURE_NAMES.has(node.text)) return false;
  // A property of that name is something else.
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  return !isMember && !ts.isPropertyAssignment(parent) && !ts.isPropertySignature(parent) && !ts.isShorthandPropertyAssignment(parent);
};

const FIX =
  'A concept file knows no clock, environment, chance or outside: take the value as an argument (platform/clock.ts is read by handlers and steps).';

const impurities = (files: Files): Findings =>
  nodesIn(files, isImpure).map(({ path, line, node }) => `${path}:${line} uses ${node.getText().replace(/\s+/g, ' ')}. ${FIX}`);

const conceptsOf = (root?: string): Files => new Map([...filesOf(['functions/**/*.ts'], root)].filter(([path]) => isConceptFile(path)));

test('no concept file reads a clock, the environment or chance', () => {
  const concepts = conceptsOf();
  expect(concepts.size).toBeGreaterThan(60);
  expect(impurities(concepts)).toEqual([]);
});

test('finds each impurity in a seeded concept file, and none in a handler', () => {
  const says = [
    'export const a = Date.now();',
    'export const b = Math.random();',
    "export const c = process.env['X'];",
    'export const d = new Date();',
    "export const e = fetch('https://example.com');",
    'export const pure = new Date(0).getTime() + { process: 1 }.process;',
  ];
  const root = seeded({ 'functions/arr/movements/movements.ts': says.join('\n'), 'functions/arr/on-fact.ts': says.join('\n') });
  expect(impurities(conceptsOf(root))).toEqual(
    ['1 uses Date.now', '2 uses Math.random', '3 uses process', '4 uses new Date()', '5 uses fetch'].map(
      (found) => `functions/arr/movements/movements.ts:${found}. ${FIX}`,
    ),
  );
});
