import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Resource } from '../../../local/service.ts';
import { dynamoDbAccess } from '../../../local/services/dynamodb-access.ts';
import { startDynamoDb } from '../../../local/services/dynamodb-process.ts';
import { type Harness, startServices, streamArn, table, tableArn } from './support.ts';

const TableName = 'Ascent';
const item = (pk: string, more: Readonly<Record<string, { S: string }>> = {}) => ({ pk: { S: pk }, sk: { S: 'a' }, ...more });

describe('DynamoDB', () => {
  let stack: Harness;
  beforeEach(async () => {
    stack = await startServices([table(TableName)]);
  });
  afterEach(() => stack.stop());

  it('creates the table of the template with its index, stream and time to live', async () => {
    const { Table } = await stack.dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
    expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexName).toBe('gsi1');
    expect(Table?.StreamSpecification?.StreamViewType).toBe('NEW_IMAGE');
  });

  it('passes requests and the reasons of a cancelled transaction through unchanged', async () => {
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: item('x', { gsi1pk: { S: 'g' }, gsi1sk: { S: '1' } }) }));
    expect((await stack.dynamodb.send(new GetItemCommand({ TableName, Key: item('x') }))).Item?.['gsi1pk']).toEqual({ S: 'g' });
    const byIndex = new QueryCommand({
      TableName,
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :g',
      ExpressionAttributeValues: { ':g': { S: 'g' } },
    });
    expect((await stack.dynamodb.send(byIndex)).Count).toBe(1);
    const twice = new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName, Item: item('x'), ConditionExpression: 'attribute_not_exists(pk)' } }],
    });
    await expect(stack.dynamodb.send(twice)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed' }],
    });
  });

  it('tells the readers of its stream after a write, and shows them the records in order', async () => {
    const { streams } = stack.services;
    const [shard = ''] = streams.shards(streamArn(TableName));
    expect(streams.latest(streamArn(TableName), shard)).toBeUndefined();
    let told = 0;
    streams.onWrite(streamArn(TableName), () => {
      told += 1;
    });
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: item('x', { note: { S: '{"a":1}' } }) }));
    await stack.dynamodb.send(new DeleteItemCommand({ TableName, Key: item('x') }));
    expect(told).toBe(2);
    const records = streams.read(streamArn(TableName), shard, undefined, 10);
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'REMOVE']);
    expect(records[0]).toMatchObject({
      eventSource: 'aws:dynamodb',
      eventSourceARN: `${tableArn(TableName)}/stream/local`,
      dynamodb: { Keys: item('x'), NewImage: { note: { S: '{"a":1}' } } },
    });
    expect(streams.read(streamArn(TableName), shard, records[0]?.dynamodb.SequenceNumber, 10)).toEqual([records[1]]);
    expect(streams.latest(streamArn(TableName), shard)).toBe(records[1]?.dynamodb.SequenceNumber);
  });

  it('shows bytes and maps in the stream as Lambda gets them: bytes in base64, a map by its members', async () => {
    const { streams } = stack.services;
    const [shard = ''] = streams.shards(streamArn(TableName));
    const event = { M: { type: { S: 'Noted' }, data: { S: '{"a":1}' } } };
    await stack.dynamodb.send(
      new PutItemCommand({ TableName, Item: { ...item('bytes'), packed: { B: Uint8Array.of(0, 250, 255) }, event } as never }),
    );
    const [record] = streams.read(streamArn(TableName), shard, undefined, 10);
    // 0x00 0xfa 0xff in base64
    expect(record?.dynamodb.NewImage).toEqual({ ...item('bytes'), packed: { B: 'APr/' }, event });
  });

  it('refuses to make tables on request: they come from the template', async () => {
    const create = new CreateTableCommand({
      TableName: 'Other',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    });
    await expect(stack.dynamodb.send(create)).rejects.toThrow('The local stack does not play dynamodb:CreateTable.');
  });
});

describe('the DynamoDB process', () => {
  it('keeps its items over a restart, and leaves no process behind', async () => {
    const first = await startServices([table(TableName)]);
    await first.dynamodb.send(new PutItemCommand({ TableName, Item: item('kept') }));
    const pid = Number(readFileSync(join(first.dataDir, 'dynamodb.pid'), 'utf8'));
    await first.stop('keep');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    const second = await startServices([table(TableName)], { dataDir: first.dataDir });
    expect((await second.dynamodb.send(new GetItemCommand({ TableName, Key: item('kept') }))).Item).toEqual(item('kept'));
    await second.stop();
  });

  it('ends the process that a killed run left behind', async () => {
    const left = await startServices([table(TableName)]);
    const pid = Number(readFileSync(join(left.dataDir, 'dynamodb.pid'), 'utf8'));
    const next = await startDynamoDb(left.dataDir, undefined);
    expect(readFileSync(join(left.dataDir, 'dynamodb.pid'), 'utf8')).not.toBe(String(pid));
    await next.stop();
    await left.stop();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('lets items expire, even where a kill came between the making of the table and that', async () => {
    const withoutTtl: Resource = {
      ...table(TableName),
      properties: { ...table(TableName).properties, TimeToLiveSpecification: undefined },
    };
    const first = await startServices([withoutTtl]);
    await first.stop('keep');
    const second = await startServices([table(TableName)], { dataDir: first.dataDir });
    const { TimeToLiveDescription } = await second.dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
    await second.stop();
  });

  it('refuses a data folder whose table has another shape', async () => {
    const first = await startServices([table(TableName)]);
    await first.stop('keep');
    const base = table(TableName);
    const other: Resource = { ...base, properties: { ...base.properties, GlobalSecondaryIndexes: [] } };
    await expect(startServices([other], { dataDir: first.dataDir })).rejects.toThrow('Start with --fresh to begin anew.');
    expect(existsSync(join(first.dataDir, 'dynamodb.pid'))).toBe(false);
    rmSync(first.dataDir, { recursive: true });
  });

  it('takes another DynamoDB where AWS_ENDPOINT_URL_DYNAMODB names one, and copies its stream', async () => {
    const outside = await startServices([table('Elsewhere')]);
    const external = await startDynamoDb(`${outside.dataDir}`, undefined);
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = `http://${external.host}:${external.port}`;
    const stack = await startServices([table(TableName)]);
    delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
    const { streams } = stack.services;
    const told = new Promise<void>((resolve) => streams.onWrite(streamArn(TableName), resolve));
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: item('1') }));
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: item('2') }));
    await told;
    const [shard = ''] = streams.shards(streamArn(TableName));
    await expect
      .poll(() => streams.read(streamArn(TableName), shard, undefined, 10).map(({ dynamodb }) => dynamodb.Keys))
      .toEqual([item('1'), item('2')]);
    const [first] = streams.read(streamArn(TableName), shard, undefined, 1);
    expect(streams.read(streamArn(TableName), shard, first?.dynamodb.SequenceNumber, 10)).toHaveLength(1);
    await stack.stop();
    await external.stop();
    await outside.stop();
  });
});

