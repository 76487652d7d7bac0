import { describe, expect, test } from 'vitest';
import { type AgreementRecords, agreementFact } from '../../../functions/integrations/salesforce/agreements.ts';
import type { MappingContext } from '../../../functions/integrations/salesforce/context.ts';
import type { SalesforceRecord } from '../../../functions/integrations/salesforce/reader.ts';
import {
  AMENDMENT,
  CONTRACT,
  context,
  contextWith,
  contract,
  ITEM,
  item,
  ORDER,
  order,
  product,
  SECOND_ITEM,
  THIRD_ITEM,
} from './records.ts';

const records = (items: readonly SalesforceRecord[], change: Partial<AgreementRecords> = {}): AgreementRecords => ({
  agreementId: CONTRACT,
  contract: contract({ EndDate: '2029-01-31', ContractTerm: 36 }),
  orders: [order(), amendment],
  items,
  products: [product()],
  sellingModels: [],
  ...change,
});

/** Booked on 20 June. */
const amendment = order({ Id: AMENDMENT, CreatedDate: '2026-06-10T09:00:00.000+0000', ActivatedDate: '2026-06-20T12:00:00.000+0000' });
const reduction = order({
  Id: AMENDMENT,
  IsReductionOrder: true,
  OriginalOrderId: ORDER,
  EffectiveDate: '2026-09-01',
  CreatedDate: '2026-08-10T09:00:00.000+0000',
  ActivatedDate: '2026-08-12T12:00:00.000+0000',
});
const less = (quantity: number, change: SalesforceRecord = {}) =>
  item({ Id: THIRD_ITEM, OrderId: AMENDMENT, OriginalOrderItemId: ITEM, Quantity: quantity, ServiceDate: null, EndDate: null, ...change });

