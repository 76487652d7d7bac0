import type { SalesforceObject } from '../../platform/config.ts';
import { ok, type Result } from '../../platform/result.ts';
import { customerFact } from './accounts.ts';
import { contactFact } from './contacts.ts';
import type { MappingContext } from './context.ts';
import { type OrgReading, type ReadProblem, readWhere } from './read-in.ts';
import type { SalesforceRecord } from './reader.ts';
import { recordId } from './record-id.ts';
import { gone, one, type RootProblem, type RootReading, type Told } from './told.ts';
import { userFact } from './users.ts';

type Mapping = (record: SalesforceRecord, context: MappingContext) => Result<readonly Told[], RootProblem>;

/** Records that are facts each by itself: one query for up to 200 of them. */
const readSingles =
  (object: SalesforceObject, map: Mapping) =>
  async (ids: readonly string[], org: OrgReading, context: MappingContext): Promise<Result<readonly RootReading[], ReadProblem>> => {
    const found = await readWhere(object, 'Id', ids, org);
    if (!found.ok) return found;
    const byId = new Map(found.value.map((record) => [recordId(String(record['Id'])), record]));
    return ok(
      ids.map((id): RootReading => {
        const record = byId.get(id);
        return record === undefined ? gone(object, id) : { id, object, told: () => map(record, context) };
      }),
    );
  };

export const readAccounts = readSingles('Account', (record, context) =>
  one(customerFact(record, context), (mapped) => ({ kind: 'customer', objectId: mapped.fact.customerId, ...mapped })),
);

export const readContacts = readSingles('Contact', (record, context) =>
  one(contactFact(record, context), (mapped) => ({ kind: 'contact', objectId: mapped.fact.contactId, ...mapped })),
);

export const readUsers = readSingles('User', (record, context) =>
  one(userFact(record, context), (mapped) => ({ kind: 'user', objectId: mapped.fact.userId, ...mapped })),
);
