import { beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { evaluateAlerts } from '../../../functions/arr/alerts/evaluate.ts';
import { handler } from '../../../functions/arr/api.ts';
import type { ArrStatus } from '../../../functions/arr/figures/read.ts';
import { readStatus } from '../../../functions/arr/figures/read.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { handler as companyHandler } from '../../../functions/company/api.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { call, type ListAnswer } from '../../support/http.ts';
import { eventsIn, itemsUnder } from '../../support/items.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

let empty: ArrStatus;
beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  await table.another();
  empty = await readStatus('2026-11-05');
});

/** A status of the built-in plan on a day, in millions of dollars; ARR of a year before is $760M. */
const status = (millions: number | undefined, on = '2026-11-05', change: Partial<ArrStatus> = {}): ArrStatus => {
  const dollars = (amount: number): string => `${amount}00000000`;
  const thresholds = [90, 95, 99, 100].map((share) => ({
    thresholdBps: share * 100,
    amountMinor: dollars(share * 10),
    reachedOn: millions !== undefined && millions >= share * 10 ? (share === 90 ? '2026-08-27' : on) : undefined,
  }));
  return {
    ...empty,
    arrMinor: millions === undefined ? undefined : dollars(millions),
    on,
    byCurrency: [{ currency: 'USD', amountMinor: dollars(millions ?? 0), planMinor: dollars(millions ?? 0) }],
    milestone: { ...empty.milestone, progressBps: (millions ?? 0) * 10, ...(millions === undefined ? {} : { thresholds }) },
    growth: { ...empty.growth, yearAgoMinor: dollars(760) },
    velocity: { ...empty.velocity, monthlyMinor: dollars(15), plannedMonthlyMinor: dollars(10) },
    ...change,
  };
};

const at = (hour: number, minute = 0): string => `2026-11-05T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00.000Z`;
const toldOf = async (rule: string) =>
  (await eventsIn('ALERTS#TOLD')).filter(({ data }) => data['rule'] === rule).map(({ type, data }) => [type, data['figure']]);
const writesIn = (operations: readonly { readonly operation: string }[]) =>
  operations.filter(({ operation }) => /Write|Put|Update|Execute/.test(operation)).map(({ operation }) => operation);

