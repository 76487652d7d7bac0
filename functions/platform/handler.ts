import middy, { type MiddlewareObj } from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { assert } from './bug.ts';
import { bindInvocation, errorFields, log } from './log.ts';
import { count, duration, publishMetrics } from './metrics.ts';

/** What a handler may know of its own invocation. */
export interface Invocation {
  readonly name: string;
  readonly requestId: string;
  /** Milliseconds until Lambda stops the function: wall time, for budgets of work only. */
  readonly remainingMs: () => number;
}

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** 1 at the first delivery. */
  readonly receiveCount: number;
}

export const invocationOf = (name: string, context: Context): Invocation => ({
  name,
  requestId: context.awsRequestId,
  remainingMs: () => context.getRemainingTimeInMillis(),
});

/** Binds the log to the invocation, and logs and rethrows what is thrown, so that the service's own retry takes over. */
const logged = <Event>(correlationOf: (event: Event) => string | undefined): MiddlewareObj<Event> => ({
  before: ({ event, context }) => bindInvocation(context, correlationOf(event)),
  onError: ({ error }) => log.error('the invocation failed', errorFields(error)),
});

/** Counts and times each invocation; the metrics of a failed one are written too. */
const measured = <Event>(): MiddlewareObj<Event> => {
  let startedAt = 0;
  const stop = (): void => {
    duration(performance.now() - startedAt);
    publishMetrics();
  };
  return {
    before: () => {
      startedAt = performance.now();
    },
    after: stop,
    onError: () => {
      count('Failed', 1);
      stop();
    },
  };
};

/** Every function's wrapping. `run` gets the event and what it may know of its invocation. */
export const handlerOf = <Event, Answer>(
  name: string,
  run: (event: Event, invocation: Invocation) => Promise<Answer>,
  correlationOf: (event: Event) => string | undefined = () => undefined,
) =>
  middy<Event, Answer>()
    .use(measured<Event>())
    .use(logged(correlationOf))
    .handler((event: Event, context: Context) => run(event, invocationOf(name, context)));

/**
 * A consumer of a queue. `consume` gets the whole batch and answers the ids of the messages that failed: those are
 * delivered again, and end in the dead-letter queue. If it throws, the whole batch is delivered again.
 */
export const queueConsumer = (
  name: string,
  consume: (messages: readonly QueueMessage[], invocation: Invocation) => Promise<readonly string[]>,
) =>
  handlerOf<SQSEvent, SQSBatchResponse>(
    name,
    async (event, invocation) => {
      const messages = event.Records.map(({ messageId, body, attributes }) => ({
        messageId,
        body,
        receiveCount: Number(attributes?.ApproximateReceiveCount ?? '1'),
      }));
      const failed = new Set(await consume(messages, invocation));
      // An unknown or empty id would make SQS deliver the whole batch again, in silence.
      const known = new Set(messages.map(({ messageId }) => messageId));
      for (const messageId of failed) assert(known.has(messageId), `${name} reports a message as failed that is not in the batch`);
      count('Handled', messages.length - failed.size);
      count('Failed', failed.size);
      for (const { messageId, receiveCount } of messages) {
        if (failed.has(messageId)) log.warn('a message failed and will be delivered again', { messageId, receiveCount });
      }
      return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
    },
    (event) => event.Records[0]?.messageId,
  );

/** A task of a state machine or of a schedule. */
export const taskHandler = <Input, Output>(name: string, run: (input: Input, invocation: Invocation) => Promise<Output>) =>
  handlerOf<Input, Output>(name, async (input, invocation) => {
    const output = await run(input, invocation);
    count('Handled', 1);
    return output;
  });
