import { deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import type { Movement } from '../../../functions/arr/events.ts';
import { rebuildLedger } from '../../../functions/arr/ledger/rebuild.ts';
import { readSegments, type SegmentPlace } from '../../../functions/arr/ledger/store.ts';
import { takeIn } from '../../../functions/arr/ledger/take-in.ts';
import { keepFigures } from '../../../functions/arr/metrics/keep.ts';
import { readKeptHead } from '../../../functions/arr/metrics/kept-store.ts';
import { readKeptMonths } from '../../../functions/arr/metrics/read-kept.ts';
import { handler as companyHandler } from '../../../functions/company/api.ts';
import { commit } from '../../../functions/platform/table.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { call } from '../../support/http.ts';
import { itemsFrom } from '../../support/items.ts';
import { moved, movementsFrom } from '../ledger/moved.ts';
import { clockAt, recordMovement } from '../ledger/recorded.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
process.env['ASCENT_CONFIG'] = JSON.stringify(company);
vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const PROFILE = 'enterprise';
const TODAY = '2026-08-14';
const NOW = `${TODAY}T10:00:00Z`;

let handler: typeof import('../../../functions/arr/api.ts')['handler'];
/** A function that has just started: nothing of before is in its memory. */
const restarted = async (): Promise<void> => {
  vi.resetModules();
  ({ handler } = await import('../../../functions/arr/api.ts'));
};
beforeEach(async () => {
  proxy.before = undefined;
  await table.another();
  await restarted();
});

const keep = async (on = TODAY): Promise<void> => {
  const { through } = await takeIn(PROFILE, 'USD', () => true);
  await keepFigures(PROFILE, through, on);
};

/** The ledger with all that was recorded, whenever that was. */
const rebuilt = async (): Promise<{ readonly through: number }> => {
  await rebuildLedger(PROFILE, 'USD', () => true);
  return takeIn(PROFILE, 'USD', () => true);
};

type Query = Readonly<Record<string, string>>;
const get = async (path: string, query: Query): Promise<unknown> => {
  const { status, json } = await call<object>(handler, 'GET', `/api/v1/arr/${path}`, { scopes: ['arr/read'], query });
  expect([status, json]).toEqual([200, json]);
  return json;
};

const CUTS: readonly Query[] = [
  {},
  { dimension: 'segment' },
  { dimension: 'segment', value: 'SMB' },
  { dimension: 'product' },
  { dimension: 'currency' },
  { dimension: 'entity' },
];
const MONTHS: readonly Query[] = [{}, { from: '2025-06-15' }, { month: '2026-04' }, { month: '2026-06', from: '2026-03-01' }];
const COHORTS: readonly Query[] = [{}, { from: '2026-03-20' }, { on: '2026-05-31' }, { from: '2026-02-01', on: '2026-06-30' }];

/** What is asked by month, in every cut. */
const asked = async (): Promise<readonly unknown[]> => {
  const answers: unknown[] = [];
  for (const cut of CUTS) {
    for (const months of MONTHS) answers.push(await get('metrics', { ...cut, ...months }));
    if (cut['dimension'] !== undefined && cut['value'] === undefined) continue;
    for (const cohorts of COHORTS) answers.push(await get('cohorts', { ...cut, ...cohorts }));
  }
  return answers;
};

const loadRates = async (): Promise<void> => {
  const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2025-12-31', rate: '1.1', source: 'treasury' }];
  const put = await call(companyHandler, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } });
  expect(put.status).toBe(200);
};

/** Some are known ahead, and take effect after the day that is looked at. */
const AHEAD: readonly Movement[] = [
  moved('stripe.main.cus_1', '2026-08-25', 90, { cause: 'churn', amounts: [-70n], recordedAt: '2026-07-01T09:00:00.000Z' }),
  moved('stripe.main.cus_2', '2027-02-01', 91, { cause: 'contraction', amounts: [-31n, -7n], recordedAt: '2026-07-01T09:00:00.000Z' }),
];

/** A transfer goes from one value to another. */
const movesSomething = ({ attributes, fromAttributes }: Movement): boolean => fromAttributes?.['segment'] !== attributes['segment'];

/** What is in the plan currency is worth what it is. */
const atPlanRate = (movement: Movement): Movement => ({
  ...movement,
  lines: movement.lines.map((line) => (line.currency === 'USD' ? { ...line, planDeltaMinor: line.deltaMinor } : line)),
});

