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
  readonly id: number;
  readonly event_name: string;
  readonly keys_json: string;
  readonly sequence_number: string;
  readonly created_at: number;
};

type Images = { readonly new_image: string | null; readonly old_image: string | null };

/** Sequence numbers of one table rise by one; the expression is the one that the emulator itself searches by. */
const SEQUENCE = 'CAST(sequence_number AS INTEGER)';

const parsed = (json: string | null): unknown => JSON.parse(json ?? 'null');

/** Computed when first read, and once. */
const lazily = (target: object, field: string, compute: () => unknown): void => {
  let known: { readonly value: unknown } | undefined;
  const get = (): unknown => {
    known ??= { value: compute() };
    return known.value;
  };
  Object.defineProperty(target, field, { enumerable: true, get });
};

/** A record as the streams API and Lambda's events carry it. Its images are read when they are asked for: most concern neither of the stream's readers. */
const toStreamRecord = (
  row: Row,
  idPrefix: string,
  { streamArn, viewType, region }: StreamOfTable,
  imagesOf: (id: number) => Images,
): StreamRecord => {
  let read: Images | undefined;
  const images = (): Images => {
    read ??= imagesOf(row.id);
    return read;
  };
  const dynamodb = {
    ApproximateCreationDateTime: row.created_at,
    Keys: JSON.parse(row.keys_json) as unknown,
    SequenceNumber: row.sequence_number,
    StreamViewType: viewType,
  };
  lazily(dynamodb, 'SizeBytes', () => row.keys_json.length + (images().new_image?.length ?? 0) + (images().old_image?.length ?? 0));
  if (viewType.startsWith('NEW') && row.event_name !== 'REMOVE') lazily(dynamodb, 'NewImage', () => parsed(images().new_image));
  if (viewType.includes('OLD') && row.event_name !== 'INSERT') lazily(dynamodb, 'OldImage', () => parsed(images().old_image));
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
    `SELECT id, event_name, keys_json, sequence_number, created_at FROM _stream_records WHERE table_name = ? AND ${SEQUENCE} > ? ORDER BY ${SEQUENCE} LIMIT ?`,
  );
  const selectImages = db.prepare('SELECT new_image, old_image FROM _stream_records WHERE id = ?');
  const imagesOf = (id: number): Images => selectImages.get(id) as unknown as Images;
  const newest = db.prepare(`SELECT max(${SEQUENCE}) AS newest FROM _stream_records WHERE table_name = ?`);
  return {
    shards: (table) => [`shardId-00000001-${table}`],
    read: (table, shardId, after, limit) => {
      const stream = streamOf(table);
      const idPrefix = createHash('md5').update(shardId).digest('hex').slice(0, 16);
      return (select.all(table, BigInt(after ?? 0), limit) as unknown as readonly Row[]).map((row) =>
        toStreamRecord(row, idPrefix, stream, imagesOf),
      );
    },
    latest: (table) => {
      const { newest: sequence } = newest.get(table) as { newest: number | null };
      return sequence === null ? undefined : String(sequence);
    },
    stop: () => db.close(),
  };
};
