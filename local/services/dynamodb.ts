import { setTimeout as sleep } from 'node:timers/promises';
import type { Service, ServiceContext, ServiceRequest, ServiceResponse, StreamPort } from '../service.ts';
import { dynamoDbAccess, isPlayed, isWrite } from './dynamodb-access.ts';
import { type DynamoDbEndpoint, startDynamoDb } from './dynamodb-process.ts';
import { addStreamIndex, openStreamFile, type StreamOfTable, type StreamSource } from './dynamodb-stream.ts';
import { createStreamMirror, type StreamMirror } from './dynamodb-stream-mirror.ts';
import { type DynamoDbCall, ensureTable, readTable, TABLE_TYPES, type Table } from './dynamodb-table.ts';
import { createHttpPeer, type HttpPeer } from './http-connection.ts';
import { accessOf, answerJson, isObject, ServiceError } from './json-protocol.ts';
import { lastPart } from './properties.ts';
import type { Store } from './store.ts';

export interface DynamoDb extends Service {
  readonly streams: StreamPort;
}

/** Attempts to reach an emulator that has just ended and is not known to have, and the wait between them. */
const MAX_ATTEMPTS = 20;
const WAIT_MS = 25;

// One set of credentials for every caller: DynamoDB Local keeps a database for each access key. The gateway has checked who calls.
const CREDENTIALS = {
  'content-type': 'application/x-amz-json-1.0',
  authorization:
    'AWS4-HMAC-SHA256 Credential=ascent/20260101/local/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000',
  'x-amz-date': '20260101T000000Z',
};

/** `arn:…:table/Name/stream/Label` → `arn:…:table/Name` */
const tableArnOfStream = (streamArn: string): string => streamArn.replace(/\/stream\/[^/]*$/, '');

