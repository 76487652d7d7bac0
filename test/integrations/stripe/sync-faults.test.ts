import { beforeEach, describe, expect, test, vi } from 'vitest';
import { syncAccount } from '../../../functions/integrations/stripe/sync.ts';
import { syncMarks } from '../../../functions/integrations/stripe/sync-store.ts';
import { companyConfig } from '../../../functions/platform/config.ts';
import { log } from '../../../functions/platform/log.ts';
import { type Json, sample } from '../samples.ts';
import { eventOf } from './intake.ts';
import { DAY, documentEvent, freezeAt, HOUR, NOON, SECOND, seats, sync, useLooks } from './looks.ts';
import { itemsWith } from './table.ts';

const counted = vi.hoisted(() => vi.fn());
vi.mock('../../../functions/platform/metrics.ts', async (original) => ({ ...(await original<object>()), count: counted }));

/** What goes wrong in a look, or around it. */
const { aws, proxy, running, lose, handOn, onTheBus, eventRequests, statusOf } = useLooks();

beforeEach(() => {
  counted.mockClear();
});

const parkedBecause = async () => Object.fromEntries((await itemsWith('EVT#stripe#main#')).map(({ eventId, reason }) => [eventId, reason]));

describe('a key of the other mode', () => {
  const detail = 'The API key reads live mode; the instance main is configured for test mode.';

  test('is refused by what it lists: nothing is parked, and no mark moves [B17]', async () => {
    await sync();
    freezeAt(NOON + HOUR / 2);
    lose({ ...seats('sub_live', 1, NOON), id: 'evt_live', livemode: true }, { ...seats('sub_test', 1, NOON), id: 'evt_test' });
    const before = eventRequests().length;
    expect(await sync()).toMatchObject({ accounts: [{ looked: 0, missed: 0, isDone: false, problem: detail }] });
    // What such a key lists of other groups says nothing either.
    expect(eventRequests().length - before).toBe(1);
    expect(aws.events).toEqual([]);
    expect(await itemsWith('EVT#stripe#main#')).toEqual([]);
    expect((await syncMarks('main'))('subscriptions').throughMs).toBe((NOON - 900) * 1000);
    expect(await statusOf()).toMatchObject({ status: 'failing', lastProblem: { code: 'wrong-mode', detail } });
    running.stripe.remove('event', 'evt_live');
    expect(await sync()).toMatchObject({ accounts: [{ looked: 1, missed: 1, isDone: true }] });
    expect(await statusOf()).toMatchObject({ status: 'ok' });
  });

  test('is refused by its name, also where the other mode lists nothing; and is read anew [B17]', async () => {
    const ids = process.env['STRIPE_API_KEY_SECRET_IDS'];
    aws.secrets.set('secret-live', JSON.stringify({ apiKey: 'rk_live_local' }));
    process.env['STRIPE_API_KEY_SECRET_IDS'] = JSON.stringify({ main: 'secret-live' });
    const asked = running.stripe.requests.length;
    expect(await sync()).toMatchObject({ accounts: [{ isDone: false, problem: detail }] });
    expect(running.stripe.requests).toHaveLength(asked);
    expect((await syncMarks('main'))('subscriptions')).toEqual({});
    expect(await statusOf()).toMatchObject({ status: 'failing', lastProblem: { detail } });
    aws.secrets.set('secret-live', JSON.stringify({ apiKey: 'rk_test_local' }));
    freezeAt(NOON + 60);
    expect(await sync()).toMatchObject({ accounts: [{ isDone: true }] });
    process.env['STRIPE_API_KEY_SECRET_IDS'] = ids;
  });
});

describe('a look whose time is over', () => {
  test('begins no page that it has no time for [B17]', async () => {
    lose(seats('sub_lost', 1, NOON - DAY));
    // 30 s are kept free, and a page takes up to 10.
    expect(await sync({}, () => 40_000)).toEqual({ accounts: [{ instance: 'main', looked: 0, missed: 0, isDone: false }], isDone: false });
    expect(await sync({}, () => 40_001)).toMatchObject({ isDone: true });
  });

  test('in the middle of a page tells no failure of Stripe’s [B17]', async () => {
    const [config] = companyConfig().stripe;
    if (config === undefined) throw new Error('no account is configured');
    let hasTime = true;
    const cutOff = {
      get: async () => {
        hasTime = false;
        return { kind: 'failed', reason: 'Stripe did not answer' } as const;
      },
    };
    expect(await syncAccount(config, cutOff, () => hasTime)).toEqual({ looked: 0, missed: 0, isDone: false });
    expect(await statusOf()).not.toHaveProperty('lastProblem');
  });

  test('or that fails is told three hours after its first failure, where the account was never looked through [B17]', async () => {
    const refusing = () => running.stripe.fail({ kind: 'status', status: 403 }, 1, '/v1/events');
    const problem = expect.stringContaining('Stripe answered 403');
    for (const seconds of [0, HOUR, 3 * HOUR]) {
      freezeAt(NOON + seconds);
      refusing();
      expect(await sync()).toMatchObject({ accounts: [{ problem }] });
    }
    freezeAt(NOON + 3 * HOUR + SECOND);
    refusing();
    await expect(sync()).rejects.toThrow('1 of 1 accounts could not be looked through');
  });
});

