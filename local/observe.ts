import type { QueueMessage, QueuePort, ServiceRequest, ServiceResponse } from './service.ts';

/** A service that is busy, or fails with or without the effect of the call. */
export type Befallen = 'throttled' | 'failed-before' | 'failed-after';

/** Sees what is billed on AWS, for a benchmark that counts it, and says what fails, for a test of what is tried again. Called on the main thread. */
export interface Observer {
  /** `caller` is the function's name; after each answer. */
  readonly onCall?: (caller: string, signingName: string, request: ServiceRequest, response: ServiceResponse) => void;
  /** What befalls a call of the function `caller`. */
  readonly befalls?: (caller: string, signingName: string, request: ServiceRequest) => Befallen | undefined;
  /** A poller's receive that brought messages. */
  readonly onReceive?: (queueArn: string, messages: readonly QueueMessage[]) => void;
}

/** The queues as pollers see them, with the observer told of what they take. */
export const observedQueues = (queues: QueuePort, observer: Observer | undefined): QueuePort =>
  observer?.onReceive === undefined
    ? queues
    : {
        ...queues,
        receive: (queueArn, options) => {
          const messages = queues.receive(queueArn, options);
          if (messages.length > 0) observer.onReceive?.(queueArn, messages);
          return messages;
        },
      };
