import type { Busy, ServiceContext, StreamPort, StreamRecord } from '../service.ts';
import type { EventBuses } from './event-buses.ts';
import { type EventEntry, type EventsService, entryBytes, MAXIMUM_REQUEST_BYTES } from './events.ts';
import { type Pipe, readPipe } from './pipe-definition.ts';
import type { Queues } from './queues.ts';
import type { Store } from './store.ts';

export interface Pipes {
  readonly start: () => void;
  readonly stop: () => void;
  readonly busy: Busy;
}

/** Records of one transaction; between two the event loop serves others. */
const CHUNK = 100;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const SCHEMA =
  'CREATE TABLE IF NOT EXISTS pipe_positions (pipe TEXT NOT NULL, shard TEXT NOT NULL, sequence_number TEXT NOT NULL, PRIMARY KEY (pipe, shard))';

/** Pipes from a table's stream to a bus: in the stream's order, each chunk of events committed with the position behind it. */
export const createPipes = (
  context: ServiceContext,
  store: Store,
  streams: StreamPort,
  buses: EventBuses,
  events: EventsService,
  queues: Queues,
): Pipes => {
  const pipes = context.resources
    .ofType('AWS::Pipes::Pipe')
    .filter(({ properties }) => properties['DesiredState'] !== 'STOPPED')
    .map((resource) => readPipe(resource, context, buses));
  store.exec(SCHEMA);
  const getPosition = store.prepare('SELECT sequence_number AS sequence FROM pipe_positions WHERE pipe = ? AND shard = ?');
  const setPosition = store.prepare(
    'INSERT INTO pipe_positions (pipe, shard, sequence_number) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sequence_number = excluded.sequence_number',
  );
  const undo: (() => void)[] = [];
  const scheduled = new Set<Pipe>();
  const waiting = new Map<Pipe, NodeJS.Timeout>();
  const failures = new Map<string, number>();
  let stopped = true;

  const positionOf = (pipe: Pipe, shard: string): string | undefined =>
    (getPosition.get(pipe.name, shard) as { sequence: string } | undefined)?.sequence;

  /** The problem of a record, or undefined where its event is on the bus. */
  const pass = (pipe: Pipe, record: StreamRecord): string | undefined => {
    let entry: EventEntry;
    try {
      entry = pipe.toEntry(record);
    } catch (error) {
      return (error as Error).message;
    }
    if (entryBytes(entry) > MAXIMUM_REQUEST_BYTES)
      return `its event has ${entryBytes(entry)} bytes, at most ${MAXIMUM_REQUEST_BYTES} are allowed`;
    const result = events.putEntry(pipe.busArn, entry, 'customer');
    return 'ErrorCode' in result ? `${result.ErrorCode}: ${result.ErrorMessage}` : undefined;
  };

  const retryLater = (pipe: Pipe, attempt: number): void => {
    clearTimeout(waiting.get(pipe));
    const timer = setTimeout(
      () => {
        waiting.delete(pipe);
        schedule(pipe);
      },
      Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS),
    );
    timer.unref();
    waiting.set(pipe, timer);
  };

  /** Whether the pipe gives a failing record up; otherwise it stays before it and tries again later. */
  const givesUp = (pipe: Pipe, shard: string, record: StreamRecord, problem: string): boolean => {
    const key = `${pipe.name} ${shard}`;
    const attempt = (failures.get(key) ?? 0) + 1;
    const { SequenceNumber: sequence, Keys: keys } = record.dynamodb;
    if (attempt > pipe.retries) {
      failures.delete(key);
      context.log(
        'error',
        pipe.resource.path,
        `Record ${sequence} (${JSON.stringify(keys)}) was given up after ${attempt} attempts: ${problem}`,
      );
      if (pipe.deadLetterArn !== undefined) {
        const requestContext = { pipeArn: pipe.resource.arn, condition: 'RetryAttemptsExhausted', approximateInvokeCount: attempt };
        const streamBatchInfo = {
          shardId: shard,
          startSequenceNumber: sequence,
          endSequenceNumber: sequence,
          batchSize: 1,
          streamArn: pipe.streamArn,
        };
        queues.enqueue(pipe.deadLetterArn, JSON.stringify({ requestContext, streamBatchInfo }));
      }
      return true;
    }
    failures.set(key, attempt);
    context.log(
      'error',
      pipe.resource.path,
      `Record ${sequence} (${JSON.stringify(keys)}) holds the pipe up, attempt ${attempt}: ${problem}`,
    );
    retryLater(pipe, attempt);
    return false;
  };

  /** Whether the pipe may go on behind this record. */
  const passOrGiveUp = (pipe: Pipe, shard: string, record: StreamRecord): boolean => {
    const problem = pipe.wanted(record) ? pass(pipe, record) : undefined;
    if (problem !== undefined) return givesUp(pipe, shard, record, problem);
    failures.delete(`${pipe.name} ${shard}`);
    return true;
  };

  /** Passes on one chunk; says whether more may follow at once. */
  const step = (pipe: Pipe, shard: string): boolean => {
    const from = positionOf(pipe, shard);
    const records = streams.read(pipe.streamArn, shard, from, CHUNK);
    if (records.length === 0) return false;
    let heldUp = false;
    store.write(() => {
      let reached = from;
      for (const record of records) {
        heldUp = !passOrGiveUp(pipe, shard, record);
        if (heldUp) break;
        reached = record.dynamodb.SequenceNumber;
      }
      if (reached !== undefined && reached !== from) setPosition.run(pipe.name, shard, reached);
    });
    return !heldUp && records.length === CHUNK;
  };

  const run = (pipe: Pipe): void => {
    scheduled.delete(pipe);
    if (stopped || waiting.has(pipe)) return;
    try {
      let more = false;
      for (const shard of streams.shards(pipe.streamArn)) more = step(pipe, shard) || more;
      if (more) schedule(pipe);
    } catch (error) {
      // The chunk was undone with its position; the stream's file may have been busy.
      context.log('error', pipe.resource.path, `The pipe stopped and tries again: ${String(error)}`);
      retryLater(pipe, 1);
    }
  };

  const schedule = (pipe: Pipe): void => {
    if (stopped || scheduled.has(pipe)) return;
    scheduled.add(pipe);
    setImmediate(run, pipe);
  };

  const startPipe = (pipe: Pipe): void => {
    for (const shard of streams.shards(pipe.streamArn)) {
      const latest = streams.latest(pipe.streamArn, shard);
      // LATEST speaks of the pipe's first start; from then on it has a position.
      if (positionOf(pipe, shard) === undefined)
        store.write(() => setPosition.run(pipe.name, shard, pipe.fromLatest && latest !== undefined ? latest : '0'));
    }
    undo.push(streams.onWrite(pipe.streamArn, () => schedule(pipe)));
    schedule(pipe);
  };

  return {
    start: () => {
      stopped = false;
      for (const pipe of pipes) startPipe(pipe);
    },
    stop: () => {
      stopped = true;
      for (const each of undo.splice(0)) each();
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
    busy: {
      name: 'pipes',
      pending: () => {
        if (stopped) return 0;
        return pipes.filter((pipe) =>
          streams
            .shards(pipe.streamArn)
            .some(
              (shard) =>
                streams.latest(pipe.streamArn, shard) !== undefined && streams.latest(pipe.streamArn, shard) !== positionOf(pipe, shard),
            ),
        ).length;
      },
    },
  };
};
