import { companyConfig, type SalesforceInstance } from '../../platform/config.ts';
import { taskHandler } from '../../platform/handler.ts';
import { errorFields, log } from '../../platform/log.ts';
import { lastProblem, type SyncProblem } from '../sync-marks-store.ts';
import { isConnected, openOrg } from './org-reading.ts';
import { syncOrg } from './sync.ts';
import { SYSTEM } from './sync-store.ts';

/** Kept free at the end of an invocation, so that a listing that is under way is remembered. */
const RESERVE_MS = 30_000;

/** Something of the org is refused to be read, though its ids could be listed. */
const isRefused = (problem: SyncProblem | undefined): boolean => problem?.kind !== undefined && problem.mendedAt === undefined;

/** False where somebody has to be told. */
const synced = async (config: SalesforceInstance, remainingMs: () => number): Promise<boolean> => {
  const { instance } = config;
  try {
    if (!(await isConnected(config))) {
      log.info('an org is not connected: its secret holds no credentials yet', { instance });
      return true;
    }
    const isAll = await syncOrg(openOrg(config, remainingMs), () => remainingMs() > RESERVE_MS);
    return isAll && !isRefused(await lastProblem(SYSTEM, instance));
  } catch (error) {
    log.error('an org could not be synced', { ...errorFields(error), instance });
    return false;
  }
};

/** Every few minutes: what each org does not tell by itself, and what is known to be unread; once a night all that was changed. */
export const handler = taskHandler('integrations/salesforce/task-sync', async (_input: unknown, { remainingMs }) => {
  const { salesforce } = companyConfig();
  const failed: string[] = [];
  // One after another: where one org takes long, the others are next.
  for (const config of salesforce) if (!(await synced(config, remainingMs))) failed.push(config.instance);
  // Somebody is told: the function's alarm rings after two runs.
  if (failed.length > 0) throw new Error(`${failed.length} of ${salesforce.length} orgs could not be read`);
  return { orgs: salesforce.length };
});
