import { present } from '../present.ts';
import { marks, marksOf, written } from '../sync-marks-store.ts';
import { looksWith, type PastLook } from './awaited.ts';
import type { Group, Run, SyncMark } from './sync-plan.ts';

/** How far each group of an account's events has been looked through. */
export const SYSTEM = 'stripe';

/** The marks of an account's groups; of one that was never looked through, an empty one. */
export const syncMarks = async (instance: string): Promise<(group: Group) => SyncMark> => {
  const byGroup = await marksOf(SYSTEM, instance);
  return (group) => {
    const { throughMs, run, missingSinceMs, looks, missed, missedAt } = byGroup.get(group) ?? {};
    return {
      ...present('throughMs', throughMs),
      ...(run === undefined ? {} : { run: JSON.parse(run) as Run }),
      ...present('missingSinceMs', missingSinceMs),
      ...(looks === undefined ? {} : { looks: JSON.parse(looks) as readonly PastLook[] }),
      ...present('missed', missed),
      ...present('missedAt', missedAt),
    };
  };
};

/** What a page showed: how many of its events had not come, and the ISO instant of now. */
export interface PageFound {
  readonly missed: number;
  readonly at: string;
}

/** Which mark is to be moved: a group's as it was seen last. */
export interface Seen {
  readonly instance: string;
  readonly group: Group;
  readonly mark: SyncMark;
}

/** Moves a mark that nobody else has moved since it was seen. */
const move = (
  { instance, group, mark }: Seen,
  { missed, at }: PageFound,
  to: { readonly run?: string; readonly throughMs?: number; readonly missingSinceMs?: number; readonly looks?: string },
  gone: readonly ('run' | 'missingSinceMs' | 'looks')[],
): Promise<boolean> => {
  const update = marks.update({ system: SYSTEM, instance, object: group }).set({ ...to, ...(missed === 0 ? {} : { missedAt: at }) });
  const counted = missed === 0 ? update : update.add({ missed });
  const run = mark.run === undefined ? undefined : JSON.stringify(mark.run);
  return written({
    update: counted
      .remove([...gone])
      .where(({ run: runNow, throughMs: throughNow }, { eq, notExists }) => {
        const isRun = run === undefined ? notExists(runNow) : eq(runNow, run);
        const isThrough = mark.throughMs === undefined ? notExists(throughNow) : eq(throughNow, mark.throughMs);
        return `${isRun} AND ${isThrough}`;
      })
      .params(),
  });
};

/** How far a look has come. False where another look has moved the mark meanwhile: the group is that one's. */
export const saveRun = (seen: Seen, run: Run, page: PageFound): Promise<boolean> => move(seen, page, { run: JSON.stringify(run) }, []);

/**
 * A look has come to its end at `nowMs`: all that was created up to its end has been looked at, and what it found missing is awaited. False where
 * another look has moved the mark meanwhile: the group is that one's.
 */
export const endRun = (seen: Seen, run: Run, page: PageFound, nowMs: number): Promise<boolean> => {
  const { sinceMs, untilMs, missingSinceMs, isAsked } = run;
  if (missingSinceMs === undefined) return move(seen, page, { throughMs: untilMs }, ['run', 'missingSinceMs', 'looks']);
  // Where somebody asked for it, everything that is missing was put on the bus just now.
  const past = isAsked ? [] : (seen.mark.looks ?? []);
  const looks = looksWith(past, { sinceMs, untilMs, atMs: nowMs }, missingSinceMs);
  return move(seen, page, { throughMs: untilMs, missingSinceMs, looks: JSON.stringify(looks) }, ['run']);
};
