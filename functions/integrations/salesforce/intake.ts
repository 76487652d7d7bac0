import { nowIso, nowMs } from '../../platform/clock.ts';
import { errorFields, log } from '../../platform/log.ts';
import { ok, type Problem, type Result } from '../../platform/result.ts';
import { batchCommit, type Write } from '../../platform/table.ts';
import { moveParked, parkedAmong, parkWrite } from '../parked-store.ts';
import { type NewestShowing, newestShowing } from '../store.ts';
import type { Outcome } from '../watermark.ts';
import { contextOf } from './company.ts';
import type { MappingContext } from './context.ts';
import { type Dirty, type Marked, ROOT_KINDS, type RootKind } from './dirty.ts';
import { parkedReading, parkedReadingId } from './park.ts';
import { readAgreements } from './read-agreements.ts';
import { byQuery, type OrgReading, type ReadProblem } from './read-in.ts';
import { readOpportunities } from './read-opportunities.ts';
import { type FoundRoots, readRoots } from './read-roots.ts';
import { readAccounts, readContacts, readUsers } from './read-singles.ts';
import { checkedFact, factWrite, placed } from './record.ts';
import { takeFromFormer } from './take-from.ts';
import type { RootReading, Told } from './told.ts';

const READERS: Readonly<
  Record<
    RootKind,
    (ids: readonly string[], org: OrgReading, context: MappingContext) => Promise<Result<readonly RootReading[], ReadProblem>>
  >
> = { agreement: readAgreements, account: readAccounts, opportunity: readOpportunities, user: readUsers, contact: readContacts };

/** From the worst to the best: what became of all that one event told of is the worst of it. */
const WORST_FIRST: readonly Outcome[] = ['failed', 'incomplete', 'parked', 'recorded', 'duplicate', 'dropped'];

/** The fact that was recorded last, for the watermark. */
export interface Recorded {
  readonly eventId: string;
  readonly eventType: string;
  readonly observedAt: number;
}

export interface TakenIn {
  /** What became of each place of the batch, as far as it led anywhere. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Facts that were not known before. */
  readonly recorded: readonly Recorded[];
  readonly widened: FoundRoots['widened'];
  /** What was read without a problem. */
  readonly kinds: readonly RootKind[];
  /** Why something was not read; `kind`: what of. */
  readonly problem?: ReadProblem & { readonly kind?: RootKind };
}

/** What is to be written of one agreement, account … */
interface Decided {
  readonly reading: RootReading;
  /** All that the reading tells, and what of it is new. */
  readonly read: readonly Told[];
  readonly told: readonly Told[];
  readonly writes: readonly Write[];
  readonly outcome: Outcome;
}

/** Lookups that run side by side. */
const LOOKUPS_AT_ONCE = 25;

const inGroups = async <T, R>(all: readonly T[], map: (one: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += LOOKUPS_AT_ONCE)
    results.push(...(await Promise.all(all.slice(from, from + LOOKUPS_AT_ONCE).map(map))));
  return results;
};

const checkedAll = (told: readonly Told[]): Result<readonly Told[], Problem> => {
  for (const one of told) {
    const checked = checkedFact(one);
    if (!checked.ok) return checked;
  }
  return ok(told);
};

const toldBy = (reading: RootReading): Result<readonly Told[], Problem> => {
  const told = reading.told();
  return told.ok ? checkedAll(told.value) : told;
};

/** What was deleted for good is only missed where it was recorded. Anybody may have made its id up. */
const isNoise = async ({ code }: Problem, instance: string, id: string): Promise<boolean> =>
  code === 'record-gone' && (await newestShowing('salesforce', instance, id)) === undefined;

const decide = async (reading: RootReading, instance: string, recordedAt: string): Promise<Decided> => {
  try {
    const told = toldBy(reading);
    if (!told.ok) {
      if (await isNoise(told.problem, instance, reading.id)) return { reading, read: [], told: [], writes: [], outcome: 'dropped' };
      log.warn('a reading was parked', { eventId: parkedReadingId(reading.id), instance, reason: told.problem.code });
      return {
        reading,
        read: [],
        told: [],
        writes: [parkWrite(parkedReading(instance, reading, told.problem, recordedAt))],
        outcome: 'parked',
      };
    }
    const newest: readonly (NewestShowing | undefined)[] = await Promise.all(
      told.value.map(({ objectId }) => newestShowing('salesforce', instance, objectId)),
    );
    const unknown = told.value.flatMap((one, i) => placed(one, newest[i]) ?? []);
    const writes = unknown.map((one) => factWrite(one, recordedAt));
    return { reading, read: told.value, told: unknown, writes, outcome: unknown.length > 0 ? 'recorded' : 'duplicate' };
  } catch (error) {
    // A bug of ours; it fails alone and takes no other reading with it.
    log.error('a reading could not be recorded', { ...errorFields(error), eventId: parkedReadingId(reading.id), instance });
    return { reading, read: [], told: [], writes: [], outcome: 'failed' };
  }
};

/** Closes what lay parked of readings that are facts by now. */
const closeParked = async (instance: string, readings: readonly RootReading[]): Promise<void> => {
  for (const some of byQuery(readings.map(({ id }) => parkedReadingId(id))))
    for (const parked of await parkedAmong('salesforce', instance, some)) await moveParked(parked, 'replayed', nowMs());
};

const worst = (outcomes: readonly Outcome[]): Outcome => WORST_FIRST.find((one) => outcomes.includes(one)) ?? 'dropped';

