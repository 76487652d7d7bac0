import { Bug } from './bug.ts';
import { dynamodb, tableName } from './clients/dynamodb.ts';

/**
 * The one table. Entities are declared with ElectroDB over `entityDefaults` when a module loads; which table and which
 * endpoint are meant is decided when the first command is sent, so that declaring needs no environment.
 * Several items are written by `commit` (writes.ts) and in no other way.
 */

/** Stands for the table in every declaration and is replaced by `tableName()` when a command is sent. */
const DECLARED_TABLE = 'ascent-table';

type Input = { TableName?: string; RequestItems?: Record<string, unknown> };
type Output = {
  Responses?: Record<string, unknown>;
  UnprocessedKeys?: Record<string, unknown>;
  UnprocessedItems?: Record<string, unknown>;
};

const renamed = (byTable: Record<string, unknown> | undefined, from: string, to: string): Record<string, unknown> | undefined =>
  byTable !== undefined && from in byTable ? { [to]: byTable[from] } : byTable;

/** The client that ElectroDB sees: it names the real table on the way out, and the declared one on the way back (batches). */
const lazyClient = {
  send: async (command: { input: Input }, options?: object): Promise<unknown> => {
    const { input } = command;
    const name = tableName();
    if (input.TableName === DECLARED_TABLE) input.TableName = name;
    if (input.RequestItems !== undefined) input.RequestItems = renamed(input.RequestItems, DECLARED_TABLE, name) ?? {};
    const send = dynamodb().send as (command: unknown, options?: object) => Promise<Output>;
    const output = await send.call(dynamodb(), command, options);
    for (const part of ['Responses', 'UnprocessedKeys', 'UnprocessedItems'] as const) {
      const back = renamed(output[part], name, DECLARED_TABLE);
      if (back !== undefined) output[part] = back;
    }
    return output;
  },
};

/** Second argument of every `new Entity(model, entityDefaults)`. */
export const entityDefaults = { table: DECLARED_TABLE, client: lazyClient as never };

/**
 * Field names of the table's keys, for an entity's `indexes`: `{ pk: { ...primaryPk, composite: […] }, sk: { ...primarySk, … } }`,
 * and with `index: gsi1Index` for the second access path. Keys keep their case.
 */
export const primaryPk = { field: 'pk', casing: 'none' } as const;
export const primarySk = { field: 'sk', casing: 'none' } as const;
export const gsi1Index = 'gsi1';
export const gsi1Pk = { field: 'gsi1pk', casing: 'none' } as const;
export const gsi1Sk = { field: 'gsi1sk', casing: 'none' } as const;

/** Name of the TTL attribute: epoch SECONDS. DynamoDB deletes late (up to days), so readers treat an expired item as absent. */
export const expiresAtAttribute = 'expiresAt';

/** Items of one page of a list, and of everything that one call may read into memory. */
export const MAX_PAGE_ITEMS = 500;
export const MAX_READ_ITEMS = 20_000;
/** Pages of up to 1 MB that one call may walk through. */
const MAX_PAGES = 200;

/** What ElectroDB's query chains have in common. */
interface Pageable<T> {
  go(options: {
    cursor?: string | null;
    count?: number;
    limit?: number;
    pages?: number;
    consistent?: true;
  }): Promise<{ data: T[]; cursor: string | null }>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; `null` after the last. */
  readonly next: string | null;
}

/** One page of at most `limit` items, from `cursor` on. */
export const readPage = async <T>(query: Pageable<T>, limit: number, cursor?: string): Promise<Page<T>> => {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ITEMS)
    throw new Bug(`a page has 1 to ${MAX_PAGE_ITEMS} items, not ${limit}`);
  const { data, cursor: next } = await query.go({ cursor: cursor ?? null, count: limit });
  return { items: data, next };
};

/** Everything the query finds, at most `atMost` items: more is a bug of the access pattern, and said so instead of cut off. */
export const readAll = async <T>(query: Pageable<T>, options: { atMost?: number; consistent?: true } = {}): Promise<readonly T[]> => {
  const atMost = options.atMost ?? MAX_READ_ITEMS;
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer: { data: T[]; cursor: string | null } = await query.go({
      cursor,
      pages: 1,
      ...(options.consistent ? { consistent: true } : {}),
    });
    items.push(...answer.data);
    if (items.length > atMost) throw new Bug(`a query found more than ${atMost} items: it needs pages or a read model`);
    cursor = answer.cursor;
    if (cursor === null) return items;
  }
  throw new Bug(`a query walked through more than ${MAX_PAGES} pages`);
};

export { dynamodb as documentClient, tableName } from './clients/dynamodb.ts';
export { batchCommit, type CommitProblem, commit, mustExist, mustNotExist, type Write } from './writes.ts';
