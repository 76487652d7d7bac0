import { describe, expect, test, vi } from 'vitest';
import { saveRun, syncMarks } from '../../../functions/integrations/stripe/sync-store.ts';
import { log } from '../../../functions/platform/log.ts';
import { type Json, sample } from '../samples.ts';
import { eventOf, factsAbout, plain } from './intake.ts';
import { DAY, documentEvent, freezeAt, HOUR, NOON, SECOND, seats, sync, useLooks } from './looks.ts';
import { carriedEvents, itemsWith } from './table.ts';

/** What Stripe sent and nobody received is found in its list of events and taken in by the same door. */
const { aws, table, proxy, running, take, lose, handOn, onTheBus, eventRequests, statusOf } = useLooks();

/** What the facts and documents say, but for when they were recorded. */
const told = async (): Promise<readonly Json[]> => {
  const showings = await itemsWith('SRC#');
  const key = ({ pk, sk }: Json): string => `${String(pk)} ${String(sk)}`;
  return showings
    .map(({ recordedAt: _at, event, ...showing }): Json => {
      const { recordedAt: _told, ...fact } = (event ?? {}) as Json;
      return { ...showing, fact };
    })
    .sort((a, b) => key(a).localeCompare(key(b)));
};

const at = (created: number) => ({ created });

/** Of 230 changes of five subscriptions the last ones are listed first; beside them a customer, an invoice, a refund, a charge and a price. */
const several = (): readonly Json[] => [
  ...Array.from({ length: 230 }, (_, i) => seats(`sub_lost${i % 5}`, 1 + i, NOON - 10 * DAY + i * 60)),
  eventOf({ ...sample('objects/customer.json'), id: 'cus_lost' }, { type: 'customer.updated', created: NOON - 9 * DAY }),
  documentEvent('invoice.paid', 'in_lost', 'invoice.paid', NOON - 8 * DAY),
  documentEvent('refund', 're_lost', 'refund.created', NOON - 7 * DAY),
  documentEvent('charge', 'ch_lost', 'charge.succeeded', NOON - 6 * DAY),
  documentEvent('price.metered', 'price_lost', 'price.created', NOON - 5 * DAY),
];

