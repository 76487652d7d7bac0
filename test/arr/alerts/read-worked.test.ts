import { beforeEach, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { toBps } from '../../../functions/arr/alerts/alert.ts';
import { readWorked } from '../../../functions/arr/alerts/read-worked.ts';
import { putRecorded } from '../../../functions/arr/forecast/recorded-store.ts';
import { putClosing } from '../../../functions/arr/ledger/closing-store.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { handler as companyApi } from '../../../functions/company/api.ts';
import { companyRoutes } from '../../../functions/company/routes.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { customer, seats, subscription } from '../facts.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  await table.another();
});

it('retention of nobody cannot be told, nor margins without costs', async () => {
  const { netRevenueRetention, margins } = await readWorked();
  expect(netRevenueRetention).toMatchObject({ ok: false, reason: expect.stringContaining('ARR of the cohort 12 months before') });
  expect(margins.map(({ name, margin }) => [name, margin.ok])).toEqual([
    ['gross', false],
    ['contribution', false],
  ]);
});

it('retention is exact: what customers of a year ago have now, of what they had', async () => {
  const facts = [
    customer('2025-01-01', { segment: 'Enterprise' }),
    subscription('2025-01-01', [seats('a', 7, 5000)], { startsOn: '2025-01-01', lifecycle: 'created' }),
    subscription('2026-02-01', [seats('a', 8, 5000)], { startsOn: '2025-01-01' }),
  ];
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
  const { netRevenueRetention } = await readWorked();
  // 8 seats ÷ 7 seats: 480,000 ÷ 420,000
  expect(netRevenueRetention).toMatchObject({ ok: true, explain: '/api/v1/arr/metrics?metrics=nrr&on=2026-11-05' });
  if (netRevenueRetention.ok) expect(netRevenueRetention.ratio.num * 7n).toBe(netRevenueRetention.ratio.den * 8n);
});

it('margins of closed months are told with the month before each', async () => {
  const facts = [
    customer('2026-08-01', { segment: 'Enterprise' }),
    subscription('2026-08-01', [seats('a', 7, 5000)], { startsOn: '2026-08-01', lifecycle: 'created' }),
  ];
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
  const month = (of: string, cogs: string) =>
    Object.entries({ revenue: '100000', cogs, support: '0', sales: '0', marketing: '0' }).map(([kind, amount]) => ({
      ...{ legalEntity: 'acme-inc', month: of, kind, currency: 'USD', amount, source: 'books' },
    }));
  const rows = [...month('2026-08', '20000'), ...month('2026-09', '25000'), ...month('2026-10', '50000')];
  const { method, path, scope } = companyRoutes.putCosts;
  expect((await call(companyApi, method, path, { scopes: [scope], body: { rows } })).status).toBe(200);
  const closing = {
    closedBy: 'ann',
    closedAt: '2026-11-05T09:30:00.000Z',
    through: 1,
    profile: 'enterprise',
    planCurrency: 'USD',
    rows: [],
  };
  for (const closed of ['2026-08', '2026-09']) expect(await putClosing({ ...closing, month: closed })).toBe(true);
  const { closedMonths } = await readWorked();
  const told = closedMonths
    .filter(({ month: of }) => of >= '2026-08')
    .map(({ month: of, name, before, margin }) => [of, name, ...[before, margin].map((one) => (one.ok ? toBps(one.ratio) : 'none'))]);
  // October is not closed; of July no costs are told.
  expect(told).toEqual([
    ['2026-08', 'gross', 'none', 8_000],
    ['2026-09', 'gross', 8_000, 7_500],
    ['2026-08', 'contribution', 'none', 8_000],
    ['2026-09', 'contribution', 8_000, 7_500],
  ]);
});

it('a forecast is held against what came under the profile that it was made by, and no other', async () => {
  const facts = [
    customer('2026-08-01', { segment: 'Enterprise' }),
    subscription('2026-08-01', [seats('a', 7, 5000)], { startsOn: '2026-08-01', lifecycle: 'created' }),
  ];
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
  const recorded = {
    ...{ startsOn: '2026-10-01', endsOn: '2026-10-31', recordedAt: '2026-10-01T02:00:00.000Z', planCurrency: 'USD' },
    ...{ model: 'means-and-rates 1', openingMinor: '420000', closingMinor: '400000', streams: {} },
  };
  expect(await putRecorded({ ...recorded, profile: 'stripe' })).toBe(true);
  expect((await readWorked()).forecast).toBeUndefined();
  await table.another();
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
  expect(await putRecorded({ ...recorded, profile: 'enterprise' })).toBe(true);
  expect((await readWorked()).forecast).toMatchObject({ period: '2026-10', forecastMinor: 400_000n, actualMinor: 420_000n });
});
