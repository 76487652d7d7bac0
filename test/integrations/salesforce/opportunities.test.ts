import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { opportunityRecorded, subscriptionRecorded } from '../../../functions/integrations/events.ts';
import type { MappingContext } from '../../../functions/integrations/salesforce/context.ts';
import { type OpportunityRecords, opportunityFacts } from '../../../functions/integrations/salesforce/opportunities.ts';
import type { SalesforceRecord } from '../../../functions/integrations/salesforce/reader.ts';
import { ACCOUNT, CONTRACT, context, contextWith, PRODUCT, product } from './records.ts';

const OPPORTUNITY = '006Hs00001SMPLOIA3';
const LINE = '00kHs00000SMPLLIA5';

const opportunity = (change: SalesforceRecord = {}): SalesforceRecord => ({
  Id: OPPORTUNITY,
  IsDeleted: false,
  SystemModstamp: '2026-10-30T16:00:00.125+0000',
  CreatedDate: '2026-10-20T10:00:00.000+0000',
  AccountId: ACCOUNT,
  OwnerId: '005Hs00000SMPLUIA5',
  ContractId: null,
  StageName: 'Closed Won',
  Type: 'Existing Business',
  Amount: 27000,
  Probability: 100,
  ForecastCategory: 'Closed',
  CloseDate: '2026-10-31',
  IsClosed: true,
  IsWon: true,
  ...change,
});

const lineItem = (change: SalesforceRecord = {}): SalesforceRecord => ({
  Id: LINE,
  IsDeleted: false,
  SystemModstamp: '2026-10-30T16:00:00.000+0000',
  OpportunityId: OPPORTUNITY,
  Product2Id: PRODUCT,
  Quantity: 25,
  UnitPrice: 1200,
  TotalPrice: 27000, // 25 × 1,200 less 10%
  Discount: 10,
  ServiceDate: '2026-12-01',
  ...change,
});

/** Two rows, as Salesforce answered: $25,000 in negotiation, then won at $27,000. */
const history = (
  JSON.parse(readFileSync(join(import.meta.dirname, '../../contracts/salesforce/rest/opportunity_history.query.json'), 'utf8')) as {
    records: readonly SalesforceRecord[];
  }
).records.map((row) => ({ IsDeleted: false, ...row }));

const records = (change: SalesforceRecord = {}, parts: Partial<OpportunityRecords> = {}): OpportunityRecords => ({
  opportunity: opportunity(change),
  items: [lineItem()],
  history,
  products: [product()],
  ...parts,
});
const facts = (change?: SalesforceRecord, parts?: Partial<OpportunityRecords>, by: MappingContext = context) => {
  const result = opportunityFacts(records(change, parts), by);
  if (!result.ok) throw new Error(result.problem.detail);
  const { claim } = result.value;
  expect(opportunityRecorded.schema.safeParse(result.value.opportunity.fact).error).toBeUndefined();
  if (claim !== undefined) expect(subscriptionRecorded.schema.safeParse(claim.fact).error).toBeUndefined();
  return { fact: result.value.opportunity.fact, claim };
};
const problem = (change: SalesforceRecord, parts?: Partial<OpportunityRecords>, by: MappingContext = context) => {
  const result = opportunityFacts(records(change, parts), by);
  return result.ok ? undefined : result.problem;
};

