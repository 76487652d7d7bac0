import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { domainEvent, fromOutboxImage, openDomainEvent, openEnvelope, outboxBucketOf } from '../../functions/platform/envelope.ts';
import { type DomainEvent, declareEvent } from '../../functions/platform/events.ts';
import { fnv1a32 } from '../../functions/platform/ids.ts';
import { bucketOf, outboxItems, outboxWrite } from '../../functions/platform/outbox.ts';
import { commit, documentClient } from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';

useDynamoDB();

const noted = declareEvent({
  name: 'Noted',
  version: 1,
  source: 'ascent.test',
  meaning: 'for tests',
  schema: z.object({ text: z.string(), pages: z.int() }),
});
const notedAgain = declareEvent({
  name: 'Noted',
  version: 2,
  source: 'ascent.test',
  meaning: 'for tests',
  schema: z.object({ words: z.array(z.string()) }),
});
const declarations = [noted, notedAgain];

const event = domainEvent(noted, {
  id: 'note-1',
  recordedAt: '2026-11-05T10:00:00.000Z',
  subject: 'cus_1',
  data: { text: 'a "quoted" text', pages: 3 },
});
/** As the pipe's input template makes it: `data` stays JSON text. */
const detail = {
  id: event.id,
  type: 'Noted',
  version: '1',
  recordedAt: event.recordedAt,
  subject: 'cus_1',
  data: JSON.stringify(event.data),
};
const busBody = (parts: object = {}, inner: object = {}): string =>
  JSON.stringify({
    version: '0',
    id: 'bus-1',
    'detail-type': 'Noted',
    source: 'ascent.test',
    account: '1',
    time: '2026-11-05T10:00:01Z',
    region: 'eu-central-1',
    resources: [],
    detail: { ...detail, ...inner },
    ...parts,
  });

const open = (body: string) => {
  const envelope = openEnvelope(body);
  return envelope.ok ? openDomainEvent(envelope.value, declarations) : envelope;
};

describe('an event from the revenue bus', () => {
  test('is opened and typed by its declaration', () => {
    expect(open(busBody())).toEqual({ ok: true, value: event });
  });

  test('is opened by its version', () => {
    expect(open(busBody({}, { version: 2, data: '{"words":["a"]}' }))).toMatchObject({
      ok: true,
      value: { version: 2, data: { words: ['a'] } },
    });
  });

  test.each([
    ['no JSON', '{', 'envelope-malformed'],
    ['JSON that is no object', '[]', 'envelope-malformed'],
    ['an envelope without a source', busBody({ source: '' }), 'envelope-malformed'],
    ['a detail that is no object', busBody({ detail: 'x' }), 'envelope-malformed'],
    ['a detail without data', busBody({}, { data: undefined }), 'envelope-malformed'],
    ['an envelope that names another type than the event', busBody({ 'detail-type': 'Other' }), 'envelope-malformed'],
    ['a type that is not declared', busBody({ 'detail-type': 'Other' }, { type: 'Other' }), 'event-unknown'],
    ['a version that is not declared', busBody({}, { version: '3' }), 'event-unknown'],
    ['a source that is not the declared one', busBody({ source: 'ascent.forged' }), 'event-unknown'],
    ['data that does not fit the schema', busBody({}, { data: '{"text":"x","pages":"3"}' }), 'event-invalid'],
    ['data that is no JSON', busBody({}, { data: '{' }), 'event-invalid'],
  ])('refuses %s', (_, body, code) => {
    expect(open(body)).toMatchObject({ ok: false, problem: { code } });
  });

  test('names the field that does not fit, and never its value', () => {
    const opened = open(busBody({}, { data: '{"text":"secret@example.com","pages":"3"}' }));
    expect(opened).toMatchObject({ problem: { field: 'data.pages' } });
    expect(JSON.stringify(opened)).not.toContain('secret@example.com');
  });
});

describe('the outbox', () => {
  test('spreads subjects over 128 buckets by FNV-1a', () => {
    // Published FNV-1a vectors: '' → 0x811c9dc5, 'a' → 0xe40c292c, 'foobar' → 0xbf9cf968
    expect([fnv1a32(''), fnv1a32('a'), fnv1a32('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
    expect(bucketOf('a')).toBe('044'); // the lowest seven bits of 0x…2c are 44
    expect(bucketOf('cus_1')).toHaveLength(3);
    const counts = new Map<string, number>();
    for (let index = 0; index < 12_800; index += 1) counts.set(bucketOf(`cus_${index}`), (counts.get(bucketOf(`cus_${index}`)) ?? 0) + 1);
    expect(counts.size).toBe(128);
    expect(Math.max(...counts.values())).toBeLessThan(160); // 12,800 ÷ 128 = 100 on average
  });

  test('stores flat strings that the projector opens to the same event', async () => {
    expect((await commit([outboxWrite(event, declarations)])).ok).toBe(true);
    const { data } = await outboxItems.query.byBucket({ bucket: bucketOf('cus_1') }).go({ consistent: true });
    // 2026-11-05T10:00:00Z is 1,793,872,800; 7 days are 604,800 s
    expect(data).toEqual([
      {
        bucket: bucketOf('cus_1'),
        id: 'note-1',
        type: 'Noted',
        version: '1',
        source: 'ascent.test',
        recordedAt: '2026-11-05T10:00:00.000Z',
        subject: 'cus_1',
        data: detail.data,
        expiresAt: 1_794_477_600,
      },
    ]);
    const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
    const key = { pk: { S: `OUT#${bucketOf('cus_1')}` }, sk: { S: '2026-11-05T10:00:00.000Z#note-1' } };
    const { Item: image = {} } = await documentClient().send(new GetItemCommand({ TableName: 'ascent-test', Key: key }));
    expect(outboxBucketOf(image as never)).toBe(bucketOf('cus_1'));
    expect(fromOutboxImage(image as never, declarations)).toEqual({ ok: true, value: event });
  });

  test('knows other items by their key', () => {
    expect(outboxBucketOf({ pk: { S: 'ARR#cus_1' } })).toBeUndefined();
    expect(() => fromOutboxImage({ pk: { S: 'ARR#cus_1' } }, declarations)).toThrow('only outbox items hold events');
  });

  const changed = (change: object): DomainEvent => ({ ...event, ...change }) as DomainEvent;
  test.each([
    ['data that its schema refuses', changed({ data: { text: 'x', pages: 1.5 } }), 'does not fit its schema at: pages'],
    ['an undeclared version', changed({ version: 9 }), 'Noted version 9 of ascent.test is not declared'],
    ['another source than the declared one', changed({ source: 'ascent.other' }), 'is not declared'],
    ['an id that is too long', changed({ id: 'x'.repeat(129) }), 'has 1 to 128 characters'],
    ['an event without a subject', changed({ subject: '' }), 'has no subject'],
    ['data that is too large', changed({ data: { text: 'x'.repeat(300_000), pages: 1 } }), 'at most 300000 are allowed'],
    ['a time that is no instant', changed({ recordedAt: 'yesterday' }), 'has no instant as recordedAt'],
  ])('refuses %s, loudly: it is a bug', (_, broken, message) => {
    expect(() => outboxWrite(broken, declarations)).toThrow(message);
  });
});
