import { describe, expect, it } from 'vitest';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call, type ListAnswer } from '../../support/http.ts';
import { useFakeAws } from '../fake-aws.ts';
import type { Json } from '../samples.ts';
import { envelopeOf } from '../stripe/intake.ts';
import {
  agreementIn,
  counts,
  factsOf,
  later,
  parked,
  putCredentials,
  readSynced,
  relayAll,
  signal,
  sync,
  syncAndRead,
  takeInBodies,
  useOrg,
} from './org.ts';

const aws = useFakeAws();
const table = useDynamoDB();
const running = useOrg(aws, table);

const agreement = (contractId: string) => factsOf('SubscriptionRecorded', 'subscriptionId', contractId);
const api = async () => (await import('../../../functions/integrations/api.ts')).handler;
const read = { scopes: ['integrations/read'] };
const write = { scopes: ['integrations/write'] };
const status = async (): Promise<Json | undefined> => {
  const { json } = await call<ListAnswer<Json>>(await api(), 'GET', '/api/v1/integrations', read);
  return json.items.find(({ id }) => id === 'salesforce-main');
};
const listed = async (): Promise<readonly Json[]> =>
  (await call<ListAnswer<Json>>(await api(), 'GET', '/api/v1/integrations/salesforce-main/parked', read)).json.items;
/** What was put on the source bus comes in by it. */
const backByTheBus = (): Promise<readonly string[]> => takeInBodies(aws.events.splice(0).map((entry) => envelopeOf(entry)));

describe('an org that cannot be read', () => {
  it.each([
    ['answers with an error', 4, { kind: 'error', code: 'SERVER_UNAVAILABLE' }, 'Salesforce answered 503 SERVER_UNAVAILABLE'],
    ['breaks off', 4, { kind: 'cut' }, 'Salesforce did not answer'],
    ['has no calls left', 1, { kind: 'error', code: 'REQUEST_LIMIT_EXCEEDED' }, 'Salesforce answered 403 REQUEST_LIMIT_EXCEEDED'],
    ['refuses the query', 1, { kind: 'error', code: 'MALFORMED_QUERY' }, 'Salesforce refused to read Contract with MALFORMED_QUERY.'],
  ] as const)('because it %s: nothing fails, its state says so, and the next sync reads it', async (_how, attempts, fault, detail) => {
    const { org } = running.salesforce;
    const { contractId } = agreementIn(org);
    running.salesforce.relay.take();
    await syncAndRead(aws);
    expect(await agreement(contractId)).toHaveLength(1);
    org.update('Contract', contractId, { CompanySignedDate: '2026-01-16' });
    running.salesforce.fail(fault, attempts, '/services/data');
    expect(await relayAll(running)).toEqual([]);
    expect(await agreement(contractId)).toHaveLength(1);
    expect(await status()).toMatchObject({ status: 'failing', lastProblem: { detail }, parked: 0 });
    // What was refused is told until it has been read: the run says so, and lists nevertheless.
    const [run] = await Promise.allSettled([sync()]);
    expect(run.status).toBe(fault.kind === 'error' && fault.code === 'MALFORMED_QUERY' ? 'rejected' : 'fulfilled');
    expect(await readSynced(aws)).toEqual([]);
    expect(await agreement(contractId)).toMatchObject([{ bookedOn: '2026-01-15' }, { bookedOn: '2026-01-16' }]);
    expect(await status()).toMatchObject({ status: 'ok' });
  });

  it('because nobody has put credentials in: events wait, and are read once somebody has', async () => {
    const { contractId } = agreementIn(running.salesforce.org);
    const { clientId, clientSecret } = running.salesforce;
    putCredentials(aws, { clientId: '', clientSecret: '' });
    expect(await relayAll(running)).toEqual([]);
    await sync();
    expect(aws.messages).toEqual([]);
    expect(running.salesforce.requests).toEqual([]);
    expect(await status()).toMatchObject({
      status: 'failing',
      lastProblem: { detail: 'no credentials for Salesforce have been put into their secret' },
    });
    putCredentials(aws, { clientId, clientSecret });
    await syncAndRead(aws);
    expect(await agreement(contractId)).toHaveLength(1);
  });

  it('is asked for no more than 90% of its calls in a day, and for what nobody signed half of them', async () => {
    const { org, setUsage } = running.salesforce;
    const { contractId, accountId } = agreementIn(org);
    await syncAndRead(aws);
    const ask = (isSure: boolean) => takeInBodies([signal([{ entity: 'Account', id: accountId }], { isSure })]);
    const asked = async (isSure: boolean): Promise<number> => {
      const before = running.salesforce.requests.filter(({ path }) => path.includes('/query')).length;
      expect(await ask(isSure)).toEqual([]);
      return running.salesforce.requests.filter(({ path }) => path.includes('/query')).length - before;
    };
    // Which objects the records lead to, and the account itself.
    const usual = await asked(true);
    expect(await asked(false)).toBe(usual);
    // The first answer tells how many are used: 50,001 of 100,000.
    setUsage(50_000);
    expect(await asked(false)).toBe(1);
    expect(await asked(false)).toBe(0);
    expect(await asked(true)).toBe(usual);
    setUsage(90_000);
    expect(await asked(true)).toBe(1);
    // For five minutes nothing more is asked, whoever sends what.
    expect(await asked(true)).toBe(0);
    expect(await asked(false)).toBe(0);
    // What was not read is noted for the sync, which stops at its first answer, too.
    org.update('Contract', contractId, { CompanySignedDate: '2026-01-16' });
    await relayAll(running);
    await expect(sync()).rejects.toThrow('1 of 1 orgs could not be read');
    expect(await status()).toMatchObject({ status: 'failing', lastProblem: { detail: "90% of the org's calls in 24 hours are used" } });
    setUsage(0);
    await later(300_000, () => syncAndRead(aws));
    expect((await agreement(contractId)).at(-1)).toMatchObject({ bookedOn: '2026-01-16' });
  });
});

