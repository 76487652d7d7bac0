import { setTimeout as sleep } from 'node:timers/promises';
import { Bug } from '../bug.ts';
import { type Attributes, attributeOf, attributesOf, type Item, itemOf } from './attributes.ts';
import { type Answer, ServiceError, type ServiceName, signedPost } from './transport.ts';

/**
 * DynamoDB's data operations, with plain values where the service has typed attributes. Inputs and outputs are the service's own otherwise
 * (Amazon DynamoDB API Reference, 2012-08-10).
 */
export type Operation = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'TransactWriteItems' | 'BatchExecuteStatement';
type Params = Readonly<Record<string, unknown>>;

const DYNAMODB: ServiceName = { host: 'dynamodb', variable: 'DYNAMODB', protocol: 'application/x-amz-json-1.0' };

/** Attempts at one request, and the full-jitter waits between them: 25, 50, 100 ms at most. */
const MAX_ATTEMPTS = 4;
const FIRST_WAIT_MS = 25;
/** What the service asks to be repeated; the rest of its 400s are the caller's to understand. */
const REPEATED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  // The first sending of a transaction, whose answer did not come, is still under way: the same token asks for its outcome.
  'TransactionInProgressException',
  'InternalServerError',
  'ServiceUnavailable',
]);

/** An error of the service: `name` is its code, e.g. `ConditionalCheckFailedException`. */
export class DynamoDbError extends ServiceError {
  override readonly name: string;
  /** Why each write of a transaction was refused, or `None`. */
  readonly CancellationReasons: readonly { readonly Code?: string }[] | undefined;

  constructor(name: string, message: string, reasons: readonly { readonly Code?: string }[] | undefined) {
    super(message);
    this.name = name;
    this.CancellationReasons = reasons;
  }
}

/** Whether the service could not take a request now, after all attempts. */
export const isBusy = (error: unknown): boolean => error instanceof DynamoDbError && REPEATED.has(error.name);

const isObject = (value: unknown): value is Item => typeof value === 'object' && value !== null;

/** Fields of a request that hold an item, a key or values. */
const TYPED = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;

const typed = (input: Params): Item => {
  const request: Item = { ...input };
  for (const field of TYPED) {
    const value = request[field];
    if (isObject(value)) request[field] = attributesOf(value);
  }
  return request;
};

const byTable = (requests: unknown, change: (request: Item) => unknown): Item =>
  Object.fromEntries(Object.entries(isObject(requests) ? requests : {}).map(([table, request]) => [table, change(request as Item)]));

const inputOf = (operation: Operation, input: Params): Item => {
  if (operation === 'TransactWriteItems') {
    const writes = input['TransactItems'] as readonly Readonly<Record<string, Params>>[];
    const changed = writes.map((write) => Object.fromEntries(Object.entries(write).map(([kind, params]) => [kind, typed(params)])));
    return { ...input, TransactItems: changed };
  }
  if (operation === 'BatchGetItem') {
    const requests = byTable(input['RequestItems'], (request) => ({ ...request, Keys: (request['Keys'] as Item[]).map(attributesOf) }));
    return { ...input, RequestItems: requests };
  }
  if (operation === 'BatchExecuteStatement') {
    const statements = input['Statements'] as readonly { readonly Parameters: readonly unknown[] }[];
    return { Statements: statements.map((statement) => ({ ...statement, Parameters: statement.Parameters.map(attributeOf) })) };
  }
  return typed(input);
};

const plain = (attributes: unknown): Item => itemOf(attributes as Attributes);

const outputOf = (answer: Item): Item => {
  const output: Item = { ...answer };
  for (const field of ['Item', 'Attributes', 'LastEvaluatedKey'] as const)
    if (isObject(answer[field])) output[field] = plain(answer[field]);
  if (Array.isArray(answer['Items'])) output['Items'] = answer['Items'].map(plain);
  if (isObject(answer['Responses']) && !Array.isArray(answer['Responses']))
    output['Responses'] = byTable(answer['Responses'], (items) => (items as unknown as unknown[]).map(plain));
  if (isObject(answer['UnprocessedKeys']))
    output['UnprocessedKeys'] = byTable(answer['UnprocessedKeys'], (left) => ({ ...left, Keys: (left['Keys'] as unknown[]).map(plain) }));
  return output;
};

/** The JSON of a body; undefined where it was cut off or never was any (a proxy's page, say). */
const parsed = (text: string): Item | undefined => {
  try {
    return JSON.parse(text) as Item;
  } catch {
    // The parser's own message would repeat the text.
    return undefined;
  }
};

const errorOf = (operation: Operation, status: number, text: string): DynamoDbError => {
  const body = parsed(text) ?? {};
  const code =
    String(body['__type'] ?? `Status${status}`)
      .split('#')
      .at(-1) ?? '';
  const message = String(body['message'] ?? body['Message'] ?? `${operation} answered ${status}`);
  return new DynamoDbError(code, message, body['CancellationReasons'] as DynamoDbError['CancellationReasons']);
};

/** What an attempt came to: an output, or an error and whether to try again. */
const readAnswer = (
  operation: Operation,
  answer: Answer | ServiceError,
): { readonly output: Item } | { readonly error: ServiceError; readonly again: boolean } => {
  if (answer instanceof ServiceError) return { error: answer, again: true };
  if (answer.status !== 200) {
    const error = errorOf(operation, answer.status, answer.text);
    return { error, again: answer.status >= 500 || REPEATED.has(error.name) };
  }
  const body = parsed(answer.text);
  return body === undefined ? { error: new ServiceError(`${operation} answered half a body`), again: true } : { output: outputOf(body) };
};

/** Full jitter: contenders spread out instead of meeting again. */
export const jitterMs = (attempt: number): number => Math.random() * FIRST_WAIT_MS * 2 ** attempt;

/** One operation on the table. Connections that went stale, throttles and the service's own failures are repeated; other errors are thrown. */
export const dynamodb = async (operation: Operation, input: Params): Promise<Item> => {
  const target = `DynamoDB_20120810.${operation}`;
  const body = JSON.stringify(inputOf(operation, input));
  for (let attempt = 0; ; attempt += 1) {
    const read = readAnswer(operation, await signedPost(DYNAMODB, target, body));
    if ('output' in read) return read.output;
    if (!read.again || attempt + 1 >= MAX_ATTEMPTS) throw read.error;
    await sleep(jitterMs(attempt));
  }
};

export const tableName = (): string => {
  const name = process.env['TABLE_NAME'];
  if (name === undefined || name === '')
    throw new Bug('the environment variable TABLE_NAME is missing: this function was wired without the table');
  return name;
};
