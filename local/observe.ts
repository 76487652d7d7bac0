import type { QueueMessage, QueuePort, ServiceRequest, ServiceResponse } from './service.ts';

/** Sees what is billed on AWS, for a benchmark that counts it. Called after each answer, on the main thread. */
export interface Observer {
  /** `caller` is the function's name. */
  readonly onCall?: (caller: string, signingName: string, request: ServiceRequest, response: ServiceResponse) => void;
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
