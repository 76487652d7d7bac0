import { expect, test } from 'vitest';
import { syncMarks } from '../../../functions/integrations/stripe/sync-store.ts';
import type { Json } from '../samples.ts';
import { eventOf, factsAbout, plain } from './intake.ts';
import { DAY, freezeAt, HOUR, NOON, seats, sync, useLooks } from './looks.ts';
import { itemsWith } from './table.ts';

/** What a look found missing is awaited: nothing claims it before it is seen to be taken in, or parked. */
const { aws, proxy, take, lose, handOn, onTheBus, eventRequests, statusOf } = useLooks();

/** What the intake behind the bus loses. */
const fail = (): readonly unknown[] => aws.events.splice(0).map(({ Detail }) => (JSON.parse(Detail) as Json)['id']);

test('a source is not heard up to an event that the intake lost, until it is parked after three tries [B17]', async () => {
  await sync();
  expect(await statusOf()).toMatchObject({ dataThroughAt: '2026-10-28T11:45:00.000Z' });
  lose({ ...seats('sub_gap', 1, NOON - HOUR), id: 'evt_gap' });
  const held = { dataThroughAt: '2026-10-28T10:59:59.000Z', silentSeconds: 900 };
  const puts: Record<string, readonly unknown[]> = {};
  for (let halves = 0; halves < 12; halves += 1) {
    freezeAt(NOON + halves * (HOUR / 2));
    await sync();
    puts[halves / 2] = fail();
    // However far it was looked through since: the source is heard up to 15 minutes ago, and what is known of it ends before 11:00.
    expect(await statusOf()).toMatchObject({ ...held, status: 'ok', parked: 0 });
  }
  expect(Object.entries(puts).filter(([, ids]) => ids.length > 0)).toEqual([
    ['0', ['evt_gap']],
    ['2', ['evt_gap']],
    ['4', ['evt_gap']],
  ]);
  const [subscriptions] = (await statusOf())['sync'] as readonly Json[];
  // Missed once, however often it was found.
  expect(subscriptions).toMatchObject({ throughAt: '2026-10-28T10:59:59.000Z', isUnread: true, missed: 1 });
  freezeAt(NOON + 6 * HOUR);
  await sync();
  expect(await itemsWith('EVT#stripe#main#')).toMatchObject([
    { eventId: 'evt_gap', reason: 'not-taken-in', state: 'parked', observedAt: NOON - HOUR },
  ]);
  expect(aws.events).toEqual([]);
  expect(await statusOf()).toMatchObject({ dataThroughAt: '2026-10-28T17:45:00.000Z', parked: 1 });
  const before = eventRequests().length;
  freezeAt(NOON + 6.5 * HOUR);
  await sync();
  // From an hour before 17:45 on, as ever.
  expect(eventRequests()[before]?.get('created[gte]')).toBe(String(NOON + 4.75 * HOUR));
  expect(aws.events).toEqual([]);
});

test('a source is heard up to the last look again once a look has seen what was missing, though newer events came meanwhile [B17]', async () => {
  lose({ ...seats('sub_gap', 1, NOON - 2 * DAY), id: 'evt_gap' });
  await sync();
  const gap = aws.events.splice(0);
  // A newer one comes by itself.
  await take(eventOf(plain('sub_now'), { created: NOON }));
  expect(await statusOf()).toMatchObject({ dataThroughAt: '2026-10-26T11:59:59.000Z', silentSeconds: 0 });
  aws.events.push(...gap);
  expect(await handOn()).toEqual([]);
  freezeAt(NOON + HOUR / 2);
  const before = eventRequests().length;
  await sync();
  expect(eventRequests()[before]?.get('created[gte]')).toBe(String(NOON - 2 * DAY));
  expect(await statusOf()).toMatchObject({ dataThroughAt: '2026-10-28T12:15:00.000Z' });
  expect(await factsAbout('sub_gap')).toHaveLength(1);
});

test('whoever asks for days has all that is missing put on the bus at once [B17]', async () => {
  lose({ ...seats('sub_gap', 1, NOON - HOUR), id: 'evt_gap' });
  await sync();
  expect(fail()).toEqual(['evt_gap']);
  freezeAt(NOON + HOUR / 2);
  await sync();
  expect(fail()).toEqual([]);
  expect(await sync({ days: 1 })).toMatchObject({ accounts: [{ missed: 1 }] });
  expect(onTheBus()).toEqual(['evt_gap']);
});

test('what somebody asks for while another look is under way is not forgotten by it [B17]', async () => {
  await sync();
  lose(...Array.from({ length: 150 }, (_, i) => seats('sub_old', 1 + i, NOON - 6 * DAY + i)));
  lose(...Array.from({ length: 150 }, (_, i) => seats('sub_new', 1 + i, NOON - 600 + i)));
  freezeAt(NOON + HOUR / 2);
  let isFirst = true;
  proxy.before = async ({ operation, input }) => {
    if (!isFirst || operation !== 'UpdateItem' || !String(input.Key?.['pk']?.S).startsWith('SYNC#')) return undefined;
    isFirst = false;
    // Its days are noted, and then its time is over.
    expect(await sync({ days: 7 }, () => 20_000)).toMatchObject({ isDone: false });
    return undefined;
  };
  expect(await sync()).toMatchObject({ isDone: false });
  proxy.before = undefined;
  const week = { isAsked: true, sinceMs: (NOON + HOUR / 2 - 7 * DAY) * 1000 };
  expect((await syncMarks('main'))('subscriptions').run).toMatchObject(week);
  aws.events.splice(0);
  freezeAt(NOON + HOUR);
  expect(await sync()).toMatchObject({ accounts: [{ looked: 300, missed: 300 }], isDone: true });
  expect(new Set(onTheBus()).size).toBe(300);
});

test('days that were asked for are noted though another look ends a group in between [B17]', async () => {
  await sync();
  freezeAt(NOON + HOUR / 2);
  let isFirst = true;
  proxy.before = async ({ operation, input }) => {
    if (!isFirst || operation !== 'UpdateItem' || !String(input.Key?.['pk']?.S).startsWith('SYNC#')) return undefined;
    isFirst = false;
    await sync();
    return undefined;
  };
  await sync({ days: 7 }, () => 20_000);
  proxy.before = undefined;
  // The other look has ended it, from 11:45 to 12:15.
  expect((await syncMarks('main'))('subscriptions').throughMs).toBe((NOON + 900) * 1000);
  for (const group of ['subscriptions', 'customers', 'catalogue', 'invoices', 'credits', 'payments'] as const)
    expect((await syncMarks('main'))(group).run).toMatchObject({ isAsked: true });
});
