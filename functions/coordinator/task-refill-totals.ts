import { refillTotals } from '../arr/index.ts';
import { taskHandler } from '../platform/handler.ts';

/** Kept of an invocation for ending what was begun: a shard of a hundred thousand customers takes less than a minute. */
const RESERVED_MS = 120_000;

/** What an operator asks for: so many shards in this call, or as many as there is time for. */
interface Input {
  readonly shards?: number;
  /** Only what was begun before goes on; without it, a refill begins where none is being made. */
  readonly goOn?: boolean;
}

/** Makes the totals anew from the recordings. Its answer says how far it came; called again with `goOn` it goes on, until `isDone`. */
export const handler = taskHandler(
  'coordinator-refill-totals',
  async ({ shards = Number.POSITIVE_INFINITY, goOn = false }: Input, { remainingMs }) => {
    let asked = 0;
    return refillTotals(() => {
      asked += 1;
      return asked <= shards && remainingMs() > RESERVED_MS;
    }, goOn);
  },
);
