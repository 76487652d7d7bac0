import { describe, expect, test } from 'vitest';
import { contactRecorded, customerRecorded, userRecorded } from '../../../functions/integrations/events.ts';
import { customerFact } from '../../../functions/integrations/salesforce/accounts.ts';
import { contactFact } from '../../../functions/integrations/salesforce/contacts.ts';
import type { SalesforceRecord } from '../../../functions/integrations/salesforce/reader.ts';
import { userFact } from '../../../functions/integrations/salesforce/users.ts';
import { ACCOUNT, context, contextWith } from './records.ts';

const account = (change: SalesforceRecord = {}): SalesforceRecord => ({
  attributes: { type: 'Account' },
  Id: ACCOUNT,
  IsDeleted: false,
  SystemModstamp: '2026-10-30T16:00:00.500+0000',
  Name: 'Acme Robotics, Inc.',
  ParentId: null,
  Segment__c: 'Enterprise',
  Fortune_500__c: true,
  Stripe_Customer_Id__c: null,
  ...change,
});
const customer = (change?: SalesforceRecord, by = context) => {
  const result = customerFact(account(change), by);
  if (!result.ok) throw new Error(result.problem.detail);
  expect(customerRecorded.schema.safeParse(result.value.fact).error).toBeUndefined();
  return result.value;
};

describe('an account', () => {
  test('is a customer with its attributes', () => {
    expect(customer()).toEqual({
      fact: {
        provenance: {
          system: 'salesforce',
          instance: 'main',
          eventId: expect.stringMatching(/^read:001Hs00003SMPLAIA5:1793376000500:[0-9a-f]{8}$/),
          eventType: 'Account.read',
          observedAt: 1_793_376_000, // 2026-10-30 16:00:00
        },
        customerId: ACCOUNT,
        name: 'Acme Robotics, Inc.',
        attributes: { segment: 'Enterprise', fortune500: 'yes' },
        deleted: false,
        lifecycle: 'observed',
        observedOn: '2026-10-30',
        fingerprint: expect.stringMatching(/^[\w-]{22}$/),
      },
      warnings: [],
    });
  });

  test('has a parent, and attributes only where it says something', () => {
    const { fact } = customer({ ParentId: '001Hs00003SMPLB', Segment__c: ' ', Fortune_500__c: false });
    expect([fact.parentId, fact.attributes]).toEqual(['001Hs00003SMPLBIA5', { fortune500: 'no' }]);
    expect(customer({ Segment__c: 'x'.repeat(120) }).fact.attributes['segment']).toHaveLength(100);
    expect(customer({ Segment__c: 3 }).fact.attributes['segment']).toBe('3');
  });

  test('is the same as the Stripe customers that it names', () => {
    expect(customer({ Stripe_Customer_Id__c: 'cus_SmplA;cus_SmplB' }).fact.sameAs).toEqual([
      { system: 'stripe', instance: 'main', customerId: 'cus_SmplA' },
      { system: 'stripe', instance: 'main', customerId: 'cus_SmplB' },
    ]);
    expect(customer({ Stripe_Customer_Id__c: 'unknown' })).toMatchObject({
      fact: expect.not.objectContaining({ sameAs: expect.anything() }),
      warnings: ['Stripe_Customer_Id__c holds something else than ids of the form cus_…: left out'],
    });
    expect(customer({ Stripe_Customer_Id__c: 'cus_SmplA' }, contextWith({}, 'UTC', [])).warnings).toEqual([
      'Stripe_Customer_Id__c names customers of Stripe, and stripeInstance is not configured: left out',
    ]);
  });

  test('in the recycle bin is a deleted customer, of another fingerprint', () => {
    const { fact } = customer({ IsDeleted: true });
    expect(fact.deleted).toBe(true);
    expect(fact.fingerprint).not.toBe(customer().fact.fingerprint);
  });

  test('refuses one without a name, by the field and not by its value', () => {
    expect(customerFact(account({ Name: null }), context)).toMatchObject({ problem: { code: 'shape-unreadable', field: 'Account.Name' } });
    const result = customerFact(account({ ParentId: 'Jane Roe' }), context);
    expect(JSON.stringify(result)).not.toContain('Jane');
  });
});

test('a contact is told by its place, and by nothing that tells who it is', () => {
  const record = {
    Id: '003Hs00000SMPLCIA5',
    IsDeleted: false,
    SystemModstamp: '2026-10-30T16:00:00.000+0000',
    AccountId: ACCOUNT,
    Title: 'Chief Financial Officer',
    Department: 'Finance',
    // Not asked for, and not told either.
    Name: 'Jane Roe',
    Email: 'jane@example.com',
    Phone: '+1 555 0100',
  };
  const result = contactFact(record, context);
  expect(result).toEqual({
    ok: true,
    value: {
      fact: {
        provenance: expect.objectContaining({ eventType: 'Contact.read', observedAt: 1_793_376_000 }),
        contactId: '003Hs00000SMPLCIA5',
        customerId: ACCOUNT,
        title: 'Chief Financial Officer',
        department: 'Finance',
        deleted: false,
        observedOn: '2026-10-30',
        fingerprint: expect.any(String),
      },
      warnings: [],
    },
  });
  expect(contactRecorded.schema.safeParse(result.ok && result.value.fact).success).toBe(true);
  const bare = contactFact({ ...record, AccountId: null, Title: '', Department: null }, context);
  expect(Object.keys((bare.ok && bare.value.fact) || {})).toEqual(['provenance', 'contactId', 'deleted', 'observedOn', 'fingerprint']);
  expect(contactFact({ ...record, Id: null }, context)).toMatchObject({ problem: { code: 'shape-unreadable', field: 'Contact.Id' } });
});

test('a user is told by its place in the organisation', () => {
  const record = {
    Id: '005Hs00000SMPLUIA5',
    SystemModstamp: '2026-10-30T16:00:00.000+0000',
    IsActive: true,
    ManagerId: '005Hs00000SMPLM',
    UserRoleId: '00EHs00000SMPLRIA5',
    Title: 'Account Executive',
    Name: 'John Doe',
    Email: 'john@example.com',
  };
  const result = userFact(record, context);
  expect(result).toEqual({
    ok: true,
    value: {
      fact: {
        provenance: expect.objectContaining({ eventType: 'User.read' }),
        userId: '005Hs00000SMPLUIA5',
        isActive: true,
        managerId: '005Hs00000SMPLMIA5',
        roleId: '00EHs00000SMPLRIA5',
        title: 'Account Executive',
        deleted: false,
        observedOn: '2026-10-30',
        fingerprint: expect.any(String),
      },
      warnings: [],
    },
  });
  expect(userRecorded.schema.safeParse(result.ok && result.value.fact).success).toBe(true);
  expect(userFact({ ...record, IsActive: null }, context)).toMatchObject({ problem: { field: 'User.IsActive' } });
});
