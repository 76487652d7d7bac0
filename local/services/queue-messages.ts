import { createHash, randomUUID } from 'node:crypto';
import type { QueueMessage } from '../service.ts';
import type { Store } from './store.ts';

/** A message attribute in SQS's own shape. */
interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message as Lambda gets it, and with its attributes as SQS answers them. */
export interface ReceivedMessage extends QueueMessage {
  readonly ownAttributes: MessageAttributes;
}

export interface MessageRow {
  readonly id: number;
  readonly message_id: string;
  readonly sent_ms: number;
  readonly receives: number;
  readonly first_received_ms: number | null;
  readonly sender: string;
  readonly source_arn: string | null;
  readonly md5: string;
  readonly attributes: string | null;
  readonly body: string;
}

interface NewMessage {
  readonly queue: string;
  readonly body: string;
  readonly attributes: MessageAttributes | undefined;
  readonly sender: string;
  readonly sentMs: number;
  readonly visibleMs: number;
  /** Row of an archive that holds this very text: it is not stored twice. */
  readonly archivedId: number | undefined;
}

/** `visible_ms` of a message that a poller of this process holds. */
export const HELD_MS = 9_000_000_000_000_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, message_id TEXT NOT NULL, sent_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0, first_received_ms INTEGER, sender TEXT NOT NULL, source_arn TEXT, md5 TEXT NOT NULL, attributes TEXT,
    archived_id INTEGER);
  CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_ms);
  CREATE INDEX IF NOT EXISTS messages_by_archived ON messages (archived_id) WHERE archived_id IS NOT NULL;
  -- Apart from the row that each receive rewrites.
  CREATE TABLE IF NOT EXISTS message_bodies (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS archived_events (id INTEGER PRIMARY KEY AUTOINCREMENT, archive TEXT NOT NULL, time_ms INTEGER NOT NULL, event TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS archived_events_by_archive ON archived_events (archive, id);
`;

/** Message id and how often it was received: a handle of an earlier receive no longer fits. */
const handleOf = (id: number, receives: number): string => `${id}.${receives}`;
export const parseHandle = (handle: string): readonly [number, number] => {
  const [id, receives] = handle.split('.');
  return [Number(id), Number(receives)];
};

export const attributesOf = ({ attributes }: MessageRow): MessageAttributes =>
  attributes === null ? {} : (JSON.parse(attributes) as MessageAttributes);

const toLambdaAttributes = (attributes: MessageAttributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { stringValue: StringValue, binaryValue: BinaryValue, stringListValues: [], binaryListValues: [], dataType: DataType },
    ]),
  );

/** `receives`: as often as it was received with this one; 0 for a look that is no receive. */
export const toMessage = (row: MessageRow, receives: number, nowMs: number): ReceivedMessage => {
  const ownAttributes = attributesOf(row);
  return {
    messageId: row.message_id,
    receiptHandle: receives === 0 ? '' : handleOf(row.id, receives),
    body: row.body,
    md5OfBody: row.md5,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(row.sent_ms),
      SenderId: row.sender,
      ApproximateFirstReceiveTimestamp: String(row.first_received_ms ?? nowMs),
      ...(row.source_arn === null ? {} : { DeadLetterQueueSourceArn: row.source_arn }),
    },
    messageAttributes: toLambdaAttributes(ownAttributes),
    ownAttributes,
  };
};

/** The messages of all queues as rows. Whoever changes them does so within `store.write`. */
export const createMessages = (store: Store) => {
  store.exec(SCHEMA);
  const insert = store.prepare(
    'INSERT INTO messages (queue, message_id, sent_ms, visible_ms, sender, md5, attributes, archived_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertBody = store.prepare('INSERT INTO message_bodies (id, body) VALUES (?, ?)');
  const whole = `SELECT m.*, coalesce(b.body, a.event) AS body FROM messages m
    LEFT JOIN message_bodies b ON b.id = m.id LEFT JOIN archived_events a ON a.id = m.archived_id WHERE m.queue = ?`;
  const selectVisible = store.prepare(`${whole} AND m.visible_ms <= ? ORDER BY m.visible_ms, m.id LIMIT ?`);
  const selectAny = store.prepare(`${whole} ORDER BY m.id LIMIT ?`);
  const receive = store.prepare(
    'UPDATE messages SET visible_ms = ?, receives = receives + 1, first_received_ms = coalesce(first_received_ms, ?) WHERE id = ?',
  );
  const remove = store.prepare('DELETE FROM messages WHERE id = ? AND receives = ? AND queue = ? RETURNING archived_id AS archivedId');
  const removeBody = store.prepare('DELETE FROM message_bodies WHERE id = ?');
  const bury = store.prepare(
    'UPDATE messages SET queue = ?, visible_ms = ?, receives = 0, first_received_ms = NULL, source_arn = ? WHERE id = ?',
  );
  const setVisible = store.prepare('UPDATE messages SET visible_ms = ? WHERE id = ? AND receives = ? AND queue = ? AND visible_ms > ?');
  const nextVisible = store.prepare(
    `SELECT min(visible_ms) AS due FROM messages WHERE queue = ? AND visible_ms > ? AND visible_ms < ${HELD_MS}`,
  );
  const countVisible = store.prepare('SELECT count(*) AS n FROM messages WHERE queue = ? AND visible_ms <= ?');
  const countHeld = store.prepare(`SELECT count(*) AS n FROM messages WHERE queue = ? AND visible_ms = ${HELD_MS}`);
  const countHidden = store.prepare(
    'SELECT count(*) AS n, coalesce(sum(receives > 0), 0) AS received FROM messages WHERE queue = ? AND visible_ms > ?',
  );
  const releaseAll = store.prepare(`UPDATE messages SET visible_ms = ?, receives = receives - 1 WHERE visible_ms = ${HELD_MS}`);
  const purgeBodies = store.prepare('DELETE FROM message_bodies WHERE id IN (SELECT id FROM messages WHERE queue = ?)');
  const purge = store.prepare('DELETE FROM messages WHERE queue = ?');
  const count = (row: unknown): number => (row as { readonly n: number }).n;

  return {
    insert: ({
      queue,
      body,
      attributes,
      sender,
      sentMs,
      visibleMs,
      archivedId,
    }: NewMessage): { readonly messageId: string; readonly md5OfBody: string } => {
      const messageId = randomUUID();
      const md5OfBody = createHash('md5').update(body).digest('hex');
      const attributeText = attributes === undefined || Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes);
      const { lastInsertRowid } = insert.run(queue, messageId, sentMs, visibleMs, sender, md5OfBody, attributeText, archivedId ?? null);
      if (archivedId === undefined) insertBody.run(lastInsertRowid, body);
      return { messageId, md5OfBody };
    },
    visible: (queue: string, nowMs: number, limit: number) => selectVisible.all(queue, nowMs, limit) as unknown as readonly MessageRow[],
    any: (queue: string, limit: number) => selectAny.all(queue, limit) as unknown as readonly MessageRow[],
    receive: (id: number, untilMs: number, nowMs: number): void => {
      receive.run(untilMs, nowMs, id);
    },
    remove: (queue: string, id: number, receives: number): void => {
      const removed = remove.get(id, receives, queue) as { readonly archivedId: number | null } | undefined;
      if (removed?.archivedId === null) removeBody.run(id);
    },
    /** Moves a message to its dead-letter queue, where it counts its receives anew. */
    bury: (id: number, deadLetterQueue: string, nowMs: number, sourceArn: string): void => {
      bury.run(deadLetterQueue, nowMs, sourceArn, id);
    },
    /** False where the message is gone, was received again, or is visible already. */
    setVisible: (queue: string, id: number, receives: number, dueMs: number, nowMs: number): boolean =>
      setVisible.run(dueMs, id, receives, queue, nowMs).changes > 0,
    nextVisible: (queue: string, afterMs: number): number | undefined =>
      (nextVisible.get(queue, afterMs) as { readonly due: number | null }).due ?? undefined,
    countVisible: (queue: string, nowMs: number): number => count(countVisible.get(queue, nowMs)),
    countHeld: (queue: string): number => count(countHeld.get(queue)),
    countHidden: (queue: string, nowMs: number) => countHidden.get(queue, nowMs) as { readonly n: number; readonly received: number },
    /** Whoever held a message died with the former process: nobody has failed at it, so that receive does not count. */
    releaseAll: (nowMs: number): void => {
      releaseAll.run(nowMs);
    },
    purge: (queue: string): void => {
      purgeBodies.run(queue);
      purge.run(queue);
    },
  };
};
