import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';

/** All items whose partition key starts so. */
export const itemsWith = async (prefix: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const items: Record<string, unknown>[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: process.env['TABLE_NAME'],
        FilterExpression: 'begins_with(pk, :prefix)',
        ExpressionAttributeValues: { ':prefix': prefix },
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  client.destroy();
  return items;
};

/** The events that the items of showings carry: what goes out to the revenue bus. */
export const carriedEvents = async (): Promise<readonly Readonly<Record<string, string>>[]> =>
  (await itemsWith('SRC#')).flatMap(({ event }) => (event === undefined ? [] : [event as Readonly<Record<string, string>>]));
