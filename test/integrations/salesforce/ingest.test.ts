import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_NOTIFICATIONS, openOutboundMessage } from '../../../functions/integrations/salesforce/outbound-message.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { lambdaContext } from '../../support/http.ts';
import { useFakeAws } from '../fake-aws.ts';
import { envelopeOf, type WebhookAnswer } from '../stripe/intake.ts';
import { agreementIn, factsOf, takeInBodies, useOrg, WEBHOOK_SECRET } from './org.ts';

const aws = useFakeAws();
const table = useDynamoDB();
const running = useOrg(aws, table);

const SAMPLE_ORG = '00DHs000000SMPLMAM';
const sample = readFileSync('test/contracts/salesforce/outbound-message/notification.soap.xml', 'utf8');
const ack = readFileSync('test/contracts/salesforce/outbound-message/ack.soap.xml', 'utf8');

type Headers = Readonly<Record<string, string>>;
const post = async (body: string, headers: Headers, instance = 'main', more: object = {}): Promise<WebhookAnswer> => {
  const { handler } = await import('../../../functions/integrations/salesforce/ingest.ts');
  const request = { headers, body, isBase64Encoded: false, pathParameters: { instance }, requestContext: { requestId: 'req-1' }, ...more };
  return (await (handler as unknown as (event: unknown, context: unknown) => Promise<WebhookAnswer>)(
    request,
    lambdaContext,
  )) as WebhookAnswer;
};
const code = ({ body }: WebhookAnswer): string => String((JSON.parse(body) as { readonly type: string }).type).replace('/problems/', '');
const XML = { 'content-type': 'text/xml; charset=UTF-8' };
const postXml = (body: string) => post(body, XML);

const signed = (body: string | Buffer, { secret = WEBHOOK_SECRET, at = Date.now() } = {}): Headers => ({
  'Content-Type': 'application/json',
  'X-Timestamp': String(at),
  'X-Signature': createHmac('sha256', secret).update(`${at}.`).update(body).digest('base64'),
});
const callout = (records: readonly object[], organizationId = running.salesforce.org.orgId): string =>
  JSON.stringify({ organizationId, records });

beforeEach(() => running.configure({ organizationId: SAMPLE_ORG }));

describe('an outbound message', () => {
  it('is acknowledged as Salesforce asks once the bus has it, and names records only', async () => {
    const answer = await postXml(sample);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/xml; charset=utf-8']);
    const plain = (xml: string) => xml.replace(/>\s+</g, '><').trim();
    expect(plain(answer.body)).toBe(plain(ack));
    expect(aws.events).toMatchObject([
      { EventBusName: 'sources', Source: 'ascent.salesforce/main', DetailType: 'SalesforceRecordsChanged' },
    ]);
    expect(JSON.parse(aws.events[0]?.Detail ?? '')).toEqual({
      key: expect.stringMatching(/^outbound-message:[\w-]{22}$/),
      records: [
        { entity: 'Opportunity', id: '006Hs00001SMPLOIA3' },
        { entity: 'Opportunity', id: '006Hs00001SMPLPIA3' },
      ],
      receivedAtMs: expect.any(Number),
      isSure: false,
    });
    // Neither the amount nor the stage, which nobody has signed.
    expect(aws.events[0]?.Detail).not.toContain('27000');
  });

  it('has the same key in each repetition, so that it is one event [B13]', async () => {
    await postXml(sample);
    await postXml(sample);
    const [first, second] = aws.events.map(({ Detail }) => (JSON.parse(Detail) as { key: string }).key);
    expect(first).toBe(second);
  });

  it('is not acknowledged where the bus has not taken it: Salesforce sends it again', async () => {
    aws.faults.push({ operation: 'PutEvents', status: 500, body: '{}' }, { operation: 'PutEvents', status: 500, body: '{}' });
    const answer = await postXml(sample);
    expect([answer.statusCode, code(answer)]).toEqual([503, 'not-stored']);
    expect(answer.body).not.toContain('<Ack>');
  });

  it('refuses one of another organization, and each where the configuration names none', async () => {
    expect(code(await postXml(sample.replaceAll(SAMPLE_ORG, '00DHs000000OTHEMAM')))).toBe('organization-mismatch');
    running.configure({ organizationId: undefined });
    expect(code(await postXml(sample))).toBe('organization-mismatch');
    expect((await post(sample, XML, 'other')).statusCode).toBe(404);
    expect(aws.events).toEqual([]);
  });

  it('leads to a reading of the org: what it says itself is never believed', async () => {
    const { org } = running.salesforce;
    running.configure();
    const { accountId } = agreementIn(org);
    const message = sample
      .replaceAll(SAMPLE_ORG, org.orgId)
      .replaceAll('sf:Opportunity', 'sf:Account')
      .replaceAll('006Hs00001SMPLOIA3', accountId)
      .replace('<sf:StageName>Closed Won</sf:StageName>', '<sf:Name>Forged &amp; Co</sf:Name>');
    expect((await postXml(message)).statusCode).toBe(200);
    expect(await takeInBodies(aws.events.map((entry) => envelopeOf(entry)))).toEqual([]);
    expect(await factsOf('CustomerRecorded', 'customerId', accountId)).toMatchObject([{ name: 'Sample Labs' }]);
  });
});

