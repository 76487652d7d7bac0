import type { SyncProblem } from './sync-marks-store.ts';

/** How far one kind of object of a source is known. */
export interface SyncedObject {
  /** Salesforce's name of it, or of a group of Stripe's events. */
  readonly object: string;
  /** How its changes are heard of: the source tells them, or is asked every few minutes. What it tells is asked for now and then, too. */
  readonly by: 'events' | 'polling';
  /** Epoch milliseconds up to which it has been asked for. */
  readonly throughMs?: number;
  /** Changes are known that have not been read yet. */
  readonly isUnread: boolean;
  /** Of a source whose events are counted: how many had not come by themselves and were found, and when some were last (ISO instant). */
  readonly missed?: number;
  readonly missedAt?: string;
  /** Epoch milliseconds: when the oldest of these happened that is not known to be taken in. */
  readonly missingSinceMs?: number;
}

export interface SyncStatus {
  readonly objects: readonly SyncedObject[];
  /** Epoch seconds up to which all objects have been asked for; absent until each has been once. */
  readonly throughAt?: number;
  /** Epoch seconds: nothing that was found missing and is not known to be taken in happened up to then; absent where there is no such thing. */
  readonly heldAt?: number;
  /** Epoch milliseconds of the newest listing. */
  readonly listedMs?: number;
  /** Why something could not be read, the last time that this was so. */
  readonly problem?: SyncProblem;
}

/** Epoch milliseconds, a whole second, before what happened then. */
const justBefore = (epochMs: number): number => (Math.floor(epochMs / 1000) - 1) * 1000;

/** Epoch milliseconds up to which an object has been asked for and nothing is known to be missing. */
export const heldMs = ({ throughMs, missingSinceMs }: SyncedObject): number | undefined =>
  throughMs === undefined || missingSinceMs === undefined ? throughMs : Math.min(throughMs, justBefore(missingSinceMs));

/** What the objects come to together. */
export const syncStatusOf = (objects: readonly SyncedObject[], problem: SyncProblem | undefined): SyncStatus => {
  const times = objects.flatMap(({ throughMs }) => throughMs ?? []);
  const missing = objects.flatMap(({ missingSinceMs }) => missingSinceMs ?? []);
  return {
    objects,
    ...(times.length < objects.length ? {} : { throughAt: Math.floor(Math.min(...times) / 1000) }),
    ...(missing.length === 0 ? {} : { heldAt: justBefore(Math.min(...missing)) / 1000 }),
    ...(times.length === 0 ? {} : { listedMs: Math.max(...times) }),
    ...(problem === undefined ? {} : { problem }),
  };
};
