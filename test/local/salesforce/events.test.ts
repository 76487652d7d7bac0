import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openRelay, type Relay, type RelayedEvent } from '../../../local/salesforce/events.ts';
import { LOCAL_USER, type Org, openOrg } from '../../../local/salesforce/org.ts';
import type { Fields } from '../../../local/salesforce/schema.ts';

const SAMPLES = join(import.meta.dirname, '../../contracts/salesforce/eventbridge');
const AT = Date.parse('2026-10-30T15:59:59Z');
const EARLIER = Date.parse('2026-09-20T14:00:00Z');
const USER = '005Hs00000SMPLUIA5';
const INTEGRATION = '005Hs00000SMPLINT5';
const ACCOUNT = '001Hs00003SMPLAIA5';
const [O, P, Q] = ['006Hs00001SMPLOIA3', '006Hs00001SMPLPIA3', '006Hs00001SMPLQIA3'] as const;
const BY = { by: USER };

const OPPORTUNITY: Fields = {
  AccountId: ACCOUNT,
  Name: 'Acme Robotics - Platform expansion',
  StageName: 'Negotiation/Review',
  Amount: 27000,
  Probability: 90,
  CloseDate: '2026-10-31',
  Type: 'Existing Business',
  ForecastCategory: 'Pipeline',
  ForecastCategoryName: 'Commit',
  IsClosed: false,
  IsWon: false,
  HasOpportunityLineItem: true,
  Pricebook2Id: '01sHs000001SMPLIAQ',
  OwnerId: USER,
};

let org: Org;
let relay: Relay;
beforeEach(() => {
  org = openOrg({
    orgId: '00DHs000000SMPLMAM',
    now: () => AT,
    customFields: { Opportunity: { Stripe_Subscription_Id__c: 'string' } },
  });
  relay = openRelay(org, { channelId: '0YLHs0000000SMPLAA0' });
});

const lies = (id: string = O, more: Fields = {}): void =>
  org.put('Opportunity', { ...OPPORTUNITY, ExpectedRevenue: 24300, CreatedById: USER, LastModifiedById: USER, ...more, Id: id }, EARLIER);

/** What happens in the org, by the sample that shows how it is told. */
const HAPPENS: Readonly<Record<string, () => void>> = {
  'AccountChangeEvent.UPDATE.compound_name_and_address': () => {
    org.put('Account', { Id: ACCOUNT, Name: 'Acme', BillingCity: 'Austin', BillingState: 'TX', LastModifiedById: USER }, EARLIER);
    org.update('Account', ACCOUNT, { BillingCity: 'Round Rock', BillingPostalCode: '78664', BillingState: 'TX' }, BY);
  },
  'OpportunityChangeEvent.CREATE': () => void org.create('Opportunity', { ...OPPORTUNITY, Id: O }, BY),
  'OpportunityChangeEvent.DELETE': () => {
    lies(Q);
    org.remove('Opportunity', Q, BY);
  },
  'OpportunityChangeEvent.UNDELETE': () => {
    lies(Q, { Name: 'Restored opportunity', IsDeleted: true });
    org.undelete('Opportunity', Q, BY);
  },
  'OpportunityChangeEvent.GAP_OVERFLOW': () => relay.overflow('Opportunity'),
  'OpportunityChangeEvent.GAP_UPDATE': () => relay.gap('Opportunity', 'UPDATE', [O]),
  'OpportunityChangeEvent.GAP_UPDATE.wildcard': () => relay.gap('Opportunity', 'UPDATE', 'all'),
  'OpportunityChangeEvent.UPDATE.amount_set_to_null': () => {
    lies();
    org.update('Opportunity', O, { Amount: null }, BY);
  },
  'OpportunityChangeEvent.UPDATE.closed_won': () => {
    lies();
    org.update('Opportunity', O, { StageName: 'Closed Won' }, BY);
  },
  'OpportunityChangeEvent.UPDATE.field_in_changedFields_but_absent': () => {
    lies();
    org.update('Opportunity', O, { NextStep: 'Sign' }, { ...BY, omitted: ['NextStep'] });
  },
  'OpportunityChangeEvent.UPDATE.merged_three_records': () => {
    for (const id of [O, P, Q]) lies(id);
    org.update('Opportunity', [O, P, Q], { OwnerId: '005Hs00000SMPLVIA5' }, BY);
  },
  'OpportunityChangeEvent.UPDATE.our_own_write_echo': () => {
    lies(O, { LastModifiedById: INTEGRATION });
    org.update('Opportunity', O, { Stripe_Subscription_Id__c: 'sub_SmplAcme' }, { by: INTEGRATION, client: 'revops-sync' });
  },
  'OpportunityLineItemChangeEvent.CREATE': () =>
    void org.create(
      'OpportunityLineItem',
      {
        Id: '00kHs00000SMPLLIAX',
        OpportunityId: O,
        PricebookEntryId: '01uHs000004SMPLIA3',
        Product2Id: '01tHs000009SMPLIA3',
        Quantity: 50,
        UnitPrice: 540,
        TotalPrice: 27000, // 50 × 540
        ServiceDate: '2026-11-01',
        Description: null,
      },
      BY,
    ),
  'Revenue_Event__e.platform_event': () =>
    relay.publish('Revenue_Event__e', {
      CreatedById: USER,
      Opportunity_Id__c: O,
      Action__c: 'CLOSED_WON',
      Payload__c: '{"amount":27000,"currency":"USD"}',
    }),
};

