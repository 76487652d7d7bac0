import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { defineCompany } from '../../functions/platform/config.ts';
import type { SalesforceServer } from '../../local/salesforce/server.ts';
import { agreementIn } from '../integrations/salesforce/org.ts';
import { useWholeStack, WEBHOOK_SECRET } from './stack.ts';

const SAMPLES = join(import.meta.dirname, '../contracts/salesforce');
const ORG_ID = '00DHs000000SMPLMAM';
const SOURCE = `aws.partner/salesforce.com/${ORG_ID}/0YLHs0000000SMPAA0`;

const [first] = company.salesforce;
if (first === undefined) throw new Error('the example has no Salesforce');
const config = defineCompany({
  ...company,
  salesforce: [{ ...first, partnerEventSource: SOURCE, organizationId: ORG_ID, integrationClient: 'revops-sync' }],
});
const whole = useWholeStack({ clockAt: '2026-10-31T08:00:00Z', config });

const standIn = (): SalesforceServer => {
  const found = whole.salesforce.orgs.get('main');
  if (found === undefined) throw new Error('no org stands in');
  return found;
};
const relayed = async (): Promise<void> => {
  await whole.salesforce.relay(whole.stack);
  await whole.stack.idle();
};
/** To the next run of the sync. */
const inFiveMinutes = async (): Promise<void> => {
  await whole.stack.clock.advance(whole.stack.clock.now() + 300_000);
  await whole.stack.idle();
};

interface Integration {
  readonly id: string;
  readonly status: string;
  readonly deliveries: Readonly<Record<string, number>>;
  readonly sync: readonly { readonly object: string; readonly isUnread: boolean }[];
}
const integration = async (): Promise<Integration | undefined> => {
  const { body } = await whole.api<{ items: readonly Integration[] }>('/api/v1/integrations');
  return body.items.find(({ id }) => id === 'salesforce-main');
};
const deadLetters = async (): Promise<number> => {
  const { body } = await whole.api<{ deadLetters: boolean; visible: number }[]>('/local/queues');
  return body.filter((queue) => queue.deadLetters).reduce((sum, queue) => sum + queue.visible, 0);
};

