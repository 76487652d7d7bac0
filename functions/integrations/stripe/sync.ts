import * as z from 'zod/mini';
import { nowIso, nowMs } from '../../platform/clock.ts';
import type { StripeInstance } from '../../platform/config.ts';
import { errorFields, log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { fail, ok, type Result } from '../../platform/result.ts';
import { present } from '../present.ts';
import type { Query, StripeReader } from './client.ts';
import { missingAmong } from './missing.ts';
import { dueOf, type Group, LISTED, type Run } from './sync-plan.ts';
import { ENDED_WITH_ERROR, type LookProblem, modeProblem, noteLook } from './sync-problem.ts';
import { endRun, type Seen, saveRun, syncMarks } from './sync-store.ts';
import { takeInMissing } from './take-in-missing.ts';

/** Stripe's own limit. */
const PAGE_EVENTS = 100;
/** Of one account in one run: 50,000 events. The next run goes on behind them. */
const MAX_PAGES = 500;
/** Others may begin anew while somebody asks for days. */
const MAX_ASK_ATTEMPTS = 5;

type Listing = (typeof LISTED)[number];

const listSchema = z.object({ data: z.array(z.record(z.string(), z.unknown())), has_more: z.boolean() });
type List = z.infer<typeof listSchema>;

const queryOf = ({ types }: Listing, { sinceMs, untilMs, afterId }: Run): Query => [
  ...types.map((type) => ['types[]', type] as const),
  ['created[gte]', String(Math.floor(sinceMs / 1000))],
  ['created[lte]', String(Math.floor(untilMs / 1000))],
  ['limit', String(PAGE_EVENTS)],
  ...(afterId === undefined ? [] : [['starting_after', afterId] as const]),
];

const unreadable = fail('refused-by-source', 'What Stripe answered for the list of events cannot be read.');

const pageOf = async (listing: Listing, run: Run, reader: StripeReader): Promise<Result<List, LookProblem>> => {
  const answer = await reader.get('/v1/events', queryOf(listing, run));
  if (answer.kind === 'failed') return fail('not-answered', `The list of events was not read: ${answer.reason}.`);
  if (answer.kind !== 'found')
    return fail('refused-by-source', `Stripe refused to list events with ${answer.kind === 'missing' ? 404 : answer.status}.`);
  const list = listSchema.safeParse(answer.object);
  if (!list.success) return unreadable;
  // Without the last one's id there is nothing behind which to go on.
  return list.data.has_more && typeof list.data.data.at(-1)?.['id'] !== 'string' ? unreadable : ok(list.data);
};

/** What came of a run, or of a part of it. */
export interface Looked {
  readonly looked: number;
  /** Of these, those that had not come. They are on their way through the intake now. */
  readonly missed: number;
  /** Nothing is left to look at. */
  readonly isDone: boolean;
  readonly problem?: LookProblem;
}

/** What looks through the groups of an account. */
interface Looking {
  readonly config: StripeInstance;
  readonly reader: StripeReader;
  readonly nowAtMs: number;
  /** There is time for a page. */
  readonly hasTime: () => boolean;
  /** And it is not too many. */
  readonly hasRoom: () => boolean;
}

/** Looks through one group, and remembers after each page how far it has come: what was found is on the bus by then. */
const lookThrough = async (listing: Listing, begun: Run, from: Seen, looking: Looking): Promise<Looked> => {
  const { config, reader, nowAtMs, hasTime, hasRoom } = looking;
  const { instance } = config;
  const { looks = [] } = from.mark;
  let [run, seen, looked, missed] = [begun, from, 0, 0];
  while (hasRoom()) {
    const page = await pageOf(listing, run, reader);
    if (!page.ok && page.problem.code === 'refused-by-source' && run.afterId !== undefined) {
      // Stripe has forgotten the event behind which to go on. What was looked at is known by now, and costs reads only.
      const { afterId: _forgotten, ...again } = run;
      run = again;
      continue;
    }
    // What our own time has cut off is no failure of Stripe's.
    if (!page.ok) return { looked, missed, isDone: false, ...(hasTime() ? { problem: page.problem } : {}) };
    const { data, has_more: hasMore } = page.value;
    const wrong = modeProblem(config, data);
    if (wrong !== undefined) return { looked, missed, isDone: false, problem: wrong };
    const missing = await missingAmong(instance, data);
    const taken = await takeInMissing(missing, { instance, looks, isAsked: run.isAsked === true, nowMs: nowAtMs });
    looked += data.length;
    missed += taken.missed;
    const found = { missed: taken.missed, at: nowIso() };
    const oldest = [run.missingSinceMs, taken.missingSinceMs].filter((ms) => ms !== undefined);
    run = { ...run, ...(oldest.length === 0 ? {} : { missingSinceMs: Math.min(...oldest) }) };
    if (!hasMore) return { looked, missed, isDone: await endRun(seen, run, found, nowAtMs) };
    run = { ...run, afterId: String(data.at(-1)?.['id']) };
    // Another look goes on from here, or has begun anew.
    if (!(await saveRun(seen, run, found))) return { looked, missed, isDone: false };
    seen = { ...seen, mark: { ...seen.mark, run } };
  }
  return { looked, missed, isDone: false };
};

/** One group's error is no other group's. */
const safely = async (look: () => Promise<Looked>, { instance, group }: Seen): Promise<Looked> => {
  try {
    return await look();
  } catch (error) {
    log.error('events could not be looked through', { ...errorFields(error), instance, source: group });
    return { looked: 0, missed: 0, isDone: false, problem: ENDED_WITH_ERROR };
  }
};

const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);