describe('events that were lost', () => {
  test('of several kinds and on several pages are taken in once, and say what they would have said had they come in time [B17]', async () => {
    const events = several();
    for (let from = 0; from < events.length; from += 10) expect(await take(...events.slice(from, from + 10))).toEqual([]);
    expect(await handOn()).toEqual([]);
    const asIfNeverLost = await told();
    expect(asIfNeverLost.length).toBeGreaterThanOrEqual(235); // 230 + 5
    await table.another();
    // Every third one came.
    expect(await take(...events.filter((_, i) => i % 3 === 0))).toEqual([]);
    lose(...events);
    const before = eventRequests().length;
    // 235 less the 79 that came: 0, 3, … 234
    expect(await sync()).toEqual({ accounts: [{ instance: 'main', looked: 235, missed: 156, isDone: true }], isDone: true });
    // Three pages of subscriptions, and one of each of the five other groups.
    expect(eventRequests().length - before).toBe(8);
    expect(new Set(onTheBus()).size).toBe(156);
    expect(await handOn()).toEqual([]);
    expect(await told()).toEqual(asIfNeverLost);
    // Looked through again, from the beginning: nothing is missing.
    expect(await sync({ days: 30 })).toMatchObject({ accounts: [{ looked: 235, missed: 0 }] });
    expect(aws.events).toEqual([]);
  });

  test('are known by reads alone where they came after all: no write but how far each group was looked through [B17]', async () => {
    const events = several();
    for (let from = 0; from < events.length; from += 10) await take(...events.slice(from, from + 10));
    await handOn();
    lose(...events);
    proxy.calls.length = 0;
    expect(await sync()).toMatchObject({ accounts: [{ looked: 235, missed: 0, isDone: true }] });
    const writes = proxy.calls.filter(({ operation }) => !/^(?:Get|BatchGet|Query)/.test(operation));
    // Three pages of subscriptions and one of each other group.
    expect(writes.map(({ operation, input }) => `${operation} ${String(input.Key?.['pk']?.S)}`)).toEqual(
      Array.from({ length: 8 }, () => 'UpdateItem SYNC#stripe#main'),
    );
    // A page of a hundred is one batch of reads.
    expect(proxy.calls.filter(({ operation }) => operation === 'BatchGetItem')).toHaveLength(8);
    expect(aws.events).toEqual([]);
  });

  test('are parked where a webhook would be: another version, a price that Stripe does not show; and are found once [B17]', async () => {
    const parkedBecause = async () =>
      Object.fromEntries((await itemsWith('EVT#stripe#main#')).map(({ eventId, reason }) => [eventId, reason]));
    const events = [
      { ...seats('sub_old', 1, NOON - DAY), id: 'evt_old', api_version: '2019-12-03' },
      { ...seats('sub_new', 1, NOON - DAY), id: 'evt_new', api_version: '2031-01-01.unheard' },
      eventOf(plain('sub_coin', { currency: 'zzz' }), { ...at(NOON - DAY), id: 'evt_coin' }),
    ];
    await take(...events);
    expect(await handOn()).toEqual([]);
    const byWebhook = await parkedBecause();
    expect(byWebhook).toEqual({
      evt_old: 'version-too-old',
      evt_new: 'version-unknown',
      evt_coin: 'gone-at-source',
    });
    await table.another();
    lose(...events);
    expect(await sync()).toMatchObject({ accounts: [{ looked: 3, missed: 3 }] });
    expect(await handOn()).toEqual([]);
    expect(await parkedBecause()).toEqual(byWebhook);
    expect(await sync({ days: 30 })).toMatchObject({ accounts: [{ looked: 3, missed: 0 }] });
  });

  test('and are too large for the bus go on it as a reference, and are read by their ids [B17]', async () => {
    const event = eventOf(plain('sub_long', { description: 'x'.repeat(950_000) }), at(NOON - DAY));
    lose(event);
    await sync();
    expect(JSON.parse(aws.events[0]?.Detail ?? '')).toMatchObject({ id: event['id'], oversized: true });
    expect(await handOn()).toEqual([]);
    expect(await factsAbout('sub_long')).toHaveLength(1);
    expect(await sync({ days: 30 })).toMatchObject({ accounts: [{ looked: 1, missed: 0 }] });
  });
});

