import type { StreamRecord } from '../service.ts';
import type { StreamOfTable, StreamSource } from './dynamodb-stream.ts';
import type { DynamoDbCall } from './dynamodb-table.ts';
import { isObject, type JsonObject, listField } from './json-protocol.ts';
import type { Store } from './store.ts';

/**
 * The stream of a DynamoDB that is not ours (`AWS_ENDPOINT_URL_DYNAMODB`), copied through the streams API into our own
 * store, so that its readers read it as they read the emulator's file, and find it again after a restart.
 */
export interface StreamMirror extends StreamSource {
  /** Copies now what is new; called after each write, and by itself now and then for writes that went past us. */
  readonly copy: () => Promise<void>;
}

const COPY_AGAIN_MS = 500;
const PAGE = 1_000;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS mirrored_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT, table_name TEXT NOT NULL, shard_id TEXT NOT NULL, sequence_number TEXT NOT NULL, record TEXT NOT NULL,
    UNIQUE (table_name, shard_id, sequence_number));
`;

export const createStreamMirror = (
  call: DynamoDbCall,
  store: Store,
  tables: readonly string[],
  streamOf: (table: string) => StreamOfTable,
  onCopied: (table: string) => void,
  onFailure: (error: unknown) => void,
): StreamMirror => {
  store.exec(SCHEMA);
  const insert = store.prepare(
    'INSERT OR IGNORE INTO mirrored_records (table_name, shard_id, sequence_number, record) VALUES (?, ?, ?, ?)',
  );
  const shards = store.prepare('SELECT shard_id FROM mirrored_records WHERE table_name = ? GROUP BY shard_id ORDER BY min(id)');
  const newest = store.prepare(
    'SELECT sequence_number AS sequence FROM mirrored_records WHERE table_name = ? AND shard_id = ? ORDER BY id DESC LIMIT 1',
  );
  const select = store.prepare(
    `SELECT record FROM mirrored_records WHERE table_name = ?1 AND shard_id = ?2
     AND id > coalesce((SELECT id FROM mirrored_records WHERE table_name = ?1 AND shard_id = ?2 AND sequence_number = ?3), 0) ORDER BY id LIMIT ?4`,
  );
  const latest = (table: string, shardId: string): string | undefined =>
    (newest.get(table, shardId) as { sequence: string } | undefined)?.sequence;

  const copyShard = async (table: string, streamArn: unknown, shardId: string): Promise<void> => {
    const after = latest(table, shardId);
    const start =
      after === undefined ? { ShardIteratorType: 'TRIM_HORIZON' } : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
    let { ShardIterator: iterator } = await call('DynamoDBStreams_20120810.GetShardIterator', {
      StreamArn: streamArn,
      ShardId: shardId,
      ...start,
    });
    for (;;) {
      if (typeof iterator !== 'string') return;
      const page: JsonObject = await call('DynamoDBStreams_20120810.GetRecords', { ShardIterator: iterator, Limit: PAGE });
      const records = listField(page, 'Records').filter(isObject);
      if (records.length === 0) return;
      store.write(() => {
        for (const record of records) {
          const dynamodb = isObject(record['dynamodb']) ? record['dynamodb'] : {};
          const { streamArn: ownArn, region } = streamOf(table);
          insert.run(
            table,
            shardId,
            String(dynamodb['SequenceNumber']),
            JSON.stringify({ ...record, awsRegion: region, eventSourceARN: ownArn }),
          );
        }
      });
      onCopied(table);
      iterator = page['NextShardIterator'];
    }
  };

  const copyAll = async (): Promise<void> => {
    for (const table of tables) {
      const { Table: description } = await call('DescribeTable', { TableName: table });
      const streamArn = isObject(description) ? description['LatestStreamArn'] : undefined;
      const { StreamDescription: stream } = await call('DynamoDBStreams_20120810.DescribeStream', { StreamArn: streamArn });
      for (const shard of listField(isObject(stream) ? stream : {}, 'Shards').filter(isObject))
        await copyShard(table, streamArn, String(shard['ShardId']));
    }
  };

  let underWay: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const copy = (): Promise<void> => {
    again = true;
    underWay ??= (async () => {
      while (again && !stopped) {
        again = false;
        await copyAll();
      }
    })().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  const copyLater = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      copy().catch(onFailure).finally(copyLater);
    }, COPY_AGAIN_MS);
    timer.unref();
  };
  copyLater();

  return {
    copy,
    shards: (table) => (shards.all(table) as unknown as readonly { readonly shard_id: string }[]).map(({ shard_id }) => shard_id),
    read: (table, shardId, after, limit) =>
      (select.all(table, shardId, after ?? '', limit) as unknown as readonly { readonly record: string }[]).map(
        ({ record }) => JSON.parse(record) as StreamRecord,
      ),
    latest,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