describe('a DynamoDB emulator that ends by itself', () => {
  const dies = async (dataDir: string): Promise<number> => {
    const pid = Number(readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    // Until its connections are seen to be closed.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return pid;
  };

  it('is started again: what was acknowledged is there, the stream goes on, and it is told', async () => {
    const stack = await startServices([table(TableName)]);
    const { streams } = stack.services;
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: item('before') }));
    const pid = await dies(stack.dataDir);
    // Asked while it is away, it answers once it is back.
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: item('after') }));
    expect((await stack.dynamodb.send(new GetItemCommand({ TableName, Key: item('before'), ConsistentRead: true }))).Item).toBeDefined();
    expect(Number(readFileSync(join(stack.dataDir, 'dynamodb.pid'), 'utf8'))).not.toBe(pid);
    const [shard = ''] = streams.shards(streamArn(TableName));
    expect(streams.read(streamArn(TableName), shard, undefined, 10).map(({ dynamodb }) => dynamodb.Keys)).toEqual([
      item('before'),
      item('after'),
    ]);
    await expect
      .poll(() => stack.logged, { timeout: 20_000 })
      .toEqual(['warn DynamoDB: The DynamoDB emulator ended by itself (SIGKILL) and was started again: what was acknowledged is there.']);
    await stack.stop();
  });

  it('again and again is given up, with a sentence: it is not started for ever', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ascent-dying-'));
    const restarts: string[] = [];
    let givenUp: (sentence: string) => void = () => undefined;
    const end = new Promise<string>((resolve) => {
      givenUp = resolve;
    });
    const endpoint = await startDynamoDb(
      dataDir,
      undefined,
      { onRestart: (sentence) => restarts.push(sentence), onGivenUp: givenUp },
      [10, 20],
    );
    for (let death = 1; death <= 3; death += 1) {
      await dies(dataDir);
      if (death < 3) await expect.poll(() => restarts.length, { timeout: 20_000 }).toBe(death);
    }
    expect(await end).toMatch(/^The DynamoDB emulator ended by itself 3 times within ten minutes, the last time with SIGKILL/);
    await expect(endpoint.restarting()).rejects.toThrow('ended by itself 3 times');
    await endpoint.stop();
    rmSync(dataDir, { recursive: true });
  });
});

describe('the access that DynamoDB requests need', () => {
  const arn = (name: string): string => tableArn(name);

  it('is that of each item in a transaction, once', () => {
    const input = {
      TransactItems: [
        { Put: { TableName } },
        { Put: { TableName } },
        { ConditionCheck: { TableName } },
        { Update: { TableName } },
        { Delete: { TableName } },
      ],
    };
    expect(dynamoDbAccess('TransactWriteItems', input, arn).map(({ action }) => action)).toEqual([
      'dynamodb:PutItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
    ]);
  });

  it('is on the index for a query on an index', () => {
    expect(dynamoDbAccess('Query', { TableName, IndexName: 'gsi1' }, arn)).toEqual([
      { action: 'dynamodb:Query', resource: `${tableArn(TableName)}/index/gsi1` },
    ]);
    expect(dynamoDbAccess('Query', { TableName }, arn)).toEqual([{ action: 'dynamodb:Query', resource: tableArn(TableName) }]);
  });

  it('is an action of its own for what PartiQL inserts, and nothing else of PartiQL is played', () => {
    const insert = (name: string) => ({ Statement: `INSERT INTO "${name}" VALUE {'pk':?}`, Parameters: [{ S: 'a' }] });
    expect(dynamoDbAccess('BatchExecuteStatement', { Statements: [insert('A'), insert('B'), insert('A')] }, arn)).toEqual([
      { action: 'dynamodb:PartiQLInsert', resource: tableArn('A') },
      { action: 'dynamodb:PartiQLInsert', resource: tableArn('B') },
    ]);
    const deletes = { Statements: [{ Statement: `DELETE FROM "A" WHERE pk = 'a'` }] };
    expect(() => dynamoDbAccess('BatchExecuteStatement', deletes, arn)).toThrow('INSERT INTO');
  });

  it('is on each table of a batch', () => {
    expect(dynamoDbAccess('BatchGetItem', { RequestItems: { A: {}, B: {} } }, arn).map(({ resource }) => resource)).toEqual([
      tableArn('A'),
      tableArn('B'),
    ]);
  });
});
