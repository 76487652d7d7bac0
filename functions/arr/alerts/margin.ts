import { givenBy, type LevelRule } from './alert.ts';
import { TOLD_MARGINS } from './figures.ts';

export const MARGIN_FORMULA = {
  gross: 'gross: (revenue − cogs − support) ÷ revenue',
  contribution: 'contribution: (revenue − cogs − support − sales − marketing) ÷ revenue',
} as const;

export const margin: LevelRule = {
  kind: 'level',
  id: 'margin-low',
  severity: 'warning',
  ownerRole: 'finance',
  tells: 'The gross or the contribution margin of the last month with costs is too low',
  threshold: 'below 40% (`alerts.margin.belowBps`)',
  hysteresis: 'clears at 41% (`bandBps` 100)',
  from: 'configuration',
  formula: `${MARGIN_FORMULA.gross}; ${MARGIN_FORMULA.contribution}`,
  side: 'below',
  read: ({ margins, settings: { margin: set } }) =>
    TOLD_MARGINS.map((name) => {
      const last = margins.findLast((one) => one.name === name);
      return {
        subject: name,
        name: last === undefined ? `The ${name} margin` : `The ${name} margin of ${last.month}`,
        given: last === undefined ? { untold: 'No costs are recorded.' } : givenBy(last.margin),
        thresholdBps: set.belowBps,
        bandBps: set.bandBps,
      };
    }),
};
