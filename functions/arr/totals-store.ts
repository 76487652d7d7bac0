import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { assert } from '../platform/bug.ts';
import { OUTBOX_BUCKETS } from '../platform/outbox.ts';
import { documentClient, tableName, type Write } from '../platform/table.ts';
import type { Counters, MonthlyCounters } from './totals.ts';

/**
 * Totals lie under `TOT#<partition>`, two outbox buckets to a partition; only the projector writes them. Three kinds of items:
 * - `MAIN#<month>`: counters of the total and of the origins, by day and cause; `CUTS#<month>`: those of all other dimensions;
 * - `MAIN#NET` and `CUTS#NET`: what each cut nets to over all months, by currency; `MAIN#NET` also holds the checkpoints. The opening of a
 *   month is the net less the months from it on, so that no reader walks through years.
 * Counters have dynamic names, so this file speaks DynamoDB's own language; its numbers are exact decimals of 38 digits.
 */
export type Part = 'MAIN' | 'CUTS';
const NET = 'NET';
const CHECKPOINTS = `MAIN#${NET}`;
/** Before a bucket's name: its checkpoint. */
const SEQUENCE = 'sequence:';
/** Partitions that a reader sums over; each takes 1,000 write units a second. */
const PARTITIONS = OUTBOX_BUCKETS / 2;
/** Counters of one update: the expression stays below DynamoDB's 4 KB. */
const MAX_COUNTERS = 250;

const twoDigits = (n: number): string => String(n).padStart(2, '0');
const partitionOf = (bucket: string): string => twoDigits(Number(bucket) % PARTITIONS);
const keyOf = (partition: string, sk: string): Record<string, string> => ({ pk: `TOT#${partition}`, sk });
const partitions = Array.from({ length: PARTITIONS }, (_, i) => twoDigits(i));

interface Additions {
  readonly expression: string;
  readonly names: Record<string, string>;
  readonly values: Record<string, bigint>;
}

const additionsOf = (counters: Counters): Additions => {
  const names: Record<string, string> = {};
  const values: Record<string, bigint> = {};
  const parts: string[] = [];
  for (const [name, amount] of counters) {
    const n = parts.length;
    names[`#n${n}`] = name;
    values[`:v${n}`] = amount;
    parts.push(`#n${n} :v${n}`);
  }
  return { expression: parts.length === 0 ? '' : `ADD ${parts.join(', ')}`, names, values };
};

/** Adds to the counters of one month. More than fit into one expression go to further items of the month: readers sum them all. */
export const monthWrites = (bucket: string, part: Part, month: string, counters: Counters): Write[] => {
  const all = [...counters];
  const writes: Write[] = [];
  for (let lane = 0; lane * MAX_COUNTERS < all.length; lane += 1) {
    const { expression, names, values } = additionsOf(new Map(all.slice(lane * MAX_COUNTERS, (lane + 1) * MAX_COUNTERS)));
    writes.push({
      update: {
        Key: keyOf(partitionOf(bucket), lane === 0 ? `${part}#${month}` : `${part}#${month}#${lane}`),
        UpdateExpression: expression,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      },
    });
  }
  return writes;
};

/** Adds to the nets of the other dimensions. */
export const netWrites = (bucket: string, nets: Counters): Write[] => monthWrites(bucket, 'CUTS', NET, nets);

/** Adds to the nets of the total and the origins, and moves the bucket's checkpoint, if nobody has moved it since it was read. */
export const checkpointWrite = (bucket: string, nets: Counters, before: bigint, after: bigint): Write => {
  const { expression, names, values } = additionsOf(nets);
  return {
    update: {
      Key: keyOf(partitionOf(bucket), CHECKPOINTS),
      UpdateExpression: `SET #sequence = :after ${expression}`.trim(),
      ConditionExpression: before === 0n ? 'attribute_not_exists(#sequence)' : '#sequence = :before',
      ExpressionAttributeNames: { ...names, '#sequence': `${SEQUENCE}${bucket}` },
      ExpressionAttributeValues: { ...values, ':after': after, ...(before === 0n ? {} : { ':before': before }) },
    },
  };
};

type Item = Readonly<Record<string, unknown>>;

const numberOf = (value: unknown): bigint => BigInt(value as number | bigint);

/** Checkpoints that were asked for together, not yet read. */
let asked: { readonly partitions: Set<string>; readonly nets: Promise<Map<string, Item>> } | undefined;

const ask = (): NonNullable<typeof asked> => {
  const wanted = new Set<string>();
  const nets = Promise.resolve().then(() => {
    asked = undefined;
    return readNets([...wanted]);
  });
  return { partitions: wanted, nets };
};

/**
 * Where the projector stands in a bucket: the stream's sequence number of the newest movement that its totals hold. Those of several
 * buckets, asked for in one turn, are read by one request.
 */
