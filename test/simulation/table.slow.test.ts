import { afterAll, expect, test } from 'vitest';
import { useDynamoDB } from '../support/dynamodb.ts';
import { startWorker } from './pool.ts';
import type { Asked } from './worker.ts';

const table = useDynamoDB('ascent-recorded');
const worker = startWorker();
afterAll(() => worker.end());

type Body = Readonly<Record<string, unknown>>;

/** The same value with the names of every map in one order: an item has none, and neither have the maps in it. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
};

/** What counts of an answer: of a refusal its name and reasons, not the words; of items in no order of theirs, which they are. */
const essence = (operation: string, status: number, text: string): unknown => {
  const body = JSON.parse(text) as Body;
  if (status !== 200) {
    const reasons = (body['CancellationReasons'] as readonly { readonly Code?: string }[] | undefined)?.map(({ Code: code }) => code);
    return { status, type: String(body['__type']).split('#').at(-1), reasons };
  }
  const { Item: item, Items: items, LastEvaluatedKey: last, Responses: responses } = body;
  if (operation === 'BatchGetItem') {
    const found = Object.values(responses as Record<string, readonly object[]>).flat();
    return found.map((one) => JSON.stringify(sorted(one))).sort();
  }
  const codes = (responses as readonly { readonly Error?: { readonly Code: string } }[] | undefined)?.map(
    ({ Error: error }) => error?.Code,
  );
  return { item, items, last, codes };
};

const emulated = async (operation: string, body: string): Promise<{ readonly status: number; readonly text: string }> => {
  const response = await fetch(table.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20261123/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20261123T090000Z',
    },
    body,
  });
  return { status: response.status, text: await response.text() };
};

/** The request as the emulator's table gets it. */
const sentTo = (name: string, { input }: Asked): string =>
  JSON.stringify(input).replaceAll(/"ascent-\d+"|\\"ascent-\d+\\"/g, (own) => own.replace(/ascent-\d+/, name));

/** Lives of both paces, some with a log of totals that is folded, some with a dashboard. */
const SEEDS = [72, 82, 217, 226, 276];

test('the simulated table answers every request of some lives as the emulator does', { timeout: 180_000 }, async () => {
  const operations = new Map<string, number>();
  let refused = 0;
  let ofIndex = 0;
  for (const seed of SEEDS) {
    await table.another();
    const name = String(process.env['TABLE_NAME']);
    for (const one of await worker.ask('requestsOf', seed)) {
      const body = sentTo(name, one);
      const answer = await emulated(one.operation, body);
      expect({ asked: body, ...{ is: essence(one.operation, one.status, one.text) } }).toEqual({
        asked: body,
        is: essence(one.operation, answer.status, answer.text),
      });
      operations.set(one.operation, (operations.get(one.operation) ?? 0) + 1);
      if (one.status !== 200) refused += 1;
      if ('IndexName' in one.input) ofIndex += 1;
    }
  }
  expect([...operations.keys()].sort()).toEqual([
    'BatchExecuteStatement',
    'BatchGetItem',
    'GetItem',
    'PutItem',
    'Query',
    'TransactWriteItems',
    'UpdateItem',
  ]);
  expect(refused).toBeGreaterThan(10);
  expect(ofIndex).toBeGreaterThan(10);
});
