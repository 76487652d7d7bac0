import { createHash, randomUUID } from 'node:crypto';
import type { Busy, LocalClock, QueueMessage, QueuePort, Resource } from '../service.ts';
import { isObject } from './json-protocol.ts';
import { checkProperties, lastPart, numberAt, unsupported } from './properties.ts';
import type { Store } from './store.ts';
import type { WakeUps } from './wake-ups.ts';

/** A queue of the template. Retention is not applied: a moved clock would drop what a real queue had delivered by then. */
export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly resource: Resource;
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly receiveWaitMs: number;
  readonly maximumMessageBytes: number;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
}

/** A message attribute in SQS's own shape. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface ReceivedMessage extends QueueMessage {
  readonly ownAttributes: MessageAttributes;
}

export interface Queues extends QueuePort {
  readonly all: readonly Queue[];
  readonly byName: (name: string) => Queue | undefined;
  readonly enqueue: (
    queueArn: string,
    body: string,
    options?: EnqueueOptions,
  ) => { readonly messageId: string; readonly md5OfBody: string };
  readonly receiveWhole: (
    queueArn: string,
    options: { readonly max: number; readonly visibilityMs?: number; readonly hold?: boolean },
  ) => readonly ReceivedMessage[];
  /** False where the handle is of an earlier receive, or the message is gone. */
  readonly changeVisibility: (queueArn: string, receiptHandle: string, visibilityMs: number) => boolean;
  readonly purge: (queueArn: string) => void;
  readonly move: (fromArn: string, toArn: string | undefined) => number;
  readonly busy: Busy;
  readonly start: () => void;
}

export interface EnqueueOptions {
  readonly attributes?: MessageAttributes | undefined;
  readonly delayMs?: number | undefined;
  readonly sender?: string | undefined;
}

/** `visible_ms` of a message that a poller of this process holds. */
const HELD_MS = 9_000_000_000_000_000;
const PLAYED = ['QueueName', 'VisibilityTimeout', 'DelaySeconds', 'ReceiveMessageWaitTimeSeconds', 'MaximumMessageSize', 'RedrivePolicy'];
const IGNORED = [
  'MessageRetentionPeriod',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'RedriveAllowPolicy',
  'Tags',
];
export const MAXIMUM_MESSAGE_BYTES = 1_048_576;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, message_id TEXT NOT NULL, sent_ms INTEGER NOT NULL,
    visible_ms INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, first_received_ms INTEGER, sender TEXT NOT NULL, source_arn TEXT);
  CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_ms);
  -- Apart from the row that each receive rewrites.
  CREATE TABLE IF NOT EXISTS message_bodies (id INTEGER PRIMARY KEY, body TEXT NOT NULL, md5 TEXT NOT NULL, attributes TEXT);
