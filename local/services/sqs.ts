import { createHash } from 'node:crypto';
import type { AccessNeeded, Service, ServiceContext } from '../service.ts';
import {
  accessOf,
  answerJson,
  isObject,
  type JsonObject,
  listField,
  parseBody,
  ServiceError,
  textField,
  wholeNumber,
} from './json-protocol.ts';
import { lastPart } from './properties.ts';
import { MAXIMUM_MESSAGE_BYTES, type MessageAttributes, type Queue, type Queues, type ReceivedMessage } from './queues.ts';
import type { Store } from './store.ts';

const MAXIMUM_BATCH = 10;
const MAXIMUM_VISIBILITY_S = 43_200;
// The characters that SQS takes are those of XML 1.0.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const REFUSED_CHARACTERS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/** MD5 over name, type and value of each attribute, sorted by name: SQS developer guide, "Calculating the MD5 message digest". */
export const md5OfAttributes = (attributes: MessageAttributes): string | undefined => {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (part: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    hash.update(Buffer.from([attribute.BinaryValue === undefined ? 1 : 2]));
    add(attribute.BinaryValue === undefined ? Buffer.from(attribute.StringValue ?? '') : Buffer.from(attribute.BinaryValue, 'base64'));
  }
  return hash.digest('hex');
};

const readAttributes = (input: JsonObject): MessageAttributes => {
  const value = input['MessageAttributes'];
  if (value === undefined || value === null) return {};
  const invalid = new ServiceError(
    'InvalidParameterValue',
    'MessageAttributes holds at most 10 attributes, each with a DataType of String, Number or Binary and its value.',
  );
  if (!isObject(value) || Object.keys(value).length > 10) throw invalid;
  for (const attribute of Object.values(value)) {
    const { DataType, StringValue, BinaryValue } = isObject(attribute) ? attribute : {};
    if (typeof DataType !== 'string' || !/^(String|Number|Binary)(\..+)?$/.test(DataType)) throw invalid;
    if (typeof (DataType.startsWith('Binary') ? BinaryValue : StringValue) !== 'string') throw invalid;
  }
  return value as MessageAttributes;
};

const bytesOf = (body: string, attributes: MessageAttributes): number => {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue ?? '') +
      Buffer.from(BinaryValue ?? '', 'base64').length;
  }
  return bytes;
};

const readMessage = (
  queue: Queue,
  entry: JsonObject,
): { readonly body: string; readonly attributes: MessageAttributes; readonly delayMs: number; readonly bytes: number } => {
  const body = entry['MessageBody'];
  if (typeof body !== 'string' || body === '')
    throw new ServiceError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (REFUSED_CHARACTERS.test(body))
    throw new ServiceError('InvalidMessageContents', 'Invalid characters found. Valid unicode characters are those of XML 1.0.');
  const attributes = readAttributes(entry);
  const bytes = bytesOf(body, attributes);
  if (bytes > queue.maximumMessageBytes) {
    throw new ServiceError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.maximumMessageBytes} bytes; received ${bytes}.`,
    );
  }
  return { body, attributes, bytes, delayMs: wholeNumber(entry, 'DelaySeconds', queue.delayMs / 1000, 0, 900) * 1000 };
};

const readBatch = (input: JsonObject): readonly JsonObject[] => {
  const entries = listField(input, 'Entries').filter(isObject);
  if (entries.length === 0) throw new ServiceError('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > MAXIMUM_BATCH)
    throw new ServiceError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAXIMUM_BATCH}. You have sent ${entries.length}.`,
    );
  if (new Set(entries.map((entry) => entry['Id'])).size < entries.length)
    throw new ServiceError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  return entries;
};

/** A batch answers each entry by itself; only what is wrong with the whole is an error of the request. */
const eachEntry = (input: JsonObject, work: (entry: JsonObject) => JsonObject): JsonObject => {
  const successful: JsonObject[] = [];
  const failed: JsonObject[] = [];
  for (const entry of readBatch(input)) {
    try {
      successful.push({ Id: entry['Id'], ...work(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({ Id: entry['Id'], SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
};

const toWire = (message: ReceivedMessage, input: JsonObject): JsonObject => {
  const wantedSystem = new Set([...listField(input, 'MessageSystemAttributeNames'), ...listField(input, 'AttributeNames')]);
  const wantedOwn = listField(input, 'MessageAttributeNames').map(String);
  const attributes = Object.entries(message.attributes).filter(([name]) => wantedSystem.has('All') || wantedSystem.has(name));
  const own = Object.entries(message.ownAttributes).filter(([name]) =>
    wantedOwn.some(
      (wanted) => wanted === 'All' || wanted === '.*' || wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))),
    ),
  );
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: message.md5OfBody,
    ...(attributes.length > 0 ? { Attributes: Object.fromEntries(attributes) } : {}),
    ...(own.length > 0
      ? { MessageAttributes: Object.fromEntries(own), MD5OfMessageAttributes: md5OfAttributes(Object.fromEntries(own)) }
      : {}),
  };
};

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
