import type { SalesforceInstance, SalesforceObject } from '../../platform/config.ts';

/** Objects that are read: those whose changes are followed, and two that are read along with them. */
export type ReadObject = SalesforceObject | 'OpportunityHistory' | 'ProductSellingModel';

/** Of every record: its id, whether it lies in the recycle bin, and when it or a part of it was last changed. */
const SYSTEM = 'Id IsDeleted SystemModstamp';

/** Standard fields that the mappings read, in the order in which they are asked for. Personal data is not asked for, the name of an account aside. */
const STANDARD: Readonly<Record<ReadObject, string>> = {
  Account: `${SYSTEM} Name ParentId`,
  Contact: `${SYSTEM} AccountId Title Department`,
  Contract: `${SYSTEM} CreatedDate AccountId ContractNumber StatusCode StartDate EndDate ContractTerm CompanySignedDate CustomerSignedDate ActivatedDate`,
  Opportunity: `${SYSTEM} CreatedDate AccountId OwnerId ContractId StageName Type Amount Probability ForecastCategory CloseDate IsClosed IsWon`,
  OpportunityHistory: 'Id IsDeleted SystemModstamp CreatedDate OpportunityId StageName Amount Probability ForecastCategory CloseDate',
  OpportunityLineItem: `${SYSTEM} OpportunityId Product2Id Quantity UnitPrice TotalPrice Discount ServiceDate`,
  Order: `${SYSTEM} CreatedDate AccountId ContractId OrderNumber StatusCode EffectiveDate EndDate IsReductionOrder OriginalOrderId CompanyAuthorizedDate CustomerAuthorizedDate ActivatedDate`,
  OrderItem: `${SYSTEM} OrderId Product2Id OriginalOrderItemId Quantity UnitPrice ListPrice ServiceDate EndDate`,
  Product2: SYSTEM,
  ProductSellingModel: `${SYSTEM} SellingModelType PricingTerm PricingTermUnit`,
  // A user is never deleted.
  User: 'Id SystemModstamp IsActive ManagerId UserRoleId Title',
};

/** Fields that only an org with several currencies has. */
const WITH_CURRENCY: readonly ReadObject[] = ['Contract', 'Opportunity', 'OpportunityHistory', 'Order', 'OrderItem'];

const configured = (fields: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.values(fields).filter((field) => field !== undefined);

const customFields = (object: ReadObject, { fields, sellingModels }: SalesforceInstance): readonly string[] => {
  switch (object) {
    case 'Account': {
      const { attributes, ...others } = fields.account;
      return [...configured(attributes), ...configured(others)];
    }
    case 'Contract':
      return configured(fields.contract);
    case 'Order':
      return configured(fields.order);
    case 'OrderItem':
      return sellingModels ? ['ProductSellingModelId', 'NetUnitPrice'] : [];
    case 'Product2':
      return configured(fields.product);
    default:
      return [];
  }
};

/** API names of the fields that the mappings of an object read under a configuration, each once; `Id` first. */
export const fieldsOf = (object: ReadObject, instance: SalesforceInstance): readonly string[] => {
  const currency = instance.currency === undefined && WITH_CURRENCY.includes(object) ? ['CurrencyIsoCode'] : [];
  return [...new Set([...STANDARD[object].split(' '), ...currency, ...customFields(object, instance)])];
};

/** `SELECT Id, … FROM Order`: what a query for the object's records begins with. */
export const selectFrom = (object: ReadObject, instance: SalesforceInstance): string =>
  `SELECT ${fieldsOf(object, instance).join(', ')} FROM ${object}`;
