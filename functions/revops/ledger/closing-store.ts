import { Entity } from 'electrodb';
import { domainEvent } from '../../platform/envelope.ts';
import { fnv1a32 } from '../../platform/ids.ts';
import { carried, eventAttribute } from '../../platform/outbox.ts';
import type { Result } from '../../platform/result.ts';
import {
  batchCommit,
  type CommitProblem,
  commit,
  entityDefaults,
  primaryPk,
  primarySk,
  readAll,
  type Write,
} from '../../platform/table.ts';
import { periodStatusChanged, revopsEvents } from '../events.ts';
import { type Closing, NEVER_CLOSED, type PeriodChange } from './periods.ts';

/**
 * How far the books of a legal entity are closed: a head that says so to readers, and equal copies that every posting checks in its own
 * transaction. Two transactions that touch one item are in each other's way, even where both only check it; so there are many copies, and a
 * journal's id chooses one. A change is written to the head first, then to each copy, then to the head again as settled.
 */
const COPIES = 32;

const heads = new Entity(
  {
    model: { entity: 'ledgerClosing', version: '1', service: 'revops' },
    attributes: {
      legalEntity: { type: 'string', required: true },
      version: { type: 'number', required: true },
      softClosedBefore: { type: 'string', required: true },
      lockedBefore: { type: 'string', required: true },
      /** `PeriodChange` as JSON text, while it is under way. */
      pending: { type: 'string' },
    },
    indexes: {
      ofEntity: {
        pk: { ...primaryPk, composite: ['legalEntity'], template: 'GLCLOSING#${legalEntity}' },
        sk: { ...primarySk, composite: [], template: 'HEAD' },
      },
    },
  } as const,
  entityDefaults,
);

const copies = new Entity(
  {
    model: { entity: 'ledgerClosingCopy', version: '1', service: 'revops' },
    attributes: {
      legalEntity: { type: 'string', required: true },
      copy: { type: 'number', required: true },
      version: { type: 'number', required: true },
      softClosedBefore: { type: 'string', required: true },
      lockedBefore: { type: 'string', required: true },
    },
    indexes: {
      ofEntity: {
        pk: { ...primaryPk, composite: ['legalEntity', 'copy'], template: 'GLBOUND#${legalEntity}#${copy}' },
        sk: { ...primarySk, composite: [], template: 'BOUND' },
      },
    },
  } as const,
  entityDefaults,
);

/** Every change that was settled, by its number; never changed. */
const changes = new Entity(
  {
    model: { entity: 'ledgerClosingChange', version: '1', service: 'revops' },
    attributes: {
      legalEntity: { type: 'string', required: true },
      paddedVersion: { type: 'string', required: true },
      /** `PeriodChange` as JSON text. */
      change: { type: 'string', required: true },
      event: eventAttribute,
    },
    indexes: {
      ofEntity: {
        pk: { ...primaryPk, composite: ['legalEntity'], template: 'GLCLOSINGS#${legalEntity}' },
        sk: { ...primarySk, composite: ['paddedVersion'], template: 'V#${paddedVersion}' },
      },
    },
  } as const,
  entityDefaults,
);

/** As it stands now, read consistently. */
export const readClosing = async (legalEntity: string): Promise<Closing> => {
  const { data } = await heads.get({ legalEntity }).go({ consistent: true });
  if (data === null) return NEVER_CLOSED;
  const { version, softClosedBefore, lockedBefore, pending } = data;
  return { version, softClosedBefore, lockedBefore, ...(pending === undefined ? {} : { pending: JSON.parse(pending) as PeriodChange }) };
};

/** Settled changes of a legal entity, oldest first: a few a month. */
export const readChanges = async (legalEntity: string): Promise<readonly PeriodChange[]> =>
  (await readAll(changes.query.ofEntity({ legalEntity }), { consistent: true })).map(({ change }) => JSON.parse(change) as PeriodChange);

/** Refuses the whole transaction where the fiscal month is closed to who posts. */
export const isOpenCheck = (legalEntity: string, journalId: string, period: string, mayPostSoftClosed: boolean): Write => {
  const { Key } = copies.get({ legalEntity, copy: fnv1a32(journalId) % COPIES }).params() as { readonly Key: unknown };
  const bound = mayPostSoftClosed ? 'lockedBefore' : 'softClosedBefore';
  return {
    check: {
      Key,
      ConditionExpression: 'attribute_not_exists(pk) OR #bound <= :period',
      ExpressionAttributeNames: { '#bound': bound },
      ExpressionAttributeValues: { ':period': period },
    },
  };
};

/** Begins a change. Problem `conflict`: somebody began one since `closing` was read. */
export const beginChange = (legalEntity: string, closing: Closing, change: PeriodChange): Promise<Result<void, CommitProblem>> => {
  const { version, softClosedBefore, lockedBefore } = closing;
  const head = { legalEntity, version: version + 1, softClosedBefore, lockedBefore, pending: JSON.stringify(change) };
  const put = heads.put(head).where((is, { notExists, eq }) => (version === 0 ? notExists(is.version) : eq(is.version, version)));
  return commit([{ put: put.params() }]);
};

/** Writes a change that was begun as number `version` to the copies that do not have it yet. */
const spreadChange = async (legalEntity: string, version: number, { softClosedBefore, lockedBefore }: PeriodChange): Promise<boolean> => {
  const writes = Array.from({ length: COPIES }, (_, copy): readonly Write[] => [
    {
      put: copies
        .put({ legalEntity, copy, version, softClosedBefore, lockedBefore })
        .where((is, { notExists, lt }) => `${notExists(is.version)} OR ${lt(is.version, version)}`)
        .params(),
    },
  ]);
  const results = await batchCommit(writes);
  // A copy that has this number, or a later one, refuses: it was written before.
  return results.every((result) => result.ok || result.problem.code === 'conflict');
};

/**
 * Brings a change that was begun as number `version` to its end; whoever sends it again goes on where it stopped. Problem `busy`: postings were in
 * the way of some copies.
 */
export const settleChange = async (legalEntity: string, version: number, change: PeriodChange): Promise<Result<void, CommitProblem>> => {
  if (!(await spreadChange(legalEntity, version, change)))
    return { ok: false, problem: { code: 'busy', detail: 'postings were in the way: send the same again', reasons: [] } };
  const { softClosedBefore, lockedBefore, action, period, by, at, reason } = change;
  const event = domainEvent(periodStatusChanged, {
    id: `period:${legalEntity}:${version}`,
    recordedAt: at,
    subject: legalEntity,
    data: { legalEntity, version, action, period, softClosedBefore, lockedBefore, reason, changedBy: by },
  });
  const head = heads
    .put({ legalEntity, version, softClosedBefore, lockedBefore })
    .where((is, { eq, exists }) => `${eq(is.version, version)} AND ${exists(is.pending)}`);
  const settled = await commit([
    { put: head.params() },
    {
      put: changes
        .create({
          legalEntity,
          paddedVersion: String(version).padStart(8, '0'),
          change: JSON.stringify(change),
          event: carried(event, revopsEvents),
        })
        .params(),
    },
  ]);
  // Somebody else settled the same change meanwhile.
  return settled.ok || settled.problem.code === 'conflict' ? { ok: true, value: undefined } : settled;
};