describe('a look that is ended in between goes on in the next run', () => {
  const many = (): readonly Json[] => Array.from({ length: 250 }, (_, i) => seats('sub_many', 1 + i, NOON - DAY + i));
  const factsOnce = async (): Promise<void> => {
    expect(await handOn()).toEqual([]);
    const facts = await carriedEvents();
    expect(facts).toHaveLength(250);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(250);
  };

  test('behind the page that was remembered last, where the bus or the table failed in the middle [B17]', async () => {
    const events = many();
    lose(...events);
    // Of the second page's events one is refused.
    const broken = vi.spyOn(log, 'error').mockImplementation(() => undefined);
    let marks = 0;
    proxy.before = ({ input }) => {
      if (!String(input.Key?.['pk']?.S).startsWith('SYNC#')) return undefined;
      marks += 1;
      if (marks === 1) aws.faults.push({ operation: 'PutEvents', status: 400, body: '' });
      return undefined;
    };
    expect(await sync()).toMatchObject({ accounts: [{ isDone: false, problem: 'The look ended with an error: the log says which.' }] });
    const first = onTheBus().length;
    expect(first).toBeGreaterThanOrEqual(100);
    expect(first).toBeLessThan(200);
    proxy.before = undefined;
    expect((await syncMarks('main'))('subscriptions').run).toMatchObject({ afterId: events[150]?.['id'] });
    // Before anything that lies on the bus was worked on, and with the table refusing what is to be remembered of the third page.
    let refused = 0;
    proxy.before = ({ operation, input }) => {
      if (operation !== 'UpdateItem' || !String(input.Key?.['pk']?.S).startsWith('SYNC#')) return undefined;
      refused += 1;
      return refused === 2 ? { type: 'ValidationException' } : undefined;
    };
    expect(await sync()).toMatchObject({ accounts: [{ isDone: false, problem: 'The look ended with an error: the log says which.' }] });
    proxy.before = undefined;
    expect((await syncMarks('main'))('subscriptions').run).toMatchObject({ afterId: events[50]?.['id'] });
    const before = eventRequests().length;
    expect(await sync()).toMatchObject({ accounts: [{ looked: 50, isDone: true }], isDone: true });
    expect(eventRequests()[before]?.get('starting_after')).toBe(events[50]?.['id']);
    broken.mockRestore();
    await factsOnce();
  });

  test('where its time is over [B17]', async () => {
    lose(...many());
    expect(await sync({}, () => 20_000)).toEqual({ accounts: [{ instance: 'main', looked: 0, missed: 0, isDone: false }], isDone: false });
    let left = 300_000;
    // The first page is read, and then the time is over.
    proxy.before = ({ input }) => {
      if (String(input.Key?.['pk']?.S).startsWith('SYNC#')) left = 20_000;
      return undefined;
    };
    expect(await sync({}, () => left)).toMatchObject({ accounts: [{ looked: 100, isDone: false }] });
    proxy.before = undefined;
    expect(await statusOf()).toMatchObject({
      status: 'waiting',
      sync: expect.arrayContaining([expect.objectContaining({ isUnread: true })]),
    });
    expect(await sync()).toMatchObject({ accounts: [{ looked: 150, isDone: true }] });
    await factsOnce();
  });

  test('where Stripe’s rate limit is reached: it waits as long as it is told, and at last leaves the rest [B17]', async () => {
    const events = many();
    lose(...events);
    await saveRun(neverLooked, { sinceMs: (NOON - 2 * DAY) * 1000, untilMs: NOON * 1000, afterId: String(events[150]?.['id']) }, none);
    running.stripe.fail({ kind: 'status', status: 429 }, 4, '/v1/events');
    expect(await sync()).toMatchObject({ accounts: [{ problem: 'The list of events was not read: Stripe answered 429.' }] });
    expect(await statusOf()).toMatchObject({ status: 'failing', lastProblem: { code: 'not-answered' } });
    expect((await syncMarks('main'))('subscriptions').run).toMatchObject({ afterId: events[150]?.['id'] });
    running.stripe.fail({ kind: 'status', status: 429, retryAfterSeconds: 1 }, 1, '/v1/events');
    const startedMs = performance.now();
    // 250 less the newest hundred, 249 to 150
    expect(await sync()).toMatchObject({ accounts: [{ looked: 150, missed: 150, isDone: true }] });
    expect(performance.now() - startedMs).toBeGreaterThan(1000 * SECOND);
    expect(await statusOf()).toMatchObject({ status: 'ok', lastProblem: { mendedAt: '2026-10-28T12:00:00.000Z' } });
  });

  test('from its beginning, where Stripe has forgotten the event behind which it stood [B17]', async () => {
    lose(...many());
    await saveRun(neverLooked, { sinceMs: (NOON - 2 * DAY) * 1000, untilMs: NOON * 1000, afterId: 'evt_forgotten' }, none);
    expect(await sync()).toMatchObject({ accounts: [{ looked: 250, missed: 250, isDone: true }] });
    await factsOnce();
  });
});

const none = { missed: 0, at: '2026-10-28T12:00:00Z' };
const neverLooked = { instance: 'main', group: 'subscriptions', mark: {} } as const;

describe('the window', () => {
  test('begins thirty days ago, then an hour before the last look, and leaves alone what is younger than 15 minutes [B17]', async () => {
    lose(
      seats('sub_31d', 1, NOON - 31 * DAY),
      seats('sub_29d', 1, NOON - 29 * DAY),
      seats('sub_16m', 1, NOON - 16 * 60),
      seats('sub_14m', 1, NOON - 14 * 60),
    );
    expect(await sync()).toMatchObject({ accounts: [{ looked: 2, missed: 2 }] });
    await handOn();
    expect(await factsAbout('sub_14m')).toEqual([]);
    // They are seen to be recorded.
    expect(await sync()).toMatchObject({ accounts: [{ looked: 2, missed: 0 }] });
    // Half an hour later: from 10:45 on, an hour before 11:45, to 12:15.
    freezeAt(NOON + HOUR / 2);
    const before = eventRequests().length;
    expect(await sync()).toMatchObject({ accounts: [{ looked: 2, missed: 1 }] });
    const [request] = eventRequests().slice(before);
    expect([request?.get('created[gte]'), request?.get('created[lte]')]).toEqual([String(NOON - 4500), String(NOON + 900)]);
    await handOn();
    expect(await factsAbout('sub_14m')).toHaveLength(1);
    expect(await factsAbout('sub_29d')).toHaveLength(1);
    expect(await factsAbout('sub_31d')).toEqual([]);
  });

  test('is of so many days, where an operator asks for them, and is refused where that is more than Stripe lists [B17]', async () => {
    await sync();
    lose(seats('sub_6d', 1, NOON - 6 * DAY), seats('sub_8d', 1, NOON - 8 * DAY));
    expect(await sync()).toMatchObject({ accounts: [{ looked: 0 }] });
    expect(await sync({ days: 7 })).toMatchObject({ accounts: [{ looked: 1, missed: 1 }] });
    for (const days of [0, 31, 1.5]) await expect(sync({ days })).rejects.toThrow('1 to 30 days can be asked for, like {"days":7}');
  });
});

