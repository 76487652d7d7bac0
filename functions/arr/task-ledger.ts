import { companyConfig } from '../platform/config.ts';
import { taskHandler } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { count } from '../platform/metrics.ts';
import { noteProfile } from './changes/approved.ts';
import { today } from './figures/read.ts';
import { takeInLate } from './ledger/late.ts';
import { recordedProfile } from './ledger/read-ledger.ts';
import { takeIn } from './ledger/take-in.ts';
import { keepFigures } from './metrics/keep.ts';

/** Kept free at the end of an invocation: the rows that are under way are written. */
const RESERVE_MS = 90_000;
/** Kept free behind what is looked at of the past. */
const LATE_RESERVE_MS = 60_000;

/**
 * Every five minutes: what was recorded since the last time stands in the ledger, and figures are kept of it; once a day also what was listed late.
 * What one run leaves, the next goes on with. The first run notes the profile in force.
 */
export const handler = taskHandler('arr/task-ledger', async (_input: unknown, { remainingMs }) => {
  await noteProfile();
  const taken = await takeIn(recordedProfile(), companyConfig().planCurrency, () => remainingMs() > RESERVE_MS);
  if (taken.rows > 0) log.info('rows were taken into the ledger', { count: taken.rows });
  if (!taken.isDone) log.warn('time was up before all that was recorded stands in the ledger; the next run goes on', { count: taken.rows });
  else {
    const keep = () => keepFigures(recordedProfile(), taken.through, today());
    await keep();
    // However much was recorded, figures are kept before it is looked at again.
    const late = await takeInLate(recordedProfile(), today(), () => remainingMs() > LATE_RESERVE_MS);
    count('LedgerLate', late);
    if (late > 0) await keep();
  }
  return taken;
});
