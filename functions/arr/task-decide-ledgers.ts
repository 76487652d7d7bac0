import { taskHandler } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { keepDecidedLedgers } from './decided/keep.ts';

/** No part is begun after it, so that the next call, a minute after this one, seldom finds it at work. */
const WORKED_MS = 45_000;

/** Every minute: ledgers of other profiles and comparisons that were asked for are made, and kept up to date. What one run leaves, the next goes on with. */
export const handler = taskHandler('arr/task-decide-ledgers', async (_input: unknown, { remainingMs }) => {
  const startMs = remainingMs();
  const { shards, failed, isDone } = await keepDecidedLedgers(() => startMs - remainingMs() < WORKED_MS);
  if (shards > 0) log.info('parts of ledgers were decided', { count: shards, failed });
  // Somebody is told: the function's alarm rings.
  if (failed > 0) throw new Error(`${failed} customers could not be decided under another profile`);
  return { shards, isDone };
});
