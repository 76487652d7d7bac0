import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { handler as api } from '../../functions/arr/api.ts';
import { listRulings } from '../../functions/arr/rulings/decide.ts';
import type { RulingRecord } from '../../functions/arr/rulings/ruling.ts';
import { addDecision, addProposal, readRuling } from '../../functions/arr/rulings/store.ts';
import { ok } from '../../functions/platform/result.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { useDynamoDBProxy } from '../support/dynamodb-proxy.ts';
import { call } from '../support/http.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

const COUNT = 2_000;
const AT_ONCE = 25;

const idOf = (i: number): string => `ruling-20261105${String(i).padStart(9, '0')}-abcdefgh`;
/** Of one large account; each tenth links it with a payer, of which there are three. */
const rulingOf = (i: number): RulingRecord['ruling'] =>
  i % 10 === 0
    ? { kind: 'link', customerId: 'salesforce.main.001A', otherId: `stripe.main.cus_${(i / 10) % 3}`, isSame: true }
    : { kind: 'pair', customerId: 'salesforce.main.001A', agreementId: `800${i}`, subscriptionId: `sub_${i}`, isSame: true };
/** One in a hundred is open; of the others each fourth was rejected. */
const statusOf = (i: number): RulingRecord['status'] => (i % 100 === 50 ? 'proposed' : i % 4 === 0 ? 'rejected' : 'approved');
const recordOf = (i: number): RulingRecord => ({
  rulingId: idOf(i),
  ruling: rulingOf(i),
  reason: 'by the order form',
  proposedBy: `user-${i}`,
  proposedAt: '2026-11-05T10:00:00.000Z',
  status: 'proposed',
});

const all = Array.from({ length: COUNT }, (_, i) => i);
const idsOf = (wanted: (i: number) => boolean): string[] => all.filter(wanted).map(idOf).toReversed();

/** What recording all of them writes, without the checks of each: the requests are answered by the proxy, and their items stored by many. */
const seed = async (): Promise<void> => {
  const decided = all.filter((i) => statusOf(i) !== 'proposed');
  proxy.answers.push(...Array.from({ length: COUNT + decided.length }, () => ({})));
  for (const i of all) expect((await addProposal(recordOf(i))).ok).toBe(true);
  for (const i of decided) {
    const status = statusOf(i) as 'approved' | 'rejected';
    const decision = { status, by: 'user-b', at: '2026-11-05T11:00:00.000Z', observedOn: '2026-11-05' };
    expect((await addDecision(recordOf(i), decision)).ok).toBe(true);
  }
  const written = proxy.calls.flatMap(({ input }) => (input.TransactItems ?? []).map(({ Put: put }) => put?.Item ?? {}));
  const items = [...new Map(written.map((item) => [`${item['pk']?.S} ${item['sk']?.S}`, item])).values()];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const puts = items.slice(from, from + AT_ONCE).map((Item) => ({ PutRequest: { Item } }));
    await table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: puts } }));
  }
};

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  await seed();
}, 120_000);
beforeEach(() => {
  proxy.calls.length = 0;
});

interface Listed {
  readonly items: readonly RulingRecord[];
  readonly nextCursor: string | null;
}
const list = async (query: Record<string, string>): Promise<Listed> =>
  (await call<Listed>(api, 'GET', '/api/v1/arr/rulings', { scopes: ['arr/read'], query })).json;
/** Every page, with what each asked of the table. */
const walk = async (query: Record<string, string>) => {
  const pages: { readonly ids: readonly string[]; readonly asked: readonly string[] }[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    proxy.calls.length = 0;
    const page = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    const asked = proxy.calls.map(({ operation, input }) => {
      const keys = Object.values(input.RequestItems ?? {}).flatMap(({ Keys: own }) => own ?? []).length;
      return `${operation} ${input.Limit ?? keys}`;
    });
    pages.push({ ids: page.items.map(({ rulingId }) => rulingId), asked });
    cursor = page.nextCursor;
  }
  return pages;
};

