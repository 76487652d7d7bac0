import { Entity } from 'electrodb';
import type { SalesforceObject } from '../../platform/config.ts';
import { commit, entityDefaults, primaryPk, primarySk, readAll } from '../../platform/table.ts';

/**
 * How far each object of an org has been asked for, what of it is known to be unread, and what went wrong last. One item an object, all of an
 * org in one partition: they are written by the sync every few minutes, and where an org cannot be read.
 */
const marks = new Entity(
  {
    model: { entity: 'sync-mark', version: '1', service: 'integrations' },
    attributes: {
      system: { type: 'string', required: true },
      instance: { type: 'string', required: true },
      object: { type: 'string', required: true },
      /** Epoch milliseconds of our clock: changes up to then have been asked for. */
      throughMs: { type: 'number' },
      /** When all of it, whenever it was changed, was asked for last, and under which configuration. */
      everythingMs: { type: 'number' },
      configuration: { type: 'string' },
      /** Day of the last night in which it was asked for. */
      night: { type: 'string' },
      /** Changes since then are known to be unread. */
      wantedSinceMs: { type: 'number' },
      /** How often that was said: what was said while a listing ran stays wanted. */
      wants: { type: 'number' },
      /** The listing that is under way, JSON text. */
      run: { type: 'string' },
    },
    indexes: {
      byInstance: {
        pk: { ...primaryPk, composite: ['system', 'instance'], template: 'SYNC#${system}#${instance}' },
        sk: { ...primarySk, composite: ['object'], template: 'OBJECT#${object}' },
      },
    },
  } as const,
  entityDefaults,
);

const problems = new Entity(
  {
    model: { entity: 'sync-problem', version: '1', service: 'integrations' },
    attributes: {
      system: { type: 'string', required: true },
      instance: { type: 'string', required: true },
      at: { type: 'string', required: true },
      code: { type: 'string', required: true },
      detail: { type: 'string', required: true },
      kind: { type: 'string' },
      mendedAt: { type: 'string' },
    },
    indexes: {
      byInstance: {
        pk: { ...primaryPk, composite: ['system', 'instance'], template: 'SYNC#${system}#${instance}' },
        sk: { ...primarySk, composite: [], template: 'PROBLEM' },
      },
    },
  } as const,
  entityDefaults,
);

const SYSTEM = 'salesforce';

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
  const items = await readAll(marks.query.byInstance({ system: SYSTEM, instance }), { consistent: true });
  const byObject = new Map(
    items.map(({ object, system: _system, instance: _instance, run, wants, ...rest }) => [
      object,
      { ...rest, wants: wants ?? 0, ...(run === undefined ? {} : { run: JSON.parse(run) as Run }) } as SyncMark,
    ]),
  );
  return (object) => byObject.get(object) ?? UNKNOWN;
};

const written = async (write: Parameters<typeof commit>[0][number]): Promise<boolean> => {
  const result = await commit([write]);
  if (!result.ok && result.problem.code === 'busy') throw new Error('a sync mark could not be written: DynamoDB is busy');
  return result.ok;
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

/** Why an org, or something of it, could not be read. Holds no id, secret or name. */
export interface SyncProblem {
  /** ISO instant. */
  readonly at: string;
  readonly code: string;
  readonly detail: string;
  /** What was refused to be read (`agreement`, …): only reading that proves that it is mended. */
  readonly kind?: string;
  readonly mendedAt?: string;
}

export const noteProblem = async (instance: string, problem: SyncProblem): Promise<void> => {
  await written({ put: problems.put({ system: SYSTEM, instance, ...problem }).params() });
};

/** The last problem, where it was of this kind, is over. */
export const noteMended = async (instance: string, kind: string, at: string): Promise<void> => {
  await written({
    update: problems
      .update({ system: SYSTEM, instance })
      .set({ mendedAt: at })
      .where(({ kind: known }, { eq }) => eq(known, kind))
      .params(),
  });
};

export const lastProblem = async (instance: string): Promise<SyncProblem | undefined> => {
  const { data } = await problems.get({ system: SYSTEM, instance }).go();
  if (data === null) return undefined;
  const { at, code, detail, kind, mendedAt } = data;
  return { at, code, detail, ...(kind === undefined ? {} : { kind }), ...(mendedAt === undefined ? {} : { mendedAt }) };
};
