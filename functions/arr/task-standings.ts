import { taskHandler } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { refreshStandings } from './standings/refresh.ts';

/** Kept free at the end of an invocation: the shard that is under way is finished. */
const RESERVE_MS = 90_000;

/** Every five minutes: how customers stand, for the lists and totals over all of them. What one run leaves, the next goes on with. */
export const handler = taskHandler('arr/task-standings', async (input: { readonly everything?: boolean }, { remainingMs }) => {
  const { shards, failed, isDone } = await refreshStandings(() => remainingMs() > RESERVE_MS, input.everything === true);
  if (shards > 0) log.info('how customers stand was looked at', { count: shards, failed });
  // Somebody is told: the function's alarm rings.
  if (failed > 0) throw new Error(`how ${failed} customers stand could not be told`);
  return { shards, isDone };
});
