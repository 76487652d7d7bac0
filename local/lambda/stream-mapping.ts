import { AssemblyError } from '../assembly/load.ts';
import type { QueuePort, Resource, StreamPort, StreamRecord } from '../service.ts';
import { failedItems } from './batch-response.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { LocalFunction } from './functions.ts';
import type { Mapping, MappingParts } from './mapping.ts';
import { createTumblingWindows } from './tumbling-windows.ts';

/** `AWS::Lambda::EventSourceMapping` of a table's stream, with Lambda's defaults. */
interface StreamMappingProperties {
  readonly EventSourceArn: string;
  readonly StartingPosition?: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly TumblingWindowInSeconds?: number;
  readonly BisectBatchOnFunctionError?: boolean;
  readonly MaximumRetryAttempts?: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination: string } };
  readonly FilterCriteria?: { readonly Filters?: readonly { readonly Pattern: string }[] };
}

export interface StreamMappingParts extends MappingParts {
  readonly streams: StreamPort;
  readonly queues: QueuePort;
  readonly checkpoints: Checkpoints;
  /** EventBridge's pattern language, which filters share. */
  readonly matcher: (pattern: unknown) => (event: unknown) => boolean;
}

const DEFAULT_BATCH_SIZE = 100;
/** Records read at once while a batch of matching ones is gathered: most writes of the table are not for this reader. */
const READ_PAGE = 500;
/** Wall milliseconds between attempts of a failing batch: doubled each time, up to the longest. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5_000;

interface Batch {
  readonly records: readonly StreamRecord[];
  /** Sequence number of the last record looked at, matching or not. */
  readonly lastRead: string | undefined;
  /** Whether the stream held no more at that moment. */
  readonly exhausted: boolean;
}

interface ShardReader {
  checkpoint: string | undefined;
  working: boolean;
  attempts: number;
  /** Size of the next batch after a bisection; undefined: the full size. */
  limit: number | undefined;
  windowTimer: NodeJS.Timeout | undefined;
  windowOver: boolean;
}