describe('an opportunity', () => {
  test('is told whole, with the steps that led to it', () => {
    expect(facts().fact).toEqual({
      provenance: {
        system: 'salesforce',
        instance: 'main',
        eventId: expect.stringMatching(/^read:006Hs00001SMPLOIA3:1793376000125:[0-9a-f]{8}$/),
        eventType: 'Opportunity.read',
        observedAt: 1_793_376_000, // 2026-10-30 16:00:00
      },
      opportunityId: OPPORTUNITY,
      customerId: ACCOUNT,
      legalEntity: 'acme-inc',
      currency: 'USD',
      amountMinor: '2700000',
      stage: 'Closed Won',
      type: 'Existing Business',
      isClosed: true,
      isWon: true,
      forecastCategory: 'closed',
      probability: '100',
      closesOn: '2026-10-31',
      createdOn: '2026-10-20',
      ownerId: '005Hs00000SMPLUIA5',
      products: [{ productId: 'prod_Platform', quantity: '25', amountMinor: '2700000', startsOn: '2026-12-01' }],
      history: [
        {
          recordedAt: 1_792_490_400, // 2026-10-20 10:00:00
          stage: 'Negotiation/Review',
          amountMinor: '2500000',
          probability: '90',
          forecastCategory: 'pipeline',
          closesOn: '2026-10-31',
        },
        {
          recordedAt: 1_793_376_000,
          stage: 'Closed Won',
          amountMinor: '2700000',
          probability: '100',
          forecastCategory: 'closed',
          closesOn: '2026-10-31',
        },
      ],
      deleted: false,
      observedOn: '2026-10-30',
      fingerprint: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  test('without an account, an amount or a probability leaves them out', () => {
    const { fact } = facts({ AccountId: null, Amount: null, Probability: null, Type: null, OwnerId: null }, { items: [] });
    expect(Object.keys(fact)).not.toEqual(expect.arrayContaining(['amountMinor']));
    expect([fact.customerId, fact.probability, fact.type, fact.ownerId, fact.products]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      [],
    ]);
  });

  test.each([
    ['Omitted', 'omitted'],
    ['Pipeline', 'pipeline'],
    ['BestCase', 'best-case'],
    ['MostLikely', 'most-likely'],
    ['Forecast', 'commit'], // its label is Commit
    ['Closed', 'closed'],
  ])('of forecast category %s is %s', (ForecastCategory, told) => {
    expect(facts({ ForecastCategory }).fact.forecastCategory).toBe(told);
  });

  test('is created on the company’s day', () => {
    const created = { CreatedDate: '2026-10-20T02:00:00.000+0000' };
    expect(facts(created, {}, contextWith({}, 'America/New_York')).fact.createdOn).toBe('2026-10-19');
  });

  test('keeps the newest 100 steps, oldest first, and says how many were left out', () => {
    const rows = Array.from({ length: 103 }, (_, i) => ({
      ...history[0],
      Id: `008Hs000000${String(i).padStart(4, '0')}AAA`,
      StageName: `Step ${i}`,
      CreatedDate: `2026-10-20T${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00.000+0000`,
    }));
    const { fact } = facts({}, { history: [...rows].reverse() });
    expect(fact.history).toHaveLength(100);
    expect([fact.history[0]?.stage, fact.history[99]?.stage, fact.historyLeftOut]).toEqual(['Step 3', 'Step 102', 3]);
    expect(facts({}, { history: rows.slice(0, 100) }).fact.historyLeftOut).toBeUndefined();
  });

  test('in several currencies is told in its own; a step of when it was in another says no amount', () => {
    const several = contextWith({ currency: undefined } as Partial<MappingContext['instance']>);
    const [first, second] = history.map((row, i) => ({ ...row, CurrencyIsoCode: i === 0 ? 'USD' : 'JPY' }));
    const { fact } = facts({ CurrencyIsoCode: 'JPY' }, { history: [first ?? {}, second ?? {}] }, several);
    expect([fact.currency, fact.amountMinor, fact.products[0]?.amountMinor]).toEqual(['JPY', '27000', '27000']);
    expect(fact.history.map(({ amountMinor }) => amountMinor)).toEqual([undefined, '27000']);
  });

  test('is the same fact however its records come', () => {
    const items = [lineItem(), lineItem({ Id: '00kHs00000SMPLMIA5', Quantity: 1 })];
    const one = facts({}, { items }).fact;
    expect(facts({}, { items: [...items].reverse(), history: [...history].reverse() }).fact).toEqual(one);
  });

  test.each([
    ['a forecast category that is not known', { ForecastCategory: 'Maybe' }, {}, 'shape-unreadable', 'Opportunity.ForecastCategory'],
    ['no close date', { CloseDate: null }, {}, 'shape-unreadable', 'Opportunity.CloseDate'],
    ['an amount too long', { Amount: 12345678901234.56 }, {}, 'number-inexact', 'Opportunity.Amount'],
    ['a total too long', {}, { items: [lineItem({ TotalPrice: 12345678901234.56 })] }, 'number-inexact', 'OpportunityLineItem.TotalPrice'],
    [
      'a step’s amount too long',
      {},
      { history: history.map((row) => ({ ...row, Amount: 12345678901234.56 })) },
      'number-inexact',
      'OpportunityHistory.Amount',
    ],
    [
      'too many items',
      {},
      { items: Array.from({ length: 201 }, (_, i) => lineItem({ Id: `00kHs000000${String(i).padStart(4, '0')}AAA` })) },
      'too-many-lines',
      'OpportunityLineItem',
    ],
  ])('refuses %s', (_, change, parts, code, field) => {
    expect(problem(change, parts)).toMatchObject({ code, field });
  });

  test('refuses a currency that nobody tells', () => {
    const several = contextWith({ currency: undefined } as Partial<MappingContext['instance']>);
    expect(problem({}, {}, several)).toMatchObject({ code: 'currency-unknown', field: 'Opportunity.CurrencyIsoCode' });
  });
});

describe('what it claims', () => {
  test('once it is won: its items, by the year, never as ARR', () => {
    const { claim, fact } = facts();
    expect(claim?.isClaimed).toBe(true);
    expect(claim?.fact).toMatchObject({
      subscriptionId: OPPORTUNITY,
      customerId: ACCOUNT,
      evidence: 'claimed',
      status: 'active',
      startsOn: '2026-12-01',
      agreementIds: [OPPORTUNITY],
      lines: [
        {
          lineId: LINE,
          productId: 'prod_Platform',
          interval: 'year',
          intervalCount: 1,
          quantity: '25',
          pricing: { model: 'per-unit', unitMinor: '120000' },
          discounts: [{ kind: 'percent', value: '10', duration: 'forever' }],
          startsOn: '2026-12-01',
        },
      ],
    });
    expect(claim?.fact.bookedOn).toBeUndefined();
    expect(claim?.fact.provenance.eventId).not.toBe(fact.provenance.eventId);
  });

  test('by the month, where the org prices by the month', () => {
    expect(facts({}, {}, contextWith({ prices: 'per-month' })).claim?.fact.lines[0]?.interval).toBe('month');
  });

  test('its whole total, where an item tells no price of one; its amount, where it has no items', () => {
    const [total] = facts({}, { items: [lineItem({ UnitPrice: null, ServiceDate: null })] }).claim?.fact.lines ?? [];
    expect(total).toMatchObject({ quantity: '1', pricing: { unitMinor: '2700000' }, discounts: [], startsOn: '2026-10-31' });
    const { claim } = facts({}, { items: [lineItem({ IsDeleted: true })] });
    expect(claim?.fact.startsOn).toBe('2026-10-31');
    expect(claim?.fact.lines).toEqual([
      expect.objectContaining({ lineId: OPPORTUNITY, unmapped: true, quantity: '1', pricing: { model: 'per-unit', unitMinor: '2700000' } }),
    ]);
    expect(facts({ Amount: null }, { items: [] }).claim).toMatchObject({ isClaimed: true, fact: { lines: [] } });
  });

  test.each([
    ['is open', { IsClosed: false, IsWon: false }],
    ['is lost', { IsWon: false }],
    ['has a contract, which says it', { ContractId: CONTRACT }],
    ['was deleted', { IsDeleted: true }],
  ])('is nothing where it %s: what was claimed before is taken back', (_, change) => {
    expect(facts(change).claim).toMatchObject({ isClaimed: false, fact: { status: 'canceled', evidence: 'claimed', lines: [] } });
  });

  test('is nothing without an account', () => {
    expect(facts({ AccountId: null }).claim).toBeUndefined();
  });
});
