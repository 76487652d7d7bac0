import { join } from 'node:path';
import type { ServiceContext, Services } from '../service.ts';
import { createArchives } from './archives.ts';
import { createAsyncInvoke } from './async-invoke.ts';
import { createDynamoDb } from './dynamodb.ts';
import { TABLE_TYPES } from './dynamodb-table.ts';
import { createEventBuses } from './event-buses.ts';
import { createEvents } from './events.ts';
import { createPipes } from './pipes.ts';
import { createQueues } from './queues.ts';
import { createReplays } from './replays.ts';
import { createScheduler } from './scheduler.ts';
import { createSecrets } from './secrets.ts';
import { createSqs } from './sqs.ts';
import { openStore } from './store.ts';
import { createWakeUps } from './wake-ups.ts';

const RESOURCE_TYPES: readonly string[] = [
  ...TABLE_TYPES,
  ...['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy'],
  ...['AWS::Events::EventBus', 'AWS::Events::Rule', 'AWS::Events::Archive', 'AWS::Events::EventBusPolicy'],
  ...[
    'AWS::Pipes::Pipe',
    'AWS::Scheduler::Schedule',
    'AWS::Scheduler::ScheduleGroup',
    'AWS::SecretsManager::Secret',
    'AWS::SecretsManager::ResourcePolicy',
  ],
];

/**
 * Builds every service of the template over one store. Nothing listens or runs before `start`; a wiring that cannot be
 * played, or that the deployed stack would not be allowed to use, throws a sentence that names the construct.
 */
export const createServices = (context: ServiceContext): Services => {
  const store = openStore(join(context.dataDir, 'services.db'), (reason) =>
    context.log('error', 'services', `What was written in one turn could not be kept and was undone: ${String(reason)}`),
  );
  try {
    const { resources, clock, accountId } = context;
    const wakeUps = createWakeUps(clock);
    const queues = createQueues(resources.ofType('AWS::SQS::Queue'), store, clock, wakeUps, accountId);
    const asyncInvoke = createAsyncInvoke(context, store, wakeUps, queues);
    const archives = createArchives(resources.ofType('AWS::Events::Archive'), store, clock);
    const buses = createEventBuses(context, queues, asyncInvoke, archives);
    const replays = createReplays(store, clock, archives, buses);
    const dynamodb = createDynamoDb(context, store);
    const sqs = createSqs(context, queues, store);
    const events = createEvents(context, store, buses, archives, replays);
    const secrets = createSecrets(context, store);
    const pipes = createPipes(context, store, dynamodb.streams, buses, events, queues);
    const scheduler = createScheduler(context, store, queues, asyncInvoke);
    const part = (name: string, start: () => void | Promise<void>, stop: () => void | Promise<void>): Services['parts'][number] => ({
      name,
      start: async () => start(),
      stop: async () => stop(),
    });
    const stopStore = (): void => {
      wakeUps.stop();
      store.close();
    };
    return {
      services: [dynamodb, sqs, events, secrets],
      parts: [
        part('store', () => undefined, stopStore),
        part('dynamodb', dynamodb.start, dynamodb.stop),
        part('secrets', secrets.start, secrets.stop),
        part('queues', sqs.start, sqs.stop),
        part('asynchronous invocations', asyncInvoke.start, asyncInvoke.stop),
        part('events', events.start, events.stop),
        part('pipes', pipes.start, pipes.stop),
        part('scheduler', scheduler.start, scheduler.stop),
      ],
      queues,
      streams: dynamodb.streams,
      secrets: secrets.port,
      replays: replays.port,
      committed: store.committed,
      timed: [scheduler],
      busy: [queues.busy, asyncInvoke.busy, pipes.busy, replays.busy],
      resourceTypes: RESOURCE_TYPES,
    };
  } catch (error) {
    store.close();
    throw error;
  }
};