type Json = Record<string, unknown>;

/** System fields that the sample of a line item leaves out. */
const NOT_IN_THE_SAMPLE = ['CreatedById', 'LastModifiedById', 'CurrencyIsoCode'];
const DATE_TIME = /"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g;

/** An event as it can be compared: what is different in every event by its form. The number of the commit is read from the text. */
const comparable = (text: string): Json => {
  const event = JSON.parse(text.replace(DATE_TIME, '"a date-time"').replace(/("commitNumber":\s*)\d{19}\b/, '$1"19 digits"')) as Json;
  const { payload } = event['detail'] as { payload: Json };
  const header = payload['ChangeEventHeader'] as Json | undefined;
  if (header !== undefined) {
    if (header['changeOrigin'] === '') header['commitUser'] = 'who finds the gap';
    header['changedFields'] = (header['changedFields'] as string[]).sort();
    expect(header['transactionKey']).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    header['transactionKey'] = 'a key';
  }
  expect(event['id']).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  event['id'] = 'a UUID';
  return event;
};

const only = (): RelayedEvent => {
  const events = relay.take();
  expect(events).toHaveLength(1);
  return events[0]!;
};

describe('each sample of the relay', () => {
  test('has something that happens in the org', () => {
    expect(readdirSync(SAMPLES).map((name) => name.replace(/\.json$/, ''))).toEqual(expect.arrayContaining(Object.keys(HAPPENS)));
    expect(readdirSync(SAMPLES)).toHaveLength(14);
    expect(Object.keys(HAPPENS)).toHaveLength(14);
  });

  test.each(Object.keys(HAPPENS))('is what is told: %s', (name) => {
    HAPPENS[name]?.();
    const told = comparable(only().text);
    if (name.startsWith('OpportunityLineItem')) {
      const { payload } = told['detail'] as { payload: Json };
      for (const field of NOT_IN_THE_SAMPLE) {
        expect(payload).toHaveProperty(field);
        delete payload[field];
      }
    }
    expect(told).toEqual(comparable(readFileSync(join(SAMPLES, `${name}.json`), 'utf8')));
  });
});

const payloadOf = ({ detail }: RelayedEvent): Json & { ChangeEventHeader: Json } =>
  (JSON.parse(detail) as { payload: Json & { ChangeEventHeader: Json } }).payload;

