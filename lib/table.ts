/** Names of the one table's keys, index and attributes, as the store of the functions expects them. */
export const TABLE_INDEX = 'gsi1';
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;
export const INDEX_KEYS = { partition: 'gsi1pk', sort: 'gsi1sk' } as const;
/** Epoch seconds. */
export const TTL_ATTRIBUTE = 'expiresAt';
