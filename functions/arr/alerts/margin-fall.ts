import { subFractions } from '../../platform/decimal.ts';
import type { Given, LevelRule } from './alert.ts';
import type { ClosedMonth } from './figures.ts';
import { MARGIN_FORMULA } from './margin.ts';

/** By how much a margin lies below that of the month before. */
const fallOf = ({ margin, before }: ClosedMonth): Given => {
  if (!margin.ok) return { untold: margin.reason };
  if (!before.ok) return { untold: `Of the month before: ${before.reason}` };
  return { ratio: subFractions(before.ratio, margin.ratio), explain: margin.explain };
};

export const marginFall: LevelRule = {
  kind: 'level',
  id: 'margin-fell',
  severity: 'info',
  ownerRole: 'finance',
  tells: 'A closed month has a lower gross or contribution margin than the month before it',
  threshold: 'a fall of more than 0% (`alerts.marginFall.aboveBps`), in points',
  hysteresis: 'clears at 0% (`bandBps` 0): a closed month moves only when it is restated',
  from: 'configuration',
  formula: `margin of the month before − margin of the closed month; ${MARGIN_FORMULA.gross}; ${MARGIN_FORMULA.contribution}`,
  side: 'above',
  read: ({ closedMonths, settings: { marginFall: set } }) => {
    const limits = { thresholdBps: set.aboveBps, bandBps: set.bandBps };
    if (closedMonths.length === 0)
      return [{ subject: 'company', name: 'A fall in margin of a closed month', given: { untold: 'No month is closed yet.' }, ...limits }];
    return closedMonths.map((closed) => ({
      subject: `${closed.name} ${closed.month}`,
      name: `The fall of the ${closed.name} margin in ${closed.month}, in points,`,
      given: fallOf(closed),
      ...limits,
    }));
  },
};
