import { beforeAll, describe, expect, test, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { handler } from '../../functions/company/api.ts';
import { fxRatesLoaded, planChanged } from '../../functions/company/events.ts';
import { currentPlan, planRates } from '../../functions/company/index.ts';
import { companyRoutes } from '../../functions/company/routes.ts';
import { log } from '../../functions/platform/log.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { call, type ListAnswer, type TestRequest, type TestResponse } from '../support/http.ts';
import { eventsIn, itemsUnder } from '../support/items.ts';

useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

/** What the tests look into of the answers of all routes. */
interface Answer extends ListAnswer<{ readonly version: number }> {
  readonly latestVersion: number;
  readonly plan: { readonly content: object };
  readonly rate: string;
  readonly rateSetVersion: number;
  readonly loaded: number;
}

const request = async (operation: keyof typeof companyRoutes, parts: TestRequest = {}): Promise<TestResponse<Answer>> => {
  const { method, path, scope, response } = companyRoutes[operation];
  const answer = await call<Answer>(handler, method, path, { scopes: [scope], ...parts });
  // Every answer fits the schema that its route promises.
  if (answer.status === 200) expect(response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};

const eventsOf = async (subject: string) => (await eventsIn(`OUT#${subject}`)).map(({ id, type, data }) => ({ id, type, data }));

describe('the plan', () => {
  test('is the built-in one until it is changed', async () => {
    const { json } = await request('getPlan');
    expect(json).toMatchObject({ on: '2026-11-05', latestVersion: 1, plan: { version: 1, changedBy: 'configuration' } });
  });

  test('is changed with If-Match, versioned, and published by the same write', async () => {
    const before = await request('getPlan');
    const content = { ...before.json.plan.content, targetArrMinor: '110000000000' };
    const body = { reason: 'the board raised it', content };
    expect((await request('putPlan', { body })).status).toBe(428);
    const set = await request('putPlan', { body, headers: { 'if-match': before.headers['etag'] ?? '' } });
    expect([set.status, set.json.latestVersion]).toEqual([200, 2]);
    expect(set.json.plan).toMatchObject({
      version: 2,
      changedBy: 'user-1',
      reason: 'the board raised it',
      recordedAt: '2026-11-05T10:00:00.000Z',
    });
    expect(await eventsOf('plan')).toEqual([
      {
        id: 'plan-version-2',
        type: planChanged.name,
        data: expect.objectContaining({ planVersion: 2, previousPlanVersion: 1, targetArrMinor: '110000000000' }),
      },
    ]);
    expect((await currentPlan('2026-11-05')).version).toBe(2);
    expect((await currentPlan('2026-11-05', '2026-11-05T09:59:59.999Z')).version).toBe(1);
    // The same again is done already; another change on the old ground is refused.
    expect((await request('putPlan', { body, headers: { 'if-match': before.headers['etag'] ?? '' } })).json.latestVersion).toBe(2);
    const late = await request('putPlan', {
      body: { ...body, content: { ...content, targetArrMinor: '120000000000' } },
      headers: { 'if-match': before.headers['etag'] ?? '' },
    });
    expect([late.status, late.json.type]).toEqual([412, '/problems/precondition-failed']);
  });

  test('takes one of two changes that are made at once', async () => {
    const { json } = await request('getPlan');
    const change = (target: string) =>
      request('putPlan', { body: { basedOnVersion: 2, reason: 'at once', content: { ...json.plan.content, targetArrMinor: target } } });
    const answers = await Promise.all([change('111000000000'), change('112000000000')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test('lists its versions, newest first, page by page', async () => {
    const first = await request('listPlanVersions', { query: { limit: '2' } });
    expect(first.json.items.map(({ version }) => version)).toEqual([3, 2]);
    const second = await request('listPlanVersions', { query: { limit: '2', cursor: String(first.json.nextCursor) } });
    expect(second.json.items.map(({ version }) => version)).toEqual([1]);
    expect(second.json.nextCursor).toBeNull();
  });

  test('refuses a change that is not whole, field by field', async () => {
    const { json } = await request('getPlan');
    const answer = await request('putPlan', {
      body: { basedOnVersion: 3, reason: 'x', content: { ...json.plan.content, startsOn: '2026-02-30' } },
    });
    expect(answer.status).toBe(400);
    expect(answer.json.problems?.map(({ field }) => field)).toEqual(['reason', 'content.startsOn']);
  });

  test('refuses a reader who may not write', async () => {
    expect((await request('putPlan', { scopes: ['company/read'], body: {} })).status).toBe(403);
  });
});

describe('exchange rates', () => {
  const row = { base: 'EUR', quote: 'USD', type: 'spot', on: '2026-11-02', rate: '1.15', source: 'ECB' };
  const load = async (...rates: object[]) => (await request('putFxRates', { body: { rates } })).json;
  const ask = (base: string, quote: string, type = 'spot', on = '2026-11-05') => request('getFxRate', { query: { base, quote, type, on } });

  test('that are missing are a problem which says which one, never 1', async () => {
    const { status, json } = await ask('EUR', 'USD');
    expect([status, json.type]).toEqual([404, '/problems/rate-missing']);
    expect(json.detail).toContain('spot rate for EUR/USD on or before 2026-11-05');
  });

  test('of a currency to itself are 1, and rest on nothing', async () => {
    expect((await ask('USD', 'USD')).json).toMatchObject({ rate: '1', legs: [], rateSetVersion: 0 });
  });

  test('are loaded row by row, idempotent by key, with a rate set that counts up', async () => {
    const gbp = { ...row, base: 'GBP', rate: '1.30' };
    expect(await load(row, gbp, { ...row, rate: '-1' })).toEqual({
      loaded: 2,
      unchanged: 0,
      rateSetVersion: 1,
      problems: [{ row: 2, code: 'rate-invalid', detail: 'A rate must be above 0, received -1.', field: 'rates[2].rate' }],
    });
    expect(await load(row, gbp)).toEqual({ loaded: 0, unchanged: 2, rateSetVersion: 1, problems: [] });
    expect(await load(gbp, { ...row, rate: '1.16' })).toMatchObject({ loaded: 1, unchanged: 1, rateSetVersion: 2 });
    expect((await ask('EUR', 'USD')).json).toMatchObject({ rate: '1.16', rateSetVersion: 2 });
    expect(await eventsOf('fx')).toEqual([
      {
        id: 'fx-rate-set-1',
        type: fxRatesLoaded.name,
        data: {
          rateSetVersion: 1,
          loadedBy: 'user-1',
          pairs: [
            { base: 'EUR', quote: 'USD', type: 'spot', earliestOn: '2026-11-02', rates: 1 },
            { base: 'GBP', quote: 'USD', type: 'spot', earliestOn: '2026-11-02', rates: 1 },
          ],
        },
      },
      {
        id: 'fx-rate-set-2',
        type: fxRatesLoaded.name,
        data: {
          rateSetVersion: 2,
          loadedBy: 'user-1',
          pairs: [{ base: 'EUR', quote: 'USD', type: 'spot', earliestOn: '2026-11-02', rates: 1 }],
        },
      },
    ]);
  });

  test('of which none is one are refused as a whole, with what is wrong with each row, and nothing is loaded', async () => {
    const before = (await ask('USD', 'USD')).json.rateSetVersion;
    const rates = [{ ...row, rate: '-1' }, { ...row, type: 'noon' }, ...Array.from({ length: 148 }, () => ({ ...row, base: 'eur' }))];
    const { status, headers, json } = await request('putFxRates', { body: { rates } });
    expect([status, headers['content-type'], json.type]).toEqual([422, 'application/problem+json', '/problems/rates-refused']);
    expect(json.detail).toBe('No row is a rate, so nothing was loaded; 150 received, each with what is wrong under problems.');
    // Every row, however many: none may be taken for loaded.
    expect(json.problems?.length).toBe(150);
    expect(json.problems?.slice(0, 2)).toEqual([
      { row: 0, code: 'rate-invalid', detail: 'A rate must be above 0, received -1.', field: 'rates[0].rate' },
      {
        row: 1,
        code: 'rate-type-unknown',
        detail: '"noon" is not one of spot, average, closing, plan.',
        field: 'rates[1].type',
      },
    ]);
    expect((await ask('USD', 'USD')).json.rateSetVersion).toBe(before);
  });

  test('that were there already are accepted, also beside a row that is none: a request sent again is answered alike', async () => {
    const gbp = { ...row, base: 'GBP', rate: '1.30' };
    const again = await request('putFxRates', { body: { rates: [gbp, { ...row, rate: '0' }] } });
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({ loaded: 0, unchanged: 1, problems: [{ row: 1, field: 'rates[1].rate' }] });
  });

  test('are inverted and crossed exactly', async () => {
    expect((await ask('USD', 'EUR')).json).toMatchObject({
      rate: '0.862068965517',
      exact: { numerator: '25', denominator: '29' },
      legs: [{ inverted: true }],
    });
    // EUR/GBP through USD: 1.16 ÷ 1.30 = 58/65
    expect((await ask('EUR', 'GBP')).json).toMatchObject({
      exact: { numerator: '58', denominator: '65' },
      legs: [{ inverted: false }, { inverted: true }],
    });
  });

  test('before the first day, or too old, are missing', async () => {
    expect((await ask('EUR', 'USD', 'spot', '2026-11-01')).status).toBe(404);
    expect((await ask('EUR', 'USD', 'spot', '2026-11-10')).status).toBe(404);
    expect((await ask('EUR', 'USD', 'closing')).status).toBe(404);
  });

  test('refuse a pair that is no pair of currencies', async () => {
    expect((await ask('XXX', 'USD')).json.type).toBe('/problems/currency-without-minor-unit');
    expect((await ask('QQQ', 'USD')).json.type).toBe('/problems/currency-unknown');
    expect((await ask('eur', 'USD')).json.type).toBe('/problems/validation');
  });

  test('of the plan are read for every currency and day at once, and anew when the rate set has changed', async () => {
    await load(
      { ...row, type: 'plan', on: '2026-01-01', rate: '1.10' },
      { ...row, type: 'plan', on: '2026-01-01', base: 'USD', quote: 'JPY', rate: '150' },
    );
    const first = await planRates();
    expect(first.table.find('EUR', 'USD', 'plan', '2026-11-05')).toMatchObject({ ok: true, value: { rate: { num: 11n, den: 10n } } });
    expect(first.table.find('JPY', 'USD', 'plan', '2026-11-05')).toMatchObject({ ok: true, value: { rate: { num: 1n, den: 150n } } });
    expect(first.table.find('CHF', 'USD', 'plan', '2026-11-05')).toMatchObject({ ok: false, problem: { code: 'rate-missing' } });
    expect(await planRates()).toBe(first);
    await load({ ...row, type: 'plan', on: '2026-07-01', rate: '1.12' });
    const second = await planRates();
    expect(second.rateSetVersion).toBe(first.rateSetVersion + 1);
    expect(second.table.find('EUR', 'USD', 'plan', '2026-11-05')).toMatchObject({ value: { rate: { num: 28n, den: 25n } } });
    expect(second.table.find('EUR', 'USD', 'plan', '2026-06-30')).toMatchObject({ value: { rate: { num: 11n, den: 10n } } });
  });

  test('of a whole year are loaded in as many rate sets as commits are needed', async () => {
    const days = Array.from({ length: 250 }, (_, index) => new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10));
    // 250 rows at 98 a commit are 3 commits
    const { loaded, rateSetVersion } = await load(...days.map((on) => ({ ...row, base: 'CHF', on, rate: '1.05' })));
    expect([loaded, rateSetVersion]).toEqual([250, 4 + 3]);
    expect((await ask('CHF', 'USD', 'spot', '2025-09-07')).json.rate).toBe('1.05');
  });

  test('loaded by two at once are all there, each in its own rate set', async () => {
    const [one, other] = await Promise.all([load({ ...row, base: 'SEK', rate: '0.1' }), load({ ...row, base: 'NOK', rate: '0.09' })]);
    expect([one.rateSetVersion, other.rateSetVersion].sort()).toEqual([8, 9]);
    expect([(await ask('SEK', 'USD')).json.rate, (await ask('NOK', 'USD')).json.rate]).toEqual(['0.1', '0.09']);
  });

  test('say who loaded them, and when: each rate, the rate set, the event and the log, by the id alone', async () => {
    const info = vi.spyOn(log, 'info');
    const body = { rates: [{ ...row, base: 'SEK', on: '2026-10-01' }] };
    const { json } = await request('putFxRates', { body, subject: 'user-7' });
    const by = { loadedBy: 'user-7', recordedAt: '2026-11-05T10:00:00.000Z' };
    expect(await itemsUnder('COMPANY#FX')).toMatchObject([{ version: json.rateSetVersion, ...by }]);
    const stored = (await itemsUnder('COMPANY#FX#spot')).filter(({ base, on }) => base === 'SEK' && on === '2026-10-01');
    expect(stored).toMatchObject([{ on: '2026-10-01', ...by }]);
    expect((await eventsOf('fx')).find(({ id }) => id === `fx-rate-set-${json.rateSetVersion}`)?.data).toMatchObject({
      loadedBy: 'user-7',
    });
    expect(info.mock.calls).toEqual([['exchange rates were loaded', { caller: 'user-7', count: 1, version: json.rateSetVersion }]]);
    info.mockClear();
    // Nothing is new, so nobody has loaded anything.
    await request('putFxRates', { body, subject: 'user-8' });
    expect(await itemsUnder('COMPANY#FX')).toMatchObject([by]);
    expect(info).not.toHaveBeenCalled();
    info.mockRestore();
  });
});
