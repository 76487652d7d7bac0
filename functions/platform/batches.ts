import { assert } from './bug.ts';
import { DynamoDbError } from './clients/dynamodb.ts';
import { insertItems, newItemOf } from './clients/inserts.ts';
import { ok, type Problem, type Result } from './result.ts';
import { type CommitProblem, type CommitReason, commit, keyOf, MAX_TRANSACTION_WRITES, problemOf, type Write } from './writes.ts';

/** As of a commit, and `refused`: DynamoDB can never store this group (an item beyond 400 KB, say), which is nothing to the others. */
export interface GroupProblem extends Problem<CommitProblem['code'] | 'refused'> {
  readonly reasons: readonly CommitReason[];
}

type Item = Readonly<Record<string, unknown>>;

/** Fewer go out as plain puts, whose answers say more. */
const MIN_INSERTED_TOGETHER = 2;

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
const commitPack = async (pack: readonly Group[], results: Result<void, GroupProblem>[]): Promise<void> => {
  let open = pack;
  while (open.length > 0) {
    const result = await commitOrRefusal(open.flatMap(({ writes }) => writes));
    if (result.ok) return;
    const [first, ...others] = open;
    if (first !== undefined && others.length === 0) {
      results[first.index] = result;
      return;
    }
    if (result.problem.code !== 'conflict') break;
    const refused = verdicts(open, result.problem.reasons);
    for (const [group, problem] of refused) results[group.index] = { ok: false, problem };
    open = open.filter((group) => !refused.has(group));
  }
  for (const group of open) results[group.index] = await commitOrRefusal(group.writes);
};

/** Groups that create one item each, no two of them the same: they go out together, though each stands for itself. */
const creating = (groups: readonly Group[]): Map<Group, Item> => {
  const items = new Map<Group, Item>();
  const keys = new Set<string>();
  for (const group of groups) {
    const [write, ...others] = group.writes;
    const item = write !== undefined && others.length === 0 && 'put' in write ? newItemOf(write.put) : undefined;
    if (write === undefined || item === undefined || keys.has(keyOf(write))) continue;
    keys.add(keyOf(write));
    items.set(group, item);
  }
  return items.size < MIN_INSERTED_TOGETHER ? new Map() : items;
};

/** What can never be stored is refused as a whole, or as the reason why a transaction was cancelled. */
const isRefusal = (error: unknown): error is DynamoDbError => {
  if (!(error instanceof DynamoDbError)) return false;
  return error.name === 'ValidationException' || error.CancellationReasons?.some(({ Code: code }) => code === 'ValidationError') === true;
};

/** As `commit`, with what DynamoDB refuses to store as an answer, so that the others of a batch go on. */
const commitOrRefusal = async (writes: readonly Write[]): Promise<Result<void, GroupProblem>> => {
  try {
    return await commit(writes);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { ok: false, problem: { code: 'refused', detail: error.message, reasons: writes.map(() => 'none') } };
  }
};

const commitAlone = async (groups: readonly Group[], results: Result<void, GroupProblem>[]): Promise<void> => {
  await Promise.all(
    groups.map(async ({ index, writes }) => {
      results[index] = await commitOrRefusal(writes);
    }),
  );
};

/** Answers the groups that are still open: what stood in their way, or why they cannot be stored, their own commits find out. */
const insertTogether = async (items: ReadonlyMap<Group, Item>, results: Result<void, GroupProblem>[]): Promise<readonly Group[]> => {
  const inserted = await insertItems([...items.values()]);
  return [...items.keys()].filter(({ index }, i) => {
    if (inserted[i] === 'taken') results[index] = { ok: false, problem: problemOf(['condition-failed']) };
    return inserted[i] === 'open';
  });
};

/**
 * Commits each group all or nothing. A group of one write goes out by itself, beside the others: within a transaction it would cost twice.
 * Those that create an item share requests, each with its own verdict. Groups of several writes share transactions, as many as fit. Where one
 * is cancelled, the groups whose own condition failed are answered so, and the rest goes on without them; where others were in the way, or one
 * can never be stored, one by one. Answers per group, in the order of the groups; an empty group is done. Groups of several writes that touch the same item go into
 * successive transactions, in order.
 */
export const batchCommit = async (groups: readonly (readonly Write[])[]): Promise<readonly Result<void, GroupProblem>[]> => {
  const results: Result<void, GroupProblem>[] = groups.map(() => ok(undefined));
  const waiting = groups.map((writes, index) => ({ index, writes }));
  const alone = waiting.filter(({ writes }) => writes.length === 1);
  const several = waiting.filter(({ writes }) => writes.length > 1);
  const items = creating(alone);
  await Promise.all([
    insertTogether(items, results).then((open) => commitAlone(open, results)),
    commitAlone(
      alone.filter((group) => !items.has(group)),
      results,
    ),
    (async () => {
      for (const pack of packs(several)) await commitPack(pack, results);
    })(),
  ]);
  return results;
};
