import { companyConfig } from '../platform/config.ts';
import { taskHandler } from '../platform/handler.ts';
import { recordedProfile } from './ledger/read-ledger.ts';
import { rebuildLedger } from './ledger/rebuild.ts';

/** Kept of an invocation for ending what was begun: a shard, and putting a ledger of a million rows in place. */
const RESERVED_MS = 240_000;

/** What an operator asks for: so many shards in this call, or as many as there is time for. */
interface Input {
  readonly shards?: number;
}

/** Makes the ledger anew from the recordings. Its answer says how far it came; called again it goes on, until `isDone`. */
export const handler = taskHandler('arr/task-rebuild-ledger', async ({ shards = Number.POSITIVE_INFINITY }: Input, { remainingMs }) => {
  let asked = 0;
  return rebuildLedger(recordedProfile(), companyConfig().planCurrency, () => {
    asked += 1;
    return asked <= shards && remainingMs() > RESERVED_MS;
  });
});
