import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { assert } from '../platform/bug.ts';
import { OUTBOX_BUCKETS } from '../platform/outbox.ts';
import { documentClient, tableName, type Write } from '../platform/table.ts';
import type { Counters, MonthlyCounters } from './totals.ts';

/**
 * Totals lie under `TOT#<outbox bucket>`; only the projector writes them. Three kinds of items:
 * - `MAIN#<month>`: counters of the total and of the origins, by day and cause; `CUTS#<month>`: those of all other dimensions;
 * - `MAIN#NET`: what every cut nets to over all months, by currency, and the bucket's checkpoint. The opening of a month is this net less
 *   the months from it on, so that no reader walks through years.
 * Counters have dynamic names, so this file speaks DynamoDB's own language; its numbers are exact decimals of 38 digits.
 */
export type Part = 'MAIN' | 'CUTS';
const NET = 'MAIN#NET';
const SEQUENCE = 'sequence';

const keyOf = (bucket: string, sk: string): Record<string, string> => ({ pk: `TOT#${bucket}`, sk });
const buckets = Array.from({ length: OUTBOX_BUCKETS }, (_, i) => String(i).padStart(2, '0'));

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

/** Adds to one bucket's counters of one month. */
export const monthWrite = (bucket: string, part: Part, month: string, counters: Counters): Write => {
  const { expression, names, values } = additionsOf(counters);
  return {
    update: {
      Key: keyOf(bucket, `${part}#${month}`),
      UpdateExpression: expression,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
  };
};

/** Adds to a bucket's nets and moves its checkpoint, if nobody has moved it since it was read. */
export const netWrite = (bucket: string, nets: Counters, before: bigint, after: bigint): Write => {
  const { expression, names, values } = additionsOf(nets);
  return {
    update: {
      Key: keyOf(bucket, NET),
      UpdateExpression: `SET #sequence = :after ${expression}`.trim(),
      ConditionExpression: before === 0n ? 'attribute_not_exists(#sequence)' : '#sequence = :before',
      ExpressionAttributeNames: { ...names, '#sequence': SEQUENCE },
      ExpressionAttributeValues: { ...values, ':after': after, ...(before === 0n ? {} : { ':before': before }) },
    },
  };
};

const numberOf = (value: unknown): bigint => BigInt(value as number | bigint);

/** Where the projector stands in a bucket: the stream's sequence number of the newest movement that its totals hold. */
export const readCheckpoint = async (bucket: string): Promise<bigint> => {
  const [net] = await readNets([bucket], true);
  return net?.[SEQUENCE] === undefined ? 0n : numberOf(net[SEQUENCE]);
};

const readNets = async (wanted: readonly string[], consistent: boolean): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let keys: Record<string, unknown>[] = wanted.map((bucket) => keyOf(bucket, NET));
  for (let attempt = 0; keys.length > 0; attempt += 1) {
    assert(attempt < 10, 'the nets are read in at most 10 attempts');
    const answer = await documentClient().send(
      new BatchGetCommand({ RequestItems: { [tableName()]: { Keys: keys, ConsistentRead: consistent } } }),
    );
    items.push(...(answer.Responses?.[tableName()] ?? []));
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

/** Totals from a month on (`YYYY-MM`), summed over the buckets. `MAIN` holds the total and the origins only. */
export const readTotals = async (part: Part, from: string, of: readonly string[] = buckets): Promise<Totals> => {
  const [nets, ...pages] = await Promise.all([readNets(of, false), ...of.map((bucket) => queryMonths(bucket, part, from))]);
  const before: Counters = new Map();
  for (const net of nets) addTo(before, net);
  const months: MonthlyCounters = new Map();
  for (const item of pages.flat()) {
    const month = String(item['sk']).slice(part.length + 1);
    const counters = months.get(month) ?? new Map<string, bigint>();
    months.set(month, counters);
    addTo(counters, item);
  }
  for (const counters of months.values()) for (const [name, amount] of counters) takeBack(before, name, amount);
  return { before, months };
};

const addTo = (counters: Counters, item: Record<string, unknown>): void => {
  for (const [name, amount] of Object.entries(item)) {
    if (name !== 'pk' && name !== 'sk' && name !== SEQUENCE) counters.set(name, (counters.get(name) ?? 0n) + numberOf(amount));
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

const queryMonths = async (bucket: string, part: Part, from: string): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await documentClient().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': `TOT#${bucket}`, ':from': `${part}#${from}`, ':to': `${part}#9999-12` },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
};