describe('a reading that is no fact', () => {
  it('is parked once, with its reason, whatever tells of it, and closed by the reading that is one', async () => {
    const { org } = running.salesforce;
    const { contractId } = agreementIn(org);
    await relayAll(running);
    org.update('Contract', contractId, { Status: 'Terminated', StatusCode: 'Terminated' });
    await relayAll(running);
    org.update('Contract', contractId, { Description: 'and again' });
    await relayAll(running);
    expect(await agreement(contractId)).toHaveLength(1);
    expect(await listed()).toMatchObject([{ eventId: `read:${contractId}`, reason: 'date-missing', field: 'Contract.Terminated_On__c' }]);
    expect(await counts()).toMatchObject({ parked: 1, duplicate: 1 });
    org.update('Contract', contractId, { Terminated_On__c: '2026-06-30' });
    await relayAll(running);
    expect((await agreement(contractId)).at(-1)).toMatchObject({ endedOn: '2026-07-01' });
    expect(await listed()).toEqual([]);
    expect(await parked()).toMatchObject([{ state: 'replayed' }]);
  });

  it('can be replayed: it is read again', async () => {
    const { org } = running.salesforce;
    const { contractId } = agreementIn(org);
    org.update('Contract', contractId, { Status: 'Terminated', StatusCode: 'Terminated' });
    await relayAll(running);
    org.update('Contract', contractId, { Terminated_On__c: '2026-06-30' }, { delivery: 'lost' });
    const path = `/api/v1/integrations/salesforce-main/parked/${encodeURIComponent(`read:${contractId}`)}/replay`;
    expect((await call(await api(), 'POST', path, write)).status).toBe(200);
    expect(await backByTheBus()).toEqual([]);
    expect(await agreement(contractId)).toMatchObject([{ endedOn: '2026-07-01' }]);
    expect(await listed()).toEqual([]);
    expect((await call(await api(), 'POST', path, write)).status).toBe(409);
  });

  it('takes no other reading with it', async () => {
    const { org } = running.salesforce;
    const { contractId, accountId } = agreementIn(org);
    const second = org.create('Contract', { AccountId: accountId, Status: 'Terminated', StatusCode: 'Terminated' });
    expect(await relayAll(running)).toEqual([]);
    expect(await agreement(contractId)).toHaveLength(1);
    expect(await listed()).toMatchObject([{ eventId: `read:${second}` }]);
  });

  it('because it was deleted for good, is parked where it was recorded, and dropped where nothing is known of it', async () => {
    const { accountId } = agreementIn(running.salesforce.org);
    await relayAll(running);
    // Another org stands in for one whose recycle bin has been emptied.
    const emptied = await import('../../../local/salesforce/server.ts').then(({ startSalesforce }) => startSalesforce());
    putCredentials(aws, { clientId: emptied.clientId, clientSecret: emptied.clientSecret });
    running.configure({ instanceUrl: emptied.url, fields: { account: { attributes: {} }, contract: {}, product: {}, order: {} } });
    const unknown = '001Hs00000NOBODAA2';
    expect(
      await takeInBodies([
        signal(
          [accountId, unknown].map((id) => ({ entity: 'Account', id })),
          { isSure: false },
        ),
      ]),
    ).toEqual([]);
    await emptied.stop();
    expect(await listed()).toMatchObject([{ eventId: `read:${accountId}`, reason: 'record-gone' }]);
  });
});

