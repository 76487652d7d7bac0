import { describe, expect, test, vi } from 'vitest';
import type { InvoiceDocument } from '../../../functions/integrations/index.ts';
import { log } from '../../../functions/platform/log.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call, type ListAnswer } from '../../support/http.ts';
import { useFakeAws } from '../fake-aws.ts';
import { type Json, sample, textOf } from '../samples.ts';
import { apiGatewaySample, consume, envelopeOf, eventOf, factsAbout, onBus, plain, published, useCompany, useIntake } from './intake.ts';
import { itemsWith } from './table.ts';

const aws = useFakeAws();
useDynamoDB();
const running = useCompany(aws);

const { load, take, fetchMissing } = useIntake(aws);
const parkedReason = async (eventId: unknown): Promise<unknown> => (await itemsWith(`EVT#stripe#main#${String(eventId)}`))[0]?.['reason'];

const itemsOf = (count: number, quantity = 1): Json => {
  const [item] = (plain('x')['items'] as { data: readonly Json[] }).data;
  return { object: 'list', has_more: false, data: Array.from({ length: count }, (_, i) => ({ ...item, id: `si_${i}`, quantity })) };
};
/** As Stripe shows it in an event: the first ten. */
const firstPage = (items: Json): Json => ({ ...items, data: (items['data'] as readonly Json[]).slice(0, 10), has_more: true });