describe('alerts after a refresh', () => {
  it('are raised once, kept, and cleared beyond the band, with events in the transaction of their state', async () => {
    // Of $760M: 20% is $912M, 21% is $919.6M
    for (const [hour, millions] of [911, 900, 912, 919, 920, 911].entries()) await evaluateAlerts(status(millions), at(8 + hour));
    expect(await toldOf('growth-low')).toEqual([
      ['AlertRaised', '1987'], // 151 ÷ 760 = 19.868%
      ['AlertCleared', '2105'], // 160 ÷ 760 = 21.053%
      ['AlertRaised', '1987'],
    ]);
    const [raised, cleared] = (await eventsIn('ALERTS#TOLD')).filter(({ data }) => data['rule'] === 'growth-low');
    expect(raised).toMatchObject({
      id: `${raised?.data['alertId']}:raised`,
      type: 'AlertRaised',
      source: 'ascent.arr',
      recordedAt: at(8),
      data: {
        subject: 'company',
        severity: 'critical',
        ownerRole: 'executive',
        planVersion: 1,
        on: '2026-11-05',
        unit: 'bps',
        threshold: '2000',
        clearsAt: '2100',
        sentence: 'Year-over-year growth of ARR is 19.87%; its alert is raised below 20% and clears at 21%.',
        formula: expect.stringContaining('ARR 12 months before'),
        explain: '/api/v1/arr/explain?from=2025-11-06&to=2026-11-05',
        dataThrough: [{ id: 'stripe-main' }, { id: 'salesforce-main' }],
      },
    });
    expect(cleared?.data).toMatchObject({ alertId: raised?.data['alertId'], raisedAt: at(8), raisedOn: '2026-11-05' });
  });

  it('write nothing where nothing changed, for three small reads', async () => {
    await evaluateAlerts(status(940), at(8));
    proxy.calls.length = 0;
    await evaluateAlerts(status(940), at(9));
    // Milestones that were told, versions of the plan, the state.
    expect(proxy.calls.map(({ operation }) => operation)).toEqual(['Query', 'Query', 'GetItem']);
    expect(writesIn(proxy.calls)).toEqual([]);
  });

  it('tell a crossing once, however many look at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => evaluateAlerts(status(880), at(8))));
    expect(await toldOf('growth-low')).toEqual([['AlertRaised', '1579']]); // 120 ÷ 760 = 15.789%
    expect(await itemsUnder('ALERTS')).toMatchObject([{ version: 1 }]);
  });

  it('tell nothing by figures that are older than those that were told of', async () => {
    await evaluateAlerts(status(880), at(8));
    await evaluateAlerts(status(940), at(9));
    await evaluateAlerts(status(880), at(8, 30));
    expect((await toldOf('growth-low')).map(([type]) => type)).toEqual(['AlertRaised', 'AlertCleared']);
  });

  it('are told by the next refresh where one dies before its commit, and not again where it dies after it', async () => {
    proxy.before = ({ operation }) => (operation === 'TransactWriteItems' ? { type: 'InternalServerError' } : undefined);
    await expect(evaluateAlerts(status(880), at(8))).rejects.toThrow();
    proxy.before = undefined;
    expect(await itemsUnder('ALERTS#TOLD')).toEqual([]);
    await evaluateAlerts(status(880), at(9));
    await evaluateAlerts(status(880), at(9));
    expect((await toldOf('growth-low')).length).toBe(1);
  }, 30_000);

  it('say of ARR without a plan rate that it cannot be told, and neither clear nor raise by it', async () => {
    await evaluateAlerts(status(880), at(8));
    const lacking = { currency: 'EUR', on: '2026-11-05', amountMinor: '1', code: 'rate-missing' as const, detail: 'Load EUR/USD.' };
    const judged = await evaluateAlerts(status(undefined, '2026-11-05', { unconverted: [lacking] }), at(9));
    expect(judged.find(({ rule }) => rule.id === 'growth-low')).toMatchObject({
      standing: 'unknown',
      reading: { given: { untold: 'Load EUR/USD.' } },
      raised: { at: at(8) },
    });
    await evaluateAlerts(status(880), at(10));
    expect((await toldOf('growth-low')).length).toBe(1);
  });
});

describe('metrics', () => {
  const worked = (num: bigint) => ({
    netRevenueRetention: { ok: true as const, ratio: { num, den: 10_000n }, explain: '/api/v1/arr/metrics?metrics=nrr&on=2026-11-05' },
    margins: [],
    closedMonths: [],
  });
  const retentionOf = async (...look: Parameters<typeof evaluateAlerts>) =>
    (await evaluateAlerts(...look)).find(({ rule }) => rule.id === 'net-revenue-retention-low');

  it('are those of the last refresh that worked them out, and are written only where they changed', async () => {
    expect((await retentionOf(status(940), at(8)))?.reading.given.untold).toContain('worked out every five minutes');
    expect(await retentionOf(status(940), at(9), worked(11_700n))).toMatchObject({ standing: 'open', figureBps: 11_700, change: 'raised' });
    proxy.calls.length = 0;
    expect(await retentionOf(status(940), at(10), worked(11_700n))).toMatchObject({ standing: 'open', since: at(9) });
    expect(await retentionOf(status(940), at(11))).toMatchObject({ standing: 'open', figureBps: 11_700 });
    expect(writesIn(proxy.calls)).toEqual([]);
    expect(await toldOf('net-revenue-retention-low')).toEqual([['AlertRaised', '11700']]);
    const [raised] = (await eventsIn('ALERTS#TOLD')).filter(({ data }) => data['rule'] === 'net-revenue-retention-low');
    // The built-in plan asks for 150%; its growth leaves room for 125% ($1B ÷ $800M), and with 30% landed for 117.5%.
    expect(raised?.data['sentence']).toMatch(
      /^Net revenue retention is 117%; its alert is raised below 150% and clears at 151%\. .* 125% .* 117\.5%/,
    );
    await retentionOf(status(940), at(12), worked(15_100n));
    expect((await toldOf('net-revenue-retention-low')).map(([type]) => type)).toEqual(['AlertRaised', 'AlertCleared']);
  });
});