describe('an event that cannot be read', () => {
  const bad = (detailType: string, detail: Json, source = running.salesforce.relay.source): string =>
    envelopeOf({ EventBusName: '', Source: source, DetailType: detailType, Detail: JSON.stringify(detail) }, `bus-${detailType}`);

  it('is parked whole with its reason, also where nobody configured its org', async () => {
    const bodies = [
      bad('ContractChangeEvent', { payload: { ChangeEventHeader: { entityName: 'Contract' } } }),
      bad('Revenue_Event__e', { payload: { Action__c: 'CLOSED_WON' } }),
      bad('AccountChangeEvent', {}, 'aws.partner/salesforce.com/00DHs000000OTHERMAM/0YLHs0000000OTHERAA0'),
    ];
    expect(await takeInBodies(bodies)).toEqual([]);
    expect((await listed()).map(({ eventType, reason }) => [eventType, reason])).toEqual([
      ['ContractChangeEvent', 'shape-unreadable'],
      ['Revenue_Event__e', 'type-not-consumed'],
    ]);
    expect(await parked()).toHaveLength(3);
    expect(await takeInBodies(bodies)).toEqual([]);
    expect(await parked()).toHaveLength(3);
  });

  it('is taken in by a replay once a release can read it, and closed', async () => {
    const { accountId } = agreementIn(running.salesforce.org);
    const [{ text } = { text: '' }] = running.salesforce.relay.take().filter(({ detailType }) => detailType === 'AccountChangeEvent');
    const unreadable = text.replace('"changeType":"CREATE"', '"changeType":"BORN"');
    expect(await takeInBodies([unreadable])).toEqual([]);
    const [one] = await listed();
    expect(one).toMatchObject({ reason: 'shape-unreadable' });
    await call(await api(), 'POST', `/api/v1/integrations/salesforce-main/parked/${String(one?.['eventId'])}/replay`, write);
    expect(aws.events[0]).toMatchObject({ Source: 'ascent.salesforce/main', DetailType: 'AccountChangeEvent' });
    const [entry] = aws.events.splice(0);
    if (entry === undefined) throw new Error('nothing was put on the bus');
    // As if the next release knew the word.
    expect(await takeInBodies([envelopeOf({ ...entry, Detail: entry.Detail.replace('"BORN"', '"CREATE"') })])).toEqual([]);
    expect(await factsOf('CustomerRecorded', 'customerId', accountId)).toHaveLength(1);
    expect(await listed()).toEqual([]);
  });

  it('and is no event of a bus at all, goes to the dead letters alone [B15]', async () => {
    const { accountId } = agreementIn(running.salesforce.org);
    const bodies = running.salesforce.relay.take().map(({ text }) => text);
    expect(await takeInBodies(['{}', ...bodies])).toEqual(['{}']);
    expect(await factsOf('CustomerRecorded', 'customerId', accountId)).toHaveLength(1);
  });
});
