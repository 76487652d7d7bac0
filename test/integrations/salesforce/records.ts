import { contextFor, type MappingContext } from '../../../functions/integrations/salesforce/context.ts';
import type { SalesforceRecord } from '../../../functions/integrations/salesforce/reader.ts';
import type { SalesforceInstance } from '../../../functions/platform/config.ts';

/** Records as the REST API shows them, with the fields that the mappings ask for. */

export const CONTRACT = '800Hs00000SMPLCIA5';
export const ACCOUNT = '001Hs00003SMPLAIA5';
export const ORDER = '801Hs00000SMPLOIA5';
export const AMENDMENT = '801Hs00000SMPLPIA5';
export const ITEM = '802Hs00000SMPLXIA5';
export const SECOND_ITEM = '802Hs00000SMPLYIA5';
export const THIRD_ITEM = '802Hs00000SMPLZIA5';
export const PRODUCT = '01tHs00000SMPLPIA5';

export const instance: SalesforceInstance = {
  instance: 'main',
  legalEntity: 'acme-inc',
  instanceUrl: 'https://acme.my.salesforce.com',
  audience: 'https://login.salesforce.com',
  apiVersion: '66.0',
  currency: 'USD',
  prices: 'per-year',
  sellingModels: false,
  changeDataCapture: ['Account', 'Contract', 'Opportunity', 'Order', 'OrderItem'],
  integrationClient: 'ascent',
  fields: {
    account: { attributes: { segment: 'Segment__c', fortune500: 'Fortune_500__c' }, stripeCustomerId: 'Stripe_Customer_Id__c' },
    contract: {
      agreementId: 'Agreement__c',
      stripeSubscriptionId: 'Stripe_Subscription_Id__c',
      renewalOf: 'Renewal_Of__c',
      terminatedOn: 'Terminated_On__c',
    },
    product: { productId: 'Stripe_Product_Id__c', chargeType: 'Charge_Type__c' },
    order: { signedOn: 'Signed_On__c', stripeSubscriptionId: 'Stripe_Subscription_Id__c' },
  },
};

const stripe = [{ instance: 'main', legalEntity: 'acme-inc', livemode: false, apiBase: 'https://api.stripe.com' }].map((one) => ({
  ...one,
  metadata: { customer: { attributes: {} }, subscription: {} },
}));

export const contextWith = (change: Partial<SalesforceInstance> = {}, zone = 'UTC', accounts = stripe): MappingContext =>
  contextFor({ ...instance, ...change }, { zone, stripe: accounts });
export const context = contextWith();

/** A year from 1 February 2026, signed by the customer on 12 January and by us on the 15th. */
export const contract = (change: SalesforceRecord = {}): SalesforceRecord => ({
  attributes: { type: 'Contract', url: `/services/data/v66.0/sobjects/Contract/${CONTRACT}` },
  Id: CONTRACT,
  IsDeleted: false,
  SystemModstamp: '2026-01-15T09:30:00.000+0000',
  CreatedDate: '2026-01-05T08:00:00.000+0000',
  AccountId: ACCOUNT,
  ContractNumber: '00000117',
  StatusCode: 'Activated',
  StartDate: '2026-02-01',
  EndDate: '2027-01-31',
  ContractTerm: 12,
  CompanySignedDate: '2026-01-15',
  CustomerSignedDate: '2026-01-12',
  ActivatedDate: '2026-01-15T09:30:00.000+0000',
  Agreement__c: null,
  Stripe_Subscription_Id__c: null,
  Renewal_Of__c: null,
  Terminated_On__c: null,
  ...change,
});

export const order = (change: SalesforceRecord = {}): SalesforceRecord => ({
  Id: ORDER,
  IsDeleted: false,
  SystemModstamp: '2026-01-16T10:00:00.000+0000',
  CreatedDate: '2026-01-16T10:00:00.000+0000',
  AccountId: ACCOUNT,
  ContractId: CONTRACT,
  OriginalOrderId: null,
  OrderNumber: '00000301',
  StatusCode: 'Activated',
  EffectiveDate: '2026-02-01',
  EndDate: null,
  IsReductionOrder: false,
  CompanyAuthorizedDate: null,
  CustomerAuthorizedDate: null,
  ActivatedDate: '2026-01-20T10:00:00.000+0000',
  Signed_On__c: null,
  Stripe_Subscription_Id__c: null,
  ...change,
});

/** 100 seats for $1,200 a year each. */
export const item = (change: SalesforceRecord = {}): SalesforceRecord => ({
  Id: ITEM,
  IsDeleted: false,
  SystemModstamp: '2026-01-16T10:00:00.250+0000',
  OrderId: ORDER,
  Product2Id: PRODUCT,
  OriginalOrderItemId: null,
  Quantity: 100,
  UnitPrice: 1200,
  ServiceDate: '2026-02-01',
  EndDate: '2027-01-31',
  ...change,
});

export const product = (change: SalesforceRecord = {}): SalesforceRecord => ({
  Id: PRODUCT,
  IsDeleted: false,
  SystemModstamp: '2025-06-01T00:00:00.000+0000',
  Stripe_Product_Id__c: 'prod_Platform',
  Charge_Type__c: 'Recurring',
  ...change,
});
