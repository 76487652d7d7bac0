import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DynamoDbError, dynamodb } from '../../functions/platform/clients/dynamodb.ts';
import { ServiceError } from '../../functions/platform/clients/transport.ts';
import { commit } from '../../functions/platform/table.ts';

/** Answers in turn what a test lays out, and keeps what was asked. */
let answers: (readonly [status: number, body: object | 'page'] | 'hang up' | 'half' | 'silence')[] = [];
let asked: { readonly target: string; readonly body: Record<string, unknown>; readonly signed: boolean }[] = [];
let server: Server;
const before = process.env['AWS_ENDPOINT_URL_DYNAMODB'];

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

beforeEach(async () => {
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    void textOf(request).then((text) => {
      asked.push({
        target: String(request.headers['x-amz-target']),
        body: JSON.parse(text) as Record<string, unknown>,
        signed: String(request.headers.authorization).startsWith('AWS4-HMAC-SHA256 Credential=test/'),
      });
      const answer = answers.shift();
      if (answer === undefined || answer === 'hang up') response.destroy();
      else if (answer === 'silence') return;
      else if (answer === 'half') response.writeHead(200).end('{"Item":{"pk"');
      else response.writeHead(answer[0]).end(answer[1] === 'page' ? '{not json' : JSON.stringify(answer[1]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', TABLE_NAME: 'ttt' });
});
afterEach(async () => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'AWS_ENDPOINT_URL_DYNAMODB');
  else process.env['AWS_ENDPOINT_URL_DYNAMODB'] = before;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const coral = (name: string): string => `com.amazonaws.dynamodb.v20120810#${name}`;
const throttled = [400, { __type: coral('ProvisionedThroughputExceededException'), message: 'too fast' }] as const;
const put = () => dynamodb('PutItem', { TableName: 'ttt', Item: { pk: 'a', sk: 'b', n: 1 } });

describe('the client of the table', () => {
  it('sends a signed request in the service’s own words and answers plain values', async () => {
    answers = [[200, { Item: { pk: { S: 'a' }, sequence: { N: '49640000000000000000000000' }, packed: { B: 'AQI=' } } }]];
    const answer = await dynamodb('GetItem', { TableName: 'ttt', Key: { pk: 'a', sk: 'b' } });
    expect(answer['Item']).toEqual({ pk: 'a', sequence: 49640000000000000000000000n, packed: Buffer.from([1, 2]) });
    expect(asked).toEqual([
      { target: 'DynamoDB_20120810.GetItem', body: { TableName: 'ttt', Key: { pk: { S: 'a' }, sk: { S: 'b' } } }, signed: true },
    ]);
  });

  it('asks again after a throttle, a failure of the service and a lost connection [D17]', async () => {
    answers = [throttled, [500, {}], 'hang up', [200, {}]];
    await expect(put()).resolves.toEqual({});
    expect(asked).toHaveLength(4);
  });

  it('gives up after four attempts, with what the last one said', async () => {
    answers = [throttled, throttled, throttled, throttled, [200, {}]];
    await expect(put()).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException', message: 'too fast' });
    expect(asked).toHaveLength(4);
    answers = ['hang up', 'hang up', 'hang up', 'hang up'];
    await expect(put()).rejects.toBeInstanceOf(ServiceError);
  });

  it('throws at once what only the caller can answer, by its name', async () => {
    answers = [
      [400, { __type: coral('ConditionalCheckFailedException'), message: 'The conditional request failed' }],
      [200, {}],
    ];
    const refused = await put().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DynamoDbError);
    expect(refused).toMatchObject({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
    expect(asked).toHaveLength(1);
  });

  it('says why each write of a transaction was refused', async () => {
    const CancellationReasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Message: 'no' }];
    answers = [[400, { __type: coral('TransactionCanceledException'), Message: 'cancelled', CancellationReasons }]];
    const writes = [{ Put: { TableName: 'ttt', Item: { pk: 'a' } } }, { Update: { TableName: 'ttt', Key: { pk: 'b' } } }];
    await expect(dynamodb('TransactWriteItems', { TransactItems: writes })).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons,
    });
    expect(asked[0]?.body['TransactItems']).toEqual([
      { Put: { TableName: 'ttt', Item: { pk: { S: 'a' } } } },
      { Update: { TableName: 'ttt', Key: { pk: { S: 'b' } } } },
    ]);
  });

  it('repeats a transaction under one token, so that it takes effect once where only the answer was lost [D13]', async () => {
    const inProgress = [400, { __type: coral('TransactionInProgressException'), Message: 'still under way' }] as const;
    const cancelled = [
      400,
      { __type: coral('TransactionCanceledException'), CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }] },
    ] as const;
    answers = ['hang up', inProgress, cancelled, [200, {}]];
    const writes = ['a', 'b'].map((pk) => ({ put: { Item: { pk, sk: 'x' } } }));
    expect(await commit(writes)).toEqual({ ok: true, value: undefined });
    const tokens = asked.map(({ body }) => body['ClientRequestToken']);
    expect(tokens).toHaveLength(4);
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('asks again where a body is cut off or is no JSON, whatever the status [D17]', async () => {
    answers = ['half', [503, 'page'], [200, {}]];
    await expect(put()).resolves.toEqual({});
    expect(asked).toHaveLength(3);
    answers = ['half', 'half', 'half', 'half'];
    await expect(put()).rejects.toThrow('PutItem answered half a body');
  });

  it('hangs up on a service that stays silent for four seconds, and asks again [D17, D18]', async () => {
    const later = globalThis.setTimeout;
    const pause = () => new Promise((resolve) => later(resolve, 5));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    answers = ['silence', [200, {}]];
    const answer = put();
    for (let looks = 0; looks < 200 && asked.length < 1; looks += 1) await pause();
    await vi.advanceTimersByTimeAsync(3999);
    await pause();
    expect(asked).toHaveLength(1);
    // 4 s after it was sent, and at most 25 ms before the next attempt; 200 × 5 ms are one second
    for (let looks = 0; looks < 200 && asked.length < 2; looks += 1) {
      await vi.advanceTimersByTimeAsync(5);
      await pause();
    }
    vi.useRealTimers();
    expect(asked).toHaveLength(2);
    await expect(answer).resolves.toEqual({});
  });

  it('reads batches and pages with their keys as plain values', async () => {
    const key = { pk: { S: 'a' }, sk: { S: 'b' } };
    answers = [
      [200, { Responses: { ttt: [{ ...key, n: { N: '1' } }] }, UnprocessedKeys: { ttt: { Keys: [key], ConsistentRead: true } } }],
      [200, { Items: [{ ...key, n: { N: '2' } }], LastEvaluatedKey: key }],
    ];
    expect(await dynamodb('BatchGetItem', { RequestItems: { ttt: { Keys: [{ pk: 'a', sk: 'b' }] } } })).toEqual({
      Responses: { ttt: [{ pk: 'a', sk: 'b', n: 1 }] },
      UnprocessedKeys: { ttt: { Keys: [{ pk: 'a', sk: 'b' }], ConsistentRead: true } },
    });
    expect(
      await dynamodb('Query', { TableName: 'ttt', ExpressionAttributeValues: { ':pk': 'a' }, ExclusiveStartKey: { pk: 'a', sk: 'a' } }),
    ).toEqual({ Items: [{ pk: 'a', sk: 'b', n: 2 }], LastEvaluatedKey: { pk: 'a', sk: 'b' } });
    expect(asked[1]?.body).toEqual({
      TableName: 'ttt',
      ExpressionAttributeValues: { ':pk': { S: 'a' } },
      ExclusiveStartKey: { pk: { S: 'a' }, sk: { S: 'a' } },
    });
  });
});
