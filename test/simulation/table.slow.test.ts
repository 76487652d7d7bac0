import { expect, test } from 'vitest';
import { useDynamoDB } from '../support/dynamodb.ts';
import { runOf, trialOf } from './seeds.ts';

const table = useDynamoDB('ascent-recorded');

interface Asked {
  readonly operation: string;
  readonly body: string;
  readonly status: number;
  readonly text: string;
}

type Body = Readonly<Record<string, unknown>>;

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
    return found.map((one) => JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
  }
  const codes = (responses as readonly { readonly Error?: { readonly Code: string } }[] | undefined)?.map(
    ({ Error: error }) => error?.Code,
  );
  return { item, items, last, codes };
};

const emulated = async ({ operation, body }: Asked): Promise<{ readonly status: number; readonly text: string }> => {
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

const SEEDS = [12, 32, 72, 76];

test('the simulated table answers every request of some lives as the emulator does', { timeout: 120_000 }, async () => {
  const operations = new Map<string, number>();
  let refused = 0;
  for (const seed of SEEDS) {
    await table.another();
    const name = String(process.env['TABLE_NAME']);
    const asked: Asked[] = [];
    await runOf({
      ...trialOf(seed),
      heard: (operation, input, { status, text }) =>
        asked.push({ operation, body: JSON.stringify(input).replaceAll(String(process.env['TABLE_NAME']), name), status, text }),
    });
    for (const one of asked) {
      const answer = await emulated(one);
      expect({ asked: one.body, ...{ is: essence(one.operation, one.status, one.text) } }).toEqual({
        asked: one.body,
        is: essence(one.operation, answer.status, answer.text),
      });
      operations.set(one.operation, (operations.get(one.operation) ?? 0) + 1);
      if (one.status !== 200) refused += 1;
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
});
