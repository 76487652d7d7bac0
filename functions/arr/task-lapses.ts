import { dayOfInstant } from '../platform/calendar.ts';
import { nowIso, nowMs } from '../platform/clock.ts';
import { companyConfig } from '../platform/config.ts';
import { taskHandler } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { count } from '../platform/metrics.ts';
import { recordingContext } from './changes/approved.ts';
import { stateLapses } from './records/lapses.ts';

/** Kept free at the end of an invocation: the customers that are under way are recorded, and how far it came is noted. */
const RESERVE_MS = 30_000;

/** Early every day: what nothing has renewed, or billed, for thirty days has ended. What one run leaves, the next goes on with. */
export const handler = taskHandler('arr/task-lapses', async (_input: unknown, { remainingMs }) => {
  const at = Math.floor(nowMs() / 1000);
  const { lapses, customers, failed, isDone } = await stateLapses({
    stating: { on: dayOfInstant(at, companyConfig().zone), at },
    recordedAt: nowIso,
    contextNow: recordingContext,
    hasTime: () => remainingMs() > RESERVE_MS,
  });
  count('Lapsed', lapses);
  if (customers > 0) log.info('lapses were stated', { count: lapses, handled: customers, failed });
  if (!isDone) log.warn('time was up before all that may have lapsed was looked at; the next run goes on', { handled: customers });
  // Somebody is told: the function's alarm rings.
  if (failed > 0) throw new Error(`${failed} of ${customers} customers could not be looked at or recorded`);
  return { lapses, customers, isDone };
});
