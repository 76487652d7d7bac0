import type { Given, LevelRule } from './alert.ts';
import type { ForecastAndActual } from './figures.ts';

/** How far what came lies from what was forecast, on either side. */
const varianceOf = (known: ForecastAndActual | undefined): Given => {
  if (known === undefined) return { untold: 'No forecast of the last month that is over is recorded.' };
  const { forecastMinor, actualMinor, period, explain } = known;
  if (forecastMinor <= 0n) return { untold: `The forecast of ${period} is not above 0.` };
  const gap = actualMinor - forecastMinor;
  return { ratio: { num: gap < 0n ? -gap : gap, den: forecastMinor }, explain };
};

export const forecastVariance: LevelRule = {
  kind: 'level',
  id: 'forecast-variance-high',
  severity: 'warning',
  ownerRole: 'revops',
  tells: 'ARR came out far from its forecast, above or below',
  threshold: 'above 5% (`alerts.forecastVariance.aboveBps`)',
  hysteresis: 'clears at 4% (`bandBps` 100)',
  from: 'configuration',
  formula: '|ARR − forecast| ÷ forecast, of the last fiscal month that is over',
  side: 'above',
  read: ({ forecast, settings: { forecastVariance: set } }) => [
    {
      subject: 'company',
      name: 'The variance of ARR from its forecast',
      given: varianceOf(forecast),
      thresholdBps: set.aboveBps,
      bandBps: set.bandBps,
    },
  ],
};
