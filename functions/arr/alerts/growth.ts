import type { Given, LevelRule } from './alert.ts';
import type { Figures } from './figures.ts';

/** Growth over ARR of a year before. */
const growthOf = ({ nowMinor, yearAgoMinor, unconverted, explainYear }: Figures['arr']): Given => {
  if (nowMinor === undefined || yearAgoMinor === undefined) return { untold: unconverted ?? 'ARR is not known on both of its days.' };
  if (yearAgoMinor <= 0n) return { untold: 'There was no ARR a year before.' };
  return { ratio: { num: nowMinor - yearAgoMinor, den: yearAgoMinor }, explain: explainYear };
};

export const growth: LevelRule = {
  kind: 'level',
  id: 'growth-low',
  severity: 'critical',
  ownerRole: 'executive',
  tells: 'ARR grows too slowly, year over year',
  threshold: 'below 20% (`alerts.growth.belowBps`)',
  hysteresis: 'clears at 21% (`bandBps` 100)',
  from: 'configuration',
  formula: '(ARR − ARR 12 months before) ÷ ARR 12 months before, at plan rates (docs/concepts.md#figures)',
  side: 'below',
  read: ({ arr, settings: { growth: set } }) => [
    { subject: 'company', name: 'Year-over-year growth of ARR', given: growthOf(arr), thresholdBps: set.belowBps, bandBps: set.bandBps },
  ],
};
