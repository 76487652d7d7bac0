import type { EventData } from '../../platform/events.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { customerRecorded } from '../events.ts';
import { present } from '../present.ts';
import { configuredText, stripeIds } from './configured.ts';
import type { MappingContext } from './context.ts';
import type { MappingProblem } from './problems.ts';
import type { SalesforceRecord } from './reader.ts';
import { type Mapped, stated } from './reading.ts';
import { accountSnapshot, type Read, readRecord } from './snapshots.ts';

export type CustomerFact = EventData<typeof customerRecorded>;

const MAX_ATTRIBUTE_CHARACTERS = 100;
const MAX_SAME = 20;

/** The Stripe customers that a field of the account names. */
const sameAs = (account: Read<unknown>, { instance, stripeInstance }: MappingContext, warnings: string[]): CustomerFact['sameAs'] => {
  const field = instance.fields.account.stripeCustomerId;
  const ids = stripeIds(account, field, 'cus', warnings);
  if (ids.length === 0) return undefined;
  if (stripeInstance === undefined) {
    warnings.push(`${field} names customers of Stripe, and stripeInstance is not configured: left out`);
    return undefined;
  }
  if (ids.length > MAX_SAME) warnings.push(`${field} names more than ${MAX_SAME} customers: the others are left out`);
  return ids.slice(0, MAX_SAME).map((customerId) => ({ system: 'stripe', instance: stripeInstance, customerId }));
};

/**
 * An account with its parent and the attributes that totals are cut by; addresses, phones and whatever else it holds stay at Salesforce.
 * Problem: `shape-unreadable`.
 */
export const customerFact = (record: SalesforceRecord, context: MappingContext): Result<Mapped<CustomerFact>, MappingProblem> => {
  const read = readRecord(accountSnapshot, record, 'Account');
  if (!read.ok) return read;
  const account = read.value;
  const { Id, Name, ParentId, IsDeleted, SystemModstamp } = account.is;
  const warnings: string[] = [];
  const attributes: Record<string, string> = {};
  for (const [name, field] of Object.entries(context.instance.fields.account.attributes)) {
    const value = configuredText(account, field);
    if (value !== undefined) attributes[name] = value.slice(0, MAX_ATTRIBUTE_CHARACTERS);
  }
  const content = {
    customerId: Id,
    name: Name,
    ...present('parentId', ParentId),
    ...present('sameAs', sameAs(account, context, warnings)),
    attributes,
    deleted: IsDeleted,
    lifecycle: 'observed' as const,
  };
  return ok({ fact: stated({ object: 'Account', id: Id, changedAtMs: SystemModstamp }, content, context), warnings });
};
