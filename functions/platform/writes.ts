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
const keyOf = (write: Write): string => {
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

const problemOf = (reasons: readonly CommitReason[]): CommitProblem => {
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

interface Group {
  readonly index: number;
  readonly writes: readonly Write[];
}

/** Groups side by side, in order, as long as they fit into one transaction and share no item. */
const packs = (groups: readonly Group[]): Group[][] => {
  const all: Group[][] = [];
  let pack: Group[] = [];
  let keys = new Set<string>();
  for (const group of groups) {
    const own = group.writes.map(keyOf);
    if (keys.size + own.length > MAX_TRANSACTION_WRITES || own.some((key) => keys.has(key))) {
      all.push(pack);
      pack = [];
      keys = new Set();
    }
    pack.push(group);
    for (const key of own) keys.add(key);
  }
  if (pack.length > 0) all.push(pack);
  return all;
};

/** The reasons of a pack's writes, cut into those of each group. */
const reasonsByGroup = (pack: readonly Group[], reasons: readonly CommitReason[]): Map<Group, readonly CommitReason[]> => {
  const cut = new Map<Group, readonly CommitReason[]>();
  let from = 0;
  for (const group of pack) {
    cut.set(group, reasons.slice(from, from + group.writes.length));
    from += group.writes.length;
  }
  return cut;
};

/** The verdict on the groups whose own condition failed; their items are theirs alone, so it stands without the others. */
const verdicts = (open: readonly Group[], reasons: readonly CommitReason[]): ReadonlyMap<Group, CommitProblem> => {
  const refused = [...reasonsByGroup(open, reasons)].filter(([, own]) => own.includes('condition-failed'));
  assert(refused.length > 0, 'a cancelled transaction names the write that failed');
  return new Map(refused.map(([group, own]) => [group, problemOf(own)]));
};

/** Commits one pack and enters what became of each group. Every round leaves out at least one group, so it ends. */
const commitPack = async (pack: readonly Group[], results: Result<void, CommitProblem>[]): Promise<void> => {
  let open = pack;
  while (open.length > 0) {
    const result = await commit(open.flatMap(({ writes }) => writes));
    if (result.ok) return;
    const [first, ...others] = open;
    if (first !== undefined && others.length === 0) {
      results[first.index] = result;
      return;
    }
    if (result.problem.code === 'busy') break;
    const refused = verdicts(open, result.problem.reasons);
    for (const [group, problem] of refused) results[group.index] = { ok: false, problem };
    open = open.filter((group) => !refused.has(group));
  }
  for (const group of open) results[group.index] = await commit(group.writes);
};

/**
 * Commits each group all or nothing. A group of one write goes out by itself, beside the others: within a transaction it would cost twice.
 * Groups of several writes share transactions, as many as fit. Where one is cancelled, the groups whose own condition failed are answered
 * so, and the rest goes on without them; where others were in the way, one by one. Answers per group, in the order of the groups; an empty
 * group is done. Groups of several writes that touch the same item go into successive transactions, in order.
 */
export const batchCommit = async (groups: readonly (readonly Write[])[]): Promise<readonly Result<void, CommitProblem>[]> => {
  const results: Result<void, CommitProblem>[] = groups.map(() => ok(undefined));
  const waiting = groups.map((writes, index) => ({ index, writes }));
  const alone = waiting.filter(({ writes }) => writes.length === 1);
  const several = waiting.filter(({ writes }) => writes.length > 1);
  await Promise.all([
    ...alone.map(async ({ index, writes }) => {
      results[index] = await commit(writes);
    }),
    (async () => {
      for (const pack of packs(several)) await commitPack(pack, results);
    })(),
  ]);
  return results;
};

/** Conditions on an item that is not written itself, from ElectroDB's `get(…).params()`. */
export const mustExist = (getParams: Params): Write => ({ check: { Key: getParams['Key'], ConditionExpression: 'attribute_exists(pk)' } });
export const mustNotExist = (getParams: Params): Write => ({
  check: { Key: getParams['Key'], ConditionExpression: 'attribute_not_exists(pk)' },
});
