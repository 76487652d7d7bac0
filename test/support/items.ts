import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { CarriedEvent } from '../../functions/platform/outbox.ts';

export type StoredItem = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string };

/** All items under a partition key, in order, read by the SDK from the table that the functions under test write to. */
export const itemsUnder = async (pk: string): Promise<readonly StoredItem[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const items: StoredItem[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: process.env['TABLE_NAME'],
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    items.push(...((page.Items ?? []) as StoredItem[]));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  client.destroy();
  return items;
};

/** All items whose partition key begins so, in no order. */
export const itemsFrom = async (pkStart: string): Promise<readonly StoredItem[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const items: StoredItem[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: process.env['TABLE_NAME'],
        ConsistentRead: true,
        FilterExpression: 'begins_with(pk, :start)',
        ExpressionAttributeValues: { ':start': pkStart },
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    items.push(...((page.Items ?? []) as StoredItem[]));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  client.destroy();
  return items;
};

/** Events that the items under a partition key carry, in order, their data opened. */
export const eventsIn = async (
  pk: string,
): Promise<readonly (Omit<CarriedEvent, 'data'> & { readonly data: Readonly<Record<string, unknown>> })[]> =>
  (await itemsUnder(pk)).flatMap(({ event }) => {
    if (event === undefined) return [];
    const carried = event as CarriedEvent;
    return [{ ...carried, data: JSON.parse(carried.data) as Readonly<Record<string, unknown>> }];
  });
