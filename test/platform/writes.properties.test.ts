import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchCommit, documentClient, type Write } from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';

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

/** What must come out: group after group, each all or nothing. */
const model = (groups: readonly (readonly Step[])[]): { items: Map<number, string>; verdicts: boolean[] } => {
  const items = new Map<number, string>();
  const verdicts = groups.map((steps, index) => {
    const holds = steps.every(({ item, kind }) => kind === 'overwrite' || items.has(item) === (kind === 'must-exist'));
    if (holds) for (const { item, kind } of steps) if (kind !== 'must-exist') items.set(item, `by ${index}`);
    return holds;
  });
  return { items, verdicts };
};

test('a batch ends as if its groups had been committed one after the other', async () => {
  const { QueryCommand } = await import('@aws-sdk/lib-dynamodb');
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(group, { maxLength: 6 }), async (groups) => {
      run += 1;
      const results = await batchCommit(groups.map((steps, index) => steps.map((one) => writeOf(run, one, `by ${index}`))));
      const expected = model(groups);
      expect(results.map(({ ok }) => ok)).toEqual(expected.verdicts);
      const { Items: stored = [] } = await documentClient().send(
        new QueryCommand({
          TableName: 'ascent-test',
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `RUN#${run}` },
          ConsistentRead: true,
        }),
      );
      const found = new Map(stored.map((item) => [Number(String(item['sk']).slice(5)), String(item['text'])]));
      expect(found).toEqual(new Map([...expected.items].sort(([a], [b]) => a - b)));
    }),
    { numRuns: 150 },
  );
});
