import { randomUUID } from 'node:crypto';
import type { Resource, ServiceContext, Timed } from '../service.ts';
import type { AsyncInvoke } from './async-invoke.ts';
import { isObject } from './json-protocol.ts';
import { checkProperties, objectAt, requiredText, textAt, unsupported } from './properties.ts';
import type { Queues } from './queues.ts';
import { type DueTimes, isMoreFrequentThanHourly, parseSchedule } from './schedule-expression.ts';
import type { Store } from './store.ts';

export interface Scheduler extends Timed {
  readonly start: () => void;
  readonly stop: () => void;
}

const PLAYED = [
  'Name',
  'GroupName',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'State',
  'StartDate',
  'EndDate',
  'Target.Arn',
  'Target.RoleArn',
  'Target.Input',
];
// A flexible window lets the cloud fire later; the laptop fires on time. Retries are those of the asynchronous invocation.
const IGNORED = [
  'Description',
  'FlexibleTimeWindow',
  'KmsKeyArn',
  'ActionAfterCompletion',
  'Target.RetryPolicy',
  'Target.DeadLetterConfig',
];
/** How often due schedules are looked for while the clock runs by itself; the cloud is precise to a minute. */
const LOOK_EVERY_MS = 500;
const SCHEMA = 'CREATE TABLE IF NOT EXISTS schedule_firings (schedule TEXT PRIMARY KEY, last_ms INTEGER NOT NULL)';

interface Schedule {
  readonly resource: Resource;
  readonly due: DueTimes;
  readonly endMs: number;
  readonly frequent: boolean;
  readonly deliver: (dueMs: number) => void;
}