/** Names of the facts about an org that went out to the revenue bus. */
const published = (): readonly string[] => {
  const { streams } = whole.stack.services;
  const sources = whole.stack.resources
    .ofType('AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => String(properties['EventSourceArn']));
  const table = sources.find((arn) => arn.startsWith('arn:aws:dynamodb:')) ?? '';
  return streams.shards(table).flatMap((shard) =>
    streams.read(table, shard, undefined, 10_000).flatMap(({ dynamodb }) => {
      const image = dynamodb.NewImage as {
        readonly pk: { readonly S: string };
        readonly event?: { readonly M: { readonly type: { readonly S: string } } };
      };
      return image.pk.S.startsWith('SRC#salesforce#') && image.event !== undefined ? [image.event.M.type.S] : [];
    }),
  );
};

const post = (headers: Readonly<Record<string, string>>, body: string): Promise<Response> =>
  fetch(`${whole.stack.url}/webhooks/salesforce/main`, { method: 'POST', headers, body });
const soap = (entity: string, id: string): string =>
  readFileSync(join(SAMPLES, 'outbound-message/notification.soap.xml'), 'utf8')
    .replaceAll('sf:Opportunity', `sf:${entity}`)
    .replaceAll('006Hs00001SMPLOIA3', id);

describe('Salesforce, from an org to the revenue bus', () => {
  it('is heard by its relay: a signed agreement is a fact', async () => {
    expect((await integration())?.status).toBe('waiting');
    agreementIn(standIn().org, whole.stack.clock.now());
    await relayed();
    expect([...published()].sort()).toEqual(['CustomerRecorded', 'SubscriptionRecorded']);
    expect(await integration()).toMatchObject({ status: 'ok', deliveries: { recorded: 5, failed: 0, parked: 0 } });
  });

  it('tells each change at its own time, as the clock is moved past it', async () => {
    const { org } = standIn();
    const accountId = String(org.all('Account')[0]?.['Id']);
    const end = whole.salesforce.relayAlways(whole.stack);
    org.update('Account', accountId, { Region__c: 'EMEA' }, { at: org.now() + 30_000 });
    org.update('Account', accountId, { Region__c: 'APAC' }, { at: org.now() + 60_000 });
    await whole.stack.clock.advance(org.now() + 45_000);
    expect(published().filter((name) => name === 'CustomerRecorded')).toHaveLength(2);
    await whole.stack.clock.advance(org.now() + 30_000);
    expect(published().filter((name) => name === 'CustomerRecorded')).toHaveLength(3);
    end();
  });

  it('is asked every five minutes for what the relay does not tell', async () => {
    standIn().org.create('User', { Username: 'u@example.com', IsActive: true, Title: 'AE' });
    await relayed();
    await inFiveMinutes();
    // What was known is read again, and is no news.
    expect([...published()].sort()).toEqual([
      'CustomerRecorded',
      'CustomerRecorded',
      'CustomerRecorded',
      'SubscriptionRecorded',
      'UserRecorded',
    ]);
    const { sync = [] } = (await integration()) ?? {};
    expect(sync).toHaveLength(9);
    expect(sync.filter(({ isUnread }) => isUnread)).toEqual([]);
  });

  it('is heard by its second door: by outbound messages and by signed callouts', async () => {
    const { org } = standIn();
    const accountId = String(org.all('Account')[0]?.['Id']);
    org.update('Account', accountId, { Name: 'Renamed Labs' }, { delivery: 'lost', at: org.now() + 1000 });
    org.update('Account', accountId, { Name: 'Once More Labs' }, { delivery: 'lost', at: org.now() + 2000 });
    await whole.stack.clock.advance(org.now() + 1000);
    const answer = await post({ 'content-type': 'text/xml; charset=UTF-8' }, soap('Account', accountId));
    expect([answer.status, (await answer.text()).includes('<Ack>true</Ack>')]).toEqual([200, true]);
    await whole.stack.idle();
    expect(published().filter((name) => name === 'CustomerRecorded')).toHaveLength(4);

    await whole.stack.clock.advance(org.now() + 1000);
    const body = JSON.stringify({ organizationId: ORG_ID, records: [{ entity: 'Account', id: accountId }] });
    const at = String(whole.stack.clock.now());
    const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${at}.${body}`).digest('base64');
    expect((await post({ 'content-type': 'application/json', 'x-timestamp': at, 'x-signature': signature }, body)).status).toBe(200);
    await whole.stack.idle();
    expect(published().filter((name) => name === 'CustomerRecorded')).toHaveLength(5);
  });
});

describe('the samples of Salesforce', () => {
  const samplesIn = (folder: string): readonly Readonly<Record<string, unknown>>[] =>
    readdirSync(join(SAMPLES, folder)).map(
      (name) => JSON.parse(readFileSync(join(SAMPLES, folder, name), 'utf8')) as Record<string, unknown>,
    );

  it('are each taken in, dropped or parked with a reason; none ends in a dead letter or in silence', async () => {
    const { org } = standIn();
    org.put('Account', { Id: '001Hs00003SMPLAIA5', Name: 'Sample Labs' });
    for (const Id of ['006Hs00001SMPLOIA3', '006Hs00001SMPLPIA3', '006Hs00001SMPLQIA3'])
      org.put('Opportunity', {
        Id,
        AccountId: '001Hs00003SMPLAIA5',
        Name: Id,
        StageName: 'Closed Won',
        CloseDate: '2026-10-30',
        IsClosed: true,
        IsWon: true,
        ForecastCategory: 'Closed',
        Amount: 27000,
      });
    org.put('OpportunityLineItem', {
      Id: '00kHs00000SMPLLIAX',
      OpportunityId: '006Hs00001SMPLOIA3',
      Product2Id: '01tHs00000SMPLPIA5',
      Quantity: 1,
      UnitPrice: 27000,
      TotalPrice: 27000,
    });
    const before = (await integration())?.deliveries ?? {};
    const facts = published().length;
    for (const sample of samplesIn('eventbridge'))
      await whole.putPartnerEvent(SOURCE, String(sample['detail-type']), sample['detail'] as object);
    for (const sample of samplesIn('pubsub-decoded')) await whole.putPartnerEvent(SOURCE, 'OpportunityChangeEvent', sample);
    expect((await post({ 'content-type': 'text/xml' }, soap('Opportunity', '006Hs00001SMPLOIA3'))).status).toBe(200);
    await whole.stack.idle();
    expect(await deadLetters()).toBe(0);
    const after = (await integration())?.deliveries ?? {};
    const became = Object.fromEntries(Object.entries(after).map(([outcome, count]) => [outcome, count - (before[outcome] ?? 0)]));
    // 14 of the relay, one of the Pub/Sub API, one message; two of them are the same event.
    expect(became).toEqual({
      recorded: 10,
      duplicate: 1, // the outbound message: both of its records were told of before
      dropped: 1, // our own write
      incomplete: 2, // a prefix and an overflow, for the sync
      parked: 1, // a platform event
      failed: 0,
    });
    const { body: parked } = await whole.api<{ items: readonly { eventType: string; reason: string }[] }>(
      '/api/v1/integrations/salesforce-main/parked',
    );
    expect(parked.items).toMatchObject([{ eventType: 'Revenue_Event__e', reason: 'type-not-consumed' }]);
    // Three opportunities, each with what it claims, and an account.
    expect(published().slice(facts).sort()).toEqual([
      'CustomerRecorded',
      ...Array.from({ length: 3 }, () => 'OpportunityRecorded'),
      ...Array.from({ length: 3 }, () => 'SubscriptionRecorded'),
    ]);
    await inFiveMinutes();
    expect((await integration())?.sync.filter(({ isUnread }) => isUnread)).toEqual([]);
    expect(whole.stack.denied()).toEqual([]);
  });
});
