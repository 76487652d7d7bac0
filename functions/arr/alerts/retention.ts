import { givenBy, type LevelRule } from './alert.ts';

export const retention: LevelRule = {
  kind: 'level',
  id: 'net-revenue-retention-low',
  severity: 'warning',
  ownerRole: 'executive',
  tells: 'Customers of a year ago are worth less today than the plan asks for',
  threshold: 'below the plan’s `targetsBps.netRevenueRetention`: 150% in the built-in plan',
  hysteresis: 'clears 1 point above it (`alerts.netRevenueRetention.bandBps` 100)',
  from: 'plan',
  formula: 'ARR today of the customers of 12 months ago ÷ their ARR then (docs/concepts.md#figures)',
  side: 'below',
  read: ({ netRevenueRetention, plan, settings }) => [
    {
      subject: 'company',
      name: 'Net revenue retention',
      given: givenBy(netRevenueRetention),
      thresholdBps: plan.netRevenueRetentionBps,
      bandBps: settings.netRevenueRetention.bandBps,
      ...(plan.retentionConflicts.length === 0 ? {} : { remark: plan.retentionConflicts.join(' ') }),
    },
  ],
};