describe('a list of 2,000 rulings', () => {
  it('is read page by page, newest first, by as much as a page holds', async () => {
    const pages = await walk({ limit: '200' });
    expect(pages.flatMap(({ ids }) => ids)).toEqual(idsOf(() => true));
    expect(pages.map(({ ids }) => ids.length)).toEqual(Array.from({ length: 10 }, () => 200)); // 10 × 200
    // 200 proposals, the one before and one more; then each with its decision, 100 keys a request
    const first = ['Query 202', 'BatchGetItem 100', 'BatchGetItem 100', 'BatchGetItem 100', 'BatchGetItem 100'];
    for (const { asked } of pages) expect(asked).toEqual(first);
  });

  it('has open ones found without reading those that were decided', async () => {
    const pages = await walk({ status: 'proposed', limit: '15' });
    expect(pages.map(({ ids }) => ids.length)).toEqual([15, 5]);
    expect(pages.flatMap(({ ids }) => ids)).toEqual(idsOf((i) => i % 100 === 50));
    expect(pages.map(({ asked }) => asked)).toEqual([
      ['Query 17', 'BatchGetItem 30'],
      ['Query 17', 'BatchGetItem 10'],
    ]);
  });

  it.each(['approved', 'rejected'] as const)('has those that were %s, and no other is read', async (status) => {
    const pages = await walk({ status, limit: '200' });
    expect(pages.flatMap(({ ids }) => ids)).toEqual(idsOf((i) => statusOf(i) === status));
    expect(pages.slice(0, -1).every(({ ids }) => ids.length === 200)).toBe(true);
    for (const { asked } of pages) expect(asked[0]).toBe('Query 202');
  });

  it('has those about either customer of a link', async () => {
    const payer = await walk({ customerId: 'stripe.main.cus_1', limit: '40' });
    expect(payer.flatMap(({ ids }) => ids)).toEqual(idsOf((i) => i % 10 === 0 && (i / 10) % 3 === 1));
    expect(payer.map(({ asked, ids }) => [ids.length, ...asked])).toEqual([
      [40, 'Query 42', 'BatchGetItem 80'],
      [27, 'Query 42', 'BatchGetItem 54'],
    ]);
    expect((await walk({ customerId: 'salesforce.main.001A', limit: '200' })).flatMap(({ ids }) => ids)).toHaveLength(COUNT);
    expect(await list({ customerId: 'stripe.main.cus_none' })).toEqual({ items: [], nextCursor: null });
  });

  it('of one customer and one status is looked through 500 at a time, and pages may hold fewer than asked for', async () => {
    const pages = await walk({ customerId: 'salesforce.main.001A', status: 'proposed', limit: '50' });
    expect(pages.flatMap(({ ids }) => ids)).toEqual(idsOf((i) => i % 100 === 50));
    // 500 of 2,000 hold five that are open
    expect(pages.map(({ ids }) => ids.length)).toEqual([5, 5, 5, 5]);
    const once = ['Query 102', 'BatchGetItem 100', 'BatchGetItem 100'];
    for (const { asked } of pages) expect(asked).toEqual([...once, ...once, ...once, ...once, ...once]);
  });

  it('goes on within what was looked at where the page is full before', async () => {
    const pages = await walk({ customerId: 'salesforce.main.001A', status: 'rejected', limit: '20' });
    const ids = pages.flatMap((page) => page.ids);
    expect(ids).toEqual(idsOf((i) => statusOf(i) === 'rejected'));
    for (const page of pages.slice(0, -1)) expect(page.ids).toHaveLength(20);
    // One query and the items of 100, of fewer at the end
    for (const page of pages) expect(page.asked.length).toBeLessThanOrEqual(3);
  });

  it('refuses a cursor of another list', async () => {
    const { nextCursor } = await list({ limit: '2', status: 'approved' });
    const answer = await call(api, 'GET', '/api/v1/arr/rulings', { scopes: ['arr/read'], query: { cursor: nextCursor ?? '' } });
    expect(answer.status).toBe(400);
  });

  it('has nothing behind a place that no list gave out', async () => {
    for (const position of ['a', 'ruling-~~', 'z'])
      expect(await listRulings({}, { position, limit: 5 })).toEqual(ok({ items: [], nextCursor: null }));
  });

  it('goes on behind an open one that is decided between two pages', async () => {
    const first = await list({ status: 'proposed', limit: '3' });
    const [last] = first.items.slice(-1) as [RulingRecord];
    const decided = { status: 'rejected', by: 'user-b', at: '2026-11-05T12:00:00.000Z', observedOn: '2026-11-05' } as const;
    expect((await addDecision(last, decided)).ok).toBe(true);
    expect(await addDecision(last, decided)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
    const second = await list({ status: 'proposed', limit: '3', cursor: first.nextCursor ?? '' });
    expect(second.items.map(({ rulingId }) => rulingId)).toEqual(idsOf((i) => i % 100 === 50).slice(3, 6));
    expect((await list({ status: 'proposed', limit: '3' })).items.map(({ rulingId }) => rulingId)).not.toContain(last.rulingId);
    expect((await readRuling(last.rulingId))?.status).toBe('rejected');
  });

  it('leaves out what is not as its index still says', async () => {
    // An answer of the index as it was a moment ago: both are approved by now, and each stands there twice.
    const keys = [1, 2].map((i) => ({
      pk: { S: 'RULINGWORDS#x' },
      sk: { S: 'LAST' },
      gsi1pk: { S: 'RULINGS#proposed' },
      gsi1sk: { S: idOf(i) },
    }));
    proxy.answers.push({ Items: [...keys, ...keys], Count: 4, ScannedCount: 4 });
    expect(await list({ status: 'proposed' })).toEqual({ items: [], nextCursor: null });
  });
});