describe('milestones', () => {
  const milestones = async () =>
    (await eventsIn('OUT#plan:1')).map(({ id, type, data }) => [type, id, data['thresholdBps'], data['arrMinor']]);

  it('are told once each for ever, by their own event and as alerts', async () => {
    await evaluateAlerts(status(899), at(8));
    await Promise.all([evaluateAlerts(status(951), at(9)), evaluateAlerts(status(951), at(9))]);
    await evaluateAlerts(status(899), at(10));
    await evaluateAlerts(status(951), at(11));
    expect(await milestones()).toEqual([
      ['MilestoneReached', 'milestone:1:09000', 9_000, '95100000000'],
      ['MilestoneReached', 'milestone:1:09500', 9_500, '95100000000'],
    ]);
    expect(await toldOf('milestone-reached')).toEqual([
      ['AlertRaised', '95100000000'],
      ['AlertRaised', '95100000000'],
    ]);
  });

  it('have ARR at spot rates beside them, or which rate is missing', async () => {
    const euros = (on: string) =>
      status(905, on, { byCurrency: [{ currency: 'EUR', amountMinor: '80000000000', planMinor: '90500000000' }] });
    await evaluateAlerts(euros('2026-11-05'), at(8));
    const rates = [{ base: 'EUR', quote: 'USD', type: 'spot', on: '2026-11-06', rate: '1.15', source: 'ECB' }];
    expect((await call(companyHandler, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
    await evaluateAlerts(euros('2026-11-06'), '2026-11-06T00:00:00.000Z');
    const [alert] = (await eventsIn('ALERTS#TOLD')).filter(({ data }) => data['rule'] === 'milestone-reached');
    expect(alert?.data).toMatchObject({ figure: '90500000000', spotUntold: expect.stringContaining('no spot rate for EUR/USD') });
    const digests = (await eventsIn('OUT#milestone-digest')).map(({ data }) => data);
    // €800M × 1.15 = $920M at spot; $905M at plan rates
    expect(digests.at(-1)).toMatchObject({ on: '2026-11-06', arrMinor: '90500000000', spotArrMinor: '92000000000' });
  });

  it('have one digest a day past each, whatever refreshes there are', async () => {
    await evaluateAlerts(status(940, '2026-11-05'), at(0));
    for (const hour of [8, 9, 10]) await evaluateAlerts(status(940, '2026-11-05'), at(hour));
    await evaluateAlerts(status(951, '2026-11-06'), '2026-11-06T00:05:00.000Z');
    await evaluateAlerts(status(951, '2026-11-06'), '2026-11-06T00:10:00.000Z');
    await evaluateAlerts(
      status(960, '2026-11-07', {
        milestone: {
          ...status(960).milestone,
          thresholds: [
            { thresholdBps: 9_000, amountMinor: '90000000000', reachedOn: '2026-08-27' },
            { thresholdBps: 9_500, amountMinor: '95000000000', reachedOn: '2026-11-06' },
            { thresholdBps: 9_900, amountMinor: '99000000000', reachedOn: undefined },
          ],
        },
      }),
      '2026-11-07T00:05:00.000Z',
    );
    const digests = (await eventsIn('OUT#milestone-digest')).map(({ id, data }) => [
      id,
      (data['past'] as { thresholdBps: number }[]).map(({ thresholdBps }) => thresholdBps),
    ]);
    expect(digests).toEqual([
      ['milestone-digest:1:2026-11-05', [9_000]],
      ['milestone-digest:1:2026-11-06', [9_000]],
      ['milestone-digest:1:2026-11-07', [9_000, 9_500]],
    ]);
  });
});

describe('the API', () => {
  interface Item {
    readonly rule: string;
    readonly subject: string;
    readonly state: string;
    readonly since?: string;
    readonly sentence: string;
    readonly happened?: string;
    readonly at?: string;
  }
  const get = async (path: string, query: Record<string, string> = {}) => {
    const answer = await call<ListAnswer<Item>>(handler, 'GET', path, { scopes: ['arr/read'], query });
    expect(answer.status).toBe(200);
    return answer.json;
  };

  it('lists how every rule stands, and why a figure cannot be told', async () => {
    await evaluateAlerts(empty, at(9));
    const { items } = await get('/api/v1/arr/alerts');
    expect(arrRoutes.listArrAlerts.response.safeParse({ items, nextCursor: null })).toMatchObject({ success: true });
    expect(items.map(({ rule, subject, state, since }) => [rule, subject, state, since])).toEqual([
      // The plan adds in a month what nobody added here.
      ['velocity-below-plan', 'company', 'open', at(9)],
      ['growth-low', 'company', 'unknown', at(9)],
      ['net-revenue-retention-low', 'company', 'unknown', at(9)],
      ['margin-low', 'gross', 'unknown', at(9)],
      ['margin-low', 'contribution', 'unknown', at(9)],
      ['margin-fell', 'company', 'unknown', at(9)],
      ['forecast-variance-high', 'company', 'unknown', at(9)],
    ]);
    expect((await get('/api/v1/arr/alerts', { state: 'open' })).items).toMatchObject([
      {
        rule: 'velocity-below-plan',
        figureBps: 0,
        thresholdBps: 10_000,
        clearsAtBps: 10_500,
        raised: { at: at(9), on: '2026-11-05', figureBps: 0 },
        explain: '/api/v1/arr/explain?from=2026-10-06&to=2026-11-05',
        planVersion: 1,
      },
    ]);
    expect((await get('/api/v1/arr/alerts', { state: 'unknown' })).items[0]?.sentence).toBe(
      'Year-over-year growth of ARR cannot be told: There was no ARR a year before.',
    );
  });

  it('says of what no refresh has seen yet no instant, and answers the same text twice', async () => {
    const first = await call(handler, 'GET', '/api/v1/arr/alerts', { scopes: ['arr/read'] });
    expect(first.text).toContain('"state":"open"');
    expect(first.text).not.toContain('"since"');
    expect(first.text).not.toContain('"raised":');
    expect((await call(handler, 'GET', '/api/v1/arr/alerts', { scopes: ['arr/read'] })).text).toBe(first.text);
  });

  it('pages through both lists, each alert once, the history newest first', async () => {
    for (const [hour, millions] of [880, 940, 880, 940].entries()) await evaluateAlerts(status(millions), at(8 + hour));
    const paged = async (path: string): Promise<readonly Item[]> => {
      const all: Item[] = [];
      let cursor: string | null | undefined;
      do {
        const page: ListAnswer<Item> = await get(path, { limit: '2', ...(cursor ? { cursor } : {}) });
        expect(page.items.length).toBeLessThanOrEqual(2);
        all.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return all;
    };
    const history = await paged('/api/v1/arr/alerts/history');
    expect(arrRoutes.listToldArrAlerts.response.safeParse({ items: history, nextCursor: null })).toMatchObject({ success: true });
    expect(history.map(({ rule, happened, at: when }) => [when, rule, happened]).filter(([, rule]) => rule === 'growth-low')).toEqual([
      [at(11), 'growth-low', 'cleared'],
      [at(10), 'growth-low', 'raised'],
      [at(9), 'growth-low', 'cleared'],
      [at(8), 'growth-low', 'raised'],
    ]);
    expect(history.map(({ at: when }) => when)).toEqual(
      history
        .map(({ at: when }) => when)
        .toSorted()
        .reverse(),
    );
    expect(history).toHaveLength(5); // and the milestone of 90%
    expect((await paged('/api/v1/arr/alerts')).map(({ rule, subject }) => `${rule} ${subject}`)).toHaveLength(7);
  });
});
