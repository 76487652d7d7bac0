import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { documentClient, tableName, type Write } from '../platform/table.ts';
import type { Counters, MonthlyCounters } from './totals.ts';

/**
 * Totals lie under `TOT#<outbox bucket>`: one item a month, whose attributes are counters, and `CHECKPOINT`. Only the projector writes them.
 * Counters have dynamic names, so this file speaks DynamoDB's own language; its numbers are exact decimals of 38 digits.
 */
const totalsKey = (bucket: string, month: string): Record<string, string> => ({ pk: `TOT#${bucket}`, sk: month });

/** Adds to one bucket's counters of one month. */
export const totalsWrite = (bucket: string, month: string, counters: Counters): Write => {
  const names: Record<string, string> = {};
  const values: Record<string, bigint> = {};
  const parts: string[] = [];
  for (const [name, amount] of counters) {
    const n = parts.length;
    names[`#n${n}`] = name;
    values[`:v${n}`] = amount;
    parts.push(`#n${n} :v${n}`);
  }
  return {
    update: {
      Key: totalsKey(bucket, month),
      UpdateExpression: `ADD ${parts.join(', ')}`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
  };
};

/** Where the projector stands in a bucket: the stream's sequence number of the newest movement that its totals hold. */
export const readCheckpoint = async (bucket: string): Promise<bigint> => {
  const answer = await documentClient().send(
    new QueryCommand({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: { ':pk': `TOT#${bucket}`, ':sk': 'CHECKPOINT' },
      ConsistentRead: true,
    }),
  );
  return BigInt((answer.Items?.[0]?.['sequence'] as number | bigint | undefined) ?? 0);
};

export const checkpointWrite = (bucket: string, before: bigint, after: bigint): Write => ({
  update: {
    Key: totalsKey(bucket, 'CHECKPOINT'),
    UpdateExpression: 'SET #sequence = :after',
    ConditionExpression: before === 0n ? 'attribute_not_exists(#sequence)' : '#sequence = :before',
    ExpressionAttributeNames: { '#sequence': 'sequence' },
    ExpressionAttributeValues: before === 0n ? { ':after': after } : { ':after': after, ':before': before },
  },
});

/** All counters of the months `from` to `to` (`YYYY-MM`, both included), summed over the buckets. */
export const readTotals = async (buckets: readonly string[], from: string, to: string): Promise<MonthlyCounters> => {
  const months: MonthlyCounters = new Map();
  const pages = await Promise.all(buckets.map((bucket) => queryTotals(bucket, from, to)));
  for (const item of pages.flat()) {
    const month = String(item['sk']);
    const counters = months.get(month) ?? new Map<string, bigint>();
    months.set(month, counters);
    for (const [name, amount] of Object.entries(item)) {
      if (name !== 'pk' && name !== 'sk') counters.set(name, (counters.get(name) ?? 0n) + BigInt(amount as number | bigint));
    }
  }
  return months;
};

const queryTotals = async (bucket: string, from: string, to: string): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await documentClient().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': `TOT#${bucket}`, ':from': from, ':to': to },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
};
