import { Entity } from 'electrodb';
import { commit, entityDefaults, primaryPk, primarySk, readAll } from '../platform/table.ts';
import { present } from './present.ts';

/**
 * How far each kind of object of a source has been asked for, what of it is known to be unread, and what went wrong last. One item a kind, all of
 * an instance in one partition: they are written by its sync every few minutes, and where the source cannot be read.
 */
export const marks = new Entity(
  {
    model: { entity: 'sync-mark', version: '1', service: 'integrations' },
    attributes: {
      system: { type: 'string', required: true },
      instance: { type: 'string', required: true },
      object: { type: 'string', required: true },
      /** Epoch milliseconds of our clock: what was changed, or happened, up to then has been asked for. */
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
      /** When the oldest was that was found missing and is not known to be taken in; and the listings since, JSON text. */
      missingSinceMs: { type: 'number' },
      looks: { type: 'string' },
      /** How many that had not come by themselves were found, by all listings, and when some were last (ISO instant). */
      missed: { type: 'number' },
      missedAt: { type: 'string' },
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
      sinceAt: { type: 'string' },
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

/** All marks of an instance, by their objects. The text of a run is the system's own. */
export const marksOf = async (system: string, instance: string) => {
  const items = await readAll(marks.query.byInstance({ system, instance }), { consistent: true });
  return new Map(items.map((item) => [item.object, item]));
};

/** Makes one write; false where its condition does not hold. */
export const written = async (write: Parameters<typeof commit>[0][number]): Promise<boolean> => {
  const result = await commit([write]);
  if (!result.ok && result.problem.code === 'busy') throw new Error('a sync mark could not be written: DynamoDB is busy');
  return result.ok;
};

/** Why a source, or something of it, could not be read. Holds no id, secret or name. */
export interface SyncProblem {
  /** ISO instant. */
  readonly at: string;
  readonly code: string;
  readonly detail: string;
  /** What was refused to be read (`agreement`, `events`, …): only reading that proves that it is mended. */
  readonly kind?: string;
  /** ISO instant of the first one in a row of the same kind, none of them mended. */
  readonly sinceAt?: string;
  readonly mendedAt?: string;
}

export const noteProblem = async (system: string, instance: string, problem: SyncProblem): Promise<void> => {
  await written({ put: problems.put({ system, instance, ...problem }).params() });
};

/** The last problem, where it was of this kind, is over. */
export const noteMended = async (system: string, instance: string, kind: string, at: string): Promise<void> => {
  await written({
    update: problems
      .update({ system, instance })
      .set({ mendedAt: at })
      .where(({ kind: known }, { eq }) => eq(known, kind))
      .params(),
  });
};

export const lastProblem = async (system: string, instance: string): Promise<SyncProblem | undefined> => {
  const { data } = await problems.get({ system, instance }).go();
  if (data === null) return undefined;
  const { at, code, detail, kind, sinceAt, mendedAt } = data;
  return { at, code, detail, ...present('kind', kind), ...present('sinceAt', sinceAt), ...present('mendedAt', mendedAt) };
};
