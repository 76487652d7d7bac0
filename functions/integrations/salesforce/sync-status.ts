import type { SalesforceInstance } from '../../platform/config.ts';
import { lastProblem } from '../sync-marks-store.ts';
import { type SyncedObject, type SyncStatus, syncStatusOf } from '../sync-status.ts';
import { isTold, SYNCED } from './sync-plan.ts';
import { SYSTEM, syncMarks } from './sync-store.ts';

/** How far each object of an org is known. All are asked for once a night; what the org does not tell, every few minutes. */
export const syncStatus = async (config: SalesforceInstance): Promise<SyncStatus> => {
  const [markOf, problem] = await Promise.all([syncMarks(config.instance), lastProblem(SYSTEM, config.instance)]);
  const objects = SYNCED.map(({ object }): SyncedObject => {
    const { throughMs, wantedSinceMs, run } = markOf(object);
    return {
      object,
      by: isTold(object, config) ? 'events' : 'polling',
      ...(throughMs === undefined ? {} : { throughMs }),
      isUnread: throughMs === undefined || wantedSinceMs !== undefined || run !== undefined,
    };
  });
  return syncStatusOf(objects, problem);
};
