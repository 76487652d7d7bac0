import ts from 'typescript';
import { expect, test } from 'vitest';
import { type Files, type Findings, filesOf, seeded } from './support.ts';
import { chainOf, nodesIn } from './syntax.ts';

/** The only file that writes to the table: it turns a cancelled transaction into a value. */
const COMMITTER = 'functions/platform/writes.ts';

const WRITING_STEPS = new Set(['put', 'create', 'upsert', 'update', 'patch', 'delete', 'remove', 'transaction', 'write']);
const WRITING_COMMANDS = /^(?:Put|Update|Delete|BatchWrite|TransactWrite)(?:Item|Items)?Command$/;

const FIX =
  "ElectroDB's transaction `.go()` resolves with `canceled: true` and does not throw: make the writes with `.params()` and hand them to `commit` of platform/table.ts.";

const isRawWrite = (node: ts.Node): boolean => {
  if (ts.isIdentifier(node)) return WRITING_COMMANDS.test(node.text) && !ts.isImportSpecifier(node.parent);
  if (!ts.isCallExpression(node)) return false;
  const [last, ...before] = chainOf(node);
  return last === 'go' && before.some((name) => WRITING_STEPS.has(name));
};

const rawWrites = (files: Files): Findings =>
  nodesIn(new Map([...files].filter(([path]) => path !== COMMITTER)), isRawWrite).map(
    ({ path, line, node }) => `${path}:${line} writes by ${ts.isIdentifier(node) ? node.text : '.go()'}. ${FIX}`,
  );

test('only the committer writes to the table', () => {
  const files = filesOf(['functions/**/*.ts']);
  expect(files.size).toBeGreaterThan(100);
  expect(files.has(COMMITTER)).toBe(true);
  // The rule sees the chains that it is about: there are reads that end in .go().
  expect(nodesIn(files, (node) => ts.isCallExpression(node) && chainOf(node)[0] === 'go').length).toBeGreaterThan(3);
  expect(rawWrites(files)).toEqual([]);
});

test('finds a raw transaction, a raw write and a raw command in seeded files', () => {
  const root = seeded({
    'functions/arr/records/store.ts': [
      'await service.transaction.write(({ books }) => [books.put(book).commit()]).go();',
      'await books.put(book).go({ response: "none" });',
      'await client.send(new TransactWriteCommand({ TransactItems: [] }));',
      'const read = await books.get(key).go();',
      'const write = books.put(book).params();',
    ].join('\n'),
    [COMMITTER]: 'await client.send(new TransactWriteCommand({ TransactItems: [] }));',
  });
  expect(rawWrites(filesOf(['functions/**/*.ts'], root))).toEqual([
    `functions/arr/records/store.ts:1 writes by .go(). ${FIX}`,
    `functions/arr/records/store.ts:2 writes by .go(). ${FIX}`,
    `functions/arr/records/store.ts:3 writes by TransactWriteCommand. ${FIX}`,
  ]);
});
