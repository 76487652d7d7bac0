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
    const { throughMs, run, missed = 0, missedAt } = markOf(group);
    return {
      object: group,
      by: 'events',
      ...present('throughMs', throughMs),
      isUnread: throughMs === undefined || run !== undefined,
      missed,
      ...present('missedAt', missedAt),
    };
  });
  return syncStatusOf(objects, problem);
};