/** At most so many pages in a run, while there is time. */
const roomFor = (hasTime: () => boolean): (() => boolean) => {
  let pages = 0;
  return () => {
    pages += 1;
    return pages <= MAX_PAGES && hasTime();
  };
};

interface Due {
  readonly listing: Listing;
  readonly seen: Seen;
  readonly run: Run;
}

/** What somebody asks for of a group: it is remembered at once, whatever other looks do meanwhile. */
const begin = async (instance: string, group: Group, days: number): Promise<Omit<Due, 'listing'>> => {
  for (let attempt = 0; attempt < MAX_ASK_ATTEMPTS; attempt += 1) {
    const mark = (await syncMarks(instance))(group);
    const seen = { instance, group, mark };
    const run = dueOf(mark, nowMs(), days);
    if (await saveRun(seen, run, { missed: 0, at: nowIso() })) return { seen: { ...seen, mark: { ...mark, run } }, run };
  }
  throw new Error('what was asked for could not be noted: other looks were in the way');
};

/** What is due of each group. */
const dueRuns = async (instance: string, days: number | undefined, nowAtMs: number): Promise<readonly Due[]> => {
  if (days === undefined) {
    const markOf = await syncMarks(instance);
    return LISTED.map((listing) => {
      const seen: Seen = { instance, group: listing.group, mark: markOf(listing.group) };
      return { listing, seen, run: dueOf(seen.mark, nowAtMs) };
    });
  }
  const asked: Due[] = [];
  // Of every group before the first is looked through.
  for (const listing of LISTED) asked.push({ listing, ...(await begin(instance, listing.group, days)) });
  return asked;
};

/**
 * Looks through what Stripe lists of an account's events, and takes in those that have not come: since the last look, or of so many days. Where
 * Stripe does not answer, or there is no room for more, the rest is left to the next run, which goes on behind it.
 */
export const syncAccount = async (config: StripeInstance, reader: StripeReader, hasTime: () => boolean, days?: number): Promise<Looked> => {
  const { instance } = config;
  const nowAtMs = nowMs();
  const looking: Looking = { config, reader, nowAtMs, hasTime, hasRoom: roomFor(hasTime) };
  const looks: Looked[] = [];
  let told = 0;
  for (const { listing, seen, run } of await dueRuns(instance, days, nowAtMs)) {
    const look = await safely(() => lookThrough(listing, run, seen, looking), seen);
    looks.push(look);
    if (listing.isWatched) told += look.missed;
    if (look.missed > 0) log.warn('events that had not come are taken in', { instance, source: listing.group, count: look.missed });
    // These concern the whole account.
    if (look.problem?.code === 'not-answered' || look.problem?.code === 'wrong-mode') break;
  }
  const isDone = looks.every((look) => look.isDone);
  const problem = looks.find((look) => look.problem !== undefined)?.problem;
  const [looked, missed] = [sum(looks.map((look) => look.looked)), sum(looks.map((look) => look.missed))];
  count('Missed', told);
  if (isDone || problem !== undefined) await noteLook(instance, problem);
  return { looked, missed, isDone, ...present('problem', problem) };
};
