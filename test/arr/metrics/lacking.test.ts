import { beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
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

type Operation = 'getArrMetrics' | 'getArrCohorts' | 'getArrRetentionChange';
interface Answer {
  readonly unconverted: readonly { readonly currency: string; readonly on: string }[];
  readonly rows: readonly {
    readonly value: string;
    readonly figures: readonly { readonly value?: string; readonly notDefined?: object }[];
  }[];
  readonly cohorts: readonly { readonly ages: readonly { readonly arrMinor?: string }[] }[];
  readonly after: { readonly nrr?: string };
  readonly notDefined?: object;
}
const ask = async (operation: Operation, query: Readonly<Record<string, string>>) => {
  const { path, scope, response } = arrRoutes[operation];
  const { status, json } = await call<Answer>(handler, 'GET', path, { scopes: [scope], query });
  expect([status, response.safeParse(json).success]).toEqual([200, true]);
  return json;
};

/** Enterprise in dollars, SMB in euros that have no plan rate; a customer in pounds was Enterprise and went to SMB before the twelve months. */
const history = async (): Promise<void> => {
  await recordMovement(moved('a', '2024-08-10', 1, { amounts: [1_000n], segment: 'Enterprise' }));
  await recordMovement(moved('b', '2024-09-10', 1, { amounts: [500n], planMinors: [0n], currency: 'EUR' }));
  await recordMovement(moved('c', '2024-08-11', 1, { amounts: [300n], planMinors: [0n], currency: 'GBP', segment: 'Enterprise' }));
  const transfer = { cause: 'transfer', amounts: [300n], planMinors: [0n], currency: 'GBP', fromSegment: 'Enterprise' } as const;
  await recordMovement(moved('c', '2024-09-12', 2, transfer));
  await recordMovement(moved('a', '2026-01-10', 2, { cause: 'expansion', amounts: [100n], segment: 'Enterprise' }));
  clockAt('2026-02-02T09:00:00Z');
};
const MONTH = { month: '2026-01', metrics: 'arr' };
const lacks = ({ unconverted }: Answer) => unconverted.map(({ currency }) => currency).sort();

describe('a plan rate that is missing', () => {
  it('bears on the values of a cut that have its currency, and on no other', async () => {
    await history();
    for (const dimension of ['segment', 'currency']) {
      const { rows } = await ask('getArrMetrics', { ...MONTH, dimension });
      const told = rows.map(({ value, figures: [arr] }) => [value, arr?.value ?? arr?.notDefined]);
      expect(told.find(([value]) => value === (dimension === 'segment' ? 'Enterprise' : 'USD'))?.[1]).toBe('1100');
      for (const [, figure] of told.filter(([value]) => value !== 'Enterprise' && value !== 'USD'))
        expect(figure).toMatchObject({ code: 'rate-missing' });
    }
    const enterprise = await ask('getArrMetrics', { ...MONTH, dimension: 'segment', value: 'Enterprise' });
    expect([lacks(enterprise), enterprise.rows[0]?.figures[0]?.value]).toEqual([[], '1100']);
    const smb = await ask('getArrMetrics', { ...MONTH, dimension: 'segment', value: 'SMB' });
    expect([lacks(smb), smb.rows[0]?.figures[0]]).toMatchObject([['EUR', 'GBP'], { notDefined: { code: 'rate-missing' } }]);
    const all = await ask('getArrMetrics', MONTH);
    expect([lacks(all), all.rows[0]?.figures[0]]).toMatchObject([['EUR', 'GBP'], { notDefined: { code: 'rate-missing' } }]);
  });

  it('bears on where its customer was, too, while that is looked at', async () => {
    await history();
    const enterprise = await ask('getArrMetrics', { on: '2024-09-30', metrics: 'arr', dimension: 'segment', value: 'Enterprise' });
    expect([lacks(enterprise), enterprise.rows[0]?.figures[0]]).toMatchObject([['GBP'], { notDefined: { code: 'rate-missing' } }]);
    const today = { on: '2024-09-30', metrics: 'arr', dimension: 'segment', value: 'Enterprise', attributesAsOf: 'today' };
    expect(lacks(await ask('getArrMetrics', today))).toEqual([]);
  });

  it('leaves cohorts, changes of retention and closing rates of other values', async () => {
    await history();
    const of = (value: string) => ({ dimension: 'segment', value });
    const cohorts = await ask('getArrCohorts', { ...of('SMB'), on: '2026-01-31', from: '2025-01-01' });
    expect(lacks(cohorts)).toEqual(['EUR', 'GBP']);
    expect(lacks(await ask('getArrCohorts', { ...of('Enterprise'), on: '2026-01-31', from: '2025-01-01' }))).toEqual([]);
    const change = await ask('getArrRetentionChange', { ...of('Enterprise'), month: '2026-01' });
    expect([lacks(change), change.after.nrr]).toEqual([[], '1.100000']);
    const smb = await ask('getArrRetentionChange', { ...of('SMB'), month: '2026-01' });
    expect([lacks(smb), smb.notDefined]).toMatchObject([['EUR', 'GBP'], { code: 'rate-missing' }]);
    const reported = { ...MONTH, currencyView: 'reported' };
    expect(lacks(await ask('getArrMetrics', { ...reported, ...of('SMB') }))).toEqual(['EUR', 'GBP']);
    expect(lacks(await ask('getArrMetrics', { ...reported, ...of('Enterprise') }))).toEqual([]);
  });
});
