import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttributeValue, BatchStatementRequest, KeysAndAttributes, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { TestTable } from './dynamodb.ts';

/** An error of the service, as it answers it. */
export interface Refusal {
  readonly type: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What a request asks, of whichever operation: the fields that tests look into, those of another operation absent. */
export interface Asked {
  readonly TableName?: string;
  readonly Item?: Record<string, AttributeValue>;
  readonly Key?: Record<string, AttributeValue>;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  /** Of a BatchGetItem, by table. */
  readonly RequestItems?: Record<string, KeysAndAttributes>;
  readonly TransactItems?: TransactWriteItem[];
  readonly ClientRequestToken?: string;
  /** Of a BatchExecuteStatement. */
  readonly Statements?: BatchStatementRequest[];
}

export interface Call {
  readonly operation: string;
  readonly input: Asked;
}

/** Stands in front of the engine: sees what the functions under test ask, and answers some of it itself. Empty again before each test. */
export interface DynamoDBProxy {
  /** What was asked since the test began or the list was emptied, in order. */
  readonly calls: Call[];
  /** Answers to the next requests, as DynamoDB gives them when it is busy. */
  readonly refusals: Refusal[];
  /** Bodies with which the next requests are answered instead of going on: what the engine here never says. */
  readonly answers: object[];
  /** Looks at each request before it goes on, may take its time, and may refuse it. */
  before: ((call: Call) => Promise<Refusal | undefined> | Refusal | undefined) | undefined;
}

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Call once at the top of a test file, after `useDynamoDB`. */
export const useDynamoDBProxy = (table: TestTable): DynamoDBProxy => {
  const proxy: DynamoDBProxy = { calls: [], refusals: [], answers: [], before: undefined };
  let server: Server;
  beforeAll(async () => {
    server = createServer(async (incoming, outgoing) => {
      const body = await bodyOf(incoming);
      const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
      const call: Call = { operation, input: JSON.parse(body.toString('utf8')) as Asked };
      proxy.calls.push(call);
      const refusal = (await proxy.before?.(call)) ?? proxy.refusals.shift();
      if (refusal !== undefined) {
        outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${refusal.type}`, message: 'made up', ...refusal.body }));
        return;
      }
      const made = proxy.answers.shift();
      if (made !== undefined) {
        outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end(JSON.stringify(made));
        return;
      }
      const { hostname, port } = new URL(table.endpoint);
      const onward = request({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (reply) => {
        outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(outgoing);
      });
      onward.end(body);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    proxy.calls.length = 0;
    proxy.refusals.length = 0;
    proxy.answers.length = 0;
    proxy.before = undefined;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return proxy;
};