describe('what concerns one event or one group keeps no other back', () => {
  const long = (): Json =>
    eventOf({ ...sample('objects/price.metered.json'), id: 'p'.repeat(2_100) }, { type: 'price.created', created: NOON - DAY });

  test('an object with an id that is no key: its event is parked, as one by webhook would be [B17]', async () => {
    const event = long();
    lose(event, documentEvent('invoice.paid', 'in_lost', 'invoice.paid', NOON - DAY));
    expect(await sync()).toMatchObject({ accounts: [{ looked: 2, missed: 2, isDone: true }] });
    expect(await handOn()).toEqual([]);
    expect(await parkedBecause()).toEqual({ [String(event['id'])]: 'type-not-consumed' });
    expect(await sync({ days: 30 })).toMatchObject({ accounts: [{ looked: 2, missed: 0, isDone: true }] });
  });

  test('an event that no door lets in: it is parked at once [B17]', async () => {
    const bad = { ...seats('sub_bad', 1, NOON - DAY), id: 'event 1' };
    lose({ ...seats('sub_lost', 1, NOON - DAY), id: 'evt_lost' }, bad);
    expect(await sync()).toMatchObject({ accounts: [{ looked: 2, missed: 2, isDone: true }] });
    expect(onTheBus()).toEqual(['evt_lost']);
    expect(await parkedBecause()).toEqual({ 'event 1': 'shape-unreadable' });
    expect(await handOn()).toEqual([]);
    expect(await sync()).toMatchObject({ accounts: [{ missed: 0 }] });
  });

  test('a group that Stripe refuses to list [B17]', async () => {
    lose(seats('sub_lost', 1, NOON - DAY), documentEvent('invoice.paid', 'in_lost', 'invoice.paid', NOON - DAY));
    running.stripe.fail({ kind: 'status', status: 400 }, 1, '/v1/events');
    const before = eventRequests().length;
    const problem = 'Stripe refused to list events with 400.';
    expect(await sync()).toMatchObject({ accounts: [{ looked: 1, missed: 1, isDone: false, problem }] });
    expect(eventRequests().length - before).toBe(6);
    expect(await statusOf()).toMatchObject({ status: 'failing', lastProblem: { detail: problem } });
  });

  test('a group whose look ends with an error: the account is failing until it does not [B17]', async () => {
    const broken = vi.spyOn(log, 'error').mockImplementation(() => undefined);
    await sync();
    freezeAt(NOON + HOUR / 2);
    lose(seats('sub_lost', 1, NOON), documentEvent('invoice.paid', 'in_lost', 'invoice.paid', NOON));
    aws.faults.push({ operation: 'PutEvents', status: 400, body: '' });
    const detail = 'The look ended with an error: the log says which.';
    expect(await sync()).toMatchObject({ accounts: [{ looked: 1, missed: 1, isDone: false, problem: detail }] });
    expect(await statusOf()).toMatchObject({ status: 'failing', lastProblem: { code: 'ended-with-error', detail } });
    expect(broken).toHaveBeenCalledWith('events could not be looked through', expect.objectContaining({ source: 'subscriptions' }));
    broken.mockRestore();
    expect(await sync()).toMatchObject({ isDone: true });
    expect(await statusOf()).toMatchObject({ status: 'ok' });
  });

  test('an account whose marks cannot be read is failing, too [B17]', async () => {
    const broken = vi.spyOn(log, 'error').mockImplementation(() => undefined);
    let isFirst = true;
    proxy.before = ({ operation }) => {
      if (operation !== 'Query' || !isFirst) return undefined;
      isFirst = false;
      return { type: 'ValidationException' };
    };
    expect(await sync()).toMatchObject({ accounts: [{ isDone: false, problem: 'The look ended with an error: the log says which.' }] });
    proxy.before = undefined;
    broken.mockRestore();
    expect(await statusOf()).toMatchObject({ status: 'failing', lastProblem: { code: 'ended-with-error' } });
  });
});

test('the alarm counts what ARR follows from; the status counts all [B17]', async () => {
  lose(seats('sub_lost', 1, NOON - DAY), documentEvent('charge', 'ch_lost', 'charge.succeeded', NOON - DAY));
  expect(await sync()).toMatchObject({ accounts: [{ missed: 2 }] });
  expect(counted.mock.calls.filter(([name]) => name === 'Missed')).toEqual([['Missed', 1]]);
});