/** Feeds a function from a table's stream: in order within a shard, one batch of it at a time, a checkpoint after each. */
export const startStreamMapping = (resource: Resource, fn: LocalFunction, parts: StreamMappingParts): Mapping => {
  const properties = resource.properties as unknown as StreamMappingProperties;
  const { streams, checkpoints } = parts;
  const streamArn = properties.EventSourceArn;
  if (properties.StartingPosition === 'AT_TIMESTAMP')
    throw new AssemblyError(resource.path, 'a table stream starts at TRIM_HORIZON or LATEST');
  const patterns = (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => parts.matcher(JSON.parse(Pattern)));
  const wanted = (record: StreamRecord): boolean => patterns.length === 0 || patterns.some((matches) => matches(record));
  const batchSize = properties.BatchSize ?? DEFAULT_BATCH_SIZE;
  const windowMs = (properties.MaximumBatchingWindowInSeconds ?? 0) * 1000;
  const maxRetries =
    properties.MaximumRetryAttempts === undefined || properties.MaximumRetryAttempts < 0
      ? Number.POSITIVE_INFINITY
      : properties.MaximumRetryAttempts;
  const partial = properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true;
  const deadLetters = properties.DestinationConfig?.OnFailure?.Destination;
  const tumblingSeconds = properties.TumblingWindowInSeconds ?? 0;
  const windows = tumblingSeconds === 0 ? undefined : createTumblingWindows(tumblingSeconds, streamArn, fn.arn, parts.invoker);
  const readers = new Map<string, ShardReader>();
  let stopped = false;
  let scheduled = false;

  const readerOf = (shardId: string): ShardReader => {
    const known = readers.get(shardId);
    if (known !== undefined) return known;
    const saved = checkpoints.read(resource.ref, shardId);
    const start = saved ?? (properties.StartingPosition === 'LATEST' ? streams.latest(streamArn, shardId) : undefined);
    // LATEST means latest at the first start ever, so it is kept like any other checkpoint.
    if (saved === undefined && start !== undefined) checkpoints.write(resource.ref, shardId, start);
    const reader: ShardReader = {
      checkpoint: start,
      working: false,
      attempts: 0,
      limit: undefined,
      windowTimer: undefined,
      windowOver: false,
    };
    readers.set(shardId, reader);
    return reader;
  };

  const gather = (shardId: string, reader: ShardReader): Batch => {
    const size = reader.limit ?? batchSize;
    const records: StreamRecord[] = [];
    let lastRead = reader.checkpoint;
    for (;;) {
      const page = streams.read(streamArn, shardId, lastRead, READ_PAGE);
      for (const record of page) {
        lastRead = record.dynamodb.SequenceNumber;
        if (wanted(record) && records.push(record) >= size) return { records, lastRead, exhausted: false };
      }
      if (page.length < READ_PAGE) return { records, lastRead, exhausted: true };
    }
  };

  const moveTo = (shardId: string, reader: ShardReader, sequenceNumber: string | undefined): void => {
    if (sequenceNumber === undefined || sequenceNumber === reader.checkpoint) return;
    reader.checkpoint = sequenceNumber;
    checkpoints.write(resource.ref, shardId, sequenceNumber);
  };

  const giveUp = (shardId: string, records: readonly StreamRecord[], error: string): void => {
    parts.log('error', fn.construct, `${records.length} records of ${streamArn} are given up after ${maxRetries} retries: ${error}`);
    if (deadLetters === undefined) return;
    const [first, last] = [records[0], records.at(-1)];
    const info = {
      shardId,
      startSequenceNumber: first?.dynamodb.SequenceNumber,
      endSequenceNumber: last?.dynamodb.SequenceNumber,
      batchSize: records.length,
      streamArn,
    };
    const body = {
      requestContext: { functionArn: fn.arn, condition: 'RetryAttemptsExhausted' },
      responseContext: { functionError: error },
      version: '1.0',
      DDBStreamBatchInfo: info,
    };
    parts.queues.send(deadLetters, JSON.stringify(body));
  };

  /** After a failure: keep what passed, then wait, halve or give up. Returns the wall milliseconds to wait. */
  const afterFailure = (shardId: string, reader: ShardReader, batch: Batch, failedFrom: number, error: string): number => {
    if (failedFrom > 0) {
      // Progress was made: only the rest is tried again, and it starts to count anew.
      moveTo(shardId, reader, batch.records[failedFrom - 1]?.dynamodb.SequenceNumber);
      reader.attempts = 0;
    }
    const rest = batch.records.slice(failedFrom);
    parts.log('warn', fn.construct, `${rest.length} records of the table stream are tried again: ${error}`);
    if (reader.attempts >= maxRetries) {
      giveUp(shardId, rest, error);
      moveTo(shardId, reader, batch.lastRead);
      reader.attempts = 0;
      reader.limit = undefined;
      return 0;
    }
    reader.attempts += 1;
    reader.limit = properties.BisectBatchOnFunctionError === true && rest.length > 1 ? Math.ceil(rest.length / 2) : rest.length;
    return Math.min(FIRST_RETRY_MS * 2 ** (reader.attempts - 1), LONGEST_RETRY_MS);
  };

  const handle = async (shardId: string, reader: ShardReader, batch: Batch): Promise<number> => {
    const records = batch.records.map((record) => ({ ...record, eventSourceARN: streamArn }));
    const outcome = await (windows === undefined ? parts.invoker.invoke(fn.arn, { Records: records }) : windows.invoke(shardId, records));
    if (stopped) return 0;
    const ids = batch.records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    const failed = failedItems(outcome, partial, ids);
    const failedFrom = ids.findIndex((id) => failed.has(id));
    if (failedFrom >= 0) return afterFailure(shardId, reader, batch, failedFrom, outcome.ok ? 'reported as failed' : outcome.error);
    moveTo(shardId, reader, batch.lastRead);
    reader.attempts = 0;
    reader.limit = undefined;
    return 0;
  };

  const windowAllows = (reader: ShardReader, batch: Batch): boolean => {
    if (windowMs === 0 || reader.windowOver || !batch.exhausted || reader.attempts > 0) return true;
    reader.windowTimer ??= setTimeout(() => {
      reader.windowOver = true;
      wake();
    }, windowMs);
    return false;
  };

  const look = (shardId: string): void => {
    const reader = readerOf(shardId);
    if (stopped || reader.working || parts.invoker.room(fn.arn) === 0) return;
    const batch = gather(shardId, reader);
    if (batch.records.length === 0) {
      moveTo(shardId, reader, batch.lastRead);
      return;
    }
    if (!windowAllows(reader, batch)) return;
    clearTimeout(reader.windowTimer);
    reader.windowTimer = undefined;
    reader.windowOver = false;
    reader.working = true;
    void handle(shardId, reader, batch)
      .catch((error: unknown) => {
        parts.log('error', fn.construct, `its reader of the table stream failed: ${String(error)}`);
        return LONGEST_RETRY_MS;
      })
      .then((waitMs) => {
        const resume = (): void => {
          reader.working = false;
          wake();
        };
        if (waitMs === 0) resume();
        else setTimeout(resume, waitMs);
      });
  };

  const wake = (): void => {
    if (scheduled || stopped) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (!stopped) for (const shardId of streams.shards(streamArn)) look(shardId);
    });
  };

  const unsubscribe = streams.onWrite(streamArn, wake);
  parts.onRoom(fn.arn, wake);
  wake();

  return {
    name: `${fn.construct} from ${streamArn}`,
    pending: () => {
      const busy = [...readers.values()].filter(({ working }) => working).length;
      const behind = streams
        .shards(streamArn)
        .filter((shardId) => streams.latest(streamArn, shardId) !== readerOf(shardId).checkpoint).length;
      return busy + behind + (scheduled ? 1 : 0);
    },
    flush: () => {
      for (const reader of readers.values()) {
        if (reader.windowTimer === undefined) continue;
        reader.windowOver = true;
        wake();
      }
    },
    stop: () => {
      stopped = true;
      for (const { windowTimer } of readers.values()) clearTimeout(windowTimer);
      unsubscribe();
    },
  };
};
