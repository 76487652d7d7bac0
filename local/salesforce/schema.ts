/** Objects and fields of the local Salesforce: what its API knows by name, and how each value is written. */

export type FieldType = 'id' | 'string' | 'number' | 'boolean' | 'date' | 'datetime' | 'address';

/** A date is `2026-10-31`; a date-time is ISO 8601 in UTC with milliseconds; an id has 18 characters. */
export type Value = string | number | boolean | null;
export type Fields = Readonly<Record<string, Value>>;

/** A field made of others: an event tells its parts below its name, and names a changed part dotted (`BillingAddress.City`). */
interface Compound {
  readonly name: string;
  /** The flat field of each part, by the part's name. */
  readonly parts: Readonly<Record<string, string>>;
}

interface ObjectSchema {
  /** First three characters of its ids. */
  readonly prefix: string;
  readonly fields: ReadonlyMap<string, FieldType>;
  readonly compounds: readonly Compound[];
  /** Computed from other fields: their changes alone are told by no event. */
  readonly calculated: ReadonlySet<string>;
  /** Whether changes of it can be told as events at all. */
  readonly tellsChanges: boolean;
}

const ADDRESS_PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'];
const address = (prefix: string): Compound => ({
  name: `${prefix}Address`,
  parts: Object.fromEntries(ADDRESS_PARTS.map((part) => [part, `${prefix}${part}`])),
});
const PERSON_NAME: Compound = { name: 'Name', parts: { Salutation: 'Salutation', FirstName: 'FirstName', LastName: 'LastName' } };

const SYSTEM: Readonly<Record<string, FieldType>> = {
  Id: 'id',
  IsDeleted: 'boolean',
  CreatedDate: 'datetime',
  CreatedById: 'id',
  LastModifiedDate: 'datetime',
  LastModifiedById: 'id',
  SystemModstamp: 'datetime',
  CurrencyIsoCode: 'string',
};

type Names = Partial<Record<Exclude<FieldType, 'address'>, string>>;

interface More {
  readonly compounds?: readonly Compound[];
  readonly calculated?: readonly string[];
  /** System fields that this object has not. */
  readonly lacks?: readonly string[];
  readonly tellsChanges?: boolean;
}

/** `names`: the object's own fields, separated by spaces, by type. */
const object = (
  prefix: string,
  names: Names,
  { compounds = [], calculated = [], lacks = [], tellsChanges = true }: More = {},
): ObjectSchema => {
  const own = Object.entries(names).flatMap(([type, list]) => list.split(' ').map((name) => [name, type as FieldType] as const));
  const made = compounds.flatMap(({ name, parts }) => [
    [name, name === 'Name' ? 'string' : 'address'] as const,
    ...Object.values(parts).map((part) => [part, 'string'] as const),
  ]);
  const system = Object.entries(SYSTEM).filter(([name]) => !lacks.includes(name));
  return { prefix, fields: new Map([...system, ...own, ...made]), compounds, calculated: new Set(calculated), tellsChanges };
};

