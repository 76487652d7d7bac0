import { beforeEach, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { forecastVariance } from '../../../functions/arr/alerts/forecast-variance.ts';
import { readWorked } from '../../../functions/arr/alerts/read-worked.ts';
import { handler as api } from '../../../functions/arr/api.ts';
import { recordForecast } from '../../../functions/arr/forecast/record-forecast.ts';
import { readRecorded } from '../../../functions/arr/forecast/recorded-store.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { handler as refresh } from '../../../functions/coordinator/task-refresh-dashboard.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { well } from '../alerts/figures.ts';
import { customer, seats, subscription } from '../facts.ts';
import { clockAt } from '../ledger/recorded.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

const startsOn = '2025-06-01';
const record = async (at: string, ...facts: readonly Fact[]): Promise<void> => {
  clockAt(at);
  expect(await recordFacts(facts, decidingContext, at)).toEqual(new Set());
};
/** 10 seats at $1,000 a month since June 2025; 2 more in April 2026. */
const seatsOfTwoYears = (): Promise<void> =>
  record(
    '2026-10-20T09:00:00.000Z',
    customer('2025-06-01', { segment: 'Enterprise' }),
    subscription('2025-06-01', [seats('a', 10, 100_000)], { startsOn, lifecycle: 'created' }),
    subscription('2026-04-10', [seats('a', 12, 100_000)], { startsOn }),
  );

beforeEach(async () => {
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  await table.another();
});

it('records the forecast of a month once, whoever asks at the same time, and never again', async () => {
  await seatsOfTwoYears();
  clockAt('2026-11-01T10:00:00Z');
  const tries = await Promise.all([recordForecast(), recordForecast(), recordForecast()]);
  expect(tries.filter((recorded) => recorded)).toHaveLength(1);
  clockAt('2026-11-02T10:00:00Z');
  expect(await recordForecast()).toBe(false);
  // 24,000 of expansion ÷ (6 × 120,000 + 6 × 144,000) × 144,000 = 2,181.8181…
  expect(await readRecorded()).toMatchObject([
    {
      ...{ startsOn: '2026-11-01', endsOn: '2026-11-30', recordedAt: '2026-11-01T10:00:00.000Z', model: 'means-and-rates 1' },
      ...{ profile: 'enterprise', openingMinor: '14400000', closingMinor: '14618182', streams: { expansion: '218182', churn: '0' } },
    },
  ]);
});

it('records nothing from the fourth day on, nor of a history that is too short', async () => {
  await seatsOfTwoYears();
  clockAt('2026-11-04T00:00:00Z');
  expect(await recordForecast()).toBe(false);
  expect((await readWorked()).forecast).toBeUndefined();
  await table.another();
  await record('2026-10-20T09:00:00.000Z', subscription('2026-02-01', [seats('a', 1, 100)], { startsOn: '2026-02-01' }));
  clockAt('2026-11-01T10:00:00Z');
  expect(await recordForecast()).toBe(false);
  expect(await readRecorded()).toEqual([]);
});

it('is compared with what came once the month is over, in the alert and stream by stream', async () => {
  await seatsOfTwoYears();
  clockAt('2026-11-01T10:00:00Z');
  await refresh({}, { awsRequestId: 'r1', getRemainingTimeInMillis: () => 30_000 } as never);
  expect(await readRecorded()).toHaveLength(1);
  expect((await readWorked()).forecast).toBeUndefined(); // of October none was recorded
  await record('2026-11-20T09:00:00.000Z', subscription('2026-11-20', [seats('a', 14, 100_000)], { startsOn }));
  clockAt('2026-12-05T10:00:00Z');
  const { forecast } = await readWorked();
  expect(forecast).toEqual({
    ...{ period: '2026-11', forecastMinor: 14_618_182n, actualMinor: 16_800_000n, explain: '/api/v1/arr/forecast' },
  });
  const [reading] = forecastVariance.read(well(forecast === undefined ? {} : { forecast }));
  expect(reading?.given).toMatchObject({ ratio: { num: 2_181_818n, den: 14_618_182n } });
  const { json } = await call<{ recorded: readonly { streams: readonly object[] }[] }>(api, 'GET', '/api/v1/arr/forecast', {
    scopes: ['arr/read'],
  });
  expect(arrRoutes.getArrForecast.response.safeParse(json)).toMatchObject({ success: true });
  expect(json.recorded).toMatchObject([{ startsOn: '2026-11-01', forecastMinor: '14618182', actualMinor: '16800000' }]);
  expect(json.recorded[0]?.streams).toContainEqual({ stream: 'expansion', forecastMinor: '218182', actualMinor: '2400000' });
});