const mapped = (items: readonly SalesforceRecord[], change?: Partial<AgreementRecords>, by: MappingContext = context) => {
  const result = agreementFact(records(items, change), by);
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`);
  return result.value;
};
const lines = (items: readonly SalesforceRecord[], change?: Partial<AgreementRecords>, by?: MappingContext) =>
  mapped(items, change, by).fact.lines;
const told = (items: readonly SalesforceRecord[], change?: Partial<AgreementRecords>, by?: MappingContext) =>
  lines(items, change, by).map(({ lineId, quantity, startsOn, endsOn, bookedOn }) => [lineId, quantity, startsOn, endsOn, bookedOn]);
const problem = (items: readonly SalesforceRecord[], change?: Partial<AgreementRecords>, by: MappingContext = context) => {
  const result = agreementFact(records(items, change), by);
  return result.ok ? undefined : result.problem;
};

describe('a list price', () => {
  test('stands beside the agreed one where it is another', () => {
    expect(lines([item({ UnitPrice: 1080, ListPrice: 1200 })])).toMatchObject([
      { pricing: { unitMinor: '108000' }, listUnitMinor: '120000' },
    ]);
    for (const ListPrice of [1200, null, undefined]) expect(lines([item({ ListPrice })])[0]).not.toHaveProperty('listUnitMinor');
  });

  test('that cannot be read exactly is left out, with a warning: it decides nothing', () => {
    const { fact, warnings } = mapped([item({ ListPrice: 12345678901234.56 })]);
    expect(fact.lines[0]).not.toHaveProperty('listUnitMinor');
    expect(warnings).toEqual([`list price of order item ${ITEM} cannot be read exactly: left out`]);
  });
});

describe('a ramp', () => {
  const year = (id: string, from: number, quantity: number, change: SalesforceRecord = {}) =>
    item({ Id: id, Quantity: quantity, ServiceDate: `${from}-02-01`, EndDate: `${from + 1}-01-31`, ...change });
  const ramp = [year(ITEM, 2026, 500), year(SECOND_ITEM, 2027, 750), year(THIRD_ITEM, 2028, 1000)];

  test('is one line that steps, under the id of its first item and one signature', () => {
    expect(told(ramp)).toEqual([
      [ITEM, '500', '2026-02-01', '2027-02-01', '2026-01-15'], // 600,000 a year
      [ITEM, '750', '2027-02-01', '2028-02-01', '2026-01-15'], // 900,000
      [ITEM, '1000', '2028-02-01', '2029-02-01', '2026-01-15'], // 1,200,000
    ]);
    expect(lines(ramp).map(({ priceId }) => priceId)).toEqual([ITEM, SECOND_ITEM, THIRD_ITEM]);
    expect(told([...ramp].reverse())).toEqual(told(ramp));
  });

  test('goes on after a gap', () => {
    expect(told([year(ITEM, 2026, 500), year(SECOND_ITEM, 2028, 750)]).map(([lineId]) => lineId)).toEqual([ITEM, ITEM]);
  });

  test('of another product is a line of its own', () => {
    const other = year(SECOND_ITEM, 2027, 750, { Product2Id: '01tHs00000SMPLQIA5' });
    expect(lines([year(ITEM, 2026, 500), other]).map(({ lineId, productId, unmapped }) => [lineId, productId, unmapped])).toEqual([
      [ITEM, 'prod_Platform', undefined],
      [SECOND_ITEM, '01tHs00000SMPLQIA5', true],
    ]);
  });

  test('and what was added to it keep their own lines, each with what was signed with it', () => {
    const addition = year(SECOND_ITEM, 2026, 40, { OrderId: AMENDMENT, ServiceDate: '2026-07-01' });
    const next = year('802Hs00000SMPLBIA5', 2027, 750);
    const nextOfAddition = year('802Hs00000SMPLAIA5', 2027, 60, { OrderId: AMENDMENT });
    expect(told([year(ITEM, 2026, 500), addition, nextOfAddition, next])).toEqual([
      [ITEM, '500', '2026-02-01', '2027-02-01', '2026-01-15'],
      [SECOND_ITEM, '40', '2026-07-01', '2027-02-01', '2026-06-20'],
      [SECOND_ITEM, '60', '2027-02-01', '2028-02-01', '2026-06-20'],
      [ITEM, '750', '2027-02-01', '2028-02-01', '2026-01-15'],
    ]);
  });

  test('goes on with the line that ended last', () => {
    const short = year(ITEM, 2026, 500, { EndDate: '2026-06-30' });
    expect(told([short, year(SECOND_ITEM, 2026, 5), year(THIRD_ITEM, 2027, 9)]).map(([lineId]) => lineId)).toEqual([
      ITEM,
      SECOND_ITEM,
      SECOND_ITEM,
    ]);
  });
});

describe('a reduction', () => {
  test('lowers what is left from its first day on, booked by its own signature', () => {
    expect(told([item(), less(-30)], { orders: [order(), reduction] })).toEqual([
      [ITEM, '100', '2026-02-01', '2026-09-01', '2026-01-15'],
      [ITEM, '70', '2026-09-01', '2027-02-01', '2026-08-12'], // 100 − 30
    ]);
  });

  test('of several is taken one after the other, in the order of their days; those of one day leave one stretch', () => {
    const items = [
      item(),
      less(-10.5, { ServiceDate: '2026-12-01' }),
      less(-30, { Id: '802Hs00000SMPLAIA5' }),
      less(-9.5, { Id: '802Hs00000SMPLBIA5', ServiceDate: '2026-12-01' }),
    ];
    expect(told(items, { orders: [order(), reduction] }).map(([, quantity, startsOn, endsOn]) => [quantity, startsOn, endsOn])).toEqual([
      ['100', '2026-02-01', '2026-09-01'],
      ['70', '2026-09-01', '2026-12-01'], // 100 − 30
      ['50', '2026-12-01', '2027-02-01'], // 70 − 10.5 − 9.5
    ]);
  });

  test('of all leaves a stretch of nothing, so that the line ends that day and by that signature', () => {
    expect(told([item(), less(-100)], { orders: [order(), reduction] })).toEqual([
      [ITEM, '100', '2026-02-01', '2026-09-01', '2026-01-15'],
      [ITEM, '0', '2026-09-01', '2027-02-01', '2026-08-12'], // 100 − 100
    ]);
    // From the first day on: the line was never more, and is told all the same.
    expect(told([item(), less(-100, { ServiceDate: '2026-02-01' })], { orders: [order(), reduction] })).toEqual([
      [ITEM, '0', '2026-02-01', '2027-02-01', '2026-08-12'],
    ]);
  });

  test('of all of a metered item leaves no stretch: without a quantity it would look like one in force', () => {
    const metered = { orders: [order(), reduction], products: [product({ Charge_Type__c: 'Usage' })] };
    expect(told([item(), less(-100)], metered)).toEqual([[ITEM, undefined, '2026-02-01', '2026-09-01', '2026-01-15']]);
  });

  test('before the first day holds from the first day; after the last it changes nothing', () => {
    expect(told([item(), less(-30, { ServiceDate: '2026-01-01' })], { orders: [order(), reduction] })).toEqual([
      [ITEM, '70', '2026-02-01', '2027-02-01', '2026-08-12'],
    ]);
    expect(told([item(), less(-30, { ServiceDate: '2027-02-01' })], { orders: [order(), reduction] })).toEqual([
      [ITEM, '100', '2026-02-01', '2027-02-01', '2026-01-15'],
    ]);
  });

  test('may be written without its sign, and a negative quantity stands for one in any order', () => {
    expect(told([item(), less(30)], { orders: [order(), reduction] }).map(([, quantity]) => quantity)).toEqual(['100', '70']);
    expect(told([item(), less(-30, { ServiceDate: '2026-09-01' })]).map(([, quantity]) => quantity)).toEqual(['100', '70']);
  });

  test('in a draft order, or in the recycle bin, is none', () => {
    const whole = [[ITEM, '100', '2026-02-01', '2027-02-01', '2026-01-15']];
    expect(told([item(), less(-30)], { orders: [order(), { ...reduction, StatusCode: 'Draft' }] })).toEqual(whole);
    expect(told([item(), less(-30, { IsDeleted: true })], { orders: [order(), reduction] })).toEqual(whole);
  });

  test('keeps a ramp one line: the next step is the contract’s again', () => {
    const next = item({ Id: SECOND_ITEM, Quantity: 150, ServiceDate: '2027-02-01', EndDate: '2028-01-31' });
    expect(told([item(), less(-30), next], { orders: [order(), reduction] })).toEqual([
      [ITEM, '100', '2026-02-01', '2026-09-01', '2026-01-15'],
      [ITEM, '70', '2026-09-01', '2027-02-01', '2026-08-12'],
      [ITEM, '150', '2027-02-01', '2028-02-01', '2026-01-15'],
    ]);
  });

  test('refuses to take away more than there is, or from nothing', () => {
    expect(problem([item(), less(-100.01)], { orders: [order(), reduction] })).toMatchObject({
      code: 'quantity-below-zero',
      field: 'OrderItem.Quantity',
    });
    expect(problem([item(), less(-30, { OriginalOrderItemId: null })])).toMatchObject({
      code: 'record-missing',
      field: 'OrderItem.OriginalOrderItemId',
    });
    expect(problem([item({ IsDeleted: true }), less(-30)])).toMatchObject({ code: 'record-missing' });
  });
});

describe('days of service', () => {
  const days = (...args: Parameters<typeof lines>) => lines(...args).map(({ startsOn, endsOn }) => [startsOn, endsOn]);
  const undated = item({ ServiceDate: null, EndDate: null });

  test('are the item’s own, else its order’s, else the contract’s', () => {
    expect(days([item({ ServiceDate: '2026-03-15', EndDate: '2026-12-31' })])).toEqual([['2026-03-15', '2027-01-01']]);
    expect(days([undated], { orders: [order({ EffectiveDate: '2026-04-01', EndDate: '2026-12-31' })] })).toEqual([
      ['2026-04-01', '2027-01-01'],
    ]);
    expect(days([undated])).toEqual([['2026-02-01', '2029-02-01']]);
  });

  test('refuses an item of which no first or last day is told, by the field', () => {
    expect(problem([undated], { orders: [order({ EffectiveDate: null })] })).toMatchObject({
      code: 'date-missing',
      field: 'OrderItem.ServiceDate',
    });
    const endless = contract({ EndDate: null, ContractTerm: null });
    expect(problem([undated], { contract: endless })).toMatchObject({ code: 'date-missing', field: 'OrderItem.EndDate' });
  });

  test('refuses an item that ends before it begins', () => {
    expect(problem([item({ EndDate: '2026-01-30' })])).toMatchObject({ code: 'dates-crossed', field: 'OrderItem.EndDate' });
  });

  test('that the contract was cut off from are none: the item is left out, and named', () => {
    for (const ServiceDate of ['2029-02-01', '2029-03-01']) {
      const { fact, warnings } = mapped([item(), item({ Id: SECOND_ITEM, ServiceDate, EndDate: null })]);
      expect(fact.lines.map(({ priceId }) => priceId)).toEqual([ITEM]);
      expect(warnings).toEqual([`order item ${SECOND_ITEM} has no day of service before its order or contract ends: left out`]);
    }
  });
});

describe('what a price is the price of', () => {
  const term = (change: SalesforceRecord, by: MappingContext) =>
    lines([item(change)], {}, by).map(({ interval, intervalCount }) => [interval, intervalCount]);

  test('is a year or a month, as is configured', () => {
    expect(term({}, contextWith({ prices: 'per-year' }))).toEqual([['year', 1]]);
    expect(term({}, contextWith({ prices: 'per-month' }))).toEqual([['month', 1]]);
  });

  test('is the item’s whole service: in years or months, or in days where months are not whole', () => {
    const whole = contextWith({ prices: 'per-term' });
    expect(term({ EndDate: '2029-01-31' }, whole)).toEqual([['year', 3]]);
    expect(term({ EndDate: '2027-07-31' }, whole)).toEqual([['month', 18]]);
    expect(term({ ServiceDate: '2026-06-01', EndDate: '2026-12-31' }, whole)).toEqual([['month', 7]]);
    expect(term({ ServiceDate: '2026-07-03', EndDate: '2027-01-31' }, whole)).toEqual([['day', 213]]); // 29 + 31 + 30 + 31 + 30 + 31 + 31
  });

  test('does not change where a reduction cuts the service', () => {
    const cut = lines([item(), less(-30)], { orders: [order(), reduction] }, contextWith({ prices: 'per-term' }));
    expect(cut.map(({ interval, intervalCount, pricing }) => [interval, intervalCount, pricing])).toEqual([
      ['year', 1, { model: 'per-unit', unitMinor: '120000' }],
      ['year', 1, { model: 'per-unit', unitMinor: '120000' }],
    ]);
  });
});

describe('selling models', () => {
  const MODEL = '0jPHs00000SMPLMIA5';
  const revenueCloud = contextWith({ sellingModels: true });
  const model = (change: SalesforceRecord) => ({
    Id: MODEL,
    IsDeleted: false,
    SystemModstamp: '2025-01-01T00:00:00.000+0000',
    SellingModelType: 'TermDefined',
    PricingTerm: 1,
    PricingTermUnit: 'Months',
    ...change,
  });
  const sold = (modelChange: SalesforceRecord, itemChange: SalesforceRecord = {}) =>
    [[item({ ProductSellingModelId: MODEL, ...itemChange })], { sellingModels: [model(modelChange)] }, revenueCloud] as const;

  test.each([
    ['Months', 1, 'month', 1],
    ['Quarterly', 1, 'month', 3],
    ['Semi-Annual', 1, 'month', 6],
    ['SemiAnnual', 1, 'month', 6],
    ['Annual', 1, 'year', 1],
    ['Months', 12, 'year', 1],
  ])('price by %s × %i', (PricingTermUnit, PricingTerm, interval, intervalCount) => {
    expect(lines(...sold({ PricingTermUnit, PricingTerm }))).toMatchObject([{ interval, intervalCount }]);
  });

  test('tell the price after all discounts, and the price before them beside it', () => {
    expect(lines(...sold({}, { NetUnitPrice: 90.5 }))).toMatchObject([{ pricing: { unitMinor: '9050' }, listUnitMinor: '120000' }]);
  });

  test('that are sold once do not recur; evergreen ones have no end but their own', () => {
    expect(lines(...sold({ SellingModelType: 'OneTime', PricingTerm: null, PricingTermUnit: null }))).toEqual([]);
    const [line] = lines(...sold({ SellingModelType: 'Evergreen' }, { EndDate: null }));
    expect([line?.startsOn, line?.endsOn]).toEqual(['2026-02-01', undefined]);
  });

  test('without a pricing term leave it to the configuration', () => {
    expect(lines(...sold({ PricingTerm: null, PricingTermUnit: null }))).toMatchObject([{ interval: 'year', intervalCount: 1 }]);
  });

  test('refuses a unit that is not known, a model that is not there, and a whole without end', () => {
    expect(problem(...sold({ PricingTermUnit: 'Fortnights' }))).toMatchObject({ code: 'selling-model-unknown' });
    expect(problem([item({ ProductSellingModelId: MODEL })], {}, revenueCloud)).toMatchObject({
      code: 'record-missing',
      field: 'OrderItem.ProductSellingModelId',
    });
    const [items, parts] = sold({ SellingModelType: 'Evergreen', PricingTerm: null, PricingTermUnit: null }, { EndDate: null });
    expect(problem(items, parts, contextWith({ sellingModels: true, prices: 'per-term' }))).toMatchObject({ code: 'date-missing' });
  });
});

describe('how a product is charged', () => {
  const charged = (type: string | null) => lines([item({ EndDate: '2027-01-31' })], { products: [product({ Charge_Type__c: type })] });

  test('once is no line, and needs no dates', () => {
    expect(charged('One-Time')).toEqual([]);
    const undated = item({ Id: SECOND_ITEM, ServiceDate: null, EndDate: null });
    const endless = { contract: contract({ EndDate: null, ContractTerm: null }), products: [product({ Charge_Type__c: 'ONE TIME' })] };
    expect(lines([undated], endless)).toEqual([]);
  });

  test('by usage has no quantity', () => {
    expect(charged('Usage')).toMatchObject([{ usage: 'metered' }]);
    expect(charged('Usage')[0]?.quantity).toBeUndefined();
  });

  test('otherwise recurs', () => {
    expect([...charged('Recurring'), ...charged(null)].map(({ usage }) => usage)).toEqual(['licensed', 'licensed']);
  });
});

test('refuses more than 200 dated lines, stretches between reductions counted', () => {
  const many = Array.from({ length: 200 }, (_, i) => item({ Id: `802Hs000000${String(i).padStart(4, '0')}AAA` }));
  expect(lines(many)).toHaveLength(200);
  const first = many[0]?.['Id'];
  expect(problem([...many, less(-30, { ServiceDate: '2026-09-01', OriginalOrderItemId: first })])).toMatchObject({
    code: 'too-many-lines',
  });
});
