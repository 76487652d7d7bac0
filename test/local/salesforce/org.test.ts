import { beforeEach, describe, expect, test } from 'vitest';
import { type Org, openOrg } from '../../../local/salesforce/org.ts';
import { idKey, to18 } from '../../../local/salesforce/schema.ts';

const AT = Date.parse('2026-10-20T10:00:00Z');
const DAY_MS = 86_400_000;

let org: Org;
beforeEach(() => {
  org = openOrg({ now: () => AT });
});

describe('ids', () => {
  test('have three characters more, that say which of the fifteen are capitals', () => {
    // 001Hs: bit 3 → I; 00003: none → A; SMPLA: all five → 5.
    expect(to18('001Hs00003SMPLA')).toBe('001Hs00003SMPLAIA5');
    expect(to18('001Hs00003SMPLAIA5')).toBe('001Hs00003SMPLAIA5');
  });

  test('are made with the prefix of their object, and found in either length', () => {
    const id = org.create('Opportunity', { Name: 'A' });
    expect(id).toMatch(/^006\w{15}$/);
    expect(org.find('Opportunity', idKey(id))?.['Name']).toBe('A');
    expect(org.create('OpportunityLineItem', { Quantity: 1 })).toMatch(/^00k/);
  });
});

describe('history', () => {
  test('is seen as of the time that is held, forwards and backwards', () => {
    const id = org.create('Account', { Name: 'First' });
    org.update('Account', id, { Name: 'Second' }, { at: AT + DAY_MS });
    org.remove('Account', id, { at: AT + 2 * DAY_MS });
    const seen = (at: number) => {
      org.moveTo(at);
      const found = org.find('Account', id);
      return found && [found['Name'], found['IsDeleted'], found['SystemModstamp']];
    };
    expect(seen(AT + 3 * DAY_MS)).toEqual(['Second', true, '2026-10-22T10:00:00.000Z']);
    expect(seen(AT + DAY_MS)).toEqual(['Second', false, '2026-10-21T10:00:00.000Z']);
    expect(seen(AT)).toEqual(['First', false, '2026-10-20T10:00:00.000Z']);
    expect(seen(AT - 1)).toBeUndefined();
    expect(org.all('Account')).toEqual([]);
  });

  test('an undeleted record is there again', () => {
    const id = org.create('Account', { Name: 'A' });
    org.remove('Account', id);
    org.undelete('Account', id);
    expect(org.find('Account', id)?.['IsDeleted']).toBe(false);
  });

  test('records have the currency of the org, unless they name one', () => {
    expect(org.find('Account', org.create('Account', { Name: 'A' }))?.['CurrencyIsoCode']).toBe('USD');
    expect(org.find('Account', org.create('Account', { Name: 'A', CurrencyIsoCode: 'EUR' }))?.['CurrencyIsoCode']).toBe('EUR');
  });
});

describe('opportunities', () => {
  test('follow their stage, and keep what is written outright', () => {
    const id = org.create('Opportunity', { Name: 'A', StageName: 'Negotiation/Review', Amount: 27000, CloseDate: '2026-10-31' });
    expect(org.find('Opportunity', id)).toMatchObject({
      Probability: 90,
      ForecastCategory: 'Pipeline',
      IsClosed: false,
      ExpectedRevenue: 24300,
    }); // 27000 × 90%
    org.update('Opportunity', id, { StageName: 'Closed Lost', Probability: 5 });
    expect(org.find('Opportunity', id)).toMatchObject({ Probability: 5, ForecastCategory: 'Omitted', IsClosed: true, IsWon: false });
    expect(org.find('Opportunity', id)?.['LastStageChangeDate']).toBe('2026-10-20T10:00:00.000Z');
  });

  test('leave a row of their history for each step that it keeps, and none for others', () => {
    const id = org.create('Opportunity', { Name: 'A', StageName: 'Negotiation/Review', Amount: 25000, CloseDate: '2026-10-31' });
    org.update('Opportunity', id, { NextStep: 'Sign' });
    org.update('Opportunity', id, { Amount: 27000, StageName: 'Closed Won' }, { at: AT + DAY_MS });
    org.remove('Opportunity', id, { at: AT + DAY_MS });
    org.moveTo(AT + DAY_MS);
    expect(
      org
        .all('OpportunityHistory')
        .map((row) => [row['StageName'], row['Amount'], row['PrevAmount'], row['PrevCloseDate'], row['ExpectedRevenue']]),
    ).toEqual([
      ['Negotiation/Review', 25000, null, null, 22500], // 25000 × 90%
      ['Closed Won', 27000, 25000, '2026-10-31', 27000],
    ]);
  });
});

describe('what is refused', () => {
  test('refuses a field that nobody declared, and a value of another type', () => {
    expect(() => org.create('Account', { Tier__c: 'A' })).toThrow('Account has no field Tier__c');
    expect(() => org.create('Opportunity', { Amount: '27000' })).toThrow('Opportunity.Amount is a number, and was given "27000"');
    expect(() => org.create('Opportunity', { CloseDate: '31.10.2026' })).toThrow('Opportunity.CloseDate is a date');
  });

  test('refuses a write before the last one of the record', () => {
    const id = org.create('Account', { Name: 'A' });
    expect(() => org.update('Account', id, { Name: 'B' }, { at: AT - 1 })).toThrow(
      'cannot be written before that, at 2026-10-20T09:59:59.999Z',
    );
  });

  test('refuses what cannot be: an unknown record, one that exists, one that is deleted, a deleted user', () => {
    const id = org.create('Account', { Name: 'A' });
    expect(() => org.update('Account', '001Hs00003SMPLAIA5', { Name: 'B' })).toThrow('does not exist');
    expect(() => org.create('Account', { Id: id, Name: 'B' })).toThrow('exists already');
    expect(() => org.undelete('Account', id)).toThrow('is not deleted');
    org.remove('Account', id);
    expect(() => org.update('Account', id, { Name: 'B' })).toThrow('is deleted: it cannot be written by update');
    const user = org.create('User', { Username: 'a@example.com' });
    expect(() => org.remove('User', user)).toThrow('a User cannot be deleted');
  });

  test('writes nothing of a transaction of which one write is wrong', () => {
    expect(() =>
      org.commit([
        { kind: 'create', type: 'Account', fields: { Name: 'A' } },
        { kind: 'delete', type: 'Account', id: '001Hs00003SMPLAIA5' },
      ]),
    ).toThrow('does not exist');
    expect([org.all('Account'), org.commits]).toEqual([[], []]);
  });
});
