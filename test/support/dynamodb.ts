import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';

/**
 * A real DynamoDB engine for a test file: the native emulator in memory, on a free port, with the one table as the CDK app
 * makes it. Elsewhere than on Linux x64, start any DynamoDB (DynamoDB Local, LocalStack) and set AWS_ENDPOINT_URL_DYNAMODB.
 */
const BINARY = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url));
const START_ATTEMPTS = 200;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const createTable = async (client: DynamoDBClient, name: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((field) => ({ AttributeName: field, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }),
  );
  await client.send(new DescribeTableCommand({ TableName: name }));
};

const untilItAnswers = async (endpoint: string, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`the DynamoDB engine ended with ${child.exitCode} before it answered`);
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(10);
  }
  throw new Error('the DynamoDB engine did not answer within two seconds');
};

export interface TestTable {
  readonly name: string;
  /** Set from `beforeAll` on. */
  endpoint: string;
  client: DynamoDBClient;
  /** Makes another table, empty, and has the functions under test use it from now on. */
  readonly another: () => Promise<void>;
}

/** Call once at the top of a test file; the functions under test find the table by their environment. */
export const useDynamoDB = (name = 'ascent-test'): TestTable => {
  let made = 0;
  const another = async (): Promise<void> => {
    made += 1;
    process.env['TABLE_NAME'] = `${name}-${made}`;
    await createTable(table.client, `${name}-${made}`);
  };
  const table = { name, another } as TestTable;
  let child: ChildProcess | undefined;
  Object.assign(process.env, { TABLE_NAME: name, AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  beforeAll(async () => {
    const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
    if (given === undefined) {
      const port = await freePort();
      child = spawn(BINARY, ['serve', '--port', String(port)], { stdio: 'ignore' });
      table.endpoint = `http://127.0.0.1:${port}`;
      process.env['AWS_ENDPOINT_URL_DYNAMODB'] = table.endpoint;
      await untilItAnswers(table.endpoint, child);
    } else table.endpoint = given;
    table.client = new DynamoDBClient({ endpoint: table.endpoint });
    await createTable(table.client, name);
  });
  afterAll(async () => {
    table.client.destroy();
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
  return table;
};