`;

type Row = {
  readonly id: number;
  readonly message_id: string;
  readonly sent_ms: number;
  readonly receives: number;
  readonly first_received_ms: number | null;
  readonly sender: string;
  readonly source_arn: string | null;
  readonly body: string;
  readonly md5: string;
  readonly attributes: string | null;
};

export const readQueue = (resource: Resource): Queue => {
  checkProperties(resource, PLAYED, IGNORED);
  const { properties } = resource;
  const policy: unknown =
    typeof properties['RedrivePolicy'] === 'string' ? JSON.parse(properties['RedrivePolicy']) : properties['RedrivePolicy'];
  const base = {
    name: lastPart(resource.ref),
    arn: resource.arn,
    resource,
    visibilityMs: numberAt(resource, properties, 'VisibilityTimeout', 30) * 1000,
    delayMs: numberAt(resource, properties, 'DelaySeconds', 0) * 1000,
    receiveWaitMs: numberAt(resource, properties, 'ReceiveMessageWaitTimeSeconds', 0) * 1000,
    maximumMessageBytes: numberAt(resource, properties, 'MaximumMessageSize', MAXIMUM_MESSAGE_BYTES),
  };
  if (policy === undefined || policy === null) return base;
  if (!isObject(policy) || typeof policy['deadLetterTargetArn'] !== 'string')
    throw unsupported(resource, 'RedrivePolicy lacks deadLetterTargetArn');
  return {
    ...base,
    redrive: { deadLetterArn: policy['deadLetterTargetArn'], maxReceiveCount: numberAt(resource, policy, 'maxReceiveCount', 10) },
  };
};

const toLambdaAttributes = (attributes: MessageAttributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { stringValue: StringValue, binaryValue: BinaryValue, stringListValues: [], binaryListValues: [], dataType: DataType },
    ]),
  );

/** Message id and how often it was received: a handle of an earlier receive no longer fits. */
const handleOf = (id: number, receives: number): string => `${id}.${receives}`;
const parseHandle = (handle: string): readonly [number, number] => {
  const [id, receives] = handle.split('.');
  return [Number(id), Number(receives)];
};

export const createQueues = (
  resources: readonly Resource[],
  store: Store,
  clock: LocalClock,
  wakeUps: WakeUps,
  accountId: string,
): Queues => {
  const all = resources.map(readQueue);
  const byArn = new Map(all.map((queue) => [queue.arn, queue]));
  const byName = new Map(all.map((queue) => [queue.name, queue]));
  for (const { redrive, resource } of all) {
    if (redrive !== undefined && !byArn.has(redrive.deadLetterArn))
      throw unsupported(resource, `dead-letter queue ${redrive.deadLetterArn} is not in the template`);
  }
  store.exec(SCHEMA);
  const insertMessage = store.prepare(
    'INSERT INTO messages (queue, message_id, sent_ms, visible_ms, sender, source_arn) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const insertBody = store.prepare('INSERT INTO message_bodies (id, body, md5, attributes) VALUES (?, ?, ?, ?)');
  const whole = 'SELECT m.*, b.body, b.md5, b.attributes FROM messages m JOIN message_bodies b ON b.id = m.id WHERE m.queue = ?';
  const selectVisible = store.prepare(`${whole} AND m.visible_ms <= ? ORDER BY m.visible_ms, m.id LIMIT ?`);
  const selectAny = store.prepare(`${whole} ORDER BY m.id LIMIT ?`);
  const markReceived = store.prepare(
    'UPDATE messages SET visible_ms = ?, receives = receives + 1, first_received_ms = coalesce(first_received_ms, ?) WHERE id = ?',
  );
  const deleteMessage = store.prepare('DELETE FROM messages WHERE id = ? AND receives = ? AND queue = ?');
  const deleteBody = store.prepare('DELETE FROM message_bodies WHERE id = ?');
  const deadLetter = store.prepare(
    'UPDATE messages SET queue = ?, visible_ms = ?, receives = 0, first_received_ms = NULL, source_arn = ? WHERE id = ?',
  );
  const setVisible = store.prepare('UPDATE messages SET visible_ms = ? WHERE id = ? AND receives = ? AND queue = ? AND visible_ms > ?');
  const nextVisible = store.prepare(
    `SELECT min(visible_ms) AS due FROM messages WHERE queue = ? AND visible_ms > ? AND visible_ms < ${HELD_MS}`,
  );
  const countVisible = store.prepare('SELECT count(*) AS n FROM messages WHERE queue = ? AND visible_ms <= ?');
  const countHeld = store.prepare('SELECT count(*) AS n FROM messages WHERE queue = ? AND visible_ms = ?');
  const countHidden = store.prepare(
    'SELECT count(*) AS n, coalesce(sum(receives > 0), 0) AS received FROM messages WHERE queue = ? AND visible_ms > ?',
  );
  const listeners = new Map<string, Set<() => void>>();

  const tell = (arn: string): void => {
    for (const listener of listeners.get(arn) ?? []) listener();
  };
  const tellAfterCommit = (arn: string): void => {
    if ((listeners.get(arn)?.size ?? 0) > 0) store.afterCommit(`visible ${arn}`, () => tell(arn));
  };
  const known = (arn: string): Queue => {
    const queue = byArn.get(arn);
    if (queue === undefined) throw new Error(`${arn} is not a queue of the template.`);
    return queue;
  };
  const tellAt = (queue: Queue, dueMs: number): void =>
    wakeUps.at(`queue ${queue.name}`, dueMs, () => {
      tell(queue.arn);
      const { due } = nextVisible.get(queue.name, clock.now()) as { due: number | null };
      if (due !== null) tellAt(queue, due);
    });

  const enqueue: Queues['enqueue'] = (queueArn, body, options = {}) => {
    const queue = known(queueArn);
    const messageId = randomUUID();
    const md5OfBody = createHash('md5').update(body).digest('hex');
    const nowMs = clock.now();
    const dueMs = nowMs + (options.delayMs ?? queue.delayMs);
    const { attributes } = options;
    const attributeText = attributes === undefined || Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes);
    store.write(() => {
      const { lastInsertRowid } = insertMessage.run(queue.name, messageId, nowMs, dueMs, options.sender ?? accountId, null);
      insertBody.run(lastInsertRowid, body, md5OfBody, attributeText);
    });
    if (dueMs > nowMs) tellAt(queue, dueMs);
    else tellAfterCommit(queueArn);
    return { messageId, md5OfBody };
  };

  const toMessage = (row: Row, receives: number, nowMs: number): ReceivedMessage => {
    const ownAttributes = row.attributes === null ? {} : (JSON.parse(row.attributes) as MessageAttributes);
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

  const receiveWhole: Queues['receiveWhole'] = (queueArn, { max, visibilityMs, hold }) => {
    const queue = known(queueArn);
    const nowMs = clock.now();
    const untilMs = hold === true ? HELD_MS : nowMs + (visibilityMs ?? queue.visibilityMs);
    const received: ReceivedMessage[] = [];
    while (received.length < max) {
      const wanted = max - received.length;
      const rows = selectVisible.all(queue.name, nowMs, wanted) as unknown as readonly Row[];
      if (rows.length === 0) break;
      let moved = 0;
      store.write(() => {
        for (const row of rows) {
          if (queue.redrive !== undefined && row.receives >= queue.redrive.maxReceiveCount) {
            deadLetter.run(known(queue.redrive.deadLetterArn).name, nowMs, queue.arn, row.id);
            tellAfterCommit(queue.redrive.deadLetterArn);
            moved += 1;
          } else {
            markReceived.run(untilMs, nowMs, row.id);
            received.push(toMessage(row, row.receives + 1, nowMs));
          }
        }
      });
      // A visibility of zero would otherwise give the same rows again.
      if (moved === 0) break;
    }
    if (hold !== true && received.length > 0) tellAt(queue, untilMs);
    return received;
  };

  const changeVisibility: Queues['changeVisibility'] = (queueArn, receiptHandle, visibilityMs) => {
    const queue = known(queueArn);
    const nowMs = clock.now();
    const dueMs = nowMs + visibilityMs;
    const [id, receives] = parseHandle(receiptHandle);
    if (Number.isNaN(id) || Number.isNaN(receives)) return false;
    const { changes } = store.write(() => setVisible.run(dueMs, id, receives, queue.name, nowMs));
    if (changes === 0) return false;
    if (visibilityMs > 0) tellAt(queue, dueMs);
    else tellAfterCommit(queueArn);
    return true;
  };

  const move: Queues['move'] = (fromArn, toArn) => {
    const from = known(fromArn);
    const sources = all.filter((queue) => queue.redrive?.deadLetterArn === fromArn);
    const nowMs = clock.now();
    let moved = 0;
    store.write(() => {
      for (const row of selectVisible.all(from.name, nowMs, -1) as unknown as readonly Row[]) {
        const target = toArn ?? row.source_arn ?? sources[0]?.arn;
        if (target === undefined) continue;
        // As the service does: a redriven message is a new one, with a new id and time.
        enqueue(target, row.body, {
          attributes: row.attributes === null ? undefined : (JSON.parse(row.attributes) as MessageAttributes),
          delayMs: 0,
          sender: row.sender,
        });
        deleteMessage.run(row.id, row.receives, from.name);
        deleteBody.run(row.id);
        moved += 1;
      }
    });
    return moved;
  };

  return {
    all,
    byName: (name) => byName.get(name),
    enqueue,
    receiveWhole,
    changeVisibility,
    move,
    receive: receiveWhole,
    deleteAll: (queueArn, receiptHandles) => {
      const { name } = known(queueArn);
      store.write(() => {
        for (const handle of receiptHandles) {
          const [id, receives] = parseHandle(handle);
          if (deleteMessage.run(id, receives, name).changes > 0) deleteBody.run(id);
        }
      });
    },
    release: (queueArn, receiptHandles, afterMs) => {
      for (const handle of receiptHandles) changeVisibility(queueArn, handle, afterMs);
    },
    onVisible: (queueArn, listener) => {
      const set = listeners.get(known(queueArn).arn) ?? new Set();
      listeners.set(queueArn, set.add(listener));
      return () => set.delete(listener);
    },
    send: (queueArn, body, attributes) => enqueue(queueArn, body, { attributes: attributes as MessageAttributes | undefined }).messageId,
    counts: (queueArn) => {
      const { name } = known(queueArn);
      const nowMs = clock.now();
      const visible = (countVisible.get(name, nowMs) as { n: number }).n;
      const hidden = countHidden.get(name, nowMs) as { n: number; received: number };
      return { visible, inFlight: hidden.received, delayed: hidden.n - hidden.received };
    },
    peek: (queueArn, limit) =>
      (selectAny.all(known(queueArn).name, limit) as unknown as readonly Row[]).map((row) => toMessage(row, row.receives, clock.now())),
    redrive: (deadLetterQueueArn) => move(deadLetterQueueArn, undefined),
    purge: (queueArn) => {
      const { name } = known(queueArn);
      store.write(() => {
        store.prepare('DELETE FROM message_bodies WHERE id IN (SELECT id FROM messages WHERE queue = ?)').run(name);
        store.prepare('DELETE FROM messages WHERE queue = ?').run(name);
      });
    },
    busy: {
      name: 'queues',
      pending: () => {
        const nowMs = clock.now();
        let pending = 0;
        for (const [arn, set] of listeners) {
          const { name } = known(arn);
          if (set.size > 0)
            pending += (countVisible.get(name, nowMs) as { n: number }).n + (countHeld.get(name, HELD_MS) as { n: number }).n;
        }
        return pending;
      },
    },
    start: () => {
      // Whoever held a message died with the former process.
      store.write(() => store.prepare('UPDATE messages SET visible_ms = ? WHERE visible_ms = ?').run(clock.now(), HELD_MS));
      for (const queue of all) tellAt(queue, clock.now());
    },
  };
};
