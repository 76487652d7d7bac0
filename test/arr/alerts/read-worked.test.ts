import { beforeEach, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { readWorked } from '../../../functions/arr/alerts/read-worked.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
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
