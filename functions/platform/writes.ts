import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from './bug.ts';
import { dynamodb, tableName } from './clients/dynamodb.ts';
import { ok, type Problem, type Result } from './result.ts';

/** Parameters in document-client form, as ElectroDB's `.params()` makes them. The table's name is filled in here. */
type Params = Readonly<Record<string, unknown>>;

export type Write = { readonly put: Params } | { readonly update: Params } | { readonly check: Params };

export type CommitReason = 'none' | 'condition-failed' | 'conflict' | 'throttled';

/**
 * `conflict`: a condition failed; the same writes fail again until the caller decides anew.
 * `busy`: another transaction or DynamoDB's limits were in the way for all attempts; the same writes may succeed later.
 */
export interface CommitProblem extends Problem<'conflict' | 'busy'> {
  /** One reason for each write, in the order of the writes. */
  readonly reasons: readonly CommitReason[];
}

/** DynamoDB's limits of one transaction and of its idempotency token. */
export const MAX_TRANSACTION_WRITES = 100;
const MAX_TOKEN_CHARACTERS = 36;

/** Attempts at one set of writes while others are in the way, and the full-jitter waits between them: 25, 50, 100, 200, 400 ms at most. */
const MAX_ATTEMPTS = 6;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 400;

const REASONS: Readonly<Record<string, CommitReason>> = {
  None: 'none',
  ConditionalCheckFailed: 'condition-failed',
  TransactionConflict: 'conflict',
  ProvisionedThroughputExceeded: 'throttled',
  ThrottlingError: 'throttled',
};

/** The same, as names of the errors of a single write and of a transaction that was refused as a whole. */
const ERRORS: Readonly<Record<string, CommitReason>> = {
  ConditionalCheckFailedException: 'condition-failed',
  TransactionConflictException: 'conflict',
  TransactionInProgressException: 'conflict',
  ProvisionedThroughputExceededException: 'throttled',
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
};

const paramsOf = (write: Write): Params => ('put' in write ? write.put : 'update' in write ? write.update : write.check);

/** `pk` and `sk` of the item that is written: one transaction may name an item only once. */
export const keyOf = (write: Write): string => {
  const params = paramsOf(write);
  const key = (params['Key'] ?? params['Item']) as { pk?: unknown; sk?: unknown } | undefined;
  assert(typeof key?.pk === 'string' && typeof key.sk === 'string', 'a write names its item by the strings pk and sk');
  return `${key.pk}\n${key.sk}`;
};

const named = (write: Write): Record<string, unknown> => ({ ...paramsOf(write), TableName: tableName() });

const transactItem = (write: Write): Record<string, unknown> => {
  if ('put' in write) return { Put: named(write) };
  if ('update' in write) return { Update: named(write) };
  return { ConditionCheck: named(write) };
};

/**
 * A transaction costs twice what a plain write costs, so one write without a token goes out as what it is. (A conditional
 * write whose answer was lost is sent again by the client and then says `condition-failed`: the caller reads again anyway.)
 */
const send = async (writes: readonly Write[], token: string | undefined): Promise<void> => {
  const only = writes.length === 1 && token === undefined ? writes[0] : undefined;
  if (only !== undefined && 'put' in only) await dynamodb('PutItem', named(only));
  else if (only !== undefined && 'update' in only) await dynamodb('UpdateItem', named(only));
  else await dynamodb('TransactWriteItems', { TransactItems: writes.map(transactItem), ClientRequestToken: token });
};

/** What the error says about each write, or the error itself where it is none of the expected ones. */
const reasonsOf = (error: unknown, count: number): readonly CommitReason[] => {
  const { name, CancellationReasons: reasons } = error as { name?: string; CancellationReasons?: { Code?: string }[] };
  if (reasons === undefined) {
    const reason = name === undefined ? undefined : ERRORS[name];
    if (reason === undefined) throw error;
    return Array.from({ length: count }, () => reason);
  }
  return reasons.map(({ Code: code }) => {
    const reason = REASONS[code ?? 'None'];
    if (reason === undefined) throw error;
    return reason;
  });
};

export const problemOf = (reasons: readonly CommitReason[]): CommitProblem => {
  const failed = reasons.indexOf('condition-failed');
  if (failed >= 0) return { code: 'conflict', detail: `the condition of write ${failed + 1} of ${reasons.length} does not hold`, reasons };
  return { code: 'busy', detail: `other writes were in the way for ${MAX_ATTEMPTS} attempts`, reasons };
};

/** Full jitter: contenders spread out instead of meeting again. */
const waitMs = (attempt: number): number => Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);

/**
 * Writes all or nothing; the only way to write. A failed condition comes back as a value at once; what is merely in the
 * way (another transaction on the same item, a throttle) is retried, and then comes back as `busy`. Anything else is thrown.
 * `token` makes a repetition within ten minutes do nothing and succeed (DynamoDB's client request token).
 */
export const commit = async (writes: readonly Write[], token?: string): Promise<Result<void, CommitProblem>> => {
  assert(
    writes.length > 0 && writes.length <= MAX_TRANSACTION_WRITES,
    `a commit has 1 to ${MAX_TRANSACTION_WRITES} writes, not ${writes.length}`,
  );
  assert(new Set(writes.map(keyOf)).size === writes.length, 'a commit names each item once');
  const shortToken =
    token === undefined || token.length <= MAX_TOKEN_CHARACTERS
      ? token
      : createHash('sha256').update(token).digest('hex').slice(0, MAX_TOKEN_CHARACTERS);
  // One token for all attempts: one whose answer was lost is not refused by what it wrote itself.
  const attemptToken = shortToken ?? (writes.length > 1 ? randomUUID() : undefined);
  for (let attempt = 0; ; attempt += 1) {
    try {
      await send(writes, attemptToken);
      return ok(undefined);
    } catch (error) {
      const problem = problemOf(reasonsOf(error, writes.length));
      if (problem.code === 'conflict' || attempt + 1 >= MAX_ATTEMPTS) return { ok: false, problem };
      await sleep(waitMs(attempt));
    }
  }
};

/** Conditions on an item that is not written itself, from ElectroDB's `get(…).params()`. */
export const mustExist = (getParams: Params): Write => ({ check: { Key: getParams['Key'], ConditionExpression: 'attribute_exists(pk)' } });
export const mustNotExist = (getParams: Params): Write => ({
  check: { Key: getParams['Key'], ConditionExpression: 'attribute_not_exists(pk)' },
});
