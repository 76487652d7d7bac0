import { afterEach, describe, expect, test, vi } from 'vitest';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { useFakeAws } from '../fake-aws.ts';
import { sample, textOf } from '../samples.ts';
import { consume, envelopeOf, eventOf, factsAbout, onBus, plain, post, signatureOf, useCompany, useIntake } from './intake.ts';
import { itemsWith } from './table.ts';

/** What comes twice, late, at once or in the wrong order leaves what one delivery in time would have left. */
const aws = useFakeAws();
const proxy = useDynamoDBProxy(useDynamoDB());
useCompany(aws);
const { load, take } = useIntake(aws);

const TEST_CLOCK = Symbol.for('ascent.test-clock');
const freezeAt = (epochSeconds: number): void => {
  (globalThis as Record<symbol, unknown>)[TEST_CLOCK] = new BigInt64Array([BigInt(epochSeconds) * 1000n, 0n]);
};
afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[TEST_CLOCK];
});

const SIGNED_AT = 1_792_062_000;
/** Posts with the signature of `SIGNED_AT`, so many seconds after it. */
const posted = async (payload: string, secondsLater: number): Promise<number> => {
  freezeAt(SIGNED_AT + secondsLater);
  const { handler } = await import('../../../functions/integrations/stripe/ingest.ts');
  return (await post(handler, payload, { 'stripe-signature': signatureOf(payload, undefined, SIGNED_AT) })).statusCode;
};
/** Hands on what the webhook put on the bus; answers what failed. */
const handedOn = async (): Promise<readonly string[]> =>
  consume(
    (await load()).onEvent,
    aws.events.splice(0).map((entry, i) => envelopeOf(entry, `bus-${i}`)),
  );
const showingsOf = (objectId: string) => itemsWith(`SRC#stripe#main#${objectId}`);
const documentsOf = async (objectId: string) => {
  const { currentDocument, documentShowings } = await import('../../../functions/integrations/index.ts');
  const { items } = await documentShowings('stripe', 'main', objectId, 10);
  return { items, current: currentDocument(items) };
};

describe('a webhook', () => {
  test('that is sent again within the tolerance, byte for byte, is verified and changes nothing [A6]', async () => {
    const payload = JSON.stringify(eventOf(plain('sub_replayed')));
    expect([await posted(payload, 1), await posted(payload, 240)]).toEqual([200, 200]);
    expect(aws.events).toHaveLength(2);
    expect(await handedOn()).toEqual([]);
    expect(await factsAbout('sub_replayed')).toHaveLength(1);
  });

  test('that waits in the queue for three days is taken in: its age was judged at the door [A7]', async () => {
    expect(await posted(JSON.stringify(eventOf(plain('sub_waited'))), 1)).toBe(200);
    freezeAt(SIGNED_AT + 3 * 86_400);
    expect(await handedOn()).toEqual([]);
    expect(await factsAbout('sub_waited')).toHaveLength(1);
  });

  test('of a type that nobody consumes is acknowledged, counted, and not tried again [B5]', async () => {
    const parked = async () => (await (await import('../../../functions/integrations/index.ts')).readIntegrations())[0]?.parked ?? 0;
    const before = await parked();
    expect(
      await posted(JSON.stringify(eventOf({ id: 'issfr_1', object: 'radar.early_fraud_warning' }, { type: 'radar.unheard_of' })), 1),
    ).toBe(200);
    expect(await handedOn()).toEqual([]);
    expect((await parked()) - before).toBe(1);
  });
});

describe('one event', () => {
  test('of a paid invoice, delivered three times, is one document [B1]', async () => {
    const event = eventOf({ ...sample('objects/invoice.paid.json'), id: 'in_thrice' }, { type: 'invoice.paid' });
    for (let i = 0; i < 3; i += 1) expect(await take(event)).toEqual([]);
    expect(await showingsOf('in_thrice')).toHaveLength(1);
  });

  test('at two instances of the function at once has one effect, and both acknowledge it [B2]', async () => {
    const body = onBus(eventOf(plain('sub_raced')));
    const first = (await load()).onEvent;
    vi.resetModules();
    const second = (await load()).onEvent;
    expect(second).not.toBe(first);
    expect(await Promise.all([consume(first, [body]), consume(second, [body])])).toEqual([[], []]);
    expect(await factsAbout('sub_raced')).toHaveLength(1);
  });

  test('that could not be written is not taken for handled: its next delivery is recorded [B3, B4]', async () => {
    const event = eventOf(plain('sub_refused'));
    proxy.before = ({ operation }) =>
      operation === 'PutItem' || operation === 'BatchExecuteStatement' ? { type: 'ProvisionedThroughputExceededException' } : undefined;
    expect(await take(event)).toEqual([onBus(event)]);
    expect(await showingsOf('sub_refused')).toEqual([]);
    proxy.before = undefined;
    expect(await take(event)).toEqual([]);
    expect(await factsAbout('sub_refused')).toHaveLength(1);
  });
});

describe('retained envelopes of the partner bus', () => {
  const arrive = async (name: string): Promise<readonly string[]> => consume((await load()).onEvent, [textOf(`eventbridge/${name}.json`)]);

  test('leave a paid invoice paid when its creation arrives afterwards [B7]', async () => {
    for (const name of ['invoice.paid', 'invoice.created.arrives_after_paid']) expect(await arrive(name)).toEqual([]);
    const { items, current } = await documentsOf('in_SmplOct');
    expect(items).toHaveLength(2);
    expect(current).toMatchObject({ status: 'paid', body: { paidMinor: '43300', remainingMinor: '0' } });
  });

  test('are known by the event’s own id, not by the envelope’s [B11]', async () => {
    expect(await arrive('duplicate_same_event_new_envelope_id')).toEqual([]);
    expect((await documentsOf('in_SmplOct')).items).toHaveLength(2);
  });

  test('tell one paid invoice by two event objects of one change [B10]', async () => {
    const before = (await documentsOf('in_SmplOct')).current;
    expect(await arrive('second_event_object_same_change')).toEqual([]);
    const { items, current } = await documentsOf('in_SmplOct');
    expect(items).toHaveLength(3);
    expect({ ...current, eventId: '', recordedAt: '' }).toEqual({ ...before, eventId: '', recordedAt: '' });
  });

  test('are set apart where they are of the other mode [A10]', async () => {
    expect(await arrive('livemode_on_test_bus.reject')).toEqual([]);
    expect(await itemsWith('EVT#stripe#main#evt_1Smpl0020')).toMatchObject([{ reason: 'livemode-mismatch', state: 'parked' }]);
    expect((await documentsOf('in_SmplOct')).items).toHaveLength(3);
  });
});
