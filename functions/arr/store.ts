import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'electrodb';
import { assert } from '../platform/bug.ts';
import { fnv1a32 } from '../platform/ids.ts';
import {
  documentClient,
  entityDefaults,
  gsi1Index,
  gsi1Pk,
  gsi1Sk,
  primaryPk,
  primarySk,
  readAll,
  tableName,
  type Write,
} from '../platform/table.ts';
import { decodeBook, encodeBook, toEntry } from './codec.ts';
import type { Book } from './decide.ts';
import type { Movement } from './events.ts';
import type { Fact } from './facts.ts';
import type { Entry } from './movements.ts';

/**
 * What ARR keeps, all of a customer under `ARR#<customer>`:
 * - `BOOK`: what the next fact is decided against, with its version (optimistic lock);
 * - `FACT#<instance>/<event>/<kind>`: each fact once; its existence is the "handled" marker;
 * - `MOVE#<effective on>#<version>#<n>`: each movement, also listed by month over all customers (`gsi1`, 32 shards a month).
 */
const books = new Entity(
  {
    model: { entity: 'arrBook', version: '1', service: 'arr' },
    attributes: {
      customerId: { type: 'string', required: true },
      version: { type: 'number', required: true },
      name: { type: 'string' },
      book: { type: 'string', required: true },
    },
    indexes: {
      byCustomer: {
        pk: { ...primaryPk, composite: ['customerId'], template: 'ARR#${customerId}' },
        sk: { ...primarySk, composite: [], template: 'BOOK' },
      },
    },
  } as const,
  entityDefaults,
);

/** Written once, with a customer's first book: lists all customers for a new decision under other plan rates. */
const customers = new Entity(
  {
    model: { entity: 'arrCustomer', version: '1', service: 'arr' },
    attributes: { shard: { type: 'string', required: true }, customerId: { type: 'string', required: true } },
    indexes: {
      byShard: {
        pk: { ...primaryPk, composite: ['shard'], template: 'BOOKS#${shard}' },
        sk: { ...primarySk, composite: ['customerId'], template: '${customerId}' },
      },
    },
  } as const,
  entityDefaults,
);

const facts = new Entity(
  {
    model: { entity: 'arrFact', version: '1', service: 'arr' },
    attributes: {
      customerId: { type: 'string', required: true },
      factKey: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
      fact: { type: 'string', required: true },
    },
    indexes: {
      ofCustomer: {
        pk: { ...primaryPk, composite: ['customerId'], template: 'ARR#${customerId}' },
        sk: { ...primarySk, composite: ['factKey'], template: 'FACT#${factKey}' },
      },
    },
  } as const,
  entityDefaults,
);

const movements = new Entity(
  {
    model: { entity: 'arrMovement', version: '1', service: 'arr' },
    attributes: {
      customerId: { type: 'string', required: true },
      effectiveOn: { type: 'string', required: true },
      /** `<version, 8 digits>#<number, 3 digits>` */
      place: { type: 'string', required: true },
      monthShard: { type: 'string', required: true },
      movement: { type: 'string', required: true },
    },
    indexes: {
      ofCustomer: {
        pk: { ...primaryPk, composite: ['customerId'], template: 'ARR#${customerId}' },
        sk: { ...primarySk, composite: ['effectiveOn', 'place'], template: 'MOVE#${effectiveOn}#${place}' },
      },
      byMonth: {
        index: gsi1Index,
        pk: { ...gsi1Pk, composite: ['monthShard'], template: 'MOVES#${monthShard}' },
        sk: { ...gsi1Sk, composite: ['effectiveOn', 'customerId', 'place'], template: '${effectiveOn}#${customerId}#${place}' },
      },
    },
  } as const,
  entityDefaults,
);

/** Shards of a month's movements and of the list of customers: 32 × 1,000 write units a second. */
const SHARDS = 32;
const shardOf = (customerId: string): string => String(fnv1a32(customerId) % SHARDS).padStart(2, '0');
const shards = Array.from({ length: SHARDS }, (_, i) => String(i).padStart(2, '0'));

export interface StoredBook {
  readonly version: number;
  readonly name: string;
  /** Undefined where it was decided under other rules and must be decided again. */
  readonly book: Book | undefined;
}

/** The customer that a fact is about, unique over systems and instances. */
export const customerIdOf = (fact: Fact): string =>
  `${fact.data.provenance.system}.${fact.data.provenance.instance}.${fact.data.customerId}`;
export const factKeyOf = (fact: Fact): string => `${fact.data.provenance.instance}/${fact.data.provenance.eventId}/${fact.kind}`;

