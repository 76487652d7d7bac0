import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchCommit, type Write } from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { itemsUnder } from '../support/items.ts';

useDynamoDB();

/** A write of one of a few items: created once, or overwritten. */
interface Step {
  readonly item: number;
  readonly kind: 'create' | 'overwrite' | 'must-exist';
}

const step = fc.record<Step>({ item: fc.integer({ min: 0, max: 5 }), kind: fc.constantFrom('create', 'overwrite', 'must-exist') });
/** A group names each item once. */
const group = fc.uniqueArray(step, { selector: ({ item }) => item, maxLength: 4 });

const keyOf = (run: number, item: number) => ({ pk: `RUN#${run}`, sk: `ITEM#${item}` });

const writeOf = (run: number, { item, kind }: Step, text: string): Write => {
  if (kind === 'must-exist') return { check: { Key: keyOf(run, item), ConditionExpression: 'attribute_exists(pk)' } };
  const condition = kind === 'create' ? { ConditionExpression: 'attribute_not_exists(pk)' } : {};
  return { put: { Item: { ...keyOf(run, item), text }, ...condition } };
};

interface Ended {
  readonly items: ReadonlyMap<number, string>;
  /** By index of the group. */
  readonly verdicts: readonly boolean[];
}

/** What comes out where the groups are committed one after the other, each all or nothing, in an order of their indices. */
const ended = (groups: readonly (readonly Step[])[], order: readonly number[]): Ended => {
  const items = new Map<number, string>();
  const verdicts: boolean[] = [];
  for (const index of order) {
    const steps = groups[index] ?? [];
    const holds = steps.every(({ item, kind }) => kind === 'overwrite' || items.has(item) === (kind === 'must-exist'));
    if (holds) for (const { item, kind } of steps) if (kind !== 'must-exist') items.set(item, `by ${index}`);
    verdicts[index] = holds;
  }
  return { items, verdicts };
};

/** All orders in which the groups of several writes keep theirs, with those of one write anywhere between. */
function* orders(inOrder: readonly number[], anywhere: readonly number[]): Generator<readonly number[]> {
  const [first, ...others] = inOrder;
  if (first === undefined && anywhere.length === 0) yield [];
  if (first !== undefined) for (const rest of orders(others, anywhere)) yield [first, ...rest];
  for (const one of anywhere)
    for (const rest of orders(
      inOrder,
      anywhere.filter((other) => other !== one),
    ))
      yield [one, ...rest];
}

const textOf = ({ items, verdicts }: Ended): string => JSON.stringify([[...items].sort(([a], [b]) => a - b), verdicts]);

test('a batch ends as if its groups had been committed one after the other, those of several writes in their order', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(group, { maxLength: 6 }), async (groups) => {
      run += 1;
      const results = await batchCommit(groups.map((steps, index) => steps.map((one) => writeOf(run, one, `by ${index}`))));
      const stored = await itemsUnder(`RUN#${run}`);
      const items = new Map(stored.map((item) => [Number(item.sk.slice('ITEM#'.length)), String(item['text'])]));
      const indices = groups.map((_, index) => index);
      const several = indices.filter((index) => groups[index]?.length !== 1);
      const alone = indices.filter((index) => groups[index]?.length === 1);
      const possible = new Set([...orders(several, alone)].map((order) => textOf(ended(groups, order))));
      expect(possible).toContain(textOf({ items, verdicts: results.map(({ ok }) => ok) }));
    }),
    { numRuns: 150 },
  );
});
