import { currentPlan, plannedPath } from '../company/index.ts';
import { addMonths, dayOfInstant, toEpochDay } from '../platform/calendar.ts';
import { nowMs } from '../platform/clock.ts';
import { companyConfig } from '../platform/config.ts';
import { decidingContext } from './context.ts';
import { type Jsonable, jsonable, type Status, statusOf } from './status.ts';
import { readTotals } from './totals-store.ts';

/** Months of history that growth, pace and the twelve-month bridge look back on, beside the plan's own. */
const MONTHS_BACK = 13;

/** Today in the company's zone. */
export const today = (): string => dayOfInstant(Math.floor(nowMs() / 1000), companyConfig().zone);

export const readStatus = async (on: string = today()): Promise<Jsonable<Status>> => {
  const { planCurrency, fiscalCalendar } = companyConfig();
  const [plan, context] = await Promise.all([currentPlan(on), decidingContext()]);
  const history = addMonths(on, -MONTHS_BACK).slice(0, 7);
  const planStart = plan.content.startsOn.slice(0, 7);
  const totals = await readTotals('MAIN', planStart < history ? planStart : history);
  const day = toEpochDay(on);
  return jsonable(
    statusOf({
      totals,
      plan,
      planCurrency,
      planned: plannedPath(plan.content, fiscalCalendar),
      on,
      profile: context.profile.name,
      hasRate: (currency) => currency === planCurrency || context.rates.factor(currency, day) !== undefined,
    }),
  );
};