describe('who looks', () => {
  test('sees how far, how many had not come, and when some were found last; and a warning says which group [B17]', async () => {
    const warned = vi.spyOn(log, 'warn').mockImplementation(() => undefined);
    lose(seats('sub_a', 1, NOON - DAY), seats('sub_b', 1, NOON - DAY), documentEvent('invoice.paid', 'in_a', 'invoice.paid', NOON - DAY));
    await sync();
    await handOn();
    freezeAt(NOON + HOUR);
    await sync();
    expect(warned.mock.calls.filter(([message]) => message === 'events that had not come are taken in')).toEqual([
      [expect.anything(), { instance: 'main', source: 'subscriptions', count: 2 }],
      [expect.anything(), { instance: 'main', source: 'invoices', count: 1 }],
    ]);
    warned.mockRestore();
    const through = { by: 'events', throughAt: '2026-10-28T12:45:00.000Z', isUnread: false }; // 13:00 less 15 minutes
    expect(await statusOf()).toMatchObject({
      status: 'ok',
      dataThroughAt: '2026-10-28T12:45:00.000Z',
      silentSeconds: 900,
      sync: [
        { object: 'subscriptions', ...through, missed: 2, missedAt: '2026-10-28T12:00:00.000Z' },
        { object: 'customers', ...through, missed: 0 },
        { object: 'catalogue', ...through, missed: 0 },
        { object: 'invoices', ...through, missed: 1, missedAt: '2026-10-28T12:00:00.000Z' },
        { object: 'credits', ...through, missed: 0 },
        { object: 'payments', ...through, missed: 0 },
      ],
    });
  });

  test('is not told of a failure until nothing could be listed for three hours; the status says so at once', async () => {
    await sync();
    running.stripe.fail({ kind: 'status', status: 403 }, 2, '/v1/events');
    // Looked through up to 11:45: three hours later it is 14:45.
    freezeAt(NOON + 2.75 * HOUR);
    const detail = 'The list of events was not read: Stripe answered 403: the API key is wrong or may not read this.';
    expect(await sync()).toMatchObject({ accounts: [{ isDone: false, problem: detail }] });
    expect(await statusOf()).toMatchObject({ status: 'failing', lastProblem: { detail } });
    freezeAt(NOON + 2.75 * HOUR + SECOND);
    await expect(sync()).rejects.toThrow(`1 of 1 accounts could not be looked through: ${detail}`);
    expect(await sync()).toMatchObject({ isDone: true });
    expect(await statusOf()).toMatchObject({ status: 'ok' });
  });

  test('leaves an account alone whose secret holds no key yet', async () => {
    const ids = process.env['STRIPE_API_KEY_SECRET_IDS'];
    aws.secrets.set('secret-empty', '{"apiKey":""}');
    process.env['STRIPE_API_KEY_SECRET_IDS'] = JSON.stringify({ main: 'secret-empty' });
    const asked = running.stripe.requests.length;
    expect(await sync()).toEqual({
      accounts: [{ instance: 'main', looked: 0, missed: 0, isDone: true, isConnected: false }],
      isDone: true,
    });
    expect(running.stripe.requests).toHaveLength(asked);
    process.env['STRIPE_API_KEY_SECRET_IDS'] = ids;
    expect(await statusOf()).toMatchObject({
      status: 'waiting',
      sync: expect.arrayContaining([expect.objectContaining({ isUnread: true })]),
    });
  });
});
