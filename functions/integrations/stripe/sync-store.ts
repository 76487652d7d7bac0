import { marks, marksOf, written } from '../sync-marks-store.ts';
import type { Group, Run, SyncMark } from './sync-plan.ts';

/** How far each group of an account's events has been looked through. */
export const SYSTEM = 'stripe';

/** The marks of an account's groups; of one that was never looked through, an empty one. */
export const syncMarks = async (instance: string): Promise<(group: Group) => SyncMark> => {
  const byGroup = await marksOf(SYSTEM, instance);
  return (group) => {
    const { throughMs, run, missed, missedAt } = byGroup.get(group) ?? {};
    return {
      ...(throughMs === undefined ? {} : { throughMs }),
      ...(run === undefined ? {} : { run: JSON.parse(run) as Run }),
      ...(missed === undefined ? {} : { missed }),
      ...(missedAt === undefined ? {} : { missedAt }),
    };
  };
};

/** What a page showed: how many of its events had not come, and the ISO instant of now. */
export interface PageFound {
  readonly missed: number;
  readonly at: string;
}

const found = (instance: string, group: Group, { missed, at }: PageFound) => {
  const mark = marks.update({ system: SYSTEM, instance, object: group }).set(missed === 0 ? {} : { missedAt: at });
  return missed === 0 ? mark : mark.add({ missed });
};

/** How far a look has come. */
export const saveRun = async (instance: string, group: Group, run: Run, page: PageFound): Promise<void> => {
  await written({
    update: found(instance, group, page)
      .set({ run: JSON.stringify(run) })
      .params(),
  });
};

/** A look has come to its end: all that was created up to then has been looked at. */
export const endRun = async (instance: string, group: Group, { untilMs }: Run, page: PageFound): Promise<void> => {
  await written({ update: found(instance, group, page).set({ throughMs: untilMs }).remove(['run']).params() });
};
