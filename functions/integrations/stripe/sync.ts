import * as z from 'zod/mini';
import { nowIso, nowMs } from '../../platform/clock.ts';
import type { StripeInstance } from '../../platform/config.ts';
import { log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { present } from '../present.ts';
import { lastProblem, noteMended, noteProblem } from '../sync-marks-store.ts';
import type { Query, StripeReader } from './client.ts';
import { missingAmong } from './missing.ts';
import { putOnSourceBus } from './source-bus.ts';
import { dueOf, LISTED, type Run } from './sync-plan.ts';
import { endRun, SYSTEM, saveRun, syncMarks } from './sync-store.ts';
import { acceptedOf } from './webhook.ts';

/** Stripe's own limit. */
const PAGE_EVENTS = 100;
/** Of one account in one run: 50,000 events. The next run goes on behind them. */
const MAX_PAGES = 500;
/** Events that are put on the bus at once. */
const AT_ONCE = 10;
/** What cannot be read where Stripe does not answer: only a look that comes to its end proves that it is mended. */
const KIND = 'events';

type Listing = (typeof LISTED)[number];
type Json = Readonly<Record<string, unknown>>;
type LookProblem = Problem<'not-answered' | 'refused-by-source'>;

const listSchema = z.object({ data: z.array(z.record(z.string(), z.unknown())), has_more: z.boolean() });
type List = z.infer<typeof listSchema>;

const queryOf = ({ types }: Listing, { sinceMs, untilMs, afterId }: Run): Query => [
  ...types.map((type) => ['types[]', type] as const),
  ['created[gte]', String(Math.floor(sinceMs / 1000))],
  ['created[lte]', String(Math.floor(untilMs / 1000))],
  ['limit', String(PAGE_EVENTS)],
  ...(afterId === undefined ? [] : [['starting_after', afterId] as const]),
];

const pageOf = async (listing: Listing, run: Run, reader: StripeReader): Promise<Result<List, LookProblem>> => {
  const answer = await reader.get('/v1/events', queryOf(listing, run));
  if (answer.kind === 'failed') return fail('not-answered', `The list of events was not read: ${answer.reason}.`);
  if (answer.kind !== 'found')
    return fail('refused-by-source', `Stripe refused to list events with ${answer.kind === 'missing' ? 404 : answer.status}.`);
  const list = listSchema.safeParse(answer.object);
  return list.success ? ok(list.data) : fail('refused-by-source', 'What Stripe answered for the list of events cannot be read.');
};

/** The same door as a webhook's: what becomes of an event does not depend on how it came. */
const takeIn = async (instance: string, events: readonly Json[]): Promise<void> => {
  for (let from = 0; from < events.length; from += AT_ONCE) {
    const some = events.slice(from, from + AT_ONCE).map((event) => acceptedOf(Buffer.from(JSON.stringify(event))));
    await Promise.all(some.map((accepted) => (accepted.ok ? putOnSourceBus(accepted.value, instance) : undefined)));
  }
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

/** Looks through one group, and remembers after each page how far it has come: what was found is on the bus by then. */
const lookThrough = async (
  listing: Listing,
  begun: Run,
  instance: string,
  reader: StripeReader,
  hasRoom: () => boolean,
): Promise<Looked> => {
  const { group } = listing;
  let run = begun;
  let looked = 0;
  let missed = 0;
  while (hasRoom()) {
    const page = await pageOf(listing, run, reader);
    if (!page.ok && page.problem.code === 'refused-by-source' && run.afterId !== undefined) {
      // Stripe has forgotten the event behind which to go on. What was looked at is known by now, and costs reads only.
      run = { sinceMs: run.sinceMs, untilMs: run.untilMs };
      continue;
    }
    if (!page.ok) return { looked, missed, isDone: false, problem: page.problem };
    const { data, has_more: hasMore } = page.value;
    const missing = await missingAmong(instance, data);
    await takeIn(instance, missing);
    looked += data.length;
    missed += missing.length;
    const found = { missed: missing.length, at: nowIso() };
    const last = data.at(-1)?.['id'];
    if (!hasMore || typeof last !== 'string') {
      await endRun(instance, group, run, found);
      return { looked, missed, isDone: true };
    }
    run = { ...run, afterId: last };
    await saveRun(instance, group, run, found);
  }
  return { looked, missed, isDone: false };
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

const note = async (instance: string, problem: LookProblem | undefined): Promise<void> => {
  if (problem !== undefined) {
    log.warn('events of Stripe could not be listed', { instance, reason: problem.detail });
    await noteProblem(SYSTEM, instance, { at: nowIso(), code: problem.code, detail: problem.detail, kind: KIND });
    return;
  }
  const known = await lastProblem(SYSTEM, instance);
  if (known !== undefined && known.mendedAt === undefined) await noteMended(SYSTEM, instance, KIND, nowIso());
};

/**
 * Looks through what Stripe lists of an account's events, and takes in those that have not come: since the last look, or of so many days. Where
 * Stripe does not answer, or there is no room for more, the rest is left to the next run, which goes on behind it.
 */
export const syncAccount = async (
  { instance }: StripeInstance,
  reader: StripeReader,
  hasTime: () => boolean,
  days?: number,
): Promise<Looked> => {
  const hasRoom = roomFor(hasTime);
  const [markOf, nowAtMs] = [await syncMarks(instance), nowMs()];
  const due = LISTED.map((listing) => ({ listing, run: dueOf(markOf(listing.group), nowAtMs, days) }));
  // What somebody asked for is remembered of every group before the first is looked through.
  if (days !== undefined) for (const { listing, run } of due) await saveRun(instance, listing.group, run, { missed: 0, at: nowIso() });
  const looks: Looked[] = [];
  for (const { listing, run } of due) {
    const look = await lookThrough(listing, run, instance, reader, hasRoom);
    looks.push(look);
    if (look.missed > 0) log.warn('events that had not come are taken in', { instance, source: listing.group, count: look.missed });
    if (look.problem !== undefined) break;
  }
  const isDone = looks.every((look) => look.isDone);
  const problem = looks.at(-1)?.problem;
  const [looked, missed] = [sum(looks.map((look) => look.looked)), sum(looks.map((look) => look.missed))];
  count('Missed', missed);
  if (isDone || problem !== undefined) await note(instance, problem);
  return { looked, missed, isDone, ...present('problem', problem) };
};