/** Passes requests on to the emulator, and tells the readers of its streams after each write. */
export const createDynamoDb = (context: ServiceContext, store: Store, externalUrl = process.env['AWS_ENDPOINT_URL_DYNAMODB']): DynamoDb => {
  const resources = TABLE_TYPES.flatMap((type) => context.resources.ofType(type));
  const tables = new Map<string, { readonly table: Table; readonly path: string; readonly listeners: Set<() => void> }>();
  for (const resource of resources) tables.set(resource.ref, { table: readTable(resource), path: resource.path, listeners: new Set() });
  let endpoint: DynamoDbEndpoint | undefined;
  let peer: HttpPeer | undefined;
  let source: StreamSource | undefined;
  let mirror: StreamMirror | undefined;

  const tableArn = (nameOrArn: string): string => {
    const name = lastPart(nameOrArn);
    return tables.get(name)?.table.arn ?? `arn:aws:dynamodb:${context.region}:${context.accountId}:table/${name}`;
  };

  const post = async (target: string, body: Buffer | string): Promise<{ readonly status: number; readonly body: Buffer }> => {
    const headers = { ...CREDENTIALS, 'x-amz-target': target.includes('.') ? target : `DynamoDB_20120810.${target}` };
    for (let attempt = 1; ; attempt += 1) {
      const restarting = endpoint?.restarting();
      if (restarting !== undefined) await restarting;
      if (peer === undefined) throw new Error('DynamoDB is not started.');
      try {
        return await peer.post(headers, body);
      } catch (error) {
        // What was not sent can be sent again, once the emulator runs; what was may have been done, and the caller is told that it failed.
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || attempt === MAX_ATTEMPTS) throw error;
        await sleep(WAIT_MS);
      }
    }
  };

  const call: DynamoDbCall = async (target, input) => {
    const answer = await post(target, JSON.stringify(input));
    const parsed: unknown = JSON.parse(answer.body.toString('utf8'));
    const output = isObject(parsed) ? parsed : {};
    if (answer.status === 200) return output;
    const error = new Error(`DynamoDB ${target}: ${String(output['message'] ?? output['Message'])}`);
    error.name = String(output['__type']);
    throw error;
  };

  const tell = (tableName: string): void => {
    for (const listener of tables.get(tableName)?.listeners ?? []) listener();
  };
  const streamArnOf = (tableName: string): string => `${tables.get(tableName)?.table.arn ?? tableName}/stream/local`;
  const streamOf = (tableName: string): StreamOfTable => ({
    streamArn: streamArnOf(tableName),
    viewType: tables.get(tableName)?.table.streamViewType ?? 'NEW_IMAGE',
    region: context.region,
  });
  const failedToCopy = (error: unknown): void => context.log('error', 'DynamoDB', `The stream could not be copied: ${String(error)}`);

  const openSource = (from: DynamoDbEndpoint): StreamSource => {
    if (from.databaseFile !== undefined) {
      addStreamIndex(from.databaseFile);
      return openStreamFile(from.databaseFile, streamOf);
    }
    const streaming = [...tables.values()].filter(({ table }) => table.streamViewType !== undefined).map(({ table }) => table.name);
    mirror = createStreamMirror(call, store, streaming, streamOf, tell, failedToCopy);
    return mirror;
  };

  const afterWrite = (): void => {
    if (mirror !== undefined) mirror.copy().catch(failedToCopy);
    else for (const { listeners } of tables.values()) for (const listener of listeners) listener();
  };

  const tableOfStream = (streamArn: string): string => {
    const arn = tableArnOfStream(streamArn);
    const found = [...tables.values()].find(({ table }) => table.arn === arn && table.streamViewType !== undefined);
    if (found === undefined) throw new Error(`${streamArn} is not a stream of the template.`);
    return found.table.name;
  };
  const stop = async (): Promise<void> => {
    source?.stop();
    peer?.close();
    await endpoint?.stop();
    source = undefined;
    peer = undefined;
    endpoint = undefined;
  };

  const sourceNow = (): StreamSource => {
    if (source === undefined) throw new Error('DynamoDB is not started: its streams cannot be read.');
    return source;
  };

  return {
    signingName: 'dynamodb',
    streams: {
      shards: (streamArn) => sourceNow().shards(tableOfStream(streamArn)),
      read: (streamArn, shardId, after, limit) => sourceNow().read(tableOfStream(streamArn), shardId, after, limit),
      latest: (streamArn, shardId) => sourceNow().latest(tableOfStream(streamArn), shardId),
      onWrite: (streamArn, listener) => {
        const listeners = tables.get(tableOfStream(streamArn))?.listeners;
        listeners?.add(listener);
        return () => listeners?.delete(listener);
      },
    },
    start: async () => {
      endpoint = await startDynamoDb(context.dataDir, externalUrl, {
        onRestart: (sentence) => {
          context.log('warn', 'DynamoDB', sentence);
          // What was written and not answered any more is in the stream.
          afterWrite();
        },
        onGivenUp: (sentence) => {
          context.log('error', 'DynamoDB', sentence);
          context.fatal?.(sentence);
        },
      });
      peer = createHttpPeer(endpoint.host, endpoint.port);
      try {
        for (const { table, path } of tables.values()) await ensureTable(call, table, path);
        source = openSource(endpoint);
        await mirror?.copy();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    access: (request) => accessOf(request, `dynamodb:${request.operation}`, (input) => dynamoDbAccess(request.operation, input, tableArn)),
    handle: async (request: ServiceRequest): Promise<ServiceResponse> => {
      if (!isPlayed(request.operation)) {
        return answerJson('1.0', () => {
          throw new ServiceError('UnknownOperationException', `The local stack does not play dynamodb:${request.operation}.`);
        });
      }
      const { status, body } = await post(request.operation, request.body);
      if (status === 200 && isWrite(request.operation)) afterWrite();
      return { status, headers: { 'content-type': CREDENTIALS['content-type'] }, body };
    },
  };
};
