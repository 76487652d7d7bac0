import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, it, vi } from 'vitest';
import { expireGeneration } from '../../../functions/arr/totals/expire.ts';
import { readGenerations } from '../../../functions/arr/totals/generation-store.ts';
import { project } from '../../../functions/arr/totals/projection.ts';
import { refillTotals } from '../../../functions/arr/totals/refill.ts';
import { commit } from '../../../functions/platform/table.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { movementOf, newReader, textOf } from '../projected.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

/** The platform's clock: a frozen instant in epoch milliseconds. */
const NOW = Date.parse('2026-11-23T09:00:00Z');
const setClock = (at: number): void => {
  Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([BigInt(at), 0n]) });
};
const TOMORROW_SECONDS = Date.parse('2026-11-24T09:00:00Z') / 1000;

interface Item {
  readonly pk: string;
  readonly sk: string;
  readonly expiresAt?: number;
}
const itemsOfTotals = async (): Promise<readonly Item[]> => {
  const client = DynamoDBDocumentClient.from(table.client);
  const found: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await client.send(
      new ScanCommand({
        TableName: process.env['TABLE_NAME'],
        ConsistentRead: true,
        FilterExpression: 'begins_with(pk, :totals)',
        ExpressionAttributeValues: { ':totals': 'TOT#' },
        ExclusiveStartKey: start,
      }),
    );
    found.push(...((answer.Items ?? []) as Item[]));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
};
/** Of the first generation, whose lanes have no generation in their key. */
const ofBefore = (items: readonly Item[]): readonly Item[] => items.filter(({ pk }) => /^TOT#\d$/.test(pk));
const isLeft = ({ expiresAt }: Item): boolean => expiresAt !== undefined;

/** Goes on so often. */
const times = (calls: number) => {
  let asked = 0;
  return (): boolean => {
    asked += 1;
    return asked <= calls;
  };
};

beforeEach(() => {
  setClock(NOW);
  return table.another();
});

/** Each shard of the stream leads to a lane of its own, or to one that others lead to, too. */
const projected = async (batches: number): Promise<void> => {
  for (let n = 1; n <= batches; n += 1)
    await project(`shard-${n % 16}`, [
      {
        sequence: BigInt(n),
        customerId: 'c',
        place: `${String(n).padStart(8, '0')}~`,
        planCurrency: 'USD',
        movements: [movementOf({ on: '2026-03-01', minor: 5_00n })],
      },
    ]);
};

it('leaves the totals of before to the table’s time to live, and nothing of those that are read', async () => {
  await projected(40);
  expect(ofBefore(await itemsOfTotals())).toHaveLength(40);
  expect(await refillTotals(() => true)).toMatchObject({ done: 32, of: 32, isDone: true });
  const items = await itemsOfTotals();
  expect(new Set(ofBefore(items).map(({ expiresAt }) => expiresAt))).toEqual(new Set([TOMORROW_SECONDS]));
  expect(items.filter(isLeft)).toHaveLength(40);
  const { reading, leaving } = await readGenerations();
  expect([reading, leaving]).toEqual(['20261123T090000000Z', undefined]);
  // A mark of each shard of the customers, an item for what is read, and no entry: nothing is recorded.
  expect(items.filter((item) => !isLeft(item))).toHaveLength(32 + 1);
});

it('is gone on with where it was stopped, and nothing is begun', async () => {
  await projected(40);
  const lanes = new Set(ofBefore(await itemsOfTotals()).map(({ pk }) => pk)).size;
  expect(lanes).toBeGreaterThan(4);
  // The shards of the customers, and two of the lanes.
  const { generation, isDone } = await refillTotals(times(32 + 2));
  expect(isDone).toBe(false);
  expect(await readGenerations()).toMatchObject({ reading: generation, writing: generation, leaving: [''] });
  const marked = ofBefore(await itemsOfTotals()).filter(isLeft);
  expect(new Set(marked.map(({ pk }) => pk)).size).toBe(2);
  const read = await newReader();
  expect(textOf(await read('MAIN', '2026-01'))).toBe(textOf({ before: new Map(), months: new Map() }));
  expect(await refillTotals(times(lanes - 2), true)).toEqual({ generation, done: 32, of: 32, isDone: true });
  expect(ofBefore(await itemsOfTotals()).every(isLeft)).toBe(true);
  expect(await readGenerations()).not.toHaveProperty('leaving');
  expect(await refillTotals(times(0), true)).toEqual({ generation, done: 32, of: 32, isDone: true });
});

it('is left by the next refill where nobody went on with it, which counts all the same', async () => {
  await projected(40);
  const { generation: first } = await refillTotals(times(32 + 2));
  setClock(NOW + 1);
  await projected(20);
  const { generation: second, isDone } = await refillTotals(() => true);
  expect([second === first, isDone]).toEqual([false, true]);
  expect(await readGenerations()).toMatchObject({ reading: second, writing: second });
  expect(await readGenerations()).not.toHaveProperty('leaving');
  const items = await itemsOfTotals();
  expect(items.filter((item) => !isLeft(item) && !item.pk.startsWith(`TOT#${second}`) && item.pk !== 'TOT#GENERATIONS')).toEqual([]);
});

it('leaves the marks of a refill, too, and the generation that it made, once the next one is read', async () => {
  await projected(10);
  const { generation: first } = await refillTotals(() => true);
  setClock(NOW + 1);
  await projected(20);
  const { generation: second } = await refillTotals(() => true);
  const left = (await itemsOfTotals()).filter(isLeft);
  expect(left.filter(({ pk }) => pk === `TOT#${first}#REFILL`)).toHaveLength(32);
  expect(left.filter(({ pk }) => pk.startsWith(`TOT#${second}`))).toEqual([]);
  expect((await itemsOfTotals()).filter((item) => item.pk.startsWith(`TOT#${first}`) && !isLeft(item))).toEqual([]);
});

it('takes a lane page by page', async () => {
  for (let from = 1; from <= 450; from += 90)
    await commit(
      Array.from({ length: 90 }, (_, i) => ({
        put: { Item: { pk: 'TOT#0', sk: `LOG#${String(from + i).padStart(12, '0')}`, checkpoints: {} } },
      })),
    );
  // 450 entries are pages of 200, 200 and 50.
  expect(await expireGeneration('', times(2))).toBe(false);
  expect((await itemsOfTotals()).filter(isLeft)).toHaveLength(400);
  expect(await expireGeneration('', times(1))).toBe(true);
  expect((await itemsOfTotals()).filter(isLeft)).toHaveLength(450);
});

it('makes nothing anew that has expired meanwhile', async () => {
  await projected(3);
  const client = DynamoDBDocumentClient.from(table.client);
  const [gone] = ofBefore(await itemsOfTotals());
  proxy.before = async ({ operation, input }) => {
    if (operation !== 'UpdateItem' || input.Key?.['pk']?.S !== gone?.pk) return undefined;
    await client.send(new DeleteCommand({ TableName: process.env['TABLE_NAME'], Key: { pk: gone?.pk, sk: gone?.sk } }));
    return undefined;
  };
  expect(await expireGeneration('', () => true)).toBe(true);
  expect(ofBefore(await itemsOfTotals()).map(isLeft)).toEqual([true, true]);
});
