import type { EventBus } from 'aws-cdk-lib/aws-events';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import { type CapabilityStack, pascal } from './capability-stack.ts';
import { type BusPattern, routeToQueue } from './event-bus.ts';
import type { CapabilityFunction } from './function.ts';
import { WorkQueue } from './queue.ts';

export interface Subscription {
  readonly bus: EventBus;
  readonly pattern: BusPattern;
  /** In the rule's description. */
  readonly what: string;
}

export interface ConsumerProps {
  readonly handler: CapabilityFunction;
  /** What fills the queue; nothing, where functions send to it. */
  readonly subscriptions?: readonly Subscription[];
  /** Age of the oldest message at which somebody is told. */
  readonly lateAfter: Duration;
  /** Messages of one invocation; by default as many as one transaction commits. More than 10 need a `batchingWindow`. */
  readonly batchSize?: number;
  /** Wait for a fuller batch. */
  readonly batchingWindow?: Duration;
  /** Most batches at once, 2 to 1,000; set where it protects something. */
  readonly maxConcurrency?: number;
}

/** As many events as one transaction commits. */
const BATCH_SIZE = 10;

/**
 * Rules → queue → function, with dead letters and alarms. Batches fail in part: only what the handler names is delivered again.
 * The queue is named like the consumer.
 */
export class Consumer extends WorkQueue {
  constructor(
    stack: CapabilityStack,
    name: string,
    { handler, subscriptions = [], lateAfter, batchSize = BATCH_SIZE, batchingWindow, maxConcurrency }: ConsumerProps,
  ) {
    // Six times the function's time-out, as the service asks, so that throttled polls do not count as failures.
    const visibilityTimeout = Duration.seconds(6 * handler.timeout.toSeconds() + (batchingWindow?.toSeconds() ?? 0));
    super(stack, pascal(name), name, { visibilityTimeout, lateAfter });
    handler.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], this.queue.queueArn);
    new EventSourceMapping(this, 'Poller', {
      target: handler.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize,
      reportBatchItemFailures: true,
      ...(batchingWindow && { maxBatchingWindow: batchingWindow }),
      ...(maxConcurrency !== undefined && { maxConcurrency }),
    });
    for (const [index, { bus, pattern, what }] of subscriptions.entries()) {
      routeToQueue(stack, `${pascal(name)}Rule${index === 0 ? '' : index + 1}`, bus, pattern, this, `${name}: ${what}`);
    }
  }
}
