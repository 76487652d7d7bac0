import { nowIso, nowMs } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { log } from '../../platform/log.ts';
import { noteProblem } from '../sync-marks-store.ts';
import type { OrgReading, ReadProblem } from './read-in.ts';
import { listIds } from './read-in.ts';
import { configurationOf, dueOf, isTold, nightOf, SYNCED } from './sync-plan.ts';
import { sendForReading } from './sync-queue.ts';
import { endRun, type Run, SYSTEM, saveRun, syncMarks } from './sync-store.ts';

/** Ids of one query: five pages of Salesforce's. */
const LISTED_AT_ONCE = 10_000;

type Synced = (typeof SYNCED)[number];

/** What became of a listing: `stopped` where time ran out, and the next run goes on behind what was listed. */
type Listed = 'listed' | 'stopped' | ReadProblem;

/** Sends the ids of all records of a listing on to be read, and remembers how far it has come. */
const listOne = async ({ object, all }: Synced, begun: Run, org: OrgReading, hasTime: () => boolean): Promise<Listed> => {
  const { instance } = org.instance;
  const isAll = begun.sinceMs === 0;
  let run = begun;
  while (!(isAll && all === 'never')) {
    if (!hasTime()) return 'stopped';
    const { sinceMs, afterId } = run;
    const only = isAll && all !== 'never' ? all.only : undefined;
    const ids = await listIds(object, { sinceMs, afterId, only, limit: LISTED_AT_ONCE }, org);
    if (!ids.ok) return ids.problem;
    await sendForReading(instance, object, ids.value);
    const last = ids.value.at(-1);
    if (last === undefined || ids.value.length < LISTED_AT_ONCE) break;
    run = { ...run, afterId: last };
    await saveRun(instance, object, run);
  }
  await endRun(instance, object, begun);
  return 'listed';
};

/**
 * Lists what is due of an org's objects, in the order of their importance, and sends it on to be read. An object that the org refuses is left
 * for the next run; where the org does not answer, or its calls are used up, the rest is, too. False: not all was listed that could have been.
 */
export const syncOrg = async (org: OrgReading, hasTime: () => boolean): Promise<boolean> => {
  const { instance } = org.instance;
  const markOf = await syncMarks(instance);
  const nowAtMs = nowMs();
  const now = { nowMs: nowAtMs, night: nightOf(nowAtMs, companyConfig().zone), configuration: configurationOf(org.instance) };
  let isAll = true;
  for (const synced of SYNCED) {
    const run = dueOf(markOf(synced.object), isTold(synced.object, org.instance), now);
    const listed = run === undefined ? 'listed' : await listOne(synced, run, org, hasTime);
    if (listed === 'stopped') return isAll;
    if (listed === 'listed') continue;
    log.warn('an object of Salesforce could not be listed', { instance, reason: listed.code, field: synced.object });
    await noteProblem(SYSTEM, instance, { at: nowIso(), code: listed.code, detail: listed.detail });
    isAll = false;
    if (listed.code === 'not-answered') return isAll;
  }
  return isAll;
};
