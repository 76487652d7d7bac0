import type { Busy, Resource, ServiceContext, StreamPort, StreamRecord } from '../service.ts';
import type { EventBuses } from './event-buses.ts';
import { compilePattern } from './event-pattern.ts';
import { type EventEntry, type EventsService, entryBytes, MAXIMUM_REQUEST_BYTES } from './events.ts';
import { compilePath, compileTemplate, type Render } from './input-template.ts';
import { checkProperties, listAt, numberAt, objectAt, objectsAt, requiredText, textAt, unsupported } from './properties.ts';
import type { Queues } from './queues.ts';
import type { Store } from './store.ts';

export interface Pipes {
  readonly start: () => void;
  readonly stop: () => void;
  readonly busy: Busy;
}

const STREAM = 'SourceParameters.DynamoDBStreamParameters';
const BUS = 'TargetParameters.EventBridgeEventBusParameters';
const PLAYED = [
  ...[
    'Name',
    'RoleArn',
    'Source',
    'Target',
    'DesiredState',
    'SourceParameters.FilterCriteria.Filters.*.Pattern',
    'TargetParameters.InputTemplate',
  ],
  ...['StartingPosition', 'MaximumRetryAttempts', 'DeadLetterConfig.Arn'].map((name) => `${STREAM}.${name}`),
  ...['DetailType', 'Source', 'Resources', 'Time'].map((name) => `${BUS}.${name}`),
];
// How the cloud cuts a stream into batches changes nothing of what arrives. One process needs no second reader.
const IGNORED = ['Description', 'Tags', 'LogConfiguration', 'KmsKeyIdentifier'].concat(
  ['BatchSize', 'MaximumBatchingWindowInSeconds', 'MaximumRecordAgeInSeconds', 'OnPartialBatchItemFailure', 'ParallelizationFactor'].map(
    (name) => `${STREAM}.${name}`,
  ),
);
const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator'];
/** Records of one transaction; between two the event loop serves others. */
const CHUNK = 100;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const SCHEMA =
  'CREATE TABLE IF NOT EXISTS pipe_positions (pipe TEXT NOT NULL, shard TEXT NOT NULL, sequence_number TEXT NOT NULL, PRIMARY KEY (pipe, shard))';

interface Pipe {
  readonly resource: Resource;
  readonly name: string;
  readonly streamArn: string;
  readonly fromLatest: boolean;
  readonly wanted: (record: StreamRecord) => boolean;
  readonly toEntry: (record: StreamRecord) => EventEntry;
  readonly busArn: string;
  /** Attempts beyond the first; infinite where the template says -1 or nothing. */
  readonly retries: number;
  readonly deadLetterArn?: string;
}

/** A parameter of the target: a constant, or `$.path` into the record. */
const parameter = (text: string | undefined): ((record: StreamRecord) => unknown) =>
  text?.startsWith('$') === true ? compilePath(text) : () => text;

const readEntry = (resource: Resource): Pipe['toEntry'] => {
  const target = objectAt(resource, resource.properties, 'TargetParameters') ?? {};
  const bus = objectAt(resource, target, 'EventBridgeEventBusParameters') ?? {};
  const name = requiredText(resource, resource.properties, 'Name');
  const template = textAt(resource, target, 'InputTemplate');
  const variables: Parameters<typeof compileTemplate>[1] = {
    'aws.pipes.pipe-name': () => name,
    'aws.pipes.pipe-arn': () => resource.arn,
    'aws.pipes.source-arn': () => resource.properties['Source'],
    'aws.pipes.target-arn': () => resource.properties['Target'],
    'aws.pipes.event': (event) => event,
    'aws.pipes.event.json': (event) => event,
  };
  try {
    const detail: Render = template === undefined ? (record) => JSON.stringify(record) : compileTemplate(template, variables);
    const source = parameter(textAt(resource, bus, 'Source') ?? `Pipe ${name}`);
    const detailType = parameter(textAt(resource, bus, 'DetailType') ?? 'Event from aws:dynamodb');
    const time = parameter(textAt(resource, bus, 'Time'));
    const resources = listAt(resource, bus, 'Resources').map((item) => parameter(String(item)));
    return (record) => {
      const instant = time(record);
      return {
        Source: source(record),
        DetailType: detailType(record),
        Detail: detail(record),
        Resources: resources.map((item) => item(record)),
        ...(instant === undefined ? {} : { Time: Date.parse(String(instant)) / 1000 }),
      };
    };
  } catch (error) {
    throw unsupported(resource, (error as Error).message);
  }
};

const readPipe = (resource: Resource, context: ServiceContext, buses: EventBuses): Pipe => {
  checkProperties(resource, PLAYED, IGNORED);
  const { properties } = resource;
  const streamArn = requiredText(resource, properties, 'Source');
  const busArn = requiredText(resource, properties, 'Target');
  const roleArn = requiredText(resource, properties, 'RoleArn');
  const source = objectAt(resource, properties, 'SourceParameters') ?? {};
  const stream = objectAt(resource, source, 'DynamoDBStreamParameters');
  if (stream === undefined) throw unsupported(resource, `its source ${streamArn} is not a table's stream; the local stack plays no other`);
  if (buses.find(busArn) === undefined)
    throw unsupported(resource, `its target ${busArn} is not an event bus of the template; the local stack plays no other`);
  const needed = [
    ...STREAM_ACTIONS.map((action) => ({ action: `dynamodb:${action}`, resource: streamArn })),
    { action: 'events:PutEvents', resource: busArn },
  ];
  for (const each of needed)
    if (!context.allowed(roleArn, each)) throw unsupported(resource, `its role does not allow ${each.action} on ${each.resource}`);
  const criteria = objectAt(resource, source, 'FilterCriteria') ?? {};
  const filters = objectsAt(resource, criteria, 'Filters').map((filter) => {
    try {
      return compilePattern(requiredText(resource, filter, 'Pattern'));
    } catch (error) {
      throw unsupported(resource, (error as Error).message);
    }
  });
  // Stream records carry numbers as text, so an exact number in a filter could only mean the record's own few fields.
  if (filters.some(({ needsNumberText }) => needsNumberText))
    throw unsupported(resource, 'a filter compares an exact number; numbers of a table are text in its stream');
  const deadLetter = objectAt(resource, stream, 'DeadLetterConfig');
  const retries = numberAt(resource, stream, 'MaximumRetryAttempts', -1);
  return {
    resource,
    name: requiredText(resource, properties, 'Name'),
    streamArn,
    fromLatest: stream['StartingPosition'] === 'LATEST',
    wanted: (record) => filters.length === 0 || filters.some(({ matches }) => matches(record)),
    toEntry: readEntry(resource),
    busArn,
    retries: retries < 0 ? Number.POSITIVE_INFINITY : retries,
    ...(deadLetter === undefined ? {} : { deadLetterArn: requiredText(resource, deadLetter, 'Arn') }),
  };
};

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
