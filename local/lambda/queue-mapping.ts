import { AssemblyError } from '../assembly/load.ts';
import type { QueueMessage, QueuePort, Resource } from '../service.ts';
import { failedItems } from './batch-response.ts';
import type { LocalFunction } from './functions.ts';
import type { Mapping, MappingParts } from './mapping.ts';

/** `AWS::Lambda::EventSourceMapping` of a queue, with Lambda's defaults. */
interface QueueMappingProperties {
  readonly EventSourceArn: string;
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: unknown;
}

const DEFAULT_BATCH_SIZE = 10;
const DEFAULT_VISIBILITY_SECONDS = 30;
/**
 * While a batch is running, messages that do not fill another one wait this long for more (wall milliseconds), as they do
 * while Lambda's pollers travel to the queue: under load batches are fuller, and a lone message never waits.
 */
const LINGER_MS = 25;

const recordOf = (queueArn: string, region: string, message: QueueMessage): Readonly<Record<string, unknown>> => ({
  messageId: message.messageId,
  receiptHandle: message.receiptHandle,
  body: message.body,
  attributes: message.attributes,
  messageAttributes: message.messageAttributes,
  md5OfBody: message.md5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: region,
});

/**
 * Feeds a function from a queue: woken by each send, as many batches at once as the function has room for, messages held
 * until the function has answered. What failed becomes visible again after the rest of the queue's visibility timeout.
 */
export const startQueueMapping = (resource: Resource, fn: LocalFunction, queues: QueuePort, parts: MappingParts): Mapping => {
  const properties = resource.properties as unknown as QueueMappingProperties;
  if (properties.FilterCriteria !== undefined)
    throw new AssemblyError(resource.path, 'the local stack does not support FilterCriteria on a queue');
  const queueArn = properties.EventSourceArn;
  const queue = parts.resources.byArn(queueArn);
  if (queue === undefined) throw new AssemblyError(resource.path, `its queue ${queueArn} is not in the assembly`);
  const batchSize = properties.BatchSize ?? DEFAULT_BATCH_SIZE;
  const windowMs = (properties.MaximumBatchingWindowInSeconds ?? 0) * 1000;
  const maxConcurrency = Math.min(fn.maxConcurrency, properties.ScalingConfig?.MaximumConcurrency ?? fn.maxConcurrency);
  const visibilityMs = Number(queue.properties['VisibilityTimeout'] ?? DEFAULT_VISIBILITY_SECONDS) * 1000;
  const partial = properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true;

  let running = 0;
  let stopped = false;
  let scheduled = false;
  let windowTimer: NodeJS.Timeout | undefined;
  let windowOver = false;
  let lingerTimer: NodeJS.Timeout | undefined;
  let lingered = false;

  const handle = async (messages: readonly QueueMessage[]): Promise<void> => {
    const startedMs = Date.now();
    const outcome = await parts.invoker.invoke(fn.arn, { Records: messages.map((message) => recordOf(queueArn, parts.region, message)) });
    // A stop is no answer: the next start finds the messages visible again.
    if (stopped) return;
    const failed = failedItems(
      outcome,
      partial,
      messages.map(({ messageId }) => messageId),
    );
    const done = messages.filter(({ messageId }) => !failed.has(messageId));
    const again = messages.filter(({ messageId }) => failed.has(messageId));
    if (done.length > 0)
      queues.deleteAll(
        queueArn,
        done.map(({ receiptHandle }) => receiptHandle),
      );
    if (again.length > 0) {
      const reason = outcome.ok ? 'reported as failed' : outcome.error;
      parts.log('warn', fn.construct, `${again.length} of ${messages.length} messages of ${queue.path} go back to the queue: ${reason}`);
      queues.release(
        queueArn,
        again.map(({ receiptHandle }) => receiptHandle),
        Math.max(0, visibilityMs - (Date.now() - startedMs)),
      );
    }
  };

  /** A batching window lets messages gather; it ends early when the batch is full, or when somebody waits for the stack to be idle. */
  const windowAllows = (): boolean => {
    if (windowMs === 0 || windowOver) return true;
    const { visible } = queues.counts(queueArn);
    if (visible >= batchSize) return true;
    if (visible > 0) {
      windowTimer ??= setTimeout(() => {
        windowOver = true;
        poll();
      }, windowMs);
    }
    return false;
  };

  /** Whether what is visible is to be taken now, or may become a fuller batch beside the one that is running. */
  const lingers = (): boolean => {
    if (running === 0 || lingered || windowMs > 0) return false;
    const { visible } = queues.counts(queueArn);
    if (visible === 0 || visible >= batchSize) return false;
    lingerTimer ??= setTimeout(() => {
      lingerTimer = undefined;
      lingered = true;
      poll();
    }, LINGER_MS);
    return true;
  };

  const poll = (): void => {
    while (!stopped && running < maxConcurrency && parts.invoker.room(fn.arn) > 0 && windowAllows() && !lingers()) {
      lingered = false;
      const messages = queues.receive(queueArn, { max: batchSize, hold: true });
      if (messages.length < batchSize) {
        windowOver = false;
        clearTimeout(windowTimer);
        windowTimer = undefined;
      }
      if (messages.length === 0) return;
      running += 1;
      void handle(messages)
        .catch((error: unknown) => parts.log('error', fn.construct, `its poller of ${queue.path} failed: ${String(error)}`))
        .finally(() => {
          running -= 1;
          wake();
        });
    }
  };

  /** One look per turn of the event loop, so that messages sent together arrive as one batch. */
  const wake = (): void => {
    if (scheduled || stopped) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      poll();
    });
  };

  const unsubscribe = queues.onVisible(queueArn, wake);
  parts.onRoom(fn.arn, wake);
  wake();

  return {
    name: `${fn.construct} from ${queue.path}`,
    pending: () => running + (scheduled ? 1 : 0) + queues.counts(queueArn).visible,
    flush: () => {
      if (windowTimer === undefined) return;
      windowOver = true;
      wake();
    },
    stop: () => {
      stopped = true;
      clearTimeout(windowTimer);
      clearTimeout(lingerTimer);
      unsubscribe();
    },
  };
};
