import type { Figures, Worked } from '../../../functions/arr/alerts/figures.ts';
import { alertsSchema } from '../../../functions/platform/config-alerts.ts';

export const told = (num: bigint, den = 10_000n): Worked => ({ ok: true, ratio: { num, den }, explain: '/api/v1/arr/metrics' });

/** A company that is well: every figure is on the good side of its threshold, in the middle of the plan year. */
export const well = (change: Partial<Figures> = {}): Figures => ({
  on: '2026-11-05',
  settings: alertsSchema.parse({}),
  arr: {
    nowMinor: 1_250n,
    yearAgoMinor: 1_000n, // 250 ÷ 1,000 = 25%
    addedInMonthMinor: 120n,
    unconverted: undefined,
    explainYear: '/api/v1/arr/explain?from=2025-11-06&to=2026-11-05',
    explainMonth: '/api/v1/arr/explain?from=2026-10-06&to=2026-11-05',
  },
  plan: {
    startsOn: '2026-01-01',
    targetOn: '2026-12-31',
    addedInMonthMinor: 100n, // 120 ÷ 100 = 120%
    monthFrom: '2026-10-06',
    netRevenueRetentionBps: 15_000,
    retentionConflicts: [],
  },
  netRevenueRetention: told(15_200n),
  margins: [
    { month: '2026-10', name: 'gross', margin: told(7_600n) },
    { month: '2026-10', name: 'contribution', margin: told(4_200n) },
  ],
  closedMonths: [{ month: '2026-09', name: 'gross', margin: told(7_600n), before: told(7_500n) }],
  forecast: { period: '2026-10', forecastMinor: 1_000n, actualMinor: 1_020n, explain: '/api/v1/arr/forecast' }, // 20 ÷ 1,000 = 2%
  ...change,
});
