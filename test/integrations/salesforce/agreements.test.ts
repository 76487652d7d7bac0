import { describe, expect, test } from 'vitest';
import { subscriptionRecorded } from '../../../functions/integrations/events.ts';
import { type AgreementRecords, agreementFact, agreementIdOf } from '../../../functions/integrations/salesforce/agreements.ts';
import type { MappingContext } from '../../../functions/integrations/salesforce/context.ts';
import type { SalesforceRecord } from '../../../functions/integrations/salesforce/reader.ts';
import {
  ACCOUNT,
  AMENDMENT,
  CONTRACT,
  context,
  contextWith,
  contract,
  ITEM,
  item,
  ORDER,
  order,
  PRODUCT,
  product,
  SECOND_ITEM,
} from './records.ts';

type Change = Omit<Partial<AgreementRecords>, 'contract'> & { readonly contract?: SalesforceRecord | undefined };

const records = (change: Change = {}): AgreementRecords => {
  const { contract: own, ...others } = {
    agreementId: CONTRACT,
    contract: contract(),
    orders: [order()],
    items: [item()],
    products: [product()],
    sellingModels: [],
    ...change,
  };
  return own === undefined ? others : { ...others, contract: own };
};

const mapped = (change: Change = {}, by: MappingContext = context) => {
  const result = agreementFact(records(change), by);
  if (!result.ok) throw new Error(result.problem.detail);
  expect(subscriptionRecorded.schema.safeParse(result.value.fact).error).toBeUndefined();
  return result.value;
};
const fact = (change?: Change, by?: MappingContext) => mapped(change, by).fact;
const problem = (change: Change, by: MappingContext = context) => {
  const result = agreementFact(records(change), by);
  return result.ok ? undefined : result.problem;
};

const line = {
  lineId: ITEM,
  productId: 'prod_Platform',
  priceId: ITEM,
  usage: 'licensed',
  interval: 'year',
  intervalCount: 1,
  pricing: { model: 'per-unit', unitMinor: '120000' }, // 1,200 × 100
  discounts: [],
  quantity: '100',
  startsOn: '2026-02-01',
  endsOn: '2027-02-01', // the day after 31 January
  bookedOn: '2026-01-15',
};