describe('a batch', () => {
  test('fails in part: of the retained batch only the message that is no event comes back [B15]', async () => {
    const { onEvent } = await load();
    const { Records } = apiGatewaySample('sqs.eventbridge_to_standard.batch') as { Records: { body: string }[] };
    expect(
      await consume(
        onEvent,
        Records.map(({ body }) => body),
      ),
    ).toEqual(['not json']);
  });

  test('takes the same event once, in one batch, in the next, and in a new envelope [B11]', async () => {
    const event = eventOf(plain('sub_twice'));
    expect(await take(event, event)).toEqual([]);
    expect(await take(event)).toEqual([]);
    expect(await consume((await load()).onEvent, [onBus(event, 'aws.partner/stripe.com/ed_test_61SmplDestination0001')])).toEqual([]);
    expect(await factsAbout('sub_twice')).toHaveLength(1);
  });

  test('two event objects for one change give two facts with one fingerprint, so that nothing moves twice [B10]', async () => {
    const twins = [eventOf(plain('sub_twin')), eventOf(plain('sub_twin'))];
    await take(...twins);
    const facts = await factsAbout('sub_twin');
    expect(facts).toHaveLength(2);
    expect(new Set(facts.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });

  test('an event from a source that nobody configured is parked under its name', async () => {
    const event = eventOf(plain('sub_foreign'));
    expect(await consume((await load()).onEvent, [onBus(event, 'ascent.stripe/elsewhere')])).toEqual([]);
    expect((await itemsWith(`EVT#stripe#elsewhere#${String(event['id'])}`))[0]).toMatchObject({ reason: 'instance-unknown' });
  });

  test('an incomplete event that cannot be sent on comes back [B4]', async () => {
    aws.faults.push({ operation: 'SendMessage', status: 500, body: '' }, { operation: 'SendMessage', status: 500, body: '' });
    expect(await take(eventOf(plain('sub_more', { items: firstPage(itemsOf(11)) })))).toHaveLength(1);
  });
});

describe('what a snapshot lacks is fetched', () => {
  test('tiers, once: the next subscription with the same price needs no reading', async () => {
    running.stripe.put(
      sample('objects/price.tiered_graduated.expanded_tiers.json'),
      sample('objects/price.tiered_volume.expanded_tiers.json'),
    );
    const mixed = (id: string) => eventOf({ ...sample('objects/subscription.mixed_intervals_and_tiers.json'), id });
    const [first, second] = [mixed('sub_tiers1'), mixed('sub_tiers2')];
    await take(first);
    expect(await published(String(first['id']))).toBeUndefined();
    expect(await fetchMissing()).toEqual([]);
    const asked = running.stripe.requests.length;
    const fact = await published(String(first['id']));
    expect(fact?.lines.map((line) => (line['pricing'] as Json)['model'])).toEqual([
      'per-unit',
      'per-unit',
      'graduated',
      'volume',
      'package',
      'per-unit',
    ]);
    // It keeps its own id and time, however late it was completed.
    expect(fact?.['provenance']).toMatchObject({ eventId: first['id'], observedAt: first['created'] });
    await take(second);
    expect(aws.messages).toEqual([]);
    expect(await published(String(second['id']))).toBeDefined();
    expect(running.stripe.requests).toHaveLength(asked);
  });

  test('further items complete the event where nothing has changed since', async () => {
    const items = itemsOf(25);
    running.stripe.put(plain('sub_pages', { items }));
    const event = eventOf(plain('sub_pages', { items: firstPage(items) }));
    await take(event);
    expect(await fetchMissing()).toEqual([]);
    expect((await published(String(event['id'])))?.lines).toHaveLength(25);
  });

  test('and where they have, the present state is a fact of its own', async () => {
    running.stripe.put(plain('sub_moved', { items: itemsOf(25, 9) }));
    const event = eventOf(plain('sub_moved', { items: firstPage(itemsOf(25)) }));
    await take(event);
    expect(await fetchMissing()).toEqual([]);
    expect(await published(String(event['id']))).toBeUndefined();
    const [fact] = await factsAbout('sub_moved');
    expect(fact).toMatchObject({
      lifecycle: 'observed',
      provenance: { eventId: expect.stringMatching(/^refetch:sub_moved:\d{13}:evt_\w+$/) },
    });
    expect(fact).toMatchObject({ lines: expect.arrayContaining([expect.objectContaining({ lineId: 'si_24', quantity: '9' })]) });
  });

  test('further lines of an invoice, which then sum to its totals [C9]', async () => {
    const invoice = sample('objects/invoice.paid.json');
    const [line] = (invoice['lines'] as { data: readonly Json[] }).data;
    const lines = { object: 'list', has_more: false, data: Array.from({ length: 120 }, (_, i) => ({ ...line, id: `il_${i}` })) };
    // 120 × 50,000 = 6,000,000; less 120 × 10,000 and plus 120 × 3,300: 5,196,000
    const long = {
      ...invoice,
      id: 'in_long',
      subtotal: 6_000_000,
      total: 5_196_000,
      total_discount_amounts: [{ amount: 1_200_000 }],
      total_taxes: [{ amount: 396_000 }],
    };
    running.stripe.put({ ...long, lines });
    await take(eventOf({ ...long, lines: firstPage(lines) }, { type: 'invoice.paid' }));
    expect(await fetchMissing()).toEqual([]);
    const { documentShowings } = await import('../../../functions/integrations/index.ts');
    const { items } = await documentShowings('stripe', 'main', 'in_long', 10);
    expect(items.map(({ status, body }) => [status, body.kind === 'invoice' && body.lines.length])).toEqual([['paid', 120]]);
    const body = items[0]?.body as InvoiceDocument;
    const sum = (amount: 'amountMinor' | 'discountMinor' | 'taxMinor'): bigint =>
      body.lines.reduce((total, shown) => total + BigInt(shown[amount]), 0n);
    expect([sum('amountMinor'), sum('discountMinor'), sum('taxMinor')]).toEqual([6_000_000n, 1_200_000n, 396_000n]);
    expect([body.subtotalMinor, body.discountMinor, body.taxMinor, body.totalMinor]).toEqual(['6000000', '1200000', '396000', '5196000']);
  });

  test('a discount that is gone from the subscription, on the invoice that the event named', async () => {
    running.stripe.put(sample('objects/coupon.20pct_repeating_3m.json'), plain('sub_ended', { discounts: [] }), {
      ...sample('objects/invoice.paid.json'),
      id: 'in_then',
      discounts: [{ ...sample('objects/discount.on_subscription.expanded.json'), id: 'di_then' }],
    });
    const event = eventOf(plain('sub_ended', { discounts: ['di_then'], latest_invoice: 'in_then' }));
    await take(event);
    expect(await fetchMissing()).toEqual([]);
    expect((await published(String(event['id'])))?.discounts).toMatchObject([{ discountId: 'di_then', kind: 'percent', value: '20' }]);
  });

  test('a deleted coupon, from inside an event of an older version', async () => {
    const coupon = { ...sample('objects/coupon.20pct_repeating_3m.json'), id: 'GONE', percent_off: 33.3333 };
    const event = eventOf(
      plain('sub_old', { discounts: [{ id: 'di_old', object: 'discount', coupon, start: 1_792_058_700, end: null }] }),
      { api_version: '2024-06-20' },
    );
    await take(event);
    expect(await fetchMissing()).toEqual([]);
    expect((await published(String(event['id'])))?.discounts).toMatchObject([{ discountId: 'di_old', value: '33.3333' }]);
  });

  test('the whole event, where it was too large for the bus [C20]', async () => {
    const event = eventOf(plain('sub_huge'));
    running.stripe.put(event);
    await take({ ...event, data: { object: { id: 'sub_huge', object: 'subscription' } }, oversized: true });
    expect(await fetchMissing()).toEqual([]);
    expect(await published(String(event['id']))).toBeDefined();
  });

  test('a subscription, after its discount’s event', async () => {
    running.stripe.put(
      plain('sub_reduced', { discounts: [{ ...sample('objects/discount.on_subscription.expanded.json'), id: 'di_new' }] }),
    );
    const data = {
      object: {
        ...sample<{ data: { object: Json } }>('events/56.customer.discount.created.json').data.object,
        id: 'di_new',
        subscription: 'sub_reduced',
      },
    };
    await take(eventOf({}, { type: 'customer.discount.created', data }));
    expect(await fetchMissing()).toEqual([]);
    expect((await factsAbout('sub_reduced'))[0]).toMatchObject({
      lifecycle: 'observed',
      discounts: [{ discountId: 'di_new', value: '20' }],
    });
  });

  test('and after a tie that ARR found [B9]', async () => {
    running.stripe.put(plain('sub_tie'));
    const detail = {
      id: 'tie-1',
      type: 'SubscriptionTieFound',
      version: '1',
      recordedAt: '2026-11-01T00:00:00.000Z',
      subject: 'x',
      data: JSON.stringify({ system: 'stripe', instance: 'main', subscriptionId: 'sub_tie', observedAt: 1 }),
    };
    const body = envelopeOf({
      EventBusName: 'revenue',
      Source: 'ascent.arr',
      DetailType: 'SubscriptionTieFound',
      Detail: JSON.stringify(detail),
    });
    expect(await consume((await load()).onIncomplete, [body])).toEqual([]);
    expect(await factsAbout('sub_tie')).toHaveLength(1);
  });

  test('what Stripe does not know is parked; what it cannot answer now comes back, and is then recorded [B3]', async () => {
    const [unknown, later] = [
      eventOf(plain('sub_none'), {
        id: 'evt_TestGone',
        object: 'v2.core.event',
        created: '2026-10-25T09:00:00Z',
        related_object: { id: 'sub_none', type: 'subscription' },
      }),
      eventOf(plain('sub_later', { items: firstPage(itemsOf(11)) })),
    ];
    await take(unknown);
    expect(await fetchMissing()).toEqual([]);
    expect(await parkedReason('evt_TestGone')).toBe('gone-at-source');
    await take(later);
    running.stripe.fail({ kind: 'status', status: 500, shouldRetry: true }, 4, '/v1/subscription_items');
    const bodies = aws.messages.splice(0).map(({ body }) => body);
    const { onIncomplete } = await load();
    expect(await consume(onIncomplete, bodies)).toEqual(bodies);
    running.stripe.put(plain('sub_later', { items: itemsOf(11) }));
    expect(await consume(onIncomplete, bodies)).toEqual([]);
    expect((await published(String(later['id'])))?.lines).toHaveLength(11);
  });
});

describe('the API', () => {
  const read = { scopes: ['integrations/read'] };
  const write = { scopes: ['integrations/write'] };

  test('tells how far the source was heard, and what became of the deliveries', async () => {
    type Shown = Json & { readonly deliveries: Readonly<Record<string, number>> };
    const { json } = await call<ListAnswer<Shown>>((await load()).api, 'GET', '/api/v1/integrations', read);
    expect(json.items.map(({ id, status }) => [id, status])).toEqual([
      ['stripe-main', 'ok'],
      ['salesforce-main', 'waiting'],
    ]);
    expect(json.items[0]).toMatchObject({
      id: 'stripe-main',
      system: 'stripe',
      instance: 'main',
      livemode: false,
      parked: expect.any(Number),
      lastEvent: { occurredAt: expect.any(String), lagSeconds: expect.any(Number) },
    });
    expect(json.items[0]?.deliveries['recorded']).toBeGreaterThan(10);
    expect(json.items[0]?.deliveries['duplicate']).toBeGreaterThanOrEqual(2);
  });

  test('lists parked events with reasons, and replays one, which then disappears from the list', async () => {
    const { api, onEvent } = await load();
    const event = eventOf(plain('sub_frozen', { status: 'frozen' }));
    await take(event);
    const listed = await call<ListAnswer<Json>>(api, 'GET', '/api/v1/integrations/stripe-main/parked', {
      ...read,
      query: { limit: '200' },
    });
    expect(listed.json.items.find((item) => item['eventId'] === event['id'])).toMatchObject({
      reason: 'status-unknown',
      state: 'parked',
      detail: expect.stringContaining('frozen'),
    });

    const replayed = await call(api, 'POST', `/api/v1/integrations/stripe-main/parked/${String(event['id'])}/replay`, write);
    expect([replayed.status, replayed.json]).toEqual([200, { eventId: event['id'], state: 'replaying' }]);
    expect((await itemsWith(`EVT#stripe#main#${String(event['id'])}`))[0]).toMatchObject({
      state: 'replaying',
      replayedBy: 'user-1',
      replayedAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
    });
    // Still unknown: it is parked again.
    const [entry] = aws.events.splice(0);
    if (entry === undefined) throw new Error('nothing was replayed');
    await consume(onEvent, [envelopeOf(entry)]);
    expect((await itemsWith(`EVT#stripe#main#${String(event['id'])}`))[0]).toMatchObject({
      state: 'parked',
      listed: 'open',
      replayedBy: 'user-1',
    });
    // As if a release had taught the status.
    const info = vi.spyOn(log, 'info');
    await call(api, 'POST', `/api/v1/integrations/stripe-main/parked/${String(event['id'])}/replay`, { ...write, subject: 'user-7' });
    expect(info.mock.calls).toEqual([['a parked event is taken in again', { caller: 'user-7', eventId: event['id'], instance: 'main' }]]);
    info.mockRestore();
    const open = await call<ListAnswer<Json>>(api, 'GET', '/api/v1/integrations/stripe-main/parked', read);
    expect(open.json.items.find(({ eventId }) => eventId === event['id'])).toMatchObject({ state: 'replaying', replayedBy: 'user-7' });
    const [again] = aws.events.splice(0);
    await consume(onEvent, [envelopeOf({ ...(again ?? entry), Detail: (again ?? entry).Detail.replace('"frozen"', '"active"') })]);
    expect((await itemsWith(`EVT#stripe#main#${String(event['id'])}`))[0]).toMatchObject({
      state: 'replayed',
      listed: 'done',
      replayedBy: 'user-7',
    });
    expect(await published(String(event['id']))).toBeDefined();
    expect((await call(api, 'POST', `/api/v1/integrations/stripe-main/parked/${String(event['id'])}/replay`, write)).status).toBe(409);
  });

  test('replays all, page by page, with a cursor', async () => {
    const { api } = await load();
    for (let i = 0; i < 5; i += 1) await take(eventOf({ id: `po_${i}`, object: 'payout' }, { type: 'payout.paid' }));
    const ids: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { json } = await call<ListAnswer<Json>>(api, 'POST', '/api/v1/integrations/stripe-main/replay', {
        ...write,
        query: { limit: '2', ...(cursor === undefined ? {} : { cursor }) },
      });
      ids.push(...json.items.map((item) => item['eventId']));
      cursor = json.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(ids.length).toBeGreaterThanOrEqual(6);
    expect(new Set(ids).size).toBe(ids.length);
    expect(aws.events.map(({ Detail }) => (JSON.parse(Detail) as Json)['id'])).toEqual(ids);
  });

  test.each([
    ['refuses an unknown integration', 'GET', '/api/v1/integrations/other/parked', read, 404],
    ['refuses an unknown event', 'POST', '/api/v1/integrations/stripe-main/parked/evt_none/replay', write, 404],
    ['refuses a reader who wants to replay', 'POST', '/api/v1/integrations/stripe-main/replay', read, 403],
  ])('%s', async (_name, method, path, request, status) =>
    expect((await call((await load()).api, method, path, request)).status).toBe(status),
  );
});

test('the summary for dashboards counts what waits', async () => {
  const { readIntegrations } = await import('../../../functions/integrations/index.ts');
  const [summary] = await readIntegrations();
  expect(summary).toMatchObject({ id: 'stripe-main', throughAt: expect.stringMatching(/^2026-/) });
  expect(summary?.parked).toBeGreaterThan(0);
});

test('what is parked does not move how far the source was taken in', async () => {
  const { readIntegrations } = await import('../../../functions/integrations/index.ts');
  const later = Math.floor(Date.parse('2026-12-24T00:00:00Z') / 1000);
  const before = (await readIntegrations())[0];
  await take({ ...(JSON.parse(textOf('events/64.payout.paid.json')) as Json), id: 'evt_parked_later', created: later });
  const after = (await readIntegrations())[0];
  expect(after?.throughAt).toBe(before?.throughAt);
  expect(after?.parked).toBe((before?.parked ?? 0) + 1);
});

test('no raw body of the sample is lost: what is parked can be unpacked whole', async () => {
  const raw = JSON.parse(textOf('events/64.payout.paid.json')) as Json;
  await take(raw);
  const { parkedEvent } = await import('../../../functions/integrations/parked-store.ts');
  const { eventToReplay } = await import('../../../functions/integrations/stripe/park.ts');
  const parked = await parkedEvent('stripe', 'main', 'evt_1Smpl0064');
  expect(parked && eventToReplay(parked, false)).toEqual({ ...raw, ascent_replay: 'evt_1Smpl0064' });
});
