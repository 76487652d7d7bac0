import type { EventData } from '../../platform/events.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { userRecorded } from '../events.ts';
import { present } from '../present.ts';
import type { MappingContext } from './context.ts';
import type { MappingProblem } from './problems.ts';
import type { SalesforceRecord } from './reader.ts';
import { type Mapped, stated } from './reading.ts';
import { readRecord, userSnapshot } from './snapshots.ts';

export type UserFact = EventData<typeof userRecorded>;

/** A user's place in the organisation: manager, role, title. Users are not deleted, only made inactive. Problem: `shape-unreadable`. */
export const userFact = (record: SalesforceRecord, context: MappingContext): Result<Mapped<UserFact>, MappingProblem> => {
  const read = readRecord(userSnapshot, record, 'User');
  if (!read.ok) return read;
  const { Id, IsActive, ManagerId, UserRoleId, Title, SystemModstamp } = read.value.is;
  const content = {
    userId: Id,
    isActive: IsActive,
    ...present('managerId', ManagerId),
    ...present('roleId', UserRoleId),
    ...present('title', Title || undefined),
    deleted: false,
  };
  return ok({ fact: stated({ object: 'User', id: Id, changedAtMs: SystemModstamp }, content, context), warnings: [] });
};
