import { currentPlan } from '../../company/index.ts';
import { addDays, addMonths } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import { explainPath } from '../figures/figure.ts';
import type { ArrStatus } from '../figures/read.ts';
import { EVERYTHING } from '../totals/series.ts';
import type { Figures, WorkedFigures } from './figures.ts';

const amount = (minor: string | undefined): bigint | undefined => (minor === undefined ? undefined : BigInt(minor));

/** What rules about levels read, but for metrics: of a status that is at hand, and the plan, which is read with one query. */
export const readFigures = async (status: ArrStatus): Promise<Omit<Figures, keyof WorkedFigures>> => {
  const { on, arrMinor, growth, velocity, unconverted, conflicts } = status;
  const { content: plan } = await currentPlan(on);
  const monthFrom = addDays(addMonths(on, -1), 1);
  return {
    on,
    settings: companyConfig().alerts,
    arr: {
      nowMinor: amount(arrMinor),
      yearAgoMinor: amount(growth.yearAgoMinor),
      addedInMonthMinor: amount(velocity.monthlyMinor),
      unconverted: unconverted[0]?.detail,
      explainYear: explainPath({ from: addDays(addMonths(on, -12), 1), to: on }, EVERYTHING),
      explainMonth: explainPath({ from: monthFrom, to: on }, EVERYTHING),
    },
    plan: {
      startsOn: plan.startsOn,
      targetOn: plan.targetOn,
      addedInMonthMinor: BigInt(velocity.plannedMonthlyMinor),
      monthFrom,
      netRevenueRetentionBps: plan.targetsBps.netRevenueRetention,
      retentionConflicts: conflicts.map(({ sentence }) => sentence),
    },
  };
};