/** Writes what was decided; each fact by itself, so that of an opportunity and its claim one may be known and the other not. */
const committed = async (decided: readonly Decided[]): Promise<readonly Outcome[]> => {
  const groups = decided.flatMap(({ writes }, i) => writes.map((write) => ({ write, i })));
  const results = await batchCommit(groups.map(({ write }) => [write]));
  return decided.map(({ outcome, writes }, i) => {
    if (writes.length === 0) return outcome;
    const own = results.filter((_, at) => groups[at]?.i === i);
    return worst(
      own.map((result): Outcome => {
        if (result.ok) return outcome;
        return result.problem.code === 'conflict' ? 'duplicate' : 'failed';
      }),
    );
  });
};

/** Reads as many as one query gives; where their parts are more than that, half as many. */
const readSome = async (
  kind: RootKind,
  ids: readonly string[],
  org: OrgReading,
  context: MappingContext,
): Promise<Result<readonly RootReading[], ReadProblem>> => {
  const read = await READERS[kind](ids, org, context);
  if (read.ok || read.problem.code !== 'too-many-records' || ids.length === 1) return read;
  const half = Math.ceil(ids.length / 2);
  const first = await readSome(kind, ids.slice(0, half), org, context);
  if (!first.ok) return first;
  const second = await readSome(kind, ids.slice(half), org, context);
  return second.ok ? ok([...first.value, ...second.value]) : second;
};

/**
 * What became of a reading once its agreement was taken from former customers too: after the commit, and again where nothing was new, since
 * whoever dies between the two is delivered again.
 */
const settled = async ({ reading, read }: Decided, outcome: Outcome, context: MappingContext, recordedAt: string): Promise<Outcome> => {
  if (outcome === 'failed') return outcome;
  try {
    return (await takeFromFormer(read, context, recordedAt)) ? outcome : 'failed';
  } catch (error) {
    const { instance } = context.instance;
    log.error('an agreement could not be taken from former customers', {
      ...errorFields(error),
      eventId: parkedReadingId(reading.id),
      instance,
    });
    return 'failed';
  }
};

/** Records what is new of some readings. Answers what became of each, in their order. */
const record = async (
  readings: readonly RootReading[],
  context: MappingContext,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly recorded: readonly Recorded[] }> => {
  const { instance } = context.instance;
  const recordedAt = nowIso();
  const decided = await inGroups(readings, (reading) => decide(reading, instance, recordedAt));
  const results = await committed(decided);
  const outcomes = await inGroups([...decided.entries()], ([i, one]) => settled(one, results[i] ?? 'failed', context, recordedAt));
  const isFact = ({ outcome }: Decided, i: number): boolean =>
    (outcome === 'recorded' || outcome === 'duplicate') && outcomes[i] !== 'failed';
  await closeParked(
    instance,
    decided.filter(isFact).map(({ reading }) => reading),
  );
  const recorded = decided.filter((_, i) => outcomes[i] === 'recorded').flatMap(({ told }) => told.map(({ fact }) => fact.provenance));
  return { outcomes, recorded };
};

/** Outcomes by the places in the batch that told of what they are the outcomes of. */
class Settled {
  readonly #byPlace = new Map<number, Outcome[]>();

  add(marked: Marked, id: string, outcome: Outcome): void {
    for (const place of marked.get(id) ?? []) this.#byPlace.set(place, [...(this.#byPlace.get(place) ?? []), outcome]);
  }

  get outcomes(): ReadonlyMap<number, Outcome> {
    return new Map([...this.#byPlace].map(([place, outcomes]) => [place, worst(outcomes)]));
  }
}

/** One reading of up to 200 of a kind, and its recording. Answers why nothing was read. */
const takeInSome = async (
  kind: RootKind,
  ids: readonly string[],
  org: OrgReading,
  then: (id: string, outcome: Outcome) => void,
): Promise<Result<readonly Recorded[], ReadProblem>> => {
  const context = contextOf(org.instance);
  const read = await readSome(kind, ids, org, context);
  if (!read.ok) {
    for (const id of ids) then(id, 'incomplete');
    return read;
  }
  const { outcomes, recorded } = await record(read.value, context);
  for (const [i, { id }] of read.value.entries()) then(id, outcomes[i] ?? 'failed');
  return ok(recorded);
};

/** Reads what changed records belong to, and records what is new of it. Nothing that an org or a record may say ends in a throw. */
export const takeIn = async (dirty: Dirty, org: OrgReading): Promise<TakenIn> => {
  const found = await readRoots(dirty, org);
  if (!found.ok) {
    const outcomes = new Map(dirty.places().map((place): [number, Outcome] => [place, 'incomplete']));
    return { outcomes, recorded: [], widened: [], kinds: [], problem: found.problem };
  }
  const { roots, widened } = found.value;
  const settled = new Settled();
  const recorded: Recorded[] = [];
  const kinds = new Set<RootKind>();
  let problem: TakenIn['problem'];
  const inTurn = ROOT_KINDS.flatMap((kind) => byQuery(roots[kind].keys()).map((ids) => ({ kind, ids })));
  for (const { kind, ids } of inTurn) {
    const then = (id: string, outcome: Outcome): void => settled.add(roots[kind], id, outcome);
    if (problem?.code === 'not-answered') {
      // Where the org does not answer, the rest is not even asked.
      for (const id of ids) then(id, 'incomplete');
      continue;
    }
    const taken = await takeInSome(kind, ids, org, then);
    if (taken.ok) {
      recorded.push(...taken.value);
      kinds.add(kind);
    } else problem = { ...taken.problem, kind };
  }
  return { outcomes: settled.outcomes, recorded, widened, kinds: [...kinds], ...(problem === undefined ? {} : { problem }) };
};
