import { describe, expect, test } from 'vitest';
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
