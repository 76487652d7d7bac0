import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { StreamRecord } from '../service.ts';

/** Where the records of a table's stream are read from. */
export interface StreamSource {
  readonly shards: (table: string) => readonly string[];
  readonly read: (table: string, shardId: string, after: string | undefined, limit: number) => readonly StreamRecord[];
  readonly latest: (table: string, shardId: string) => string | undefined;
  readonly stop: () => void;
}

export interface StreamOfTable {
  readonly streamArn: string;
  readonly viewType: string;
  readonly region: string;
}

type Row = {
  readonly event_name: string;
  readonly keys_json: string;
  readonly new_image: string | null;
  readonly old_image: string | null;
  readonly sequence_number: string;
  readonly created_at: number;
};

/** Sequence numbers of one table rise by one; the expression is the one that the emulator itself searches by. */
const SEQUENCE = 'CAST(sequence_number AS INTEGER)';

/** Parsed when first read, and once: most records of a table concern neither of its stream's readers. */
const parseLazily = (target: object, field: string, json: string | null): void => {
  if (json === null) return;
  let parsed: unknown;
  const get = (): unknown => {
    parsed ??= JSON.parse(json);
    return parsed;
  };
  Object.defineProperty(target, field, { enumerable: true, get });
};

/** A record as the streams API and Lambda's events carry it. */
const toStreamRecord = (row: Row, idPrefix: string, { streamArn, viewType, region }: StreamOfTable): StreamRecord => {
  const dynamodb = {
    ApproximateCreationDateTime: row.created_at,
    Keys: JSON.parse(row.keys_json) as unknown,
    SequenceNumber: row.sequence_number,
    SizeBytes: row.keys_json.length + (row.new_image?.length ?? 0) + (row.old_image?.length ?? 0),
    StreamViewType: viewType,
  };
  parseLazily(dynamodb, 'NewImage', row.new_image);
  parseLazily(dynamodb, 'OldImage', row.old_image);
  return {
    // 32 hexadecimal digits, the same at every read.
    eventID: `${idPrefix}${BigInt(row.sequence_number).toString(16).padStart(16, '0')}`,
    eventName: row.event_name as StreamRecord['eventName'],
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb,
    eventSourceARN: streamArn,
  };
};

/**
 * Without this index the emulator looks through the whole stream for its next sequence number at every write
 * (220 writes a second at 12,000 records; with it, as fast as at the start).
 */
export const addStreamIndex = (databaseFile: string): void => {
  const db = new DatabaseSync(databaseFile, { timeout: 5_000 });
  try {
    db.exec(`CREATE INDEX IF NOT EXISTS _stream_records_by_sequence ON _stream_records (table_name, ${SEQUENCE})`);
  } finally {
    db.close();
  }
};

/** Reads the emulator's own file, read-only, beside it. Its streams have one shard per table and are never trimmed. */
export const openStreamFile = (databaseFile: string, streamOf: (table: string) => StreamOfTable): StreamSource => {
  const db = new DatabaseSync(databaseFile, { readOnly: true, timeout: 5_000 });
  const select = db.prepare(
    `SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at FROM _stream_records WHERE table_name = ? AND ${SEQUENCE} > ? ORDER BY ${SEQUENCE} LIMIT ?`,
  );
  const newest = db.prepare(`SELECT max(${SEQUENCE}) AS newest FROM _stream_records WHERE table_name = ?`);
  return {
    shards: (table) => [`shardId-00000001-${table}`],
    read: (table, shardId, after, limit) => {
      const stream = streamOf(table);
      const idPrefix = createHash('md5').update(shardId).digest('hex').slice(0, 16);
      return (select.all(table, BigInt(after ?? 0), limit) as unknown as readonly Row[]).map((row) =>
        toStreamRecord(row, idPrefix, stream),
      );
    },
    latest: (table) => {
      const { newest: sequence } = newest.get(table) as { newest: number | null };
      return sequence === null ? undefined : String(sequence);
    },
    stop: () => db.close(),
  };
};
