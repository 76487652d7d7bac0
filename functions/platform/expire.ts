import { expiresAtAttribute, type Key } from './table.ts';
import { commit } from './writes.ts';

/** Leaves an item to the table's time to live; `expiresAt` in epoch seconds. One that has expired meanwhile is not made anew. */
export const expireItem = async ({ pk, sk }: Key, expiresAt: number): Promise<void> => {
  const written = await commit([
    {
      update: {
        Key: { pk, sk },
        UpdateExpression: 'SET #expiresAt = :expiresAt',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#expiresAt': expiresAtAttribute },
        ExpressionAttributeValues: { ':expiresAt': expiresAt },
      },
    },
  ]);
  if (!written.ok && written.problem.code === 'busy') throw new Error(`${pk} ${sk} is busy; ask again`);
};
