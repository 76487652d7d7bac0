import { setTimeout as sleep } from 'node:timers/promises';
import { Bug } from './bug.ts';
import { dynamodb, jitterMs, type Operation, tableName } from './clients/dynamodb.ts';

/**
 * The one table. Entities are declared with ElectroDB over `entityDefaults` when a module loads; which table and which
 * endpoint are meant is decided when the first command is sent, so that declaring needs no environment.
 * Several items are written by `commit` (writes.ts) and in no other way.
 */

/** Stands for the table in every declaration and is replaced by `tableName()` when a command is sent. */
const DECLARED_TABLE = 'ascent-table';

const renamed = (byTable: unknown, from: string, to: string): unknown =>
  typeof byTable === 'object' && byTable !== null && from in byTable ? { [to]: (byTable as Record<string, unknown>)[from] } : byTable;

/** Names the real table on the way out, and the declared one on the way back (batches). */
const onTable = async (operation: Operation, params: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> => {
  const name = tableName();
  const input = { ...params };
  if (input['TableName'] === DECLARED_TABLE) input['TableName'] = name;
  if (input['RequestItems'] !== undefined) input['RequestItems'] = renamed(input['RequestItems'], DECLARED_TABLE, name);
  const output = await dynamodb(operation, input);
  for (const part of ['Responses', 'UnprocessedKeys']) if (part in output) output[part] = renamed(output[part], name, DECLARED_TABLE);
  return output;
};

const method = (operation: Operation) => (params: Readonly<Record<string, unknown>>) => ({ promise: () => onTable(operation, params) });
const notUsed = (name: string) => () => {
  throw new Bug(`ElectroDB's ${name} is not used here: reads are gets and queries, and \`commit\` writes`);
};

/** The client that ElectroDB sees, in the shape of the first document client: a method an operation. */
const electroClient = {
  get: method('GetItem'),
  batchGet: method('BatchGetItem'),
  query: method('Query'),
  put: method('PutItem'),
  update: method('UpdateItem'),
  ...Object.fromEntries(['delete', 'batchWrite', 'scan', 'createSet', 'transactWrite', 'transactGet'].map((name) => [name, notUsed(name)])),
};

/** Second argument of every `new Entity(model, entityDefaults)`. */
export const entityDefaults = { table: DECLARED_TABLE, client: electroClient as never };

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
    hydrate?: true;
  }): Promise<{ data: T[]; cursor: string | null }>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; `null` after the last. */
  readonly next: string | null;
}

/**
 * One page of at most `limit` items, from `cursor` on. The index holds keys only: what is queried by it is hydrated from the table, and goes
 * on behind the last key of the index, whatever has become of its item since.
 */
export const readPage = async <T>(
  query: Pageable<T>,
  limit: number,
  { cursor, hydrate }: { readonly cursor?: string | undefined; readonly hydrate?: true } = {},
): Promise<Page<T>> => {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ITEMS)
    throw new Bug(`a page has 1 to ${MAX_PAGE_ITEMS} items, not ${limit}`);
  const { data, cursor: next } = await query.go({
    cursor: cursor ?? null,
    ...(hydrate ? { limit, pages: 1, hydrate } : { count: limit }),
  });
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

/** Keys of one partition from one to another, both included; without `index` read consistently. */
export interface KeyRange {
  readonly index?: typeof gsi1Index;
  readonly pk: string;
  readonly from: string;
  readonly to: string;
  readonly newestFirst?: true;
  /** Without it all of them. */
  readonly limit?: number;
}

/** Items as they are stored, in the order of their keys, however many pages of 1 MB they take. For what ElectroDB's queries cannot say. */
export const queryRange = async <T>({ index, pk, from, to, newestFirst, limit = Number.POSITIVE_INFINITY }: KeyRange): Promise<T[]> => {
  const keys = index === undefined ? (['pk', 'sk'] as const) : ([`${index}pk`, `${index}sk`] as const);
  const found: T[] = [];
  // DynamoDB refuses a range that ends before it begins; a cursor that nobody gave out may ask for one.
  if (from > to) return found;
  let start: unknown;
  do {
    const answer = await dynamodb('Query', {
      TableName: tableName(),
      ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
      KeyConditionExpression: `${keys[0]} = :pk AND ${keys[1]} BETWEEN :from AND :to`,
      ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      ...(newestFirst ? { ScanIndexForward: false } : {}),
      ...(Number.isFinite(limit) ? { Limit: limit - found.length } : {}),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    for (const item of answer['Items'] as T[]) found.push(item);
    start = answer['LastEvaluatedKey'];
  } while (start !== undefined && found.length < limit);
  return found;
};

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Items of one request, and requests for those that it left out. */
const MAX_BATCH_ITEMS = 100;
const MAX_BATCH_ATTEMPTS = 10;

/** Items by their keys, read consistently, in the order of the keys; those that are absent are left out. */
export const getItems = async <T extends Key>(keys: readonly Key[]): Promise<T[]> => {
  const found = new Map<string, T>();
  for (let i = 0; i < keys.length; i += MAX_BATCH_ITEMS) {
    let open: readonly Key[] = keys.slice(i, i + MAX_BATCH_ITEMS).map(({ pk, sk }) => ({ pk, sk }));
    for (let attempt = 0; open.length > 0; attempt += 1) {
      if (attempt === MAX_BATCH_ATTEMPTS)
        throw new Error(`not all items were read in ${MAX_BATCH_ATTEMPTS} attempts: DynamoDB is throttling`);
      if (attempt > 0) await sleep(jitterMs(attempt));
      const name = tableName();
      const answer = await dynamodb('BatchGetItem', { RequestItems: { [name]: { Keys: open, ConsistentRead: true } } });
      for (const item of (answer['Responses'] as Record<string, T[]>)[name] ?? []) found.set(`${item.pk}\n${item.sk}`, item);
      open = (answer['UnprocessedKeys'] as Record<string, { readonly Keys: readonly Key[] }> | undefined)?.[name]?.Keys ?? [];
    }
  }
  return keys.flatMap(({ pk, sk }) => found.get(`${pk}\n${sk}`) ?? []);
};

export { batchCommit } from './batches.ts';
export { tableName } from './clients/dynamodb.ts';
export { type CommitProblem, commit, MAX_TRANSACTION_WRITES, mustExist, mustNotExist, type Write } from './writes.ts';
