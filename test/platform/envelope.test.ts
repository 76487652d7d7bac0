import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { carriedTypeOf, domainEvent, fromImage, type Image, openDomainEvent, openEnvelope } from '../../functions/platform/envelope.ts';
import { type DomainEvent, declareEvent } from '../../functions/platform/events.ts';
import { carried, outboxWrite } from '../../functions/platform/outbox.ts';
import { commit } from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { itemsUnder } from '../support/items.ts';

const table = useDynamoDB();

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

describe('an event that an item carries', () => {
  /** An item as the table's stream shows it. */
  const imageOf = async (pk: string, sk: string) => {
    const { Item = {} } = await table.client.send(new GetItemCommand({ TableName: table.name, Key: { pk: { S: pk }, sk: { S: sk } } }));
    return Item as Image;
  };

  test('is flat strings, its data JSON text', () => {
    expect(carried(event, declarations)).toEqual({
      id: 'note-1',
      type: 'Noted',
      version: '1',
      source: 'ascent.test',
      recordedAt: '2026-11-05T10:00:00.000Z',
      subject: 'cus_1',
      data: detail.data,
    });
  });

  test('is opened by the projector to the same event, on whatever item it lies', async () => {
    expect((await commit([{ put: { Item: { pk: 'STATE#1', sk: 'V1', state: 'x', event: carried(event, declarations) } } }])).ok).toBe(true);
    const image = await imageOf('STATE#1', 'V1');
    expect(carriedTypeOf(image)).toBe('Noted');
    expect(fromImage(image, declarations)).toEqual({ ok: true, value: event });
  });

  test('lies on an item of its own, for a week, where it is told beside others [C19]', async () => {
    expect((await commit([outboxWrite(event, declarations)])).ok).toBe(true);
    expect(await itemsUnder('OUT#cus_1')).toEqual([
      expect.objectContaining({
        sk: '2026-11-05T10:00:00.000Z#note-1',
        event: carried(event, declarations),
        // 2026-11-05T10:00:00Z is 1,793,872,800; 7 days are 604,800 s
        expiresAt: 1_794_477_600,
      }),
    ]);
    expect(fromImage(await imageOf('OUT#cus_1', '2026-11-05T10:00:00.000Z#note-1'), declarations)).toEqual({ ok: true, value: event });
  });

  test.each<[string, Image | undefined]>([
    ['no image', undefined],
    ['an item without an event', { pk: { S: 'ARR#cus_1' } }],
    ['a text that is called event, as a parked event is', { event: { S: 'H4sIAAAA' } }],
  ])('is not seen in %s', (_, image) => {
    expect(carriedTypeOf(image)).toBeUndefined();
  });

  test('is not opened where there is none: that is a bug', () => {
    expect(() => fromImage({ pk: { S: 'ARR#cus_1' } }, declarations)).toThrow('the item carries no event');
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
    expect(() => carried(broken, declarations)).toThrow(message);
    expect(() => outboxWrite(broken, declarations)).toThrow(message);
  });
});
