import { describe, expect, it } from 'vitest';
import { configurationOf, dueOf, isTold, nightOf, OVERLAP_MS, SYNCED } from '../../../functions/integrations/salesforce/sync-plan.ts';
import { endRun, type SyncMark, saveRun, syncMarks, want } from '../../../functions/integrations/salesforce/sync-store.ts';
import { companyConfig } from '../../../functions/platform/config.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call, type ListAnswer } from '../../support/http.ts';
import { useFakeAws } from '../fake-aws.ts';
import type { Json } from '../samples.ts';
import { agreementIn, counts, factsOf, later, putCredentials, readSynced, relayAll, sync, syncAndRead, useOrg } from './org.ts';
import { instance } from './records.ts';

const aws = useFakeAws();
const table = useDynamoDB();
const running = useOrg(aws, table);

/** The org, as the API shows it. */
const stateOf = async (): Promise<Json | undefined> => {
  const { handler } = await import('../../../functions/integrations/api.ts');
  const { json } = await call<ListAnswer<Json>>(handler, 'GET', '/api/v1/integrations', { scopes: ['integrations/read'] });
  return json.items.find(({ id }) => id === 'salesforce-main');
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOON = Date.parse('2026-11-05T12:00:00Z');
const configuration = configurationOf(instance);
const at = (nowMs: number) => ({ nowMs, night: nightOf(nowMs, 'UTC'), configuration });
/** An object that was listed at noon, all of it too. */
const listed: SyncMark = { throughMs: NOON, everythingMs: NOON, configuration, night: '2026-11-05', wants: 0 };

describe('what is due of an object', () => {
  it('is all of it the first time, after a change of the configuration, and once a week', () => {
    expect(dueOf({ wants: 0 }, true, at(NOON))?.sinceMs).toBe(0);
    const other = configurationOf({ ...instance, prices: 'per-month' });
    expect(dueOf(listed, true, { ...at(NOON), configuration: other })?.sinceMs).toBe(0);
    // Where the org is reached changes no fact.
    expect(configurationOf({ ...instance, instanceUrl: 'http://localhost:1' })).toBe(configuration);
    // 6.5 days after noon is midnight, and the next night begins at two.
    const weekLater = { ...listed, throughMs: NOON + 6 * DAY_MS, night: '2026-11-11' };
    expect(dueOf(weekLater, true, at(NOON + 6.5 * DAY_MS + 119 * MINUTE_MS))).toBeUndefined();
    expect(dueOf(weekLater, true, at(NOON + 6.5 * DAY_MS + 121 * MINUTE_MS))?.sinceMs).toBe(0);
  });

  it('is what was changed since the last time, ten minutes before it on: each night where the org tells, in each run where it does not', () => {
    expect(OVERLAP_MS).toBe(600_000);
    expect(dueOf(listed, true, at(NOON + 5 * MINUTE_MS))).toBeUndefined();
    expect(dueOf(listed, false, at(NOON + 5 * MINUTE_MS))?.sinceMs).toBe(NOON - 600_000);
    // 14 hours later it is two o'clock.
    expect(dueOf(listed, true, at(NOON + 14 * 60 * MINUTE_MS - 1))).toBeUndefined();
    expect(dueOf(listed, true, at(NOON + 14 * 60 * MINUTE_MS))?.sinceMs).toBe(NOON - 600_000);
  });

  it('is what is known to be unread, from the earliest on', () => {
    expect(dueOf({ ...listed, wantedSinceMs: NOON - DAY_MS, wants: 2 }, true, at(NOON))?.sinceMs).toBe(NOON - DAY_MS - 600_000);
    expect(dueOf({ ...listed, wantedSinceMs: NOON + 1, wants: 1 }, true, at(NOON))?.sinceMs).toBe(NOON - 600_000);
    expect(dueOf({ ...listed, wantedSinceMs: 0, wants: 1 }, true, at(NOON))?.sinceMs).toBe(0);
  });

  it('is the rest of a listing that was begun, unless the configuration has changed since', () => {
    const run = { sinceMs: 7, startedMs: NOON, configuration, night: '2026-11-05', wants: 0, afterId: '001Hs0000000002IAA' };
    expect(dueOf({ ...listed, run }, true, at(NOON + DAY_MS))).toEqual(run);
    expect(dueOf({ ...listed, run: { ...run, configuration: 'other' } }, true, at(NOON + MINUTE_MS))).toBeUndefined();
  });

  it('is polled for every object where there is no relay, and else for those that the org does not deliver', () => {
    const polled = (change: object) => SYNCED.map(({ object }) => object).filter((object) => !isTold(object, { ...instance, ...change }));
    expect(polled({})).toHaveLength(9);
    expect(polled({ partnerEventSource: 'aws.partner/salesforce.com/00DHs000000SMPLMAM/0YLHs0000000SMPLAA0' })).toEqual([
      'Product2',
      'OpportunityLineItem',
      'User',
      'Contact',
    ]);
  });
});

describe('the sync', () => {
  const listedObjects = (): readonly string[] =>
    running.salesforce.requests.flatMap(({ path }) => /FROM (\w+).* ORDER BY Id/.exec(decodeURIComponent(path))?.[1] ?? []);

  it('brings in a whole org, in the order of importance, each agreement by its contract', async () => {
    const { org } = running.salesforce;
    const { contractId, accountId } = agreementIn(org);
    const userId = org.create('User', { Username: 'u@example.com', IsActive: true, Title: 'AE' });
    const contactId = org.create('Contact', { AccountId: accountId, LastName: 'Doe', Title: 'CFO' });
    await sync();
    expect(listedObjects()).toEqual(['Contract', 'Order', 'Account', 'Opportunity', 'User', 'Contact']);
    // The one order has a contract, and is read with it.
    expect(aws.messages.map(({ body }) => (JSON.parse(body) as { object: string }).object)).toEqual([
      'Contract',
      'Account',
      'User',
      'Contact',
    ]);
    expect(await readSynced(aws)).toEqual([]);
    expect(await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).toMatchObject([{ lines: [{ quantity: '20' }] }]);
    expect(await factsOf('CustomerRecorded', 'customerId', accountId)).toHaveLength(1);
    expect(await factsOf('UserRecorded', 'userId', userId)).toMatchObject([{ title: 'AE' }]);
    expect(await factsOf('ContactRecorded', 'contactId', contactId)).toMatchObject([{ title: 'CFO', customerId: accountId }]);
    expect(await counts()).toMatchObject({ recorded: 4, duplicate: 0 });
  });

  it('asks again only for what the org does not tell, and finds what was changed there', async () => {
    const { org } = running.salesforce;
    agreementIn(org);
    const userId = org.create('User', { Username: 'u@example.com', IsActive: true });
    await syncAndRead(aws);
    const before = listedObjects().length;
    org.update('User', userId, { IsActive: false });
    await syncAndRead(aws);
    expect(listedObjects().slice(before)).toEqual(['Product2', 'OpportunityLineItem', 'User', 'Contact']);
    expect((await factsOf('UserRecorded', 'userId', userId)).map(({ isActive }) => isActive)).toEqual([true, false]);
  });

  it('makes true what events have lost, deletions and what a relay forgot after days too [D5]', async () => {
    const { org } = running.salesforce;
    const { contractId, accountId, itemId } = agreementIn(org, Date.now() - DAY_MS);
    await syncAndRead(aws);
    running.salesforce.relay.take();
    org.update('OrderItem', itemId, { Quantity: 25 }, { delivery: 'lost' });
    org.remove('Account', accountId, { delivery: 'lost' });
    expect(await relayAll(running)).toEqual([]);
    await syncAndRead(aws);
    expect(await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).toHaveLength(1);
    // In the next night all that was changed since the last is asked for.
    await later(DAY_MS, () => syncAndRead(aws));
    expect(await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).toMatchObject([
      { lines: [{ quantity: '20' }] },
      { lines: [{ quantity: '25' }] },
    ]);
    expect((await factsOf('CustomerRecorded', 'customerId', accountId)).at(-1)).toMatchObject({ deleted: true });
  });

  it('reads everything anew where the configuration says something else of it', async () => {
    const { contractId } = agreementIn(running.salesforce.org);
    await syncAndRead(aws);
    running.configure({ prices: 'per-month' });
    await syncAndRead(aws);
    expect(
      (await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).map(
        ({ lines }) => (lines as readonly { interval: string }[])[0]?.interval,
      ),
    ).toEqual(['year', 'month']);
  });

  it('goes on behind what it has listed where its time was over or the org failed, and then with the rest in the same order', async () => {
    const { org } = running.salesforce;
    const ids = Array.from({ length: 250 }, (_, i) => org.create('Account', { Name: `Account ${i}` }));
    running.salesforce.fail({ kind: 'error', code: 'REQUEST_LIMIT_EXCEEDED' }, 1, '/services/data');
    await expect(sync()).rejects.toThrow('1 of 1 orgs could not be read');
    expect(listedObjects()).toEqual(['Contract']);
    await sync(1_000);
    expect(aws.messages).toEqual([]);
    await sync();
    const messages = aws.messages.map(({ body }) => (JSON.parse(body) as { ids: readonly string[] }).ids.length);
    expect(messages).toEqual([200, 50]);
    expect(await readSynced(aws)).toEqual([]);
    for (const id of [ids[0], ids[249]]) expect(await factsOf('CustomerRecorded', 'customerId', String(id))).toHaveLength(1);
  });

  it('begins behind the last id that was sent on, where it was stopped in the middle of an object', async () => {
    const ids = ['One', 'Two', 'Three'].map((Name) => running.salesforce.org.create('Account', { Name }));
    const [org] = companyConfig().salesforce;
    if (org === undefined) throw new Error('no org is configured');
    const begun = { sinceMs: 0, startedMs: Date.now(), configuration: configurationOf(org), night: nightOf(Date.now(), 'UTC'), wants: 0 };
    await saveRun('main', 'Account', { ...begun, afterId: String(ids[0]) });
    await sync();
    const sent = aws.messages.map(({ body }) => JSON.parse(body) as { object: string; ids: readonly string[] });
    expect(sent.find(({ object }) => object === 'Account')?.ids).toEqual(ids.slice(1));
    expect((await syncMarks('main'))('Account')).toMatchObject({ throughMs: begun.startedMs, everythingMs: begun.startedMs });
    expect((await syncMarks('main'))('Account')).not.toHaveProperty('run');
  });

  it('leaves what the org refuses to the next night, tells somebody until it is read, and goes on with the others', async () => {
    const { org } = running.salesforce;
    const { contractId, accountId } = agreementIn(org);
    running.configure({ fields: { account: { attributes: {} }, contract: { terminatedOn: 'Nowhere__c' }, product: {}, order: {} } });
    await sync();
    // Ids are listed; the reading asks for a field that nobody has, and asking again would not help.
    expect(await readSynced(aws)).toEqual([]);
    expect(await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).toEqual([]);
    expect(await factsOf('CustomerRecorded', 'customerId', accountId)).toHaveLength(1);
    await expect(sync()).rejects.toThrow('1 of 1 orgs could not be read');
    // Nothing was listed anew: the product is polled, and leads to the contract again.
    expect(aws.messages.map(({ body }) => (JSON.parse(body) as { object: string }).object)).toEqual(['Product2']);
    expect(await readSynced(aws)).toEqual([]);
    expect(await stateOf()).toMatchObject({
      status: 'failing',
      lastProblem: { detail: 'Salesforce refused to read Contract with INVALID_FIELD.' },
    });
    await later(DAY_MS, async () => {
      await expect(sync()).rejects.toThrow('1 of 1 orgs could not be read');
      // As if the field had been made meanwhile.
      running.configure();
      expect(await readSynced(aws)).toEqual([]);
      expect(await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).toHaveLength(1);
      expect(await stateOf()).toMatchObject({ status: 'ok', lastProblem: { mendedAt: expect.any(String) } });
      await sync();
    });
  });

  it('lists all of an object again where a page of it could not be read four times', async () => {
    const { contractId } = agreementIn(running.salesforce.org, Date.now() - DAY_MS);
    await sync();
    const messages = aws.messages.splice(0).map(({ body }) => body);
    putCredentials(aws, { clientId: 'another', clientSecret: 'app' });
    expect(await readSynced(aws, messages)).toEqual(messages);
    expect(await readSynced(aws, messages, 4)).toEqual([]);
    expect((await syncMarks('main'))('Contract')).toMatchObject({ wantedSinceMs: 0 });
    const { clientId, clientSecret } = running.salesforce;
    putCredentials(aws, { clientId, clientSecret });
    await syncAndRead(aws);
    expect(await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).toHaveLength(1);
  });
});

describe('what is known to be unread', () => {
  const run = { sinceMs: 1, startedMs: NOON, configuration, night: '2026-11-05' };
  const mark = async (): Promise<SyncMark> => (await syncMarks('main'))('Contract');

  it('is noted from its earliest change on, whoever comes first', async () => {
    await Promise.all([want('main', 'Contract', 300), want('main', 'Contract', 100), want('main', 'Contract', 200)]);
    expect(await mark()).toEqual({ wantedSinceMs: 100, wants: 3 });
  });

  it('is forgotten by the listing that was begun after it was noted, and not by one that was begun before', async () => {
    await want('main', 'Contract', 100);
    const { wants } = await mark();
    // Noted while the listing runs, of a later change: the listing may have passed it already.
    await want('main', 'Contract', 200);
    await endRun('main', 'Contract', { ...run, wants });
    expect(await mark()).toMatchObject({ wantedSinceMs: 100, throughMs: NOON });
    await endRun('main', 'Contract', { ...run, wants: (await mark()).wants });
    expect(await mark()).not.toHaveProperty('wantedSinceMs');
    // And the first of all notes, while the first of all listings runs.
    await endRun('main', 'Order', { ...run, wants: 0 });
    await want('main', 'Order', 100);
    await endRun('main', 'Order', { ...run, wants: 0 });
    expect((await syncMarks('main'))('Order')).toMatchObject({ wantedSinceMs: 100 });
  });
});
