import type { AccessNeeded, Service, ServiceContext } from '../service.ts';
import { accessOf, answerJson, type JsonObject, listField, parseBody, ServiceError, textField, wholeNumber } from './json-protocol.ts';
import { lastPart } from './properties.ts';
import { MAXIMUM_MESSAGE_BYTES, type Queue } from './queue-definition.ts';
import type { Queues } from './queues.ts';
import { eachEntry, MAXIMUM_BATCH, md5OfAttributes, readBatch, readMessage, toWire } from './sqs-wire.ts';
import type { Store } from './store.ts';

const MAXIMUM_VISIBILITY_S = 43_200;

/** IAM checks a batch by its single action. */
const ACTIONS: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/** SQS behind its JSON protocol, on the queues of the template. */
export const createSqs = ({ region, accountId }: ServiceContext, queues: Queues, store: Store): Service => {
  const queueOf = (input: JsonObject): Queue => {
    const queue = queues.byName(lastPart(textField(input, 'QueueUrl')));
    if (queue === undefined) throw new ServiceError('com.amazonaws.sqs#QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  };
  const queueOfArn = (arn: string): Queue => {
    const queue = queues.all.find((candidate) => candidate.arn === arn);
    if (queue === undefined) throw new ServiceError('ResourceNotFoundException', `The queue ${arn} does not exist.`, 404);
    return queue;
  };

  const send = (queue: Queue, entry: JsonObject): JsonObject => {
    const { body, attributes, delayMs } = readMessage(queue, entry);
    const { messageId, md5OfBody } = queues.enqueue(queue.arn, body, { attributes, delayMs });
    return { MessageId: messageId, MD5OfMessageBody: md5OfBody, MD5OfMessageAttributes: md5OfAttributes(attributes) };
  };

  const setVisibility = (queue: Queue, entry: JsonObject): JsonObject => {
    const visibilityMs = wholeNumber(entry, 'VisibilityTimeout', Number.NaN, 0, MAXIMUM_VISIBILITY_S) * 1000;
    if (Number.isNaN(visibilityMs)) throw new ServiceError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
    if (!queues.changeVisibility(queue.arn, textField(entry, 'ReceiptHandle'), visibilityMs)) {
      throw new ServiceError('com.amazonaws.sqs#MessageNotInflight', 'The specified message is not in flight.');
    }
    return {};
  };

  const receive = async (queue: Queue, input: JsonObject): Promise<JsonObject> => {
    const max = wholeNumber(input, 'MaxNumberOfMessages', 1, 1, MAXIMUM_BATCH);
    const visibilityMs = wholeNumber(input, 'VisibilityTimeout', queue.visibilityMs / 1000, 0, MAXIMUM_VISIBILITY_S) * 1000;
    // A long poll waits on the wall clock, like the socket behind it.
    const deadlineMs = Date.now() + wholeNumber(input, 'WaitTimeSeconds', queue.receiveWaitMs / 1000, 0, 20) * 1000;
    for (;;) {
      const messages = queues.receiveWhole(queue.arn, { max, visibilityMs });
      const leftMs = deadlineMs - Date.now();
      if (messages.length > 0 || leftMs <= 0) return { Messages: messages.map((message) => toWire(message, input)) };
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          undo();
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        timer.unref();
        const undo = queues.onVisible(queue.arn, wake);
      });
    }
  };

  const attributesOf = (queue: Queue, input: JsonObject): JsonObject => {
    const wanted = new Set(listField(input, 'AttributeNames'));
    const { visible, inFlight, delayed } = queues.counts(queue.arn);
    const every = {
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      VisibilityTimeout: String(queue.visibilityMs / 1000),
      DelaySeconds: String(queue.delayMs / 1000),
      ReceiveMessageWaitTimeSeconds: String(queue.receiveWaitMs / 1000),
      MaximumMessageSize: String(queue.maximumMessageBytes),
      ...(queue.redrive === undefined
        ? {}
        : {
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: queue.redrive.deadLetterArn,
              maxReceiveCount: queue.redrive.maxReceiveCount,
            }),
          }),
    };
    return { Attributes: Object.fromEntries(Object.entries(every).filter(([name]) => wanted.has('All') || wanted.has(name))) };
  };

  const sendBatch = (queue: Queue, input: JsonObject): JsonObject => {
    const bytes = readBatch(input).reduce((sum, entry) => sum + Buffer.byteLength(String(entry['MessageBody'] ?? '')), 0);
    if (bytes > MAXIMUM_MESSAGE_BYTES) {
      throw new ServiceError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${MAXIMUM_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
    }
    return eachEntry(input, (entry) => send(queue, entry));
  };

  const remove = (queue: Queue, entry: JsonObject): JsonObject => {
    queues.deleteAll(queue.arn, [textField(entry, 'ReceiptHandle')]);
    return {};
  };

  const operations: Readonly<Record<string, (input: JsonObject) => JsonObject | Promise<JsonObject>>> = {
    SendMessage: (input) => send(queueOf(input), input),
    SendMessageBatch: (input) => sendBatch(queueOf(input), input),
    ReceiveMessage: (input) => receive(queueOf(input), input),
    DeleteMessage: (input) => remove(queueOf(input), input),
    DeleteMessageBatch: (input) => eachEntry(input, (entry) => remove(queueOf(input), entry)),
    ChangeMessageVisibility: (input) => setVisibility(queueOf(input), input),
    ChangeMessageVisibilityBatch: (input) => eachEntry(input, (entry) => setVisibility(queueOf(input), entry)),
    GetQueueAttributes: (input) => attributesOf(queueOf(input), input),
    GetQueueUrl: (input) => ({ QueueUrl: queueOf({ QueueUrl: textField(input, 'QueueName') }).resource.ref }),
    ListQueues: (input) => ({
      QueueUrls: queues.all
        .filter(({ name }) => name.startsWith(String(input['QueueNamePrefix'] ?? '')))
        .map(({ resource }) => resource.ref),
    }),
    PurgeQueue: (input) => {
      queues.purge(queueOf(input).arn);
      return {};
    },
    StartMessageMoveTask: (input) => {
      const source = queueOfArn(textField(input, 'SourceArn'));
      const destination = input['DestinationArn'];
      queues.move(source.arn, destination === undefined ? undefined : queueOfArn(String(destination)).arn);
      return { TaskHandle: Buffer.from(JSON.stringify({ sourceArn: source.arn })).toString('base64') };
    },
  };

  const accessNeeded = (operation: string, action: string, input: JsonObject): readonly AccessNeeded[] => {
    if (operation === 'ListQueues') return [{ action, resource: '*' }];
    if (operation === 'StartMessageMoveTask') {
      const source = String(input['SourceArn']);
      return [action, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((each) => ({
        action: each,
        resource: source,
      }));
    }
    const name = lastPart(String(input['QueueUrl'] ?? input['QueueName'] ?? ''));
    return [{ action, resource: queues.byName(name)?.arn ?? `arn:aws:sqs:${region}:${accountId}:${name}` }];
  };

  return {
    signingName: 'sqs',
    start: async () => queues.start(),
    stop: async () => undefined,
    access: (request) => {
      const action = `sqs:${ACTIONS[request.operation] ?? request.operation}`;
      return accessOf(request, action, (input) => accessNeeded(request.operation, action, input));
    },
    handle: (request) =>
      answerJson(
        '1.0',
        async () => {
          const operation = operations[request.operation];
          if (operation === undefined)
            throw new ServiceError('UnsupportedOperation', `The local stack does not play sqs:${request.operation}.`);
          const answer = await operation(parseBody(request));
          await store.committed();
          return answer;
        },
        (error) =>
          error.code.endsWith('QueueDoesNotExist') ? { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' } : {},
      ),
  };
};
