import type { Given, LevelRule } from './alert.ts';
import type { Figures } from './figures.ts';

/** The plan itself. */
const WHOLE_BPS = 10_000;

/** What a month added, of what the phased plan adds in it. A month that is not wholly the plan's is no measure of it. */
const velocityOf = ({ arr, plan, on }: Figures): Given => {
  if (plan.monthFrom < plan.startsOn) return { untold: `The plan began on ${plan.startsOn}: a month of it is not over yet.` };
  if (on > plan.targetOn) return { untold: `The plan ended on ${plan.targetOn}, and no other is in force.` };
  if (arr.addedInMonthMinor === undefined) return { untold: arr.unconverted ?? 'ARR is not known on both of its days.' };
  if (plan.addedInMonthMinor <= 0n) return { untold: 'The plan adds nothing in this month.' };
  return { ratio: { num: arr.addedInMonthMinor, den: plan.addedInMonthMinor }, explain: arr.explainMonth };
};

export const velocity: LevelRule = {
  kind: 'level',
  id: 'velocity-below-plan',
  severity: 'warning',
  ownerRole: 'sales-manager',
  tells: 'The last month added less ARR than the phased plan adds in it',
  threshold: 'below 100% of the phased plan',
  hysteresis: 'clears at 105% (`alerts.velocity.bandBps` 500)',
  from: 'plan',
  formula: 'ARR added in the month up to the day ÷ ARR that the phased plan adds in it (docs/concepts.md#the-plan-and-its-milestones)',
  side: 'below',
  read: (figures) => [
    {
      subject: 'company',
      name: 'ARR added in the last month, of what the phased plan adds in it,',
      given: velocityOf(figures),
      thresholdBps: WHOLE_BPS,
      bandBps: figures.settings.velocity.bandBps,
    },
  ],
};
