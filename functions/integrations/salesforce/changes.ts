import { nowIso, nowMs } from '../../platform/clock.ts';
import type { SalesforceInstance } from '../../platform/config.ts';
import type { SalesforceObject } from '../../platform/config-salesforce.ts';
import { errorFields, log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { commit } from '../../platform/table.ts';
import { replayedFrom } from '../kept-event.ts';
import { moveParked, parkedEvent, parkWrite } from '../parked-store.ts';
import { lastProblem, noteMended, noteProblem } from '../sync-marks-store.ts';
import { markIntake, type Outcome } from '../watermark.ts';
import type { Delivery } from './delivery.ts';
import { Dirty, isFollowed } from './dirty.ts';
import { type TakenIn, takeIn } from './intake.ts';
import { openOrg } from './org-reading.ts';
import { parkedSignal } from './park.ts';
import type { OrgReading } from './read-in.ts';
import type { Signal } from './signal.ts';
import { SYSTEM, want } from './sync-store.ts';

/**
 * Of the org's calls in 24 hours, in percent: what nobody signed is read at once up to here, and waits for the next sync from there on, so that
 * whoever makes such messages up cannot use up the org's calls.
 */
const MOST_FOR_UNSURE_PERCENT = 50;

export interface Settled {
  readonly delivery: Delivery;
  readonly outcome: Outcome;
}

interface Opened {
  readonly delivery: Delivery;
  readonly signal: Signal;
}

const followedIn = ({ scope }: Signal): readonly SalesforceObject[] => {
  const entities = scope.kind === 'object' ? [scope.entity] : scope.records.map(({ entity }) => entity);
  return [...new Set(entities)].filter(isFollowed);
};

/** Why an event says nothing that is read. */
const dropReason = (signal: Signal, { integrationClient }: SalesforceInstance): 'own-write' | 'object-not-followed' | undefined => {
  if (signal.client === integrationClient) return 'own-write';
  return followedIn(signal).length === 0 ? 'object-not-followed' : undefined;
};

/** Leaves to the next sync what could not be read now. */
const leftToSync = async (instance: string, { signal, delivery }: Opened): Promise<Outcome> => {
  try {
    for (const object of followedIn(signal)) await want(instance, object, signal.sinceMs);
    return 'incomplete';
  } catch (error) {
    log.error('what is to be read could not be noted', { ...errorFields(error), eventId: delivery.eventId });
    return 'failed';
  }
};

const dirtyOf = (opened: readonly Opened[], isSure: boolean): Dirty => {
  const dirty = new Dirty();
  for (const [place, { signal }] of opened.entries())
    if (signal.scope.kind === 'records' && signal.isSure === isSure)
      for (const { entity, id } of signal.scope.records) if (isFollowed(entity)) dirty.mark(entity, id, [place]);
  return dirty;
};

/** What is to be noted beside the outcomes: why something was not read, what can be read again, and what more is to be. */
export const noteTakenIn = async (
  instance: string,
  { problem, widened, kinds }: Pick<TakenIn, 'problem' | 'widened' | 'kinds'>,
): Promise<void> => {
  if (problem === undefined) {
    const known = await lastProblem(SYSTEM, instance);
    const mended = kinds.find((kind) => kind === known?.kind);
    if (mended !== undefined && known?.mendedAt === undefined) await noteMended(SYSTEM, instance, mended, nowIso());
  } else {
    const { code, detail, kind } = problem;
    log.warn('Salesforce could not be read', { instance, reason: code });
    const refused = code === 'refused-by-source' && kind !== undefined ? { kind } : {};
    await noteProblem(SYSTEM, instance, { at: nowIso(), code, detail, ...refused });
  }
  for (const object of widened) await want(instance, object, 0);
};

/** Reads what the events name, and records it. */
const readNamed = async (opened: readonly Opened[], org: OrgReading): Promise<readonly Settled[]> => {
  const { instance } = org.instance;
  const outcomes = new Map<number, Outcome>();
  for (const isSure of [true, false]) {
    const dirty = dirtyOf(opened, isSure);
    if (dirty.places().length === 0) continue;
    const taken = await takeIn(dirty, isSure ? org : { ...org, mostPercent: MOST_FOR_UNSURE_PERCENT });
    await noteTakenIn(instance, taken);
    for (const [place, outcome] of taken.outcomes) outcomes.set(place, outcome);
  }
  return Promise.all(
    opened.map(async (one, place): Promise<Settled> => {
      // What leads nowhere was deleted for good before it was read.
      const outcome = outcomes.get(place) ?? (one.signal.scope.kind === 'object' ? 'incomplete' : 'dropped');
      return { delivery: one.delivery, outcome: outcome === 'incomplete' ? await leftToSync(instance, one) : outcome };
    }),
  );
};

const parked = async (delivery: Delivery, problem: Parameters<typeof parkedSignal>[1]): Promise<Settled> => {
  const written = await commit([parkWrite(parkedSignal(delivery, problem, nowIso()))]);
  const isKnown = !written.ok && written.problem.code === 'conflict';
  log.warn('an event was parked', { eventId: delivery.eventId, eventType: delivery.eventType, reason: problem.code });
  return { delivery, outcome: written.ok ? 'parked' : isKnown ? 'duplicate' : 'failed' };
};

/** One line for all events of a kind that are dropped: an org may tell of many objects that nobody here reads. */
const logDropped = (reasons: readonly string[], instance: string): void => {
  for (const [reason, all] of Map.groupBy(reasons, (one) => one)) log.info('events were dropped', { instance, reason, count: all.length });
};

/** Closes the parked copy of an event that was replayed and has been taken in. */
const closeReplayed = async ({ instance, raw }: Delivery): Promise<void> => {
  const eventId = replayedFrom(raw);
  const copy = eventId === undefined ? undefined : await parkedEvent('salesforce', instance, eventId);
  // A reading that was parked is closed by the reading that is none any more.
  if (copy?.state === 'replaying' && !copy.eventId.startsWith('read:')) await moveParked(copy, 'replayed', nowMs());
};

const TAKEN_IN: ReadonlySet<Outcome> = new Set(['recorded', 'duplicate', 'incomplete', 'dropped']);

const mark = async (instance: string, settled: readonly Settled[]): Promise<void> => {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of settled) counts[outcome] = (counts[outcome] ?? 0) + 1;
  count('Parked', counts.parked ?? 0);
  count('Dropped', counts.dropped ?? 0);
  const heard = settled.flatMap(({ delivery, outcome }) =>
    'signal' in delivery.opened && (outcome === 'recorded' || outcome === 'duplicate')
      ? [{ ...delivery, observedAt: Math.floor(delivery.opened.signal.toldAtMs / 1000) }]
      : [],
  );
  const [newest] = heard.sort((a, b) => b.observedAt - a.observedAt);
  const last = newest && { eventId: newest.eventId, eventType: newest.eventType, observedAt: newest.observedAt };
  await markIntake({ system: 'salesforce', instance, counts, last, recordedAt: nowIso() });
};

/** Everything that is to be done for the events of one instance. A failed one is to be delivered again. */
export const takeInChanges = async (
  instance: string,
  deliveries: readonly Delivery[],
  remainingMs: () => number,
): Promise<readonly Settled[]> => {
  const settled: Settled[] = [];
  const dropped: string[] = [];
  const toRead: Opened[] = [];
  let config: SalesforceInstance | undefined;
  for (const delivery of deliveries) {
    const { opened } = delivery;
    if ('problem' in opened) {
      settled.push(await parked(delivery, opened.problem));
      continue;
    }
    ({ config } = opened);
    const reason = dropReason(opened.signal, config);
    if (reason === undefined) toRead.push({ delivery, signal: opened.signal });
    else {
      dropped.push(reason);
      settled.push({ delivery, outcome: 'dropped' });
    }
  }
  logDropped(dropped, instance);
  if (config !== undefined && toRead.length > 0) settled.push(...(await readNamed(toRead, openOrg(config, remainingMs))));
  for (const { delivery, outcome } of settled) if (TAKEN_IN.has(outcome) && 'signal' in delivery.opened) await closeReplayed(delivery);
  await mark(instance, settled);
  return settled;
};
