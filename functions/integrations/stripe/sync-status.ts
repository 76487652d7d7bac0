import type { StripeInstance } from '../../platform/config.ts';
import { present } from '../present.ts';
import { lastProblem } from '../sync-marks-store.ts';
import { type SyncedObject, type SyncStatus, syncStatusOf } from '../sync-status.ts';
import { LISTED } from './sync-plan.ts';
import { SYSTEM, syncMarks } from './sync-store.ts';

/** How far an account's events have been looked through, and how many had not come. */
export const syncStatus = async ({ instance }: StripeInstance): Promise<SyncStatus> => {
  const [markOf, problem] = await Promise.all([syncMarks(instance), lastProblem(SYSTEM, instance)]);
  const objects = LISTED.map(({ group }): SyncedObject => {
    const { throughMs, run, missingSinceMs, missed = 0, missedAt } = markOf(group);
    const missing = [missingSinceMs, run?.missingSinceMs].filter((ms) => ms !== undefined);
    return {
      object: group,
      by: 'events',
      ...present('throughMs', throughMs),
      isUnread: throughMs === undefined || run !== undefined || missing.length > 0,
      ...(missing.length === 0 ? {} : { missingSinceMs: Math.min(...missing) }),
      missed,
      ...present('missedAt', missedAt),
    };
  });
  return syncStatusOf(objects, problem);
};
