import { refillTotals } from '../arr/index.ts';
import { taskHandler } from '../platform/handler.ts';

/** Kept of an invocation for ending what was begun: a shard of a hundred thousand customers takes less than a minute. */
const RESERVED_MS = 120_000;

/** What an operator asks for: so many shards in this call, or as many as there is time for. */
interface Input {
  readonly shards?: number;
}

/** Makes the totals anew from the recordings. Its answer says how far it came; called again it goes on, until `isDone`. */
export const handler = taskHandler('coordinator-refill-totals', async ({ shards = Number.POSITIVE_INFINITY }: Input, { remainingMs }) => {
  let asked = 0;
  return refillTotals(() => {
    asked += 1;
    return asked <= shards && remainingMs() > RESERVED_MS;
  });
});