const isKept = async (dimension?: string): Promise<boolean> =>
  (await readKeptMonths({ dimension }, company, [{ startsOn: '2026-08-01', endsOn: TODAY }])) !== undefined;

describe('figures that are kept', () => {
  it.each([1, 2, 3])('say what folding the ledger says, in every answer that they are given in (seed %i)', async (seed) => {
    await loadRates();
    for (const movement of [...movementsFrom(seed, 90), ...AHEAD]) await recordMovement(movement);
    clockAt(NOW);
    const folded = await asked();
    await keep();
    await restarted();
    // Whoever folded would find this one.
    await recordMovement(moved('later', '2026-01-10', 1, { amounts: [1_234_567n], recordedAt: '2026-08-14T09:59:00.000Z' }));
    expect(await isKept('segment')).toBe(true);
    expect(await asked()).toEqual(folded);
  });

  it('are answered for a quarter of an hour, and say through when; then the ledger is folded', async () => {
    await recordMovement(moved('a', '2026-08-01', 1, { amounts: [500n] }));
    clockAt(NOW);
    await keep();
    await recordMovement(moved('b', '2026-08-14', 1, { amounts: [40n], recordedAt: '2026-08-14T09:59:00.000Z' }));
    const arr = async () => {
      const answer = (await get('metrics', { metrics: 'arr' })) as {
        ledgerThrough: string;
        rows: { figures: { value: string }[] }[];
      };
      return [answer.ledgerThrough, answer.rows[0]?.figures[0]?.value];
    };
    expect(await arr()).toEqual(['2026-08-14T09:58:00.000Z', '500']);
    clockAt('2026-08-14T10:13:00Z'); // 15 minutes after 09:58
    expect((await arr())[1]).toBe('500');
    clockAt('2026-08-14T10:13:01Z');
    expect(await arr()).toEqual(['2026-08-14T10:11:01.000Z', '540']);
    // Kept again they are answered again; and while nothing is recorded they go on without folding anything.
    await keep();
    expect((await arr())[1]).toBe('540');
    const before = await readKeptHead(PROFILE);
    clockAt('2026-08-14T11:00:00Z');
    await keep();
    const after = await readKeptHead(PROFILE);
    expect(after?.through).toBe(Date.parse('2026-08-14T10:58:00Z') / 1000);
    expect(after?.cuts).toEqual(before?.cuts);
  });

  it('tell the waterfall of a dimension at once, with what was recorded since', async () => {
    await loadRates();
    for (const movement of [...movementsFrom(9, 90).filter(movesSomething).map(atPlanRate), ...AHEAD]) await recordMovement(movement);
    clockAt(NOW);
    await keep();
    const since = { recordedAt: '2026-08-14T09:59:00.000Z' };
    await recordMovement(moved('stripe.main.cus_3', '2026-05-05', 92, { ...since, amounts: [900n], planMinors: [990n], currency: 'EUR' }));
    await recordMovement(
      moved('stripe.main.cus_4', '2026-08-14', 93, { ...since, cause: 'transfer', fromSegment: 'Enterprise', amounts: [55n] }),
    );
    const cuts: readonly Query[] = [
      ...['SMB', 'Enterprise'].map((value) => ({ dimension: 'segment', value })),
      ...['prod_0', 'prod_1'].map((value) => ({ dimension: 'product', value })),
      { dimension: 'entity', value: 'ltd' },
    ];
    const periods: readonly Query[] = [
      { from: '2025-11-01', to: TODAY },
      { from: '2026-04-10', to: '2026-07-20', period: 'quarter' },
      { from: '2026-05-01', to: '2026-05-31', period: 'day' },
    ];
    for (const query of cuts.flatMap((cut) => periods.map((period) => ({ ...cut, ...period })))) {
      const told = (await get('waterfall', query)) as { rows: unknown; dimensions: unknown; values: unknown };
      const known = await get('waterfall', { ...query, asKnownOn: TODAY });
      // As known at the end of today is as corrected, folded from the ledger.
      expect(known).toMatchObject({ rows: told.rows, dimensions: told.dimensions, values: told.values });
    }
  });

  it('are kept before the past is looked at again, however long that takes, and once more with what is found there', async () => {
    const { handler: task } = await import('../../../functions/arr/task-ledger.ts');
    const context = { functionName: 'arr-task-ledger', awsRequestId: 'request', getRemainingTimeInMillis: () => 240_000 };
    const runTask = () => (task as unknown as (event: object, context: object) => Promise<unknown>)({}, context);
    await recordMovement(moved('a', '2026-08-01', 1, { amounts: [500n] }));
    clockAt(NOW);
    proxy.before = ({ operation, input }) =>
      operation === 'BatchGetItem' && JSON.stringify(input).includes('"LATE"') ? { type: 'ValidationException' } : undefined;
    await expect(runTask()).rejects.toThrow();
    expect(await isKept()).toBe(true);
    proxy.before = undefined;
    // Listed hours after it was recorded.
    await recordMovement(moved('b', '2026-08-02', 1, { amounts: [40n], recordedAt: '2026-08-14T08:00:00.000Z' }));
    await runTask();
    const { rows } = (await get('metrics', { metrics: 'arr' })) as { rows: { figures: { value: string }[] }[] };
    expect([await isKept(), rows[0]?.figures[0]?.value]).toEqual([true, '540']);
  });

  it('look at another day from the morning on: until then yesterday’s are not told as today’s', async () => {
    await recordMovement(moved('a', '2026-08-01', 1, { amounts: [500n] }));
    clockAt(NOW);
    await keep('2026-08-13');
    expect(await isKept()).toBe(false);
    await keep();
    expect(await isKept()).toBe(true);
  });

  it('are those of the plan view: at constant rates the ledger is folded, by the plan rates of the last day', async () => {
    await loadRates();
    const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2026-07-01', rate: '1.2', source: 'treasury' }];
    expect((await call(companyHandler, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
    await recordMovement(moved('a', '2026-03-01', 1, { amounts: [1_000n], planMinors: [1_100n], currency: 'EUR' }));
    await recordMovement(moved('a', '2026-07-01', 2, { cause: 'fx', amounts: [0n], planMinors: [100n], currency: 'EUR' }));
    clockAt(NOW);
    await keep();
    const arr = async (currencyView: string, month: string) => {
      const answer = (await get('metrics', { metrics: 'arr', currencyView, month })) as { rows: { figures: { value: string }[] }[] };
      return answer.rows[0]?.figures[0]?.value;
    };
    expect([await arr('plan', '2026-06'), await arr('plan', '2026-08')]).toEqual(['1100', '1200']);
    expect([await arr('constant', '2026-06'), await arr('constant', '2026-08')]).toEqual(['1100', '1200']);
    const both = (await get('metrics', { metrics: 'arr,net-new-arr', currencyView: 'constant', from: '2026-06-01', month: '2026-08' })) as {
      rows: { figures: { value: string }[] }[];
    };
    // 1,000 € at 1.2 in June, July and August: nothing came.
    expect(both.rows.map(({ figures }) => figures.map(({ value }) => value))).toEqual([
      ['1200', '0'],
      ['1200', '0'],
      ['1200', '0'],
    ]);
  });

  it('are not told while a plan rate is missing: the ledger says which', async () => {
    await recordMovement(moved('a', '2026-08-01', 1, { amounts: [500n], planMinors: [0n], currency: 'EUR' }));
    await recordMovement(moved('b', '2026-08-02', 1, { amounts: [40n] }));
    clockAt(NOW);
    const folded = await get('metrics', {});
    await keep();
    expect(await isKept()).toBe(false);
    expect(await get('metrics', {})).toEqual(folded);
  });
});

/** The bytes of all blocks, by what they are of. */
const blocks = async (): Promise<Readonly<Record<string, string>>> => {
  const places: readonly SegmentPlace[] = ((await readKeptHead(PROFILE))?.cuts ?? []).flatMap((cut) => cut.blocks);
  const bytes = (await readSegments(PROFILE, places)) ?? [];
  return Object.fromEntries(places.map(({ period }, i) => [period, Buffer.from(bytes[i] ?? []).toString('base64')]));
};

describe('blocks of kept figures', () => {
  it('are the same, byte for byte, whether they were kept bit by bit or of a ledger made anew', async () => {
    const movements = movementsFrom(7, 60, ['USD']).toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
    for (const [i, movement] of movements.entries()) {
      await recordMovement(movement);
      clockAt(new Date(Date.parse(movement.recordedAt) + 180_000).toISOString());
      if (i % 9 === 0) await keep(movement.recordedAt.slice(0, 10));
    }
    clockAt(NOW);
    await keep();
    const before = await blocks();
    const places = (await readKeptHead(PROFILE))?.cuts;
    expect(Object.keys(before).length).toBeGreaterThan(25);
    expect(await rebuildLedger(PROFILE, 'USD', () => true)).toMatchObject({ isDone: true, changed: false });
    await keep();
    expect(await blocks()).toEqual(before);
    // What says the same is not written again.
    expect((await readKeptHead(PROFILE))?.cuts).toEqual(places);
  });

  it('a run that stops at any request leaves the figures of before or the new ones, never some of each', async () => {
    for (const movement of movementsFrom(5, 30, ['USD'])) await recordMovement(movement);
    clockAt(NOW);
    await keep();
    const before = await get('metrics', { dimension: 'segment', from: '2026-01-01' });
    await recordMovement(moved('late', '2026-02-02', 1, { amounts: [1_000n], recordedAt: '2026-08-14T10:00:30.000Z' }));
    clockAt('2026-08-14T10:05:00Z');
    await takeIn(PROFILE, 'USD', () => true);
    const told = new Set<string>();
    let stops = 0;
    for (let stop = 1; stop < 100; stop += 8) {
      let writes = 0;
      proxy.before = ({ operation }) => {
        if (operation === 'PutItem') writes += 1;
        return writes === stop ? { type: 'ValidationException' } : undefined;
      };
      const isDone = await keep().then(
        () => true,
        () => false,
      );
      proxy.before = undefined;
      await restarted();
      told.add(JSON.stringify(await get('metrics', { dimension: 'segment', from: '2026-01-01' })));
      if (isDone) break;
      stops += 1;
    }
    expect(stops).toBeGreaterThan(3);
    expect([told.size, told.has(JSON.stringify(before))]).toEqual([2, true]);
  });

  it('that a run wrote and no head names are left to expire, wherever it stopped', async () => {
    for (const movement of movementsFrom(5, 30, ['USD'])) await recordMovement(movement);
    clockAt(NOW);
    let stops = 0;
    for (let stop = 1; stop < 100; stop += 7) {
      // Each run has other figures to write than the one before it.
      await recordMovement(moved(`late${stop}`, '2026-02-02', 1, { amounts: [1_000n], recordedAt: '2026-08-14T10:00:30.000Z' }));
      clockAt(`2026-08-14T10:${String(5 + stops).padStart(2, '0')}:00Z`);
      const { through } = await rebuilt();
      let writes = 0;
      proxy.before = ({ operation }) => {
        if (operation === 'PutItem' || operation === 'UpdateItem') writes += 1;
        return writes === stop ? { type: 'ValidationException' } : undefined;
      };
      await keepFigures(PROFILE, through, TODAY).catch(() => {
        stops += 1;
      });
      proxy.before = undefined;
    }
    expect(stops).toBeGreaterThan(6);
    await keepFigures(PROFILE, (await rebuilt()).through, TODAY);
    const named = ((await readKeptHead(PROFILE))?.cuts ?? []).flatMap((cut) =>
      cut.blocks.map(({ period, key }) => `LEDGER#${PROFILE}#${period} ${key}#000`),
    );
    const stored = (await itemsFrom(`LEDGER#${PROFILE}#FIGURES#`)).filter(({ expiresAt }) => expiresAt === undefined);
    expect(stored.map(({ pk, sk }) => `${pk} ${sk}`).toSorted()).toEqual(named.toSorted());
  });

  it('of another form are neither told nor taken over: they are made anew', async () => {
    await recordMovement(moved('a', '2026-08-01', 1, { amounts: [500n] }));
    clockAt(NOW);
    await keep();
    const head = await readKeptHead(PROFILE);
    const key = { pk: `LEDGER#${PROFILE}`, sk: 'FIGURES' };
    const other = deflateRawSync(JSON.stringify({ ...head, form: 0 }));
    expect(await commit([{ put: { Item: { ...key, version: 1, head: other } } }])).toMatchObject({ ok: true });
    expect(await isKept()).toBe(false);
    await keep();
    expect([await isKept(), (await readKeptHead(PROFILE))?.version]).toEqual([true, 2]);
  });

  it('two runs at once leave one set of figures', async () => {
    for (const movement of movementsFrom(6, 30, ['USD'])) await recordMovement(movement);
    clockAt(NOW);
    const folded = await get('metrics', { dimension: 'product', from: '2026-01-01' });
    await Promise.all([keep(), keep(), keep()]);
    await restarted();
    expect(await isKept('product')).toBe(true);
    expect(await get('metrics', { dimension: 'product', from: '2026-01-01' })).toEqual(folded);
  });
});
