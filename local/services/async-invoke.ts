import { randomUUID } from 'node:crypto';
import type { Busy, Resource, ServiceContext } from '../service.ts';
import { isObject } from './json-protocol.ts';
import { checkProperties, numberAt } from './properties.ts';
import type { Queues } from './queues.ts';
import type { Store } from './store.ts';
import type { WakeUps } from './wake-ups.ts';

/**
 * Asynchronous invocation of functions, as Lambda queues it for rules and schedules: durable before it is accepted,
 * retried after one and then two minutes of the test clock, given to the function's failure destination at last.
 */
export interface AsyncInvoke {
  /** Joins the transaction of the turn. */
  readonly invokeLater: (functionArn: string, payloadJson: string) => void;
  readonly start: () => void;
  readonly stop: () => void;
  readonly busy: Busy;
}

const RETRY_AFTER_MS = [60_000, 120_000];
/** How soon to look again when every worker of a function is taken. */
const ROOM_AGAIN_MS = 10;
const BATCH = 50;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS invocations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, function_arn TEXT NOT NULL, payload TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, due_ms INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS invocations_by_due ON invocations (due_ms, id);
`;

type Row = {
  readonly id: number;
  readonly function_arn: string;
  readonly payload: string;
  readonly attempt: number;
  readonly due_ms: number;
};

interface FailurePolicy {
  readonly retries: number;
  readonly destinationArn?: string;
  readonly kind: 'destination' | 'dead-letter';
}

const readFailurePolicies = (context: ServiceContext): ReadonlyMap<string, FailurePolicy> => {
  const policies = new Map<string, FailurePolicy>();
  for (const fn of context.resources.ofType('AWS::Lambda::Function')) {
    const deadLetter = fn.properties['DeadLetterConfig'];
    if (isObject(deadLetter) && typeof deadLetter['TargetArn'] === 'string') {
      policies.set(fn.arn, { retries: RETRY_AFTER_MS.length, destinationArn: deadLetter['TargetArn'], kind: 'dead-letter' });
    }
    const config = context.resources
      .ofType('AWS::Lambda::EventInvokeConfig')
      .find(({ properties }) => [fn.ref, fn.arn].includes(String(properties['FunctionName'])));
    if (config !== undefined) policies.set(fn.arn, readInvokeConfig(config));
  }
  return policies;
};

const readInvokeConfig = (config: Resource): FailurePolicy => {
  checkProperties(
    config,
    ['FunctionName', 'MaximumRetryAttempts', 'DestinationConfig.OnFailure.Destination'],
    ['Qualifier', 'MaximumEventAgeInSeconds'],
  );
  const retries = numberAt(config, config.properties, 'MaximumRetryAttempts', RETRY_AFTER_MS.length);
  const destinations = config.properties['DestinationConfig'];
  const onFailure = isObject(destinations) && isObject(destinations['OnFailure']) ? destinations['OnFailure']['Destination'] : undefined;
  return { retries, kind: 'destination', ...(typeof onFailure === 'string' ? { destinationArn: onFailure } : {}) };
};

export const createAsyncInvoke = (context: ServiceContext, store: Store, wakeUps: WakeUps, queues: Queues): AsyncInvoke => {
  const { clock, invoker, log, resources } = context;
  const policies = readFailurePolicies(context);
  store.exec(SCHEMA);
  const insert = store.prepare('INSERT INTO invocations (function_arn, payload, due_ms) VALUES (?, ?, ?)');
  const selectDue = store.prepare('SELECT * FROM invocations WHERE due_ms <= ? ORDER BY due_ms, id LIMIT ?');
  const nextDue = store.prepare('SELECT min(due_ms) AS due FROM invocations WHERE due_ms > ?');
  const countDue = store.prepare('SELECT count(*) AS n FROM invocations WHERE due_ms <= ?');
  const retryAt = store.prepare('UPDATE invocations SET attempt = attempt + 1, due_ms = ? WHERE id = ?');
  const remove = store.prepare('DELETE FROM invocations WHERE id = ?');
  const underWay = new Set<number>();
  let stopped = true;
  let roomTimer: NodeJS.Timeout | undefined;

  const giveUp = (row: Row, error: string): void => {
    const policy = policies.get(row.function_arn);
    remove.run(row.id);
    const construct = resources.byArn(row.function_arn)?.path ?? row.function_arn;
    const queue = queues.all.find(({ arn }) => arn === policy?.destinationArn);
    log(
      'error',
      construct,
      `An asynchronous invocation failed ${row.attempt + 1} times and ${queue === undefined ? 'is lost' : `went to ${queue.name}`}: ${error}`,
    );
    if (queue === undefined) return;
    if (policy?.kind === 'dead-letter') {
      queues.enqueue(queue.arn, row.payload, {
        attributes: {
          RequestID: { DataType: 'String', StringValue: randomUUID() },
          ErrorMessage: { DataType: 'String', StringValue: error.slice(0, 1024) },
        },
      });
      return;
    }
    const timestamp = new Date(clock.now()).toISOString();
    const requestContext = {
      requestId: randomUUID(),
      functionArn: row.function_arn,
      condition: 'RetriesExhausted',
      approximateInvokeCount: row.attempt + 1,
    };
    const record = {
      version: '1.0',
      timestamp,
      requestContext,
      requestPayload: JSON.parse(row.payload) as unknown,
      responsePayload: { errorMessage: error },
    };
    queues.enqueue(queue.arn, JSON.stringify(record));
  };

  const attempt = async (row: Row): Promise<void> => {
    underWay.add(row.id);
    const outcome = await invoker.invoke(row.function_arn, JSON.parse(row.payload));
    underWay.delete(row.id);
    if (stopped) return;
    store.write(() => {
      if (outcome.ok) remove.run(row.id);
      else if (row.attempt >= (policies.get(row.function_arn)?.retries ?? RETRY_AFTER_MS.length)) giveUp(row, outcome.error);
      else retryAt.run(clock.now() + (RETRY_AFTER_MS[row.attempt] ?? 0), row.id);
    });
    run();
  };

  const run = (): void => {
    if (stopped) return;
    const nowMs = clock.now();
    let full = false;
    for (const row of selectDue.all(nowMs, BATCH + underWay.size) as unknown as readonly Row[]) {
      if (underWay.has(row.id)) continue;
      if (invoker.room(row.function_arn) <= 0) full = true;
      else
        attempt(row).catch((error: unknown) => {
          underWay.delete(row.id);
          log('error', row.function_arn, `An asynchronous invocation could not be made: ${String(error)}`);
        });
    }
    if (full && roomTimer === undefined) {
      roomTimer = setTimeout(() => {
        roomTimer = undefined;
        run();
      }, ROOM_AGAIN_MS);
    }
    const { due } = nextDue.get(nowMs) as { due: number | null };
    if (due !== null) wakeUps.at('invocations', due, run);
  };

  return {
    invokeLater: (functionArn, payloadJson) => {
      store.write(() => insert.run(functionArn, payloadJson, clock.now()));
      store.afterCommit('invocations', run);
    },
    start: () => {
      stopped = false;
      run();
    },
    stop: () => {
      stopped = true;
      clearTimeout(roomTimer);
    },
    busy: { name: 'asynchronous invocations', pending: () => Math.max(underWay.size, (countDue.get(clock.now()) as { n: number }).n) },
  };
};
