import { openStore } from '../services/store.ts';

/** How far a stream's mapping has come; in a file, so that a restart continues where the last run stopped. */
export interface Checkpoints {
  readonly read: (mapping: string, shardId: string) => string | undefined;
  readonly write: (mapping: string, shardId: string, sequenceNumber: string) => void;
  readonly close: () => void;
}

export const openCheckpoints = (file: string): Checkpoints => {
  const store = openStore(file);
  store.exec(
    'CREATE TABLE IF NOT EXISTS checkpoints (mapping TEXT, shard TEXT, sequence TEXT NOT NULL, PRIMARY KEY (mapping, shard)) WITHOUT ROWID',
  );
  const select = store.prepare('SELECT sequence FROM checkpoints WHERE mapping = ? AND shard = ?');
  const upsert = store.prepare('INSERT INTO checkpoints VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sequence = excluded.sequence');
  return {
    read: (mapping, shardId) => select.get(mapping, shardId)?.['sequence'] as string | undefined,
    write: (mapping, shardId, sequenceNumber) => {
      store.write(() => upsert.run(mapping, shardId, sequenceNumber));
    },
    close: store.close,
  };
};
