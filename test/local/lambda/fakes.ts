import type { LocalFunction } from '../../../local/lambda/functions.ts';
import type { MappingParts } from '../../../local/lambda/mapping.ts';
import type { QueueMessage, QueuePort, Resource } from '../../../local/service.ts';

export const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:facts';

export const FN: LocalFunction = {
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:reader',
  name: 'reader',
  construct: 'Ascent/App/Reader',
  roleArn: 'arn:aws:iam::000000000000:role/reader',
  handlerFile: '/nowhere/index.mjs',
  handlerExport: 'handler',
  environment: {},
  timeoutMs: 1_000,
  memoryMb: 128,
  maxConcurrency: 2,
  accessKeyId: 'LOCALREADER',
};

const made = (type: string, ref: string, arn: string, properties: Readonly<Record<string, unknown>>): Resource => ({
  type,
  logicalId: ref,
  stackName: 'Ascent-App',
  path: `Ascent/App/${ref}`,
  ref,
  arn,
  properties,
});

export const mappingResource = (properties: Readonly<Record<string, unknown>>): Resource =>
  made('AWS::Lambda::EventSourceMapping', 'Poller', '', properties);

type Outcome = { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: string };

/** A function with room for two that answers by `answer`, after `durationMs`. */
export const partsFor = (answer: (payload: unknown) => Outcome, durationMs = 1): MappingParts & { readonly mostAtOnce: () => number } => {
  let running = 0;
  let most = 0;
  const roomListeners: (() => void)[] = [];
  const queue = made('AWS::SQS::Queue', 'Facts', QUEUE_ARN, { VisibilityTimeout: 60 });
  return {
    resources: { all: [queue], ofType: () => [queue], byArn: (arn) => (arn === QUEUE_ARN ? queue : undefined) },
    region: 'us-east-1',
    invoker: {
      room: () => 2 - running,
      invoke: async (_functionArn, payload) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, durationMs));
        running -= 1;
        for (const listener of roomListeners) setImmediate(listener);
        return answer(payload);
      },
    },
    onRoom: (_functionArn, listener) => roomListeners.push(listener),
    log: () => undefined,
    mostAtOnce: () => most,
  };
};

/** A queue in memory, as much of it as a mapping uses. */
export const fakeQueues = () => {
  const visible: QueueMessage[] = [];
  const listeners: (() => void)[] = [];
  const sent: { readonly queueArn: string; readonly body: string }[] = [];
  const deleted: string[] = [];
  const released: { readonly receiptHandle: string; readonly afterMs: number }[] = [];
  const port: QueuePort = {
    receive: (_arn, { max }) => visible.splice(0, max),
    deleteAll: (_arn, handles) => deleted.push(...handles),
    release: (_arn, handles, afterMs) => released.push(...handles.map((receiptHandle) => ({ receiptHandle, afterMs }))),
    onVisible: (_arn, listener) => {
      listeners.push(listener);
      return () => undefined;
    },
    send: (queueArn, body) => {
      sent.push({ queueArn, body });
      return 'message';
    },
    counts: () => ({ visible: visible.length, inFlight: 0, delayed: 0 }),
    peek: () => [],
    redrive: () => 0,
    discard: () => false,
  };
  const add = (...ids: readonly string[]): void => {
    for (const id of ids)
      visible.push({
        messageId: id,
        receiptHandle: `receipt-${id}`,
        body: `{"id":"${id}"}`,
        md5OfBody: '',
        attributes: { ApproximateReceiveCount: '1' },
        messageAttributes: {},
      });
    for (const listener of listeners) listener();
  };
  return { port, add, sent, deleted, released };
};