/** Context attributes that an input may hold: `<aws.scheduler.scheduled-time>` and its like. */
const fillIn = (input: string, resource: Resource, dueMs: number): string =>
  input
    .replaceAll('<aws.scheduler.scheduled-time>', `${new Date(dueMs).toISOString().slice(0, 19)}Z`)
    .replaceAll('<aws.scheduler.schedule-arn>', resource.arn)
    .replaceAll('<aws.scheduler.execution-id>', () => randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1');

const instantAt = (resource: Resource, name: string): number | undefined => {
  const text = textAt(resource, resource.properties, name);
  if (text === undefined) return undefined;
  const instantMs = Date.parse(text);
  if (Number.isNaN(instantMs)) throw unsupported(resource, `${name} is not an instant: ${text}`);
  return instantMs;
};

const compileTarget = (resource: Resource, context: ServiceContext, queues: Queues, asyncInvoke: AsyncInvoke): Schedule['deliver'] => {
  const target = objectAt(resource, resource.properties, 'Target') ?? {};
  const arn = requiredText(resource, target, 'Arn');
  const roleArn = requiredText(resource, target, 'RoleArn');
  const input = textAt(resource, target, 'Input') ?? '{}';
  const found = context.resources.byArn(arn);
  const action = found?.type === 'AWS::Lambda::Function' ? 'lambda:InvokeFunction' : 'sqs:SendMessage';
  if (found === undefined || (action === 'sqs:SendMessage' && found.type !== 'AWS::SQS::Queue')) {
    throw unsupported(resource, `its target ${arn} is neither a function nor a queue of the template; the local stack plays no other`);
  }
  if (!context.allowed(roleArn, { action, resource: arn }))
    throw unsupported(resource, `its role does not allow ${action} on ${found.path}`);
  if (action === 'lambda:InvokeFunction') return (dueMs) => asyncInvoke.invokeLater(arn, fillIn(input, resource, dueMs));
  return (dueMs) => {
    queues.enqueue(arn, fillIn(input, resource, dueMs));
  };
};

const readSchedule = (resource: Resource, context: ServiceContext, deliver: Schedule['deliver']): Schedule => {
  checkProperties(resource, PLAYED, IGNORED);
  const zone = textAt(resource, resource.properties, 'ScheduleExpressionTimezone') ?? 'UTC';
  const startMs = instantAt(resource, 'StartDate');
  try {
    const parsed = parseSchedule(requiredText(resource, resource.properties, 'ScheduleExpression'), zone, startMs);
    const due: DueTimes =
      startMs === undefined ? parsed : { once: parsed.once, after: (instantMs) => parsed.after(Math.max(instantMs, startMs - 1)) };
    return {
      resource,
      due,
      deliver,
      endMs: instantAt(resource, 'EndDate') ?? Number.POSITIVE_INFINITY,
      frequent: isMoreFrequentThanHourly(due, context.clock.now()),
    };
  } catch (error) {
    throw unsupported(resource, (error as Error).message);
  }
};

/** Due times in (fromMs, toMs], in order: the last one alone of a schedule that is more frequent than hourly. */
const dueBetween = ({ due, endMs, frequent }: Schedule, fromMs: number, toMs: number): readonly number[] => {
  const last = Math.min(toMs, endMs);
  if (frequent) return lastDue(due, fromMs, last);
  const all: number[] = [];
  for (let next = due.after(fromMs); next !== undefined && next <= last; next = due.after(next)) all.push(next);
  return all;
};

/** Looks back in growing steps from the end, so that a year of a five-minute schedule is not counted through. */
const lastDue = (due: DueTimes, fromMs: number, toMs: number): readonly number[] => {
  for (let backMs = 3_600_000; ; backMs *= 4) {
    const startMs = Math.max(fromMs, toMs - backMs);
    let found: number | undefined;
    for (let next = due.after(startMs); next !== undefined && next <= toMs; next = due.after(next)) found = next;
    if (found !== undefined) return [found];
    if (startMs === fromMs) return [];
  }
};

/** EventBridge Scheduler on the test clock. What it fires is durable before it counts as fired. */
export const createScheduler = (context: ServiceContext, store: Store, queues: Queues, asyncInvoke: AsyncInvoke): Scheduler => {
  const { clock } = context;
  const schedules = context.resources
    .ofType('AWS::Scheduler::Schedule')
    .filter(({ properties }) => properties['State'] !== 'DISABLED')
    .map((resource) => readSchedule(resource, context, compileTarget(resource, context, queues, asyncInvoke)));
  store.exec(SCHEMA);
  const getLast = store.prepare('SELECT last_ms AS lastMs FROM schedule_firings WHERE schedule = ?');
  const setLast = store.prepare(
    'INSERT INTO schedule_firings (schedule, last_ms) VALUES (?, ?) ON CONFLICT DO UPDATE SET last_ms = excluded.last_ms',
  );
  let timer: NodeJS.Timeout | undefined;
  /** While the clock is being moved the plan decides what fires, not the passing of time. */
  let movingToMs = Number.NEGATIVE_INFINITY;

  const keyOf = ({ resource }: Schedule): string => resource.arn;
  const lastOf = (schedule: Schedule): number => {
    const row = getLast.get(keyOf(schedule));
    return isObject(row) ? Number(row['lastMs']) : clock.now();
  };
  const fire = (schedule: Schedule, dueMs: number): void => {
    if (dueMs <= lastOf(schedule)) return;
    store.write(() => {
      schedule.deliver(dueMs);
      setLast.run(keyOf(schedule), dueMs);
    });
  };
  const plan = (fromMs: number, toMs: number): readonly { readonly schedule: Schedule; readonly dueMs: number }[] =>
    schedules
      .flatMap((schedule) => dueBetween(schedule, Math.max(fromMs, lastOf(schedule)), toMs).map((dueMs) => ({ schedule, dueMs })))
      .sort((a, b) => a.dueMs - b.dueMs);

  const look = (): void => {
    const nowMs = clock.now();
    if (nowMs < movingToMs) return;
    for (const { schedule, dueMs } of plan(Number.NEGATIVE_INFINITY, nowMs)) fire(schedule, dueMs);
  };

  clock.onMove((fromMs, toMs) => {
    // A stop on the way of a planned move. Any other move sets the time: what lay between does not fire, and from there on everything does.
    if (toMs >= fromMs && toMs <= movingToMs) return;
    movingToMs = Number.NEGATIVE_INFINITY;
    store.write(() => {
      for (const schedule of schedules) setLast.run(keyOf(schedule), toMs);
    });
  });

  return {
    name: 'scheduler',
    plan: (fromMs, toMs) => {
      look();
      movingToMs = toMs;
      return plan(fromMs, toMs).map(({ schedule, dueMs }) => ({
        atMs: dueMs,
        fire: async () => {
          fire(schedule, dueMs);
          await store.committed();
        },
      }));
    },
    start: () => {
      store.write(() => {
        for (const schedule of schedules) if (getLast.get(keyOf(schedule)) === undefined) setLast.run(keyOf(schedule), clock.now());
      });
      look();
      timer = setInterval(look, LOOK_EVERY_MS);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
};