export const readCheckpoint = async (bucket: string): Promise<bigint> => {
  const partition = partitionOf(bucket);
  asked ??= ask();
  asked.partitions.add(partition);
  const sequence = (await asked.nets).get(partition)?.[`${SEQUENCE}${bucket}`];
  return sequence === undefined ? 0n : numberOf(sequence);
};

const readNets = async (wanted: readonly string[]): Promise<Map<string, Item>> => {
  const items = new Map<string, Item>();
  let keys: Record<string, unknown>[] = wanted.map((partition) => keyOf(partition, CHECKPOINTS));
  for (let attempt = 0; keys.length > 0; attempt += 1) {
    assert(attempt < 10, 'the nets are read in at most 10 attempts');
    const answer = await documentClient().send(
      new BatchGetCommand({ RequestItems: { [tableName()]: { Keys: keys, ConsistentRead: true } } }),
    );
    for (const item of answer.Responses?.[tableName()] ?? []) items.set(String(item['pk']).slice('TOT#'.length), item);
    keys = answer.UnprocessedKeys?.[tableName()]?.Keys ?? [];
  }
  return items;
};

/** What totals say from a month on. */
export interface Totals {
  /** Net of every cut before the first month: `<dimension>|<value>|<currency>`, a trailing `=` as in the counters. */
  readonly before: Counters;
  readonly months: MonthlyCounters;
}

/** A partition's months as they were read, with the nets that were read before them: unchanged checkpoints mean unchanged months. */
interface Kept {
  readonly checkpoints: string;
  readonly items: readonly Item[];
}
const kept = new Map<string, Kept>();

const checkpointsOf = (net: Item | undefined): string =>
  Object.entries(net ?? {})
    .filter(([name]) => name.startsWith(SEQUENCE))
    .map(([name, sequence]) => `${name}=${sequence}`)
    .sort()
    .join();

/** The months of a partition: read again only where its checkpoints have moved since. */
const monthsOf = async (partition: string, part: Part, from: string, net: Item | undefined): Promise<readonly Item[]> => {
  if (net === undefined) return [];
  const key = `${tableName()} ${partition} ${part} ${from}`;
  const checkpoints = checkpointsOf(net);
  const known = kept.get(key);
  if (known?.checkpoints === checkpoints) return known.items;
  const items = await queryMonths(partition, part, from);
  if (kept.size > 4 * PARTITIONS) kept.clear();
  kept.set(key, { checkpoints, items });
  return items;
};

/**
 * Totals from a month on (`YYYY-MM`), summed over the partitions. `MAIN` holds the total and the origins only. One request reads all nets;
 * months are read for the partitions that have moved since this function last read them.
 */
export const readTotals = async (part: Part, from: string, of: readonly string[] = partitions): Promise<Totals> => {
  // Consistent, and the nets first: months that are kept are then never older than the checkpoint that they are kept under.
  const nets = await readNets(of);
  const pages = await Promise.all(of.map((partition) => monthsOf(partition, part, from, nets.get(partition))));
  const before: Counters = new Map();
  if (part === 'MAIN') for (const net of nets.values()) addTo(before, net);
  const months: MonthlyCounters = new Map();
  for (const item of pages.flat()) {
    const place = String(item['sk']).slice(part.length + 1);
    if (place.startsWith(NET)) {
      addTo(before, item);
      continue;
    }
    const month = place.slice(0, 'YYYY-MM'.length);
    const counters = months.get(month) ?? new Map<string, bigint>();
    months.set(month, counters);
    addTo(counters, item);
  }
  for (const counters of months.values()) for (const [name, amount] of counters) takeBack(before, name, amount);
  return { before, months };
};

const addTo = (counters: Counters, item: Item): void => {
  for (const [name, amount] of Object.entries(item)) {
    if (name !== 'pk' && name !== 'sk' && !name.startsWith(SEQUENCE)) counters.set(name, (counters.get(name) ?? 0n) + numberOf(amount));
  }
};

const takeBack = (nets: Counters, counter: string, amount: bigint): void => {
  const name = netNameOf(counter);
  if (name !== undefined) nets.set(name, (nets.get(name) ?? 0n) - amount);
};

/** The net that a counter is part of; none for what came up for renewal, which is no movement. */
export const netNameOf = (counter: string): string | undefined => {
  const [, dimension, value, cause, currency] = counter.split('|');
  return cause === 'renewed' ? undefined : `${dimension}|${value}|${currency}`;
};

const queryMonths = async (partition: string, part: Part, from: string): Promise<Item[]> => {
  const items: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await documentClient().send(
      new QueryCommand({
        TableName: tableName(),
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': `TOT#${partition}`,
          ':from': `${part}#${from}`, // Digits sort before letters: the nets of the cuts come with their months, those of the total were read with the checkpoints.
          ':to': part === 'MAIN' ? 'MAIN#9999-12~' : `CUTS#${NET}~`,
        },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
};
