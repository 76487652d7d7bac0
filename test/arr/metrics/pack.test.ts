import { beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { asText, difference, packCsv, packed, type ReportedThen } from '../../../functions/arr/metrics/pack.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { moved } from '../ledger/moved.ts';
import { clockAt, recordMovement } from '../ledger/recorded.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);
vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

let handler: typeof import('../../../functions/arr/api.ts')['handler'];
beforeEach(async () => {
  await table.another();
  vi.resetModules();
  ({ handler } = await import('../../../functions/arr/api.ts'));
});

interface Pack {
  readonly type?: string;
  readonly definitions: readonly { readonly id: string; readonly purpose: string }[];
  readonly periods: readonly {
    readonly startsOn: string;
    readonly closing?: object;
    readonly figures: readonly Readonly<Record<string, string>>[];
  }[];
}
const get = <T>(path: string, query: Readonly<Record<string, string>>) =>
  call<T>(handler, 'GET', `/api/v1/arr/${path}`, { scopes: ['arr/read'], query });

/** 1,000 in August; 650 more in September, which is closed; 140 less of September is known later. */
const history = async (): Promise<void> => {
  await recordMovement(moved('a', '2026-08-10', 1, { amounts: [1_000n], recordedAt: '2026-08-10T10:00:00.000Z' }));
  await recordMovement(moved('b', '2026-09-12', 1, { amounts: [650n], recordedAt: '2026-09-12T10:00:00.000Z' }));
  clockAt('2026-10-02T09:00:00Z');
  const closed = await call(handler, 'POST', '/api/v1/arr/closings', {
    scopes: ['arr/read', 'arr/write'],
    body: { month: '2026-09' },
    subject: 'controller-1',
  });
  expect(closed.status).toBe(200);
  const late = { cause: 'contraction', amounts: [-140n], recordedAt: '2026-10-05T10:00:00.000Z' } as const;
  await recordMovement(moved('b', '2026-09-20', 2, late));
  clockAt('2026-10-07T09:00:00Z');
};
const WANTED = { from: '2026-08-01', on: '2026-09-30', metrics: 'arr,net-new-arr,nrr' };

describe('a metric pack', () => {
  it('has each figure with its change, and of a closed month what was reported and by what it was restated', async () => {
    await history();
    const { status, json } = await get<Pack>('pack', WANTED);
    expect([status, arrRoutes.getArrPack.response.safeParse(json).success]).toEqual([200, true]);
    expect(json.definitions.map(({ id }) => id)).toEqual(['arr', 'net-new-arr', 'nrr']);
    expect(json.periods).toMatchObject([
      {
        startsOn: '2026-08-01',
        figures: [{ id: 'arr', value: '1000', previous: '0', change: '1000' }, { id: 'net-new-arr' }, { id: 'nrr' }],
      },
      {
        startsOn: '2026-09-01',
        closing: { profile: 'enterprise', isSameDefinition: true },
        figures: [
          // 1,000 + 650 − 140, reported as 1,650
          { id: 'arr', value: '1510', previous: '1000', change: '510', reported: '1650', restated: '-140' },
          { id: 'net-new-arr', value: '510', previous: '1000', change: '-490', reported: '650', restated: '-140' },
          { id: 'nrr', notDefined: { code: 'not-defined' } },
        ],
      },
    ]);
    expect(json.periods[0]).not.toHaveProperty('closing');
  });

  it('reports what was known when the month was closed, whatever is recorded later on that day', async () => {
    await recordMovement(moved('c', '2025-09-10', 1, { amounts: [1_000n] }));
    await history();
    const late = { cause: 'expansion', amounts: [500n], recordedAt: '2026-10-02T11:00:00.000Z' } as const;
    await recordMovement(moved('c', '2026-09-21', 2, late));
    clockAt('2026-10-07T10:00:00Z');
    const { json } = await get<Pack>('pack', { on: '2026-09-30', metrics: 'arr,net-new-arr,nrr' });
    expect(json.periods[0]?.figures).toMatchObject([
      { id: 'arr', reported: '2650', restated: '360' },
      { id: 'net-new-arr', reported: '650', restated: '360' },
      // 1,000 ÷ 1,000 and (1,000 + 500) ÷ 1,000
      { id: 'nrr', reported: '1.000000', restated: '0.500000' },
    ]);
  });

  it('is a table as CSV, a row for each figure', async () => {
    await history();
    const { status, text, headers } = await get<string>('pack/csv', WANTED);
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const rows = text.trimEnd().split('\r\n');
    expect(rows).toHaveLength(1 + 2 * 3);
    expect(rows[0]).toMatch(/^period_start,period_end,metric,name,definition,purpose,source,unit,currency,figure,/);
    expect(rows[4]).toMatch(
      /^2026-09-01,2026-09-30,arr,ARR,.*,money,USD,1510,,1000,510,1650,-140,,2026-10-02T09:00:00\.000Z,enterprise,[\w-]{12},enterprise,/,
    );
  });

  it('refuses more than twelve periods, days that end before they begin, and a metric that is none', async () => {
    for (const [query, type] of [
      [{ from: '2025-08-01', on: '2026-09-30' }, 'period-invalid'],
      [{ from: '2026-09-30', on: '2026-09-01' }, 'period-invalid'],
      [{ metrics: 'none' }, 'metric-unknown'],
    ] as const)
      expect((await get<Pack>('pack', query)).json.type).toBe(`/problems/${type}`);
  });
});

describe('a pack’s parts', () => {
  it('subtract exactly, with the places that figures have', () => {
    expect(difference('1.071200', '1.100000')).toBe('-0.028800');
    expect(difference('90071992547409930', '1')).toBe('90071992547409929');
    expect(difference('-0.50', '-0.75')).toBe('0.25');
  });

  it('make text of what a spreadsheet would run, and leave numbers', () => {
    expect(['=1+1', '+1', '-1', '-1.50', '-a', '@a', '\tb', 'a=b', ''].map(asText)).toEqual([
      "'=1+1",
      "'+1",
      '-1',
      '-1.50',
      "'-a",
      "'@a",
      "'\tb",
      'a=b',
      '',
    ]);
    const [period] = packed(
      [
        { startsOn: '2026-08-01', endsOn: '2026-08-31', figures: [] },
        { startsOn: '2026-09-01', endsOn: '2026-09-30', figures: [{ id: 'arr', value: '-5' }] },
      ],
      () => undefined,
    );
    const csv = packCsv(period === undefined ? [] : [period], [], { planCurrency: 'USD', profile: '=HYPERLINK("x")' });
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`);
    expect(csv).toContain(',-5,');
  });

  it('say when the definition is another one than that of the closing', () => {
    const figures = [{ id: 'arr', value: '7' }];
    const then = {
      closedAt: '2026-10-02T09:00:00.000Z',
      profile: 'stripe',
      isSameDefinition: false,
      values: new Map([['arr', '5']]),
    };
    const before = { startsOn: '2026-08-01', endsOn: '2026-08-31', figures: [] };
    const told = (more: Partial<ReportedThen>) =>
      packed([before, { startsOn: '2026-09-01', endsOn: '2026-09-30', figures }], () => ({ ...then, ...more }))[0];
    // Of the same facts 7 now, 4 under the definition of then, which told 5: −1 is restated, and 3 come from the definition.
    const period = told({ underThen: new Map([['arr', '4']]), definitionThrough: '2026-10-07T08:58:00.000Z' });
    expect(period).toEqual({
      startsOn: '2026-09-01',
      endsOn: '2026-09-30',
      closing: {
        closedAt: '2026-10-02T09:00:00.000Z',
        profile: 'stripe',
        isSameDefinition: false,
        definitionThrough: '2026-10-07T08:58:00.000Z',
      },
      figures: [{ id: 'arr', value: '7', reported: '5', restated: '-1', definition: '3' }],
    });
    expect(told({ definitionUnknown: 'why' })?.figures).toEqual([{ id: 'arr', value: '7', reported: '5' }]);
  });
});