describe('a signed contract', () => {
  test('is one fact, by its own dates, of the newest change of any of its parts', () => {
    expect(fact()).toEqual({
      provenance: {
        system: 'salesforce',
        instance: 'main',
        eventId: expect.stringMatching(/^read:800Hs00000SMPLCIA5:1768557600250:[0-9a-f]{8}$/), // 2026-01-16 10:00:00.250, of the item
        eventType: 'Contract.read',
        observedAt: 1_768_557_600,
      },
      subscriptionId: CONTRACT,
      customerId: ACCOUNT,
      legalEntity: 'acme-inc',
      currency: 'USD',
      status: 'active',
      evidence: 'signed',
      collectionPaused: false,
      startsOn: '2026-02-01',
      startsOnStated: true,
      bookedOn: '2026-01-15', // the customer signed on the 12th, we on the 15th
      termMonths: 12,
      termStartsOn: '2026-02-01',
      agreementId: CONTRACT,
      agreementIds: [CONTRACT, '00000117', ORDER, '00000301'],
      discounts: [],
      lines: [line],
      lifecycle: 'observed',
      observedOn: '2026-01-16',
      fingerprint: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  test('is the same fact however often and in whatever order its records are read', () => {
    const second = item({ Id: SECOND_ITEM, Product2Id: '01tHs00000SMPLQIA5', Quantity: 5 });
    const amendment = order({ Id: AMENDMENT });
    const one = fact({ orders: [order(), amendment], items: [item(), second] });
    expect(fact({ orders: [amendment, order()], items: [second, item()] })).toEqual(one);
  });

  test('is another fact of the same second where it says something else, and where a part changed milliseconds later', () => {
    const ids = [
      fact(),
      fact({ items: [item({ Quantity: 101 })] }),
      fact({ items: [item({ SystemModstamp: '2026-01-16T10:00:00.251+0000' })] }),
    ];
    const events = ids.map(({ provenance }) => provenance);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
    expect(new Set(events.map(({ observedAt }) => observedAt)).size).toBe(1);
    expect(ids[2]?.fingerprint).toBe(ids[0]?.fingerprint);
  });

  test('is as new as a part of it that was deleted since, and says nothing of that part', () => {
    const deleted = item({ Id: SECOND_ITEM, IsDeleted: true, SystemModstamp: '2026-03-01T00:00:01.000+0000' });
    const { provenance, lines } = fact({ items: [item(), deleted] });
    expect(provenance.observedAt).toBe(1_772_323_201); // 2026-03-01 00:00:01
    expect(lines).toEqual([line]);
  });

  test('is observed on the company’s day', () => {
    const late = contract({ SystemModstamp: '2026-03-01T02:00:00.000+0000' });
    expect(fact({ contract: late }, contextWith({}, 'America/New_York')).observedOn).toBe('2026-02-28');
    expect(fact({ contract: late }).observedOn).toBe('2026-03-01');
  });

  test('has ids of 18 characters, whatever is read', () => {
    expect(fact({ contract: contract({ AccountId: '001Hs00003SMPLA' }) }).customerId).toBe('001Hs00003SMPLAIA5');
  });
});

describe('evidence', () => {
  test.each([
    ['a draft', { StatusCode: 'Draft' }],
    ['one in approval', { StatusCode: 'InApproval' }],
    ['one that the customer has not signed', { CustomerSignedDate: null }],
  ])('%s is claimed, booked by nobody', (_, change) => {
    const claimed = fact({ contract: contract(change) });
    expect(claimed).toMatchObject({ evidence: 'claimed', status: 'active' });
    expect(claimed.bookedOn).toBeUndefined();
    expect(claimed.lines.map(({ bookedOn }) => bookedOn)).toEqual([undefined]);
  });

  test('an order that was signed under a contract that was not is booked by nobody', () => {
    const signedOrder = order({ CustomerAuthorizedDate: '2026-01-10' });
    expect(fact({ contract: contract({ CustomerSignedDate: null }), orders: [signedOrder] }).lines[0]?.bookedOn).toBeUndefined();
  });

  test('the customer’s signature alone signs it', () => {
    expect(fact({ contract: contract({ CompanySignedDate: null }) })).toMatchObject({ evidence: 'signed', bookedOn: '2026-01-12' });
  });

  test('an expired contract was signed all the same', () => {
    expect(fact({ contract: contract({ StatusCode: 'Expired' }) }).evidence).toBe('signed');
  });

  test('a draft order and its items are none', () => {
    const draft = order({ Id: AMENDMENT, StatusCode: 'Draft', OrderNumber: '00000302' });
    const { lines, agreementIds } = fact({
      orders: [order(), draft],
      items: [item(), item({ Id: SECOND_ITEM, OrderId: AMENDMENT, UnitPrice: 9 })],
    });
    expect(lines).toEqual([line]);
    // A billing system may know it already.
    expect(agreementIds).toEqual([CONTRACT, '00000117', ORDER, '00000301', AMENDMENT, '00000302']);
  });

  test('a contract of draft orders only has no lines, and starts when it says, or when it was made', () => {
    const orders = [order({ StatusCode: 'Draft' })];
    expect(fact({ contract: contract({ StatusCode: 'Draft' }), orders })).toMatchObject({ lines: [], startsOn: '2026-02-01' });
    const undated = contract({ StatusCode: 'Draft', StartDate: null, EndDate: null, ContractTerm: null });
    expect(fact({ contract: undated, orders })).toMatchObject({ lines: [], startsOn: '2026-01-05' });
  });

  test('a deleted contract is canceled, without lines', () => {
    const deleted = contract({ IsDeleted: true, SystemModstamp: '2026-04-01T00:00:00.000+0000' });
    expect(fact({ contract: deleted })).toMatchObject({ status: 'canceled', lines: [], provenance: { observedAt: 1_775_001_600 } });
    // Nor does it matter then since when it was terminated.
    expect(fact({ contract: { ...deleted, StatusCode: 'Terminated' } }).endedOn).toBeUndefined();
  });

  test('a deleted order takes its items along', () => {
    const { lines, agreementIds, status } = fact({ orders: [order({ IsDeleted: true })] });
    expect({ lines, agreementIds, status }).toEqual({ lines: [], agreementIds: [CONTRACT, '00000117'], status: 'active' });
  });
});

describe('the end of a contract', () => {
  test('by termination is the day after its last day', () => {
    const terminated = fact({ contract: contract({ Terminated_On__c: '2026-06-30' }) });
    expect(terminated).toMatchObject({ status: 'active', endedOn: '2026-07-01' });
    expect(terminated.lines[0]?.endsOn).toBe('2027-02-01'); // what was signed stays
  });

  test('by termination at or after the end of its term is no termination', () => {
    expect(fact({ contract: contract({ Terminated_On__c: '2027-01-31' }) }).endedOn).toBeUndefined();
    expect(fact({ contract: contract({ Terminated_On__c: '2027-01-30' }) }).endedOn).toBe('2027-01-31');
  });

  test('may be told as a date-time: the company’s day', () => {
    const terminated = contract({ Terminated_On__c: '2026-07-01T03:00:00.000+0000' });
    expect(fact({ contract: terminated }, contextWith({}, 'America/New_York')).endedOn).toBe('2026-07-01');
    expect(fact({ contract: terminated }).endedOn).toBe('2026-07-02');
  });

  test('is refused where it is terminated and no field says since when, or the field holds no date', () => {
    expect(problem({ contract: contract({ StatusCode: 'Terminated' }) })).toMatchObject({
      code: 'date-missing',
      field: 'Contract.Terminated_On__c',
    });
    expect(problem({ contract: contract({ Terminated_On__c: 'June' }) })).toMatchObject({
      code: 'shape-unreadable',
      field: 'Contract.Terminated_On__c',
    });
  });

  test('moves with its term: items without an end of their own go on, those with one do not', () => {
    const extended = contract({ EndDate: '2027-07-31', ContractTerm: 18 });
    const items = [item({ EndDate: null }), item({ Id: SECOND_ITEM, Product2Id: '01tHs00000SMPLQIA5' })];
    const { termMonths, lines } = fact({ contract: extended, items });
    expect(termMonths).toBe(18);
    expect(lines.map(({ startsOn, endsOn }) => [startsOn, endsOn])).toEqual([
      ['2026-02-01', '2027-02-01'],
      ['2026-02-01', '2027-08-01'],
    ]);
  });

  test('follows from its start and months, where it tells no last day; 31 August and six months end in February', () => {
    const short = contract({ StartDate: '2026-08-31', EndDate: null, ContractTerm: 6 });
    expect(fact({ contract: short, items: [item({ ServiceDate: '2026-08-31', EndDate: null })] }).lines[0]?.endsOn).toBe('2027-02-28');
  });
});

describe('amendments', () => {
  const amendment = (change = {}) =>
    order({
      Id: AMENDMENT,
      OrderNumber: '00000305',
      CreatedDate: '2026-06-10T09:00:00.000+0000',
      ActivatedDate: '2026-06-20T23:30:00.000+0000',
      ...change,
    });
  const added = item({ Id: SECOND_ITEM, OrderId: AMENDMENT, Quantity: 20, ServiceDate: '2026-07-01' });
  const bookedOn = (change: object, by?: MappingContext, first = order()) =>
    fact({ orders: [first, amendment(change)], items: [item(), added] }, by).lines.map((one) => one.bookedOn);

  test('are booked by their own signature: the configured field, then the last of the standard ones', () => {
    const standard = { CustomerAuthorizedDate: '2026-06-12', CompanyAuthorizedDate: '2026-06-15' };
    expect(bookedOn(standard)).toEqual(['2026-01-15', '2026-06-15']);
    expect(bookedOn({ ...standard, Signed_On__c: '2026-06-11' })).toEqual(['2026-01-15', '2026-06-11']);
  });

  test('without one are booked on the day that they were activated, in the company’s zone', () => {
    expect(bookedOn({})).toEqual(['2026-01-15', '2026-06-20']);
    expect(bookedOn({}, contextWith({}, 'Asia/Tokyo'))).toEqual(['2026-01-15', '2026-06-21']);
  });

  test('that were there when the contract was activated are of the contract, as is its first order', () => {
    expect(
      bookedOn({ CreatedDate: '2026-01-15T09:29:00.000+0000' }, undefined, order({ CreatedDate: '2026-01-14T00:00:00.000+0000' })),
    ).toEqual(['2026-01-15', '2026-01-15']);
  });

  test('are not booked before the contract is signed', () => {
    expect(bookedOn({ ActivatedDate: '2026-01-10T00:00:00.000+0000', CreatedDate: '2026-01-17T00:00:00.000+0000' })).toEqual([
      '2026-01-15',
      '2026-01-15',
    ]);
  });

  test('are refused where the configured signature is no date', () => {
    expect(problem({ orders: [order({ Signed_On__c: 'yes' })] })).toMatchObject({ code: 'shape-unreadable', field: 'Order.Signed_On__c' });
  });
});

describe('an order without a contract', () => {
  const alone = (change: SalesforceRecord = {}): Change => ({
    agreementId: ORDER,
    contract: undefined,
    orders: [order({ ContractId: null, EndDate: '2027-01-31', CustomerAuthorizedDate: '2026-01-10', ...change })],
    items: [item({ EndDate: null })],
  });

  test('is an agreement of its own', () => {
    expect(fact(alone())).toMatchObject({
      provenance: { eventType: 'Order.read' },
      subscriptionId: ORDER,
      customerId: ACCOUNT,
      evidence: 'signed',
      bookedOn: '2026-01-10',
      termStartsOn: '2026-02-01',
      termMonths: 12,
      agreementIds: [ORDER, '00000301'],
      lines: [{ ...line, bookedOn: '2026-01-10' }],
    });
  });

  test('that nobody has signed is claimed; a draft has no lines, and a deleted one is canceled', () => {
    expect(fact(alone({ CustomerAuthorizedDate: null }))).toMatchObject({ evidence: 'claimed', lines: [{ lineId: ITEM }] });
    expect(fact(alone({ StatusCode: 'Draft' }))).toMatchObject({ evidence: 'claimed', status: 'active', lines: [] });
    expect(fact(alone({ IsDeleted: true }))).toMatchObject({ status: 'canceled', lines: [] });
  });

  test('is reduced by orders that name it', () => {
    const reduction = order({
      Id: AMENDMENT,
      ContractId: null,
      OriginalOrderId: ORDER,
      IsReductionOrder: true,
      EffectiveDate: '2026-08-01',
      CreatedDate: '2026-07-20T00:00:00.000+0000',
      ActivatedDate: '2026-07-21T00:00:00.000+0000',
    });
    expect(agreementIdOf(reduction)).toBe(ORDER);
    const less = item({ Id: SECOND_ITEM, OrderId: AMENDMENT, OriginalOrderItemId: ITEM, Quantity: -30, ServiceDate: null });
    const { orders = [], items = [] } = alone();
    const { lines } = fact({ ...alone(), orders: [...orders, reduction], items: [...items, less] });
    expect(lines.map(({ quantity, startsOn, endsOn, bookedOn }) => [quantity, startsOn, endsOn, bookedOn])).toEqual([
      ['100', '2026-02-01', '2026-08-01', '2026-01-10'],
      ['70', '2026-08-01', '2027-02-01', '2026-07-21'], // 100 − 30
    ]);
  });

  test('is refused without an account', () => {
    expect(problem(alone({ AccountId: null }))).toMatchObject({ code: 'record-missing', field: 'Order.AccountId' });
  });
});

test('an order belongs to its contract, the order that it reduces, or is an agreement itself', () => {
  expect(agreementIdOf(order({ ContractId: '800Hs00000SMPLC' }))).toBe('800Hs00000SMPLCIA5');
  expect(agreementIdOf(order({ ContractId: null }))).toBe(ORDER);
  expect(agreementIdOf({ Id: 7 })).toBeUndefined();
});

describe('keys to other systems', () => {
  test('are the company’s own name of the agreement, the subscriptions that bill it, and the contract that it renews', () => {
    const keyed = contract({
      Agreement__c: 'AGR-2026-17',
      Stripe_Subscription_Id__c: 'sub_1SmplA, sub_1SmplB',
      Renewal_Of__c: '800Hs00000SMPLB',
    });
    const { agreementIds, billedBy, renewalOf } = fact({ contract: keyed, orders: [order({ Stripe_Subscription_Id__c: 'sub_1SmplB' })] });
    expect(agreementIds).toEqual([CONTRACT, '00000117', 'AGR-2026-17', ORDER, '00000301']);
    expect(billedBy).toEqual([
      { system: 'stripe', instance: 'main', subscriptionId: 'sub_1SmplA' },
      { system: 'stripe', instance: 'main', subscriptionId: 'sub_1SmplB' },
    ]);
    expect(renewalOf).toBe('800Hs00000SMPLBIA5');
  });

  test('that cannot be read are left out with a warning, and never cost the fact', () => {
    const { fact: told, warnings } = mapped({
      contract: contract({ Stripe_Subscription_Id__c: 'see notes', Renewal_Of__c: 'the old one' }),
    });
    expect([told.billedBy, told.renewalOf]).toEqual([undefined, undefined]);
    expect(warnings).toEqual([
      'Stripe_Subscription_Id__c holds something else than ids of the form sub_…: left out',
      'Renewal_Of__c is no record id of 15 or 18 characters: left out',
    ]);
  });

  test('of Stripe say nothing where there are several Stripe accounts and none is named', () => {
    const [one] = [{ instance: 'us', legalEntity: 'acme-inc', livemode: true, apiBase: 'https://api.stripe.com' }];
    const metadata = { customer: { attributes: {} }, subscription: {} };
    const accounts = [
      { ...one, metadata },
      { ...one, instance: 'eu', metadata },
    ] as Parameters<typeof contextWith>[2];
    const keyed = { contract: contract({ Stripe_Subscription_Id__c: 'sub_1SmplA' }) };
    expect(mapped(keyed, contextWith({}, 'UTC', accounts))).toMatchObject({
      warnings: ['the agreement names subscriptions of Stripe, and stripeInstance is not configured: left out'],
    });
    expect(fact(keyed, contextWith({ stripeInstance: 'eu' }, 'UTC', accounts)).billedBy).toEqual([
      { system: 'stripe', instance: 'eu', subscriptionId: 'sub_1SmplA' },
    ]);
  });

  test('are at most 40: the contract’s, then those of the orders that were made first', () => {
    const orders = Array.from({ length: 25 }, (_, i) =>
      order({
        Id: `801Hs000000000${String(i).padStart(2, '0')}AA`,
        OrderNumber: `N${i}`,
        CreatedDate: `2026-02-${String(i + 1).padStart(2, '0')}T00:00:00.000+0000`,
      }),
    );
    const { fact: told, warnings } = mapped({ orders, items: [] });
    expect(told.agreementIds).toHaveLength(40);
    expect(told.agreementIds?.slice(0, 4)).toEqual([CONTRACT, '00000117', '801Hs00000000000AA', 'N0']);
    expect(warnings).toEqual(['the agreement has 52 ids: 12 are left out']); // 2 + 25 × 2 − 40
  });
});

describe('currencies', () => {
  const several = contextWith({ currency: undefined } as Partial<MappingContext['instance']>);
  const in_ = (currency: string, change = {}) => item({ CurrencyIsoCode: currency, ...change });

  test('of an org with several are those of the items, in ISO minor units', () => {
    const yen = { contract: contract({ CurrencyIsoCode: 'USD' }), orders: [order({ CurrencyIsoCode: 'JPY' })], items: [in_('JPY')] };
    expect(fact(yen, several)).toMatchObject({ currency: 'JPY', lines: [{ pricing: { unitMinor: '1200' } }] });
    expect(fact({ ...yen, items: [in_('KWD')] }, several)).toMatchObject({
      currency: 'KWD',
      lines: [{ pricing: { unitMinor: '1200000' } }],
    });
  });

  test('are that of the contract where nothing is sold yet', () => {
    expect(fact({ contract: contract({ CurrencyIsoCode: 'EUR' }), orders: [], items: [] }, several).currency).toBe('EUR');
  });

  test('refuses two in one agreement, one that is none, and none at all', () => {
    expect(problem({ items: [in_('EUR'), in_('USD', { Id: SECOND_ITEM })] }, several)).toMatchObject({ code: 'currency-mixed' });
    expect(problem({ items: [in_('QQQ')] }, several)).toMatchObject({ code: 'currency-unknown' });
    expect(problem({ items: [] }, several)).toMatchObject({ code: 'currency-unknown' });
  });
});

describe('records that cannot be read', () => {
  test.each([
    ['a contract without its account', { contract: contract({ AccountId: null }) }, 'Contract.AccountId'],
    ['a date that does not exist', { contract: contract({ StartDate: '2026-02-30' }) }, 'Contract.StartDate'],
    ['a time in another zone', { orders: [order({ CreatedDate: '2026-01-16T10:00:00.000+0200' })] }, 'Order.CreatedDate'],
    ['an item without a quantity', { items: [item({ Quantity: null })] }, 'OrderItem.Quantity'],
    ['a price that is text', { items: [item({ UnitPrice: '1200' })] }, 'OrderItem.UnitPrice'],
    ['a product without its id', { products: [product({ Id: 'x' })] }, 'Product2.Id'],
  ])('refuses %s, and names the field', (_, change, field) => {
    expect(problem(change)).toMatchObject({ code: 'shape-unreadable', field });
  });

  test('refuses an agreement whose contract is not there', () => {
    expect(problem({ contract: undefined })).toMatchObject({ code: 'record-missing' });
  });

  test('a product that is not there leaves its items under its own id', () => {
    expect(fact({ products: [] }).lines[0]).toMatchObject({ productId: PRODUCT, unmapped: true });
    expect(fact({ products: [product({ Stripe_Product_Id__c: null })] }).lines[0]).toMatchObject({ productId: PRODUCT, unmapped: true });
  });
});
