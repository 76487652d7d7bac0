import type { SalesforceInstance, SalesforceObject } from '../../platform/config.ts';
import { isTold, SYNCED } from './sync-plan.ts';
import { lastProblem, type SyncProblem, syncMarks } from './sync-store.ts';

/** How far one object of an org is known. */
export interface SyncedObject {
  readonly object: SalesforceObject;
  /** How its changes are heard of: the org tells them, or is asked every few minutes. Both are asked for once a night. */
  readonly by: 'events' | 'polling';
  /** Epoch milliseconds up to which it has been asked for. */
  readonly throughMs?: number;
  /** Changes are known that have not been read yet. */
  readonly isUnread: boolean;
}

export interface SyncStatus {
  readonly objects: readonly SyncedObject[];
  /** Epoch seconds up to which all objects have been asked for; absent until each has been once. */
  readonly throughAt?: number;
  /** Epoch milliseconds of the newest listing. */
  readonly listedMs?: number;
  /** Why something could not be read, the last time that this was so. */
  readonly problem?: SyncProblem;
}

export const syncStatus = async (config: SalesforceInstance): Promise<SyncStatus> => {
  const [markOf, problem] = await Promise.all([syncMarks(config.instance), lastProblem(config.instance)]);
  const objects = SYNCED.map(({ object }): SyncedObject => {
    const { throughMs, wantedSinceMs, run } = markOf(object);
    return {
      object,
      by: isTold(object, config) ? 'events' : 'polling',
      ...(throughMs === undefined ? {} : { throughMs }),
      isUnread: throughMs === undefined || wantedSinceMs !== undefined || run !== undefined,
    };
  });
  const times = objects.flatMap(({ throughMs }) => throughMs ?? []);
  return {
    objects,
    ...(times.length < objects.length ? {} : { throughAt: Math.floor(Math.min(...times) / 1000) }),
    ...(times.length === 0 ? {} : { listedMs: Math.max(...times) }),
    ...(problem === undefined ? {} : { problem }),
  };
};
