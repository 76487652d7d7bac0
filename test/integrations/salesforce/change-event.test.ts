import { describe, expect, it } from 'vitest';
import { openChangeEvent } from '../../../functions/integrations/salesforce/change-event.ts';
import { recordId } from '../../../functions/integrations/salesforce/record-id.ts';

const header = (over: Readonly<Record<string, unknown>> = {}) => ({
  entityName: 'Contract',
  recordIds: ['800Hs00001SMPLCIA3'],
  changeType: 'UPDATE',
  changeOrigin: 'com/salesforce/api/rest/66.0;client=revops-sync',
  transactionKey: '0004c1a2-1b2c-3d4e-5f60-7182930415aa',
  sequenceNumber: 3,
  commitTimestamp: 1_793_375_999_000,
  commitUser: '005Hs00000SMPLUIA5',
  commitNumber: 1,
  changedFields: ['Status'],
  ...over,
});
const event = (over?: Readonly<Record<string, unknown>>) => ({ payload: { ChangeEventHeader: header(over), Status: 'Activated' } });

describe('a change event', () => {
  it('says which records changed, when, and by which client', () => {
    expect(openChangeEvent(event())).toEqual({
      ok: true,
      value: {
        key: '0004c1a2-1b2c-3d4e-5f60-7182930415aa:3',
        entity: 'Contract',
        scope: { kind: 'records', ids: ['800Hs00001SMPLCIA3'] },
        committedAtMs: 1_793_375_999_000,
        client: 'revops-sync',
      },
    });
  });

  it.each([
    [
      'several records of one transaction',
      { recordIds: ['006Hs00001SMPLO', '006Hs00001SMPLPIA3'] },
      ['006Hs00001SMPLOIA5', '006Hs00001SMPLPIA3'],
    ],
    ['one record, as a string', { recordIds: undefined, recordId: '006Hs00001SMPLOIA3' }, ['006Hs00001SMPLOIA3']],
    ['a gap of one record', { changeType: 'GAP_UPDATE', changeOrigin: '', changedFields: [] }, ['800Hs00001SMPLCIA3']],
    ['a deletion', { changeType: 'DELETE' }, ['800Hs00001SMPLCIA3']],
  ])('names its records: %s', (_what, over, ids) => {
    const read = openChangeEvent(event(over));
    expect(read.ok && read.value.scope).toEqual({ kind: 'records', ids });
  });

  it('leaves the records open where it names a prefix, and the whole object where there were more changes than it tells of', () => {
    const wildcard = openChangeEvent(event({ changeType: 'GAP_UPDATE', recordIds: ['800*'] }));
    expect(wildcard.ok && wildcard.value.scope).toEqual({ kind: 'changed-since' });
    const overflow = openChangeEvent(event({ changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000AAA'] }));
    expect(overflow.ok && overflow.value.scope).toEqual({ kind: 'everything' });
  });

  it('is read without the wrapping, too, and has no client where the change was made by hand', () => {
    const read = openChangeEvent({ ChangeEventHeader: header({ changeOrigin: '' }) });
    expect(read.ok && read.value.client).toBeUndefined();
    expect(read.ok && read.value.entity).toBe('Contract');
  });

  it.each([
    ['a platform event', { payload: { CreatedDate: '2026-10-30T16:00:05.000Z', Action__c: 'CLOSED_WON' } }],
    ['an unknown kind of change', event({ changeType: 'RENAME' })],
    ['no records', event({ recordIds: [] })],
    ['an id of no record', event({ recordIds: ['800'] })],
    ['nothing', undefined],
  ])('is refused: %s', (_what, raw) => {
    const read = openChangeEvent(raw);
    expect(!read.ok && read.problem).toMatchObject({ code: 'shape-unreadable', field: 'detail' });
  });
});

it('makes an id of 18 characters from one of 15', () => {
  // 001D0: the third letter is none, D is the fourth: 2³ = 8, I; 00000: A; IqhSL: I, S and L: 2⁰ + 2³ + 2⁴ = 25, Z
  expect(recordId('001D000000IqhSL')).toBe('001D000000IqhSLIAZ');
  expect(recordId('001D000000IqhSLIAZ')).toBe('001D000000IqhSLIAZ');
  expect(recordId('001D000000IqhSLI')).toBeUndefined();
  expect(recordId('001D000000Iqh/L')).toBeUndefined();
});
