import { type Customer, DAY } from '../model.ts';
import type { Fields, OrgRecord, Version } from './records.ts';

/** What an account says of a company, under the fields that the configuration names: the same words as at Stripe. */
const fieldsOf = (of: Pick<Customer, 'name' | 'tier' | 'region' | 'fortune500' | 'channel' | 'industry' | 'city' | 'country'>): Fields => ({
  Name: of.name,
  Industry: of.industry,
  BillingCity: of.city,
  BillingCountry: of.country,
  Segment__c: of.tier,
  Region__c: of.region,
  Fortune_500__c: of.fortune500 ? 'yes' : 'no',
  Channel__c: of.channel,
});

const changed = (before: Fields, after: Fields): Fields =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));

/** The account of a customer: a prospect until the sale, and then whatever Stripe is told of the customer, at the same time. */
export const customerAccount = (
  id: string,
  ownerId: string,
  createdAt: number,
  shown: readonly { readonly at: number; readonly customer: Customer }[],
  parentOf: (customerId: string) => string | undefined,
): OrgRecord => {
  const versions: Version[] = [];
  let before: Fields = {};
  const tell = (at: number, after: Fields): void => {
    const fields = changed(before, after);
    if (Object.keys(fields).length === 0) return;
    versions.push({ at, fields });
    before = { ...before, ...after };
  };
  for (const [i, { at, customer }] of shown.entries()) {
    const known = { ...fieldsOf(customer), ParentId: customer.parentId === undefined ? null : (parentOf(customer.parentId) ?? null) };
    if (i === 0 && createdAt < at - DAY) tell(createdAt, { ...known, OwnerId: ownerId, Type: 'Prospect' });
    tell(at, { ...known, OwnerId: ownerId, Type: 'Customer' });
  }
  return { object: 'Account', id, versions };
};

export type Prospect = Pick<Customer, 'name' | 'tier' | 'region' | 'fortune500' | 'channel' | 'industry' | 'city' | 'country' | 'currency'>;

export const prospectAccount = (id: string, ownerId: string, createdAt: number, prospect: Prospect): OrgRecord => ({
  object: 'Account',
  id,
  versions: [{ at: createdAt, fields: { ...fieldsOf(prospect), ParentId: null, OwnerId: ownerId, Type: 'Prospect' } }],
});
