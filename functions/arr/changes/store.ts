import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Entity } from 'electrodb';
import type { Result } from '../../platform/result.ts';
import { type CommitProblem, commit, entityDefaults, primaryPk, primarySk, readAll } from '../../platform/table.ts';
import type { ProfileChange } from './change.ts';

/** Changes of the profile in force, as they were proposed, with their effect, and what became of them; and the profile that the first fact was decided by. */
const changes = new Entity(
  {
    model: { entity: 'arrProfileChange', version: '1', service: 'arr' },
    attributes: {
      changeId: { type: 'string', required: true },
      status: { type: 'string', required: true },
      /** The change whole, as JSON, deflated: bytes. */
      packed: { type: 'any', required: true },
    },
    indexes: {
      all: {
        pk: { ...primaryPk, composite: [], template: 'PROFILE-CHANGES' },
        sk: { ...primarySk, composite: ['changeId'], template: 'CHANGE#${changeId}' },
      },
    },
  } as const,
  entityDefaults,
);

const firsts = new Entity(
  {
    model: { entity: 'arrFirstProfile', version: '1', service: 'arr' },
    attributes: {
      profile: { type: 'string', required: true },
      version: { type: 'string', required: true },
      notedAt: { type: 'string', required: true },
    },
    indexes: {
      only: {
        pk: { ...primaryPk, composite: [], template: 'PROFILE-CHANGES' },
        sk: { ...primarySk, composite: [], template: 'FIRST' },
      },
    },
  } as const,
  entityDefaults,
);

const MAX_INFLATED_BYTES = 4_000_000;
const pack = (change: ProfileChange): Uint8Array => deflateRawSync(JSON.stringify(change));
const unpack = (packed: Uint8Array): ProfileChange =>
  JSON.parse(inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as ProfileChange;

/** All changes, newest first. */
export const readChanges = async (): Promise<readonly ProfileChange[]> =>
  (await readAll(changes.query.all({}), { consistent: true })).map(({ packed }) => unpack(packed as Uint8Array)).reverse();

export const addChange = (change: ProfileChange): Promise<Result<void, CommitProblem>> =>
  commit([{ put: changes.create({ changeId: change.changeId, status: change.status, packed: pack(change) }).params() }]);

/** Puts the decision in the place of what was proposed. Problem `conflict`: somebody decided it before. */
export const putDecision = (change: ProfileChange): Promise<Result<void, CommitProblem>> =>
  commit([
    {
      put: {
        ...changes.put({ changeId: change.changeId, status: change.status, packed: pack(change) }).params<Record<string, unknown>>(),
        ConditionExpression: '#status = :proposed',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':proposed': 'proposed' },
      },
    },
  ]);

/** The version of the profile that the first facts were decided by; undefined before it was noted. */
export const readFirstVersion = async (): Promise<string | undefined> => (await firsts.get({}).go({ consistent: true })).data?.version;

/** Notes it, unless it was. */
export const noteFirstProfile = async (profile: string, version: string, notedAt: string): Promise<void> => {
  const noted = await commit([{ put: firsts.create({ profile, version, notedAt }).params() }]);
  if (!noted.ok && noted.problem.code !== 'conflict') throw new Error(`the first profile was not noted: ${noted.problem.detail}`);
};