describe('a transaction', () => {
  test('tells its records in order, with one key and numbers that count what the channel does not carry', () => {
    const narrow = openRelay(org, { entities: ['Opportunity'] });
    org.commit([
      { kind: 'create', type: 'Account', fields: { Name: 'Acme' } },
      { kind: 'create', type: 'Opportunity', fields: { Name: 'A', StageName: 'Prospecting' } },
    ]);
    const all = relay.take().map(payloadOf);
    expect(all.map(({ ChangeEventHeader: header }) => [header['entityName'], header['sequenceNumber']])).toEqual([
      ['Account', 1],
      ['Opportunity', 2],
    ]);
    expect(new Set(all.map(({ ChangeEventHeader: header }) => header['transactionKey'])).size).toBe(1);
    expect(narrow.take().map((event) => payloadOf(event).ChangeEventHeader['sequenceNumber'])).toEqual([2]);
  });

  test('tells the final state of a record once, and nothing of one that came and went', () => {
    lies();
    org.commit([
      { kind: 'update', type: 'Opportunity', id: O, fields: { Amount: 1 } },
      { kind: 'update', type: 'Opportunity', id: O, fields: { Amount: 30000 } },
      { kind: 'create', type: 'Account', fields: { Id: ACCOUNT, Name: 'Gone' } },
      { kind: 'delete', type: 'Account', id: ACCOUNT },
    ]);
    expect(payloadOf(only())).toMatchObject({ Amount: 30000, ChangeEventHeader: { recordIds: [O] } });
  });

  test('keeps records apart that changed differently', () => {
    for (const id of [O, P]) lies(id);
    org.commit([
      { kind: 'update', type: 'Opportunity', id: O, fields: { Amount: 1 } },
      { kind: 'update', type: 'Opportunity', id: P, fields: { Amount: 2 } },
    ]);
    expect(relay.take().map((event) => payloadOf(event).ChangeEventHeader['recordIds'])).toEqual([[O], [P]]);
  });

  test('that is told as a gap has a header only, and one that is lost is not told', () => {
    lies();
    org.update('Opportunity', O, { Amount: 1 }, { delivery: 'gap' });
    expect(Object.keys(payloadOf(only()))).toEqual(['ChangeEventHeader']);
    org.update('Opportunity', O, { Amount: 2 }, { delivery: 'lost' });
    expect(relay.take()).toEqual([]);
    org.update('Opportunity', O, { Amount: 3 }, { delivery: 'gap' });
    expect(payloadOf(only()).ChangeEventHeader).toMatchObject({ changeType: 'GAP_UPDATE', changeOrigin: '', changedFields: [] });
  });
});

describe('numbers, names and times', () => {
  test('the number of a commit is exact in the text, also where a text looks like it', () => {
    org.create('Account', { Name: '"commitNumber":"7"' });
    org.create('Account', { Name: 'B' });
    const [first, second] = relay.take();
    // 1793375999000 ms × 10^6 + 1 and + 2; read as doubles the two are one.
    expect(first?.detail).toContain('"commitNumber":1793375999000000001,');
    expect(second?.text).toContain('"commitNumber":1793375999000000002,');
    expect(payloadOf(first!)['Name']).toBe('"commitNumber":"7"');
    expect(payloadOf(first!).ChangeEventHeader['commitNumber']).toBe(payloadOf(second!).ChangeEventHeader['commitNumber']);
  });

  test('the parts of a person’s name stand below it, dotted where they change', () => {
    const id = org.create('Contact', { FirstName: 'Ada', LastName: 'Byron' });
    org.update('Contact', id, { LastName: 'Lovelace' });
    const [created, updated] = relay.take().map(payloadOf);
    expect(created?.['Name']).toEqual({ FirstName: 'Ada', LastName: 'Byron' });
    expect(updated?.['Name']).toEqual({ LastName: 'Lovelace' });
    expect(updated?.ChangeEventHeader['changedFields']).toContain('Name.LastName');
  });

  test('an entry of a price book is created without system fields, and steps of opportunities are not told', () => {
    org.create('PricebookEntry', { UnitPrice: 540, IsActive: true });
    expect(Object.keys(payloadOf(only()))).toEqual(['ChangeEventHeader', 'CurrencyIsoCode', 'UnitPrice', 'IsActive']);
    lies();
    org.update('Opportunity', O, { Amount: 5 });
    expect(relay.take().map(({ detailType }) => detailType)).toEqual(['OpportunityChangeEvent']);
  });

  test('what lies ahead is told when its time comes, oldest first and once', () => {
    org.create('Account', { Name: 'Later' }, { at: AT + 2000 });
    org.create('Account', { Name: 'Soon' }, { at: AT + 1000 });
    expect(relay.take()).toEqual([]);
    org.moveTo(AT + 2000);
    expect(relay.take().map((event) => payloadOf(event)['Name'])).toEqual(['Soon', 'Later']);
    expect(relay.take()).toEqual([]);
  });

  test('who works in the browser is the same user', () => {
    org.create('Account', { Name: 'A' });
    expect(payloadOf(only()).ChangeEventHeader['commitUser']).toBe(LOCAL_USER);
  });
});
