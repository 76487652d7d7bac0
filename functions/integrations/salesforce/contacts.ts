import type { EventData } from '../../platform/events.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { contactRecorded } from '../events.ts';
import { present } from '../present.ts';
import type { MappingContext } from './context.ts';
import type { MappingProblem } from './problems.ts';
import type { SalesforceRecord } from './reader.ts';
import { type Mapped, stated } from './reading.ts';
import { contactSnapshot, readRecord } from './snapshots.ts';

export type ContactFact = EventData<typeof contactRecorded>;

/** A contact's place: its account, title and department. Its name, e-mail, phone and address are not even read. Problem: `shape-unreadable`. */
export const contactFact = (record: SalesforceRecord, context: MappingContext): Result<Mapped<ContactFact>, MappingProblem> => {
  const read = readRecord(contactSnapshot, record, 'Contact');
  if (!read.ok) return read;
  const { Id, AccountId, Title, Department, IsDeleted, SystemModstamp } = read.value.is;
  const content = {
    contactId: Id,
    ...present('customerId', AccountId),
    ...present('title', Title || undefined),
    ...present('department', Department || undefined),
    deleted: IsDeleted,
  };
  return ok({ fact: stated({ object: 'Contact', id: Id, changedAtMs: SystemModstamp }, content, context), warnings: [] });
};
