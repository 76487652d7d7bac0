import { beforeEach, describe, expect, it } from 'vitest';
import {
  isParkedPosition,
  moveParked,
  openParkedEvents,
  type Parking,
  parkedEvent,
  parkWrite,
} from '../../functions/integrations/parked-store.ts';
import { commit } from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { useDynamoDBProxy } from '../support/dynamodb-proxy.ts';
import { itemsUnder } from '../support/items.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
beforeEach(() => table.another());

const parked = (eventId: string, parkedAt: string): Parking => ({
  system: 'stripe',
  instance: 'main',
  eventId,
  eventType: 'payout.paid',
  parkedAt,
  reason: 'type-not-consumed',
  detail: `${eventId} is of a type that nothing consumes`,
  event: 'H4sI',
});
const park = async (eventId: string, parkedAt: string): Promise<void> =>
  expect((await commit([parkWrite(parked(eventId, parkedAt))])).ok).toBe(true);

/** Ids of all open ones, page by page. */
const walk = async (limit: number): Promise<readonly (readonly string[])[]> => {
  const pages: (readonly string[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await openParkedEvents('stripe', 'main', limit, cursor);
    pages.push(page.items.map(({ eventId }) => eventId));
    cursor = page.next ?? undefined;
    // What the list gave out is taken back, for its own instance.
    if (cursor !== undefined)
      expect([isParkedPosition('stripe', 'main', cursor), isParkedPosition('stripe', 'other', cursor)]).toEqual([true, false]);
  } while (cursor !== undefined);
  return pages;
};

describe('the list of parked events', () => {
  beforeEach(async () => {
    // Neither the order of writing nor that of ids is the order of time.
    await park('evt_b', '2026-11-05T10:00:03.000Z');
    await park('evt_e', '2026-11-05T10:00:01.000Z');
    await park('evt_a', '2026-11-05T10:00:05.000Z');
    await park('evt_d', '2026-11-05T10:00:02.000Z');
    await park('evt_c', '2026-11-05T10:00:04.000Z');
  });
  const oldestFirst = ['evt_e', 'evt_d', 'evt_b', 'evt_c', 'evt_a'];

  it.each([1, 2, 3, 10])('has whole events, oldest first, by pages of %d', async (limit) => {
    const pages = await walk(limit);
    expect(pages.flat()).toEqual(oldestFirst);
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    const [first] = (await openParkedEvents('stripe', 'main', 1)).items;
    expect(first).toEqual({ ...parked('evt_e', '2026-11-05T10:00:01.000Z'), state: 'parked' });
  });

  it('keeps those that are being replayed, leaves out those that were, and takes them in anew', async () => {
    const known = await parkedEvent('stripe', 'main', 'evt_d');
    if (known === undefined) throw new Error('evt_d is not parked');
    await moveParked(known, 'replaying', Date.parse('2026-11-05T11:00:00Z'));
    expect((await walk(2)).flat()).toEqual(oldestFirst);
    await moveParked(known, 'replayed', Date.parse('2026-11-05T11:00:00Z'));
    expect((await walk(2)).flat()).toEqual(['evt_e', 'evt_b', 'evt_c', 'evt_a']);
    await park('evt_d', '2026-11-05T12:00:00.000Z');
    expect((await walk(2)).flat()).toEqual(['evt_e', 'evt_b', 'evt_c', 'evt_a', 'evt_d']);
  });

  it('tells of one that is parked anew who had it replayed last, and nothing else of before', async () => {
    const known = await parkedEvent('stripe', 'main', 'evt_d');
    if (known === undefined) throw new Error('evt_d is not parked');
    const replayed = { replayedBy: 'user-1', replayedAt: '2026-11-05T11:00:00.000Z' };
    const more = { observedAt: 1_793_872_800, field: 'items' };
    await moveParked({ ...known, ...more, ...replayed }, 'replaying', Date.parse('2026-11-05T11:00:00Z'));
    await park('evt_d', '2026-11-05T11:00:01.000Z');
    expect(await parkedEvent('stripe', 'main', 'evt_d')).toEqual({
      ...parked('evt_d', '2026-11-05T11:00:01.000Z'),
      ...replayed,
      state: 'parked',
    });
    // By another person, taken in at last, and parked anew by a later delivery: it does not expire then.
    const later = { replayedBy: 'user-7', replayedAt: '2026-11-05T12:00:00.000Z' };
    await moveParked({ ...known, ...later }, 'replayed', Date.parse('2026-11-05T12:00:00Z'));
    const { event: _, ...without } = parked('evt_d', '2026-11-05T13:00:00.000Z');
    expect((await commit([parkWrite(without)])).ok).toBe(true);
    expect(await parkedEvent('stripe', 'main', 'evt_d')).toEqual({ ...without, ...later, state: 'parked' });
    const [item] = await itemsUnder('EVT#stripe#main#evt_d');
    expect(Object.keys(item ?? {})).not.toContain('expiresAt');
    expect((await openParkedEvents('stripe', 'main', 10)).items.at(-1)).toMatchObject({ eventId: 'evt_d', ...later });
    // And once only.
    expect(await commit([parkWrite(without)])).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  });

  it('goes on where the last event of a page is closed while the page is read', async () => {
    proxy.before = async ({ operation }) => {
      if (operation !== 'BatchGetItem') return undefined;
      proxy.before = undefined;
      const known = await parkedEvent('stripe', 'main', 'evt_d');
      if (known !== undefined) await moveParked(known, 'replayed', Date.parse('2026-11-05T11:00:00Z'));
      return undefined;
    };
    expect(await walk(2)).toEqual([['evt_e'], ['evt_b', 'evt_c'], ['evt_a']]);
  });
});