describe('the reader of outbound messages', () => {
  const notification = (id: string): string =>
    `<Notification><Id>04lHs00000SMPL1IAX</Id><sObject xsi:type="sf:Account"><sf:Id>${id}</sf:Id></sObject></Notification>`;
  const message = (inner: string): string =>
    `<E:Envelope><E:Body><notifications xmlns='http://soap.sforce.com/2005/09/outbound'><OrganizationId>${SAMPLE_ORG.slice(0, 15)}</OrganizationId>${inner}</notifications></E:Body></E:Envelope>`;
  const opened = (xml: string) => openOutboundMessage(Buffer.from(xml));

  it('takes up to a hundred notifications, each record once, ids of either length', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `001Hs0000000${String(i).padStart(3, '0')}`);
    const read = opened(message(ids.map(notification).join('\n')));
    // Of 15 characters: S, M, P and L are capital, as are D and H before them.
    expect(read.ok && read.value.organizationId).toBe('00DHs000000SMPLMA4');
    expect(read.ok && read.value.records).toHaveLength(100);
    const twice = opened(message(notification('001Hs0000000001') + notification('001Hs0000000001AAA'.slice(0, 15))));
    expect(twice.ok && twice.value.records).toHaveLength(1);
    expect(MAX_NOTIFICATIONS).toBe(100);
    expect(opened(message([...ids, '001Hs0000000ABC'].map(notification).join(''))).ok).toBe(false);
  });

  const good = message(notification('001Hs0000000001'));
  it.each([
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${good}`],
    ['an entity of its own', good.replace('04lHs00000SMPL1IAX', '&a;')],
    ['an external entity', `<!DOCTYPE x SYSTEM "http://example.com/x.dtd">${good}`],
    ['CDATA', good.replace('04lHs00000SMPL1IAX', '<![CDATA[x]]>')],
    ['a comment', good.replace('<Notification>', '<!-- x --><Notification>')],
    ['a processing instruction', good.replace('<E:Body>', '<?php x ?><E:Body>')],
    ['another namespace', good.replace('2005/09/outbound', '2005/09/inbound')],
    ['tags that cross', good.replace('</sObject></Notification>', '</Notification></sObject>')],
    ['a tag that is not closed', good.replace('</E:Envelope>', '')],
    ['two envelopes', good + good],
    ['text behind its end', `${good}x`],
    ['text between tags', good.replace('<Notification>', 'x<Notification>')],
    ['an id that is none', good.replace('001Hs0000000001', "001' OR Id != '")],
    ['an object that is none', good.replace('sf:Account', 'sf:Account WHERE')],
    ['no organization', good.replace(/<OrganizationId>.*<\/OrganizationId>/, '')],
    ['no notification', message('')],
    ['a notification without a record', message('<Notification><Id>04lHs00000SMPL1IAX</Id></Notification>')],
    ['too deep a nesting', good.replace('<sf:Id>', '<a><b><sf:Id>').replace('</sf:Id>', '</sf:Id></b></a>')],
    ['JSON', '{"organizationId":"00D"}'],
    ['nothing', ''],
  ])('refuses %s', (_what, xml) => {
    const read = opened(xml);
    expect(read.ok ? 'taken' : read.problem.code).toBe('event-unreadable');
  });

  it('ends quickly, whatever it is given', () => {
    const started = performance.now();
    for (const xml of [
      `<a${' '.repeat(400_000)}`,
      '<a '.repeat(300_000),
      '<a>'.repeat(300_000),
      `<a b="${'x'.repeat(900_000)}`,
      '&'.repeat(900_000),
    ])
      expect(opened(xml).ok).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a signed callout', () => {
  const records = [{ entity: 'Contract', id: '800Hs00001SMPLCIA3' }];
  beforeEach(() => running.configure());

  it('is taken where its signature holds over the raw bytes, in base64 too, and read at once', async () => {
    const body = callout([...records, { entity: 'Opportunity', id: '006Hs00001SMPLO' }]);
    expect(await post(body, signed(body))).toMatchObject({ statusCode: 200, body: '{"received":true}' });
    const base64 = await post(Buffer.from(body).toString('base64'), signed(body), 'main', { isBase64Encoded: true });
    expect(base64.statusCode).toBe(200);
    expect(JSON.parse(aws.events[0]?.Detail ?? '')).toMatchObject({
      key: expect.stringMatching(/^callout:/),
      records: [...records, { entity: 'Opportunity', id: '006Hs00001SMPLOIA5' }],
      isSure: true,
    });
    expect(aws.events[1]?.Detail.slice(0, 40)).toBe(aws.events[0]?.Detail.slice(0, 40));
  });

  it('accepts both secrets of a rotation, and a new one that was put in just now', async () => {
    const body = callout(records);
    aws.secrets.set('secret-rotated', JSON.stringify({ webhookSecrets: ['first-secret', 'second-secret'] }));
    process.env['SALESFORCE_WEBHOOK_SECRET_IDS'] = JSON.stringify({ main: 'secret-rotated' });
    for (const secret of ['first-secret', 'second-secret']) expect((await post(body, signed(body, { secret }))).statusCode).toBe(200);
    expect(code(await post(body, signed(body, { secret: 'third-secret' })))).toBe('signature-mismatch');
    process.env['SALESFORCE_WEBHOOK_SECRET_IDS'] = JSON.stringify({ main: 'secret-webhook' });
  });

  const body = JSON.stringify({ organizationId: SAMPLE_ORG, records });
  it.each([
    ['without a signature', 'signature-missing', () => ({ 'content-type': 'application/json', 'x-timestamp': String(Date.now()) })],
    ['without a time', 'signature-malformed', () => ({ 'x-signature': signed(body)['X-Signature'] ?? '' })],
    ['with a time in seconds [A12]', 'signature-malformed', () => signed(body, { at: Math.floor(Date.now() / 1000) })],
    ['with a time that is none', 'signature-malformed', () => ({ ...signed(body), 'X-Timestamp': 'now' })],
    ['with a signature in hexadecimal', 'signature-malformed', () => ({ ...signed(body), 'X-Signature': 'a'.repeat(64) })],
    ['with another secret', 'signature-mismatch', () => signed(body, { secret: 'other' })],
    ['with an empty secret', 'signature-mismatch', () => signed(body, { secret: '' })],
    ['of another body', 'signature-mismatch', () => signed(`${body} `)],
    ['that is older than five minutes', 'signature-too-old', () => signed(body, { at: Date.now() - 301_000 })],
    ['from more than five minutes ahead', 'signature-in-future', () => signed(body, { at: Date.now() + 330_000 })],
  ])('refuses one %s', async (_what, expected, headers) => {
    const answer = await post(body, headers());
    expect([answer.statusCode, code(answer)]).toEqual([400, expected]);
    expect(aws.events).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['no record', callout.bind(undefined, [])],
    ['201 records', () => callout(Array.from({ length: 201 }, () => records[0] ?? {}))],
    ['an id that is none', () => callout([{ entity: 'Contract', id: "800' OR" }])],
    ['an object that is none', () => callout([{ entity: 'Contract WHERE', id: '800Hs00001SMPLCIA3' }])],
    ['one field more', () => JSON.stringify({ organizationId: SAMPLE_ORG, records, more: 1 })],
  ])('refuses a signed body with %s', async (_what, make) => {
    const text = typeof make === 'string' ? make : make();
    const answer = await post(text, signed(text));
    expect([answer.statusCode, code(answer)]).toEqual([400, 'event-unreadable']);
  });

  it('refuses one of another organization, and one that is too large', async () => {
    const other = callout(records, '00DHs000000OTHEMAM');
    expect(code(await post(other, signed(other)))).toBe('organization-mismatch');
    const huge = 'x'.repeat(1_000_001);
    expect((await post(huge, signed(huge))).statusCode).toBe(413);
  });
});