/** Books of up to 100 customers, read consistently; a customer without one is absent. */
export const readBooks = async (customerIds: readonly string[]): Promise<Map<string, StoredBook>> => {
  assert(customerIds.length <= 100, 'at most 100 books are read at once');
  const found = new Map<string, StoredBook>();
  let keys: Record<string, unknown>[] = customerIds.map((customerId) => ({ pk: `ARR#${customerId}`, sk: 'BOOK' }));
  for (let attempt = 0; keys.length > 0; attempt += 1) {
    assert(attempt < 10, 'books are read in at most 10 attempts');
    const answer = await documentClient().send(
      new BatchGetCommand({ RequestItems: { [tableName()]: { Keys: keys, ConsistentRead: true } } }),
    );
    for (const item of answer.Responses?.[tableName()] ?? []) {
      const { customerId, version, name, book } = item as { customerId: string; version: number; name?: string; book: string };
      found.set(customerId, { version, name: name ?? '', book: decodeBook(book) });
    }
    keys = answer.UnprocessedKeys?.[tableName()]?.Keys ?? [];
  }
  return found;
};

export const readFacts = async (customerId: string): Promise<{ readonly facts: readonly Fact[]; readonly keys: ReadonlySet<string> }> => {
  const items = await readAll(facts.query.ofCustomer({ customerId }), { consistent: true });
  return { facts: items.map((item) => JSON.parse(item.fact) as Fact), keys: new Set(items.map((item) => item.factKey)) };
};

export const readMovements = async (customerId: string): Promise<readonly Movement[]> => {
  const items = await readAll(movements.query.ofCustomer({ customerId }), { consistent: true });
  return items.map((item) => JSON.parse(item.movement) as Movement);
};

export const readEntries = async (customerId: string): Promise<readonly Entry[]> => (await readMovements(customerId)).map(toEntry);

export const readMovement = async (movementId: string): Promise<Movement | undefined> => {
  const [customerId = '', effectiveOn = '', version = '', index = ''] = movementId.split('~');
  const { data } = await movements.get({ customerId, effectiveOn, place: placeOf(Number(version), Number(index)) }).go();
  return data === null ? undefined : (JSON.parse(data.movement) as Movement);
};

const placeOf = (version: number, index: number): string => `${String(version).padStart(8, '0')}#${String(index).padStart(3, '0')}`;

/** The fact, once: the write fails where it is there already. */
export const factWrite = (customerId: string, fact: Fact, recordedAt: string): Write => ({
  put: facts.create({ customerId, factKey: factKeyOf(fact), recordedAt, fact: JSON.stringify(fact) }).params(),
});

/** With the first version of a book: the customer's place in the list of all. */
export const customerWrite = (customerId: string): Write => ({ put: customers.put({ shard: shardOf(customerId), customerId }).params() });

/** The book, if nobody else has written it since `version - 1`. */
export const bookWrite = (customerId: string, name: string, book: Book, version: number): Write => ({
  put: {
    ...books.put({ customerId, version, name, book: encodeBook(book) }).params<Record<string, unknown>>(),
    ...(version === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :before',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':before': version - 1 },
        }),
  },
});

export const movementWrite = (movement: Movement, version: number, index: number): Write => ({
  put: movements
    .put({
      customerId: movement.customerId,
      effectiveOn: movement.effectiveOn,
      place: placeOf(version, index),
      monthShard: `${movement.effectiveOn.slice(0, 7)}#${shardOf(movement.customerId)}`,
      movement: JSON.stringify(movement),
    })
    .params(),
});

export interface MovementPage {
  readonly items: readonly Movement[];
  /** Sort key of the last item, or undefined after the last page. */
  readonly next: string | undefined;
}

/**
 * Movements of a month over all customers, in the order of day, customer and recording: the shards are read side by side and merged.
 * `after` is the sort key that a page ended with.
 */
export const readMonth = async (
  month: string,
  from: string,
  to: string,
  after: string | undefined,
  limit: number,
): Promise<MovementPage> => {
  const start = after === undefined ? from : `${after}\u0000`;
  const lists = await Promise.all(shards.map((shard) => queryMovements(`MOVES#${month}#${shard}`, start, `${to}~`, limit + 1)));
  const merged = lists.flat().sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const page = merged.slice(0, limit);
  return { items: page.map((item) => item.movement), next: merged.length > limit ? page[page.length - 1]?.key : undefined };
};

/** At most `limit` items of a shard, however many pages of 1 MB they take. */
const queryMovements = async (pk: string, from: string, to: string, limit: number): Promise<{ key: string; movement: Movement }[]> => {
  const found: { key: string; movement: Movement }[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await documentClient().send(
      new QueryCommand({
        TableName: tableName(),
        IndexName: gsi1Index,
        KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
        Limit: limit - found.length,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    for (const item of answer.Items ?? [])
      found.push({ key: String(item['gsi1sk']), movement: JSON.parse(String(item['movement'])) as Movement });
    start = answer.LastEvaluatedKey;
  } while (start !== undefined && found.length < limit);
  return found;
};

/** Ids of all customers with a book, shard by shard. */
export const readCustomerIds = async (shard: string): Promise<readonly string[]> =>
  (await readAll(customers.query.byShard({ shard }), { atMost: 100_000 })).map((item) => item.customerId);
export const bookShards: readonly string[] = shards;