const SCHEMAS = {
  Account: object(
    '001',
    {
      id: 'ParentId OwnerId',
      string: 'Name Type Industry AccountNumber AccountSource Phone Website Description',
      number: 'AnnualRevenue NumberOfEmployees',
    },
    { compounds: [address('Billing'), address('Shipping')] },
  ),
  Contact: object(
    '003',
    { id: 'AccountId OwnerId ReportsToId', string: 'Email Phone Title Department' },
    { compounds: [PERSON_NAME, address('Mailing')] },
  ),
  Opportunity: object(
    '006',
    {
      id: 'AccountId OwnerId Pricebook2Id CampaignId ContractId Territory2Id',
      string: 'Name StageName Type NextStep LeadSource Description ForecastCategory ForecastCategoryName Fiscal',
      number: 'Amount Probability ExpectedRevenue TotalOpportunityQuantity FiscalQuarter FiscalYear',
      boolean: 'IsClosed IsWon HasOpportunityLineItem',
      date: 'CloseDate',
      datetime: 'LastStageChangeDate',
    },
    { calculated: ['ExpectedRevenue'] },
  ),
  OpportunityLineItem: object('00k', {
    id: 'OpportunityId PricebookEntryId Product2Id',
    string: 'Name ProductCode Description',
    number: 'Quantity UnitPrice ListPrice TotalPrice Discount SortOrder',
    date: 'ServiceDate',
  }),
  OpportunityHistory: object(
    '008',
    {
      id: 'OpportunityId',
      string: 'StageName ForecastCategory',
      number: 'Amount PrevAmount Probability ExpectedRevenue',
      date: 'CloseDate PrevCloseDate',
      datetime: 'PrevForecastUpdate',
    },
    { lacks: ['LastModifiedDate', 'LastModifiedById'], tellsChanges: false },
  ),
  Contract: object(
    '800',
    {
      id: 'AccountId OwnerId Pricebook2Id ActivatedById CompanySignedId CustomerSignedId',
      string: 'ContractNumber Name Status StatusCode Description SpecialTerms',
      number: 'ContractTerm',
      date: 'StartDate EndDate CompanySignedDate CustomerSignedDate',
      datetime: 'ActivatedDate',
    },
    { compounds: [address('Billing'), address('Shipping')] },
  ),
  Order: object(
    '801',
    {
      id: 'AccountId ContractId OpportunityId OwnerId Pricebook2Id OriginalOrderId ActivatedById',
      string: 'OrderNumber Name Type Status StatusCode Description PoNumber',
      number: 'TotalAmount',
      boolean: 'IsReductionOrder',
      date: 'EffectiveDate EndDate PoDate CompanyAuthorizedDate CustomerAuthorizedDate',
      datetime: 'ActivatedDate',
    },
    { compounds: [address('Billing'), address('Shipping')] },
  ),
  OrderItem: object('802', {
    id: 'OrderId PricebookEntryId Product2Id OriginalOrderItemId ProductSellingModelId',
    string: 'OrderItemNumber Description',
    number: 'Quantity AvailableQuantity UnitPrice NetUnitPrice ListPrice TotalPrice',
    date: 'ServiceDate EndDate',
  }),
  Product2: object('01t', {
    string: 'Name ProductCode Description Family StockKeepingUnit QuantityUnitOfMeasure',
    boolean: 'IsActive IsArchived',
  }),
  ProductSellingModel: object(
    '0jP',
    { string: 'Name SellingModelType PricingTermUnit Status', number: 'PricingTerm' },
    { tellsChanges: false },
  ),
  PricebookEntry: object('01u', {
    id: 'Pricebook2Id Product2Id',
    string: 'Name ProductCode',
    number: 'UnitPrice',
    boolean: 'IsActive UseStandardPrice IsArchived',
  }),
  User: object(
    '005',
    {
      id: 'ManagerId UserRoleId ProfileId ContactId AccountId',
      string: 'Username Email Alias Title Department UserType FederationIdentifier',
      boolean: 'IsActive',
    },
    { compounds: [PERSON_NAME, address('')], lacks: ['IsDeleted'] },
  ),
} as const satisfies Readonly<Record<string, ObjectSchema>>;

export type ObjectType = keyof typeof SCHEMAS;
/** Fields that the org's own administrators added, e.g. `{ Opportunity: { Stripe_Subscription_Id__c: 'string' } }`. */
export type CustomFields = Partial<Record<ObjectType, Readonly<Record<string, Exclude<FieldType, 'address'>>>>>;
export type Schema = ReadonlyMap<ObjectType, ObjectSchema>;

export const schemaWith = (custom: CustomFields): Schema =>
  new Map(
    Object.entries(SCHEMAS).map(([name, schema]) => {
      const type = name as ObjectType;
      return [type, { ...schema, fields: new Map([...schema.fields, ...Object.entries(custom[type] ?? {})]) }];
    }),
  );

export const schemaOf = (schema: Schema, type: ObjectType): ObjectSchema => {
  const found = schema.get(type);
  if (found === undefined) throw new TypeError(`the local Salesforce has no object ${type}`);
  return found;
};

const CHECK_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** An id of 15 characters with the three that make it safe where case is lost: one bit for each capital, five to a character. */
export const to18 = (id: string): string => {
  if (id.length !== 15) return id;
  const check = [0, 5, 10].map((from) => {
    const bits = [...id.slice(from, from + 5)].reduce((sum, character, i) => sum + (/[A-Z]/.test(character) ? 1 << i : 0), 0);
    return CHECK_CHARACTERS.charAt(bits);
  });
  return id + check.join('');
};

/** What two spellings of one id share. */
export const idKey = (id: string): string => id.slice(0, 15);

/** As the API writes a date-time: `2026-10-30T16:00:00.000+0000`. Events write `…Z`. */
export const restDateTime = (iso: string): string => iso.replace(/Z$/, '+0000');

/** A compound field as a record shows it: an address with its parts, a person's name as one text; `undefined` for any other field. */
export const compoundValue = (
  { compounds }: ObjectSchema,
  name: string,
  record: Fields,
): Readonly<Record<string, Value>> | Value | undefined => {
  const compound = compounds.find((one) => one.name === name);
  if (compound === undefined) return undefined;
  const parts = Object.entries(compound.parts).map(([part, field]) => [part, record[field] ?? null] as const);
  if (parts.every(([, value]) => value === null)) return null;
  if (name === 'Name')
    return parts
      .filter(([part, value]) => part !== 'Salutation' && value !== null)
      .map(([, value]) => value)
      .join(' ');
  const shown = parts.map(([part, value]) => [part.charAt(0).toLowerCase() + part.slice(1), value] as const);
  return { ...Object.fromEntries(shown), geocodeAccuracy: null, latitude: null, longitude: null };
};
