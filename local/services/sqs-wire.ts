import { createHash } from 'node:crypto';
import { isObject, type JsonObject, listField, ServiceError, wholeNumber } from './json-protocol.ts';
import type { Queue } from './queue-definition.ts';
import type { MessageAttributes, ReceivedMessage } from './queue-messages.ts';

export const MAXIMUM_BATCH = 10;
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

export const readMessage = (
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

export const readBatch = (input: JsonObject): readonly JsonObject[] => {
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
export const eachEntry = (input: JsonObject, work: (entry: JsonObject) => JsonObject): JsonObject => {
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

export const toWire = (message: ReceivedMessage, input: JsonObject): JsonObject => {
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
