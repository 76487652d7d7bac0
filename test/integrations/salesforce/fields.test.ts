import { describe, expect, test } from 'vitest';
import { configuredDate, configuredText } from '../../../functions/integrations/salesforce/configured.ts';
import { fieldsOf, type ReadObject, selectFrom } from '../../../functions/integrations/salesforce/fields.ts';
import { schemaWith } from '../../../local/salesforce/schema.ts';
import { parseSoql } from '../../../local/salesforce/soql.ts';
import { contextWith, instance } from './records.ts';

const OBJECTS: readonly ReadObject[] = [
  'Account',
  'Contact',
  'Contract',
  'Opportunity',
  'OpportunityHistory',
  'OpportunityLineItem',
  'Order',
  'OrderItem',
  'Product2',
  'ProductSellingModel',
  'User',
];

const schema = schemaWith({
  Account: { Segment__c: 'string', Fortune_500__c: 'boolean', Stripe_Customer_Id__c: 'string' },
  Contract: { Agreement__c: 'string', Stripe_Subscription_Id__c: 'string', Renewal_Of__c: 'id', Terminated_On__c: 'date' },
  Order: { Signed_On__c: 'date', Stripe_Subscription_Id__c: 'string' },
  Product2: { Stripe_Product_Id__c: 'string', Charge_Type__c: 'string' },
});

describe('what is asked for', () => {
  test.each(OBJECTS)('%s has all of it, whatever is configured', (object) => {
    for (const configured of [instance, contextWith({ sellingModels: true }).instance, { ...instance, currency: undefined }]) {
      const { fields } = parseSoql(selectFrom(object, configured as typeof instance), schema);
      expect(fields).toEqual(fieldsOf(object, configured as typeof instance));
      expect(fields[0]).toBe('Id');
    }
  });

  test('are an object’s standard fields, then the configured ones, each once', () => {
    expect(selectFrom('Account', instance)).toBe(
      'SELECT Id, IsDeleted, SystemModstamp, Name, ParentId, Segment__c, Fortune_500__c, Stripe_Customer_Id__c FROM Account',
    );
    const same = { ...instance, fields: { ...instance.fields, account: { attributes: { segment: 'Name', region: 'Name' } } } };
    expect(fieldsOf('Account', same)).toEqual(['Id', 'IsDeleted', 'SystemModstamp', 'Name', 'ParentId']);
  });

  test('is a currency only of an org with several, and a selling model only of one that has them', () => {
    const several = { ...instance, currency: undefined } as unknown as typeof instance;
    const withCurrency = OBJECTS.filter((object) => fieldsOf(object, several).includes('CurrencyIsoCode'));
    expect(withCurrency).toEqual(['Contract', 'Opportunity', 'OpportunityHistory', 'Order', 'OrderItem']);
    expect(OBJECTS.filter((object) => fieldsOf(object, instance).includes('CurrencyIsoCode'))).toEqual([]);
    expect(fieldsOf('OrderItem', instance)).not.toContain('ProductSellingModelId');
    expect(fieldsOf('OrderItem', contextWith({ sellingModels: true }).instance)).toContain('ProductSellingModelId');
  });

  test('is nothing of a person but its place', () => {
    expect(fieldsOf('Contact', instance)).toEqual(['Id', 'IsDeleted', 'SystemModstamp', 'AccountId', 'Title', 'Department']);
    expect(fieldsOf('User', instance)).toEqual(['Id', 'SystemModstamp', 'IsActive', 'ManagerId', 'UserRoleId', 'Title']);
  });
});

describe('a field of the company’s own', () => {
  const text = (value: unknown) => configuredText({ raw: { Mine__c: value } as never }, 'Mine__c');

  test('says nothing where it is empty or blank, and is text where it is a number or a checkbox [C17]', () => {
    for (const nothing of ['', '   ', null, undefined]) expect(text(nothing)).toBeUndefined();
    expect([text('EMEA '), text(42), text('42'), text(0), text(true), text(false)]).toEqual(['EMEA', '42', '42', '0', 'yes', 'no']);
    expect(configuredText({ raw: { Mine__c: 'EMEA' } as never }, undefined)).toBeUndefined();
  });

  test('that is to be a date says nothing where it is empty, and is refused where it is a number [C17]', () => {
    const date = (value: unknown) => configuredDate({ raw: { Mine__c: value } as never }, 'Mine__c', 'Contract', contextWith());
    for (const nothing of ['', null, undefined]) expect(date(nothing)).toEqual({ ok: true, value: undefined });
    expect(date('2026-02-01')).toEqual({ ok: true, value: '2026-02-01' });
    for (const none of [20_260_201, '20260201', 'soon', ' '])
      expect(date(none)).toMatchObject({ ok: false, problem: { code: 'shape-unreadable' } });
  });
});
