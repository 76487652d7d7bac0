import type { SalesforceObject } from '../../platform/config.ts';
import { marks, marksOf, written } from '../sync-marks-store.ts';

/** How far each object of an org has been asked for, and what of it is known to be unread. */

export const SYSTEM = 'salesforce';

/** A listing of one object: which of its records, and how far it has come. */
export interface Run {
  /** Epoch milliseconds; 0: all records, whenever they were changed. */
  readonly sinceMs: number;
  readonly startedMs: number;
  readonly configuration: string;
  readonly night: string;
  /** `wants` when it began. */
  readonly wants: number;
  /** The last id that was listed. */
  readonly afterId?: string;
}

export interface SyncMark {
  readonly throughMs?: number;
  readonly everythingMs?: number;
  readonly configuration?: string;
  readonly night?: string;
  readonly wantedSinceMs?: number;
  readonly wants: number;
  readonly run?: Run;
}

const UNKNOWN: SyncMark = { wants: 0 };

/** The marks of an org's objects; of one that was never asked for, an empty one. */
export const syncMarks = async (instance: string): Promise<(object: SalesforceObject) => SyncMark> => {
  const byObject = new Map(
    [...(await marksOf(SYSTEM, instance))].map(
      ([object, { system: _system, instance: _instance, object: _object, run, wants, ...rest }]) => [
        object,
        { ...rest, wants: wants ?? 0, ...(run === undefined ? {} : { run: JSON.parse(run) as Run }) } as SyncMark,
      ],
    ),
  );
  return (object) => byObject.get(object) ?? UNKNOWN;
};

/** Two in turn take each other's place at most once a listing ends in between. */
const MAX_WANT_ATTEMPTS = 5;

/** Notes that changes of an object since then (epoch milliseconds) are unread: the sync reads them. Of several notes, the earliest holds. */
export const want = async (instance: string, object: SalesforceObject, sinceMs: number): Promise<void> => {
  const mark = () => marks.update({ system: SYSTEM, instance, object }).add({ wants: 1 });
  for (let attempt = 0; attempt < MAX_WANT_ATTEMPTS; attempt += 1) {
    const isEarliest = await written({
      update: mark()
        .set({ wantedSinceMs: sinceMs })
        .where(({ wantedSinceMs }, { notExists, gt }) => `${notExists(wantedSinceMs)} OR ${gt(wantedSinceMs, sinceMs)}`)
        .params(),
    });
    if (isEarliest) return;
    const isSaid = await written({
      update: mark()
        .where(({ wantedSinceMs }, { lte }) => lte(wantedSinceMs, sinceMs))
        .params(),
    });
    if (isSaid) return;
  }
  throw new Error('what is to be read could not be noted: others were in the way');
};

/** How far a listing has come. */
export const saveRun = async (instance: string, object: SalesforceObject, run: Run): Promise<void> => {
  await written({
    update: marks
      .update({ system: SYSTEM, instance, object })
      .set({ run: JSON.stringify(run) })
      .params(),
  });
};

/** A listing has come to its end: all that it was for has been asked for. What was noted while it ran stays wanted. */
export const endRun = async (
  instance: string,
  object: SalesforceObject,
  { sinceMs, startedMs, configuration, night, wants }: Run,
): Promise<void> => {
  const everything = sinceMs === 0 ? { everythingMs: startedMs, configuration } : {};
  const ended = () =>
    marks
      .update({ system: SYSTEM, instance, object })
      .set({ throughMs: startedMs, night, ...everything })
      .remove(['run']);
  // Nobody had noted anything before the first listing.
  if (wants === 0) {
    await written({ update: ended().params() });
    return;
  }
  const isAll = await written({
    update: marks
      .update({ system: SYSTEM, instance, object })
      .set({ throughMs: startedMs, night, ...everything })
      .remove(['run', 'wantedSinceMs'])
      .where(({ wants: said }, { eq }) => eq(said, wants))
      .params(),
  });
  if (!isAll) await written({ update: ended().params() });
};

/** In the next night, all of the object is listed again: what was refused now may be granted by then. */
export const listAllNextNight = async (instance: string, object: SalesforceObject): Promise<void> => {
  await written({ update: marks.update({ system: SYSTEM, instance, object }).set({ everythingMs: 0 }).params() });
};
