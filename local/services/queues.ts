import type { Busy, LocalClock, QueuePort, Resource } from '../service.ts';
import { type Queue, readQueues } from './queue-definition.ts';
import {
  attributesOf,
  createMessages,
  HELD_MS,
  type MessageAttributes,
  parseHandle,
  type ReceivedMessage,
  toMessage,
} from './queue-messages.ts';
import type { Store } from './store.ts';
import type { WakeUps } from './wake-ups.ts';

interface ReceiveOptions {
  readonly max: number;
  readonly visibilityMs?: number;
  readonly hold?: boolean;
}

interface EnqueueOptions {
  readonly attributes?: MessageAttributes | undefined;
  readonly delayMs?: number | undefined;
  readonly sender?: string | undefined;
  /** Row of an archive that holds the body already. */
  readonly archivedId?: number | undefined;
}

export interface Queues extends QueuePort {
  readonly all: readonly Queue[];
  readonly byName: (name: string) => Queue | undefined;
  /** Joins the transaction of the turn; `store.committed()` says when the message is durable. */
  readonly enqueue: (
    queueArn: string,
    body: string,
    options?: EnqueueOptions,
  ) => { readonly messageId: string; readonly md5OfBody: string };
  readonly receiveWhole: (queueArn: string, options: ReceiveOptions) => readonly ReceivedMessage[];
  /** False where the handle is of an earlier receive, or the message is gone. */
  readonly changeVisibility: (queueArn: string, receiptHandle: string, visibilityMs: number) => boolean;
  readonly purge: (queueArn: string) => void;
  /** Moves what is visible to another queue, or each message to the queue that it came from; returns how many. */
  readonly move: (fromArn: string, toArn: string | undefined) => number;
  readonly busy: Busy;
  readonly start: () => void;
}

/** The queues of the template over the store: visibility and delay on the test clock, receive counts, dead letters. */
export const createQueues = (
  resources: readonly Resource[],
  store: Store,
  clock: LocalClock,
  wakeUps: WakeUps,
  accountId: string,
): Queues => {
  const all = readQueues(resources);
  const byArn = new Map(all.map((queue) => [queue.arn, queue]));
  const byName = new Map(all.map((queue) => [queue.name, queue]));
  const messages = createMessages(store);
  const listeners = new Map<string, Set<() => void>>();

  const known = (arn: string): Queue => {
    const queue = byArn.get(arn);
    if (queue === undefined) throw new Error(`${arn} is not a queue of the template.`);
    return queue;
  };
  const tell = (arn: string): void => {
    for (const listener of listeners.get(arn) ?? []) listener();
  };
  const tellAfterCommit = (arn: string): void => {
    if ((listeners.get(arn)?.size ?? 0) > 0) store.afterCommit(`visible ${arn}`, () => tell(arn));
  };
  const tellAt = (queue: Queue, dueMs: number): void =>
    wakeUps.at(`queue ${queue.name}`, dueMs, () => {
      tell(queue.arn);
      const due = messages.nextVisible(queue.name, clock.now());
      if (due !== undefined) tellAt(queue, due);
    });

  const enqueue: Queues['enqueue'] = (queueArn, body, { attributes, delayMs, sender, archivedId } = {}) => {
    const queue = known(queueArn);
    const sentMs = clock.now();
    const visibleMs = sentMs + (delayMs ?? queue.delayMs);
    const sent = store.write(() =>
      messages.insert({ queue: queue.name, body, attributes, sender: sender ?? accountId, sentMs, visibleMs, archivedId }),
    );
    if (visibleMs > sentMs) tellAt(queue, visibleMs);
    else tellAfterCommit(queueArn);
    return sent;
  };

  /** One look at what is visible: received, or buried where it was received often enough. */
  const look = (queue: Queue, limit: number, untilMs: number, into: ReceivedMessage[]): { readonly buried: number } => {
    const nowMs = clock.now();
    const rows = messages.visible(queue.name, nowMs, limit);
    if (rows.length === 0) return { buried: 0 };
    const { redrive } = queue;
    let buried = 0;
    store.write(() => {
      for (const row of rows) {
        if (redrive !== undefined && row.receives >= redrive.maxReceiveCount) {
          messages.bury(row.id, known(redrive.deadLetterArn).name, nowMs, queue.arn);
          tellAfterCommit(redrive.deadLetterArn);
          buried += 1;
        } else {
          messages.receive(row.id, untilMs, nowMs);
          into.push(toMessage(row, row.receives + 1, nowMs));
        }
      }
    });
    return { buried };
  };

  const receiveWhole: Queues['receiveWhole'] = (queueArn, { max, visibilityMs, hold }) => {
    const queue = known(queueArn);
    const untilMs = hold === true ? HELD_MS : clock.now() + (visibilityMs ?? queue.visibilityMs);
    const received: ReceivedMessage[] = [];
    // Buried messages make room for further ones. (Without any, a visibility of zero would give the same rows again.)
    while (look(queue, max - received.length, untilMs, received).buried > 0 && received.length < max);
    if (hold !== true && received.length > 0) tellAt(queue, untilMs);
    return received;
  };

  const changeVisibility: Queues['changeVisibility'] = (queueArn, receiptHandle, visibilityMs) => {
    const queue = known(queueArn);
    const nowMs = clock.now();
    const [id, receives] = parseHandle(receiptHandle);
    if (Number.isNaN(id) || Number.isNaN(receives)) return false;
    if (!store.write(() => messages.setVisible(queue.name, id, receives, nowMs + visibilityMs, nowMs))) return false;
    if (visibilityMs > 0) tellAt(queue, nowMs + visibilityMs);
    else tellAfterCommit(queueArn);
    return true;
  };

  const move: Queues['move'] = (fromArn, toArn) => {
    const from = known(fromArn);
    const source = all.find(({ redrive }) => redrive?.deadLetterArn === fromArn)?.arn;
    let moved = 0;
    store.write(() => {
      for (const row of messages.visible(from.name, clock.now(), -1)) {
        const target = toArn ?? row.source_arn ?? source;
        if (target === undefined) continue;
        // As the service does: a redriven message is a new one, with a new id and time.
        enqueue(target, row.body, { attributes: attributesOf(row), delayMs: 0, sender: row.sender });
        messages.remove(from.name, row.id, row.receives);
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
        for (const handle of receiptHandles) messages.remove(name, ...parseHandle(handle));
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
      const { n, received } = messages.countHidden(name, nowMs);
      return { visible: messages.countVisible(name, nowMs), inFlight: received, delayed: n - received };
    },
    peek: (queueArn, limit) => messages.any(known(queueArn).name, limit).map((row) => toMessage(row, row.receives, clock.now())),
    redrive: (deadLetterQueueArn) => move(deadLetterQueueArn, undefined),
    discard: (queueArn, messageId) => {
      const { name } = known(queueArn);
      const row = messages.any(name, -1).find(({ message_id }) => message_id === messageId);
      if (row === undefined) return false;
      store.write(() => messages.remove(name, row.id, row.receives));
      return true;
    },
    purge: (queueArn) => store.write(() => messages.purge(known(queueArn).name)),
    busy: {
      name: 'queues',
      pending: () => {
        const listened = [...listeners].filter(([, set]) => set.size > 0).map(([arn]) => known(arn).name);
        return listened.reduce((sum, name) => sum + messages.countVisible(name, clock.now()) + messages.countHeld(name), 0);
      },
    },
    start: () => {
      store.write(() => messages.releaseAll(clock.now()));
      for (const queue of all) tellAt(queue, clock.now());
    },
  };
};
