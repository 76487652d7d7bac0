import { currentPlan, plannedPath } from '../../company/index.ts';
import { type DataThrough, dataThrough } from '../../integrations/index.ts';
import { addMonths, dayOfInstant, toEpochDay } from '../../platform/calendar.ts';
import { nowMs } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { profileInForce } from '../profiles/presets.ts';
import { type Profile, versionOf } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import type { HasRate } from '../totals/course.ts';
import { readTotals } from '../totals/store.ts';
import { ARR_FORMULA } from './formulas.ts';
import { type Jsonable, jsonable, type Status, statusOf } from './status.ts';

/** Months of history that growth, pace and the twelve-month bridge look back on, beside the plan's own. */
const MONTHS_BACK = 13;

/** Today in the company's zone. */
export const today = (): string => dayOfInstant(Math.floor(nowMs() / 1000), companyConfig().zone);

/** What a figure carries, so that its reader knows what it is, in which money, and how fresh (A4). */
export interface Head {
  readonly profile: string;
  /** Names what the profile chooses: the same choices have the same version. */
  readonly profileVersion: string;
  readonly formula: string;
  readonly planCurrency: string;
  /** How far each source had been heard. */
  readonly dataThrough: DataThrough[];
}

export const readHead = async (formula: string, profile: Profile = profileInForce(companyConfig())): Promise<Head> => ({
  profile: profile.name,
  profileVersion: versionOf(profile),
  formula,
  planCurrency: companyConfig().planCurrency,
  dataThrough: [...(await dataThrough())],
});

/** Which currencies have a plan rate on a day, by the rates that are loaded now. */
export const readHasRate = async (): Promise<HasRate> => {
  const { planCurrency } = companyConfig();
  const { rates } = await decidingContext();
  return (currency, on) => currency === planCurrency || rates.factor(currency, toEpochDay(on)) !== undefined;
};

/** As `arr/status` answers it. */
export type ArrStatus = Head & Jsonable<Status>;

export const readStatus = async (on: string = today()): Promise<ArrStatus> => {
  const { planCurrency, fiscalCalendar } = companyConfig();
  const [head, plan, hasRate] = await Promise.all([readHead(ARR_FORMULA), currentPlan(on), readHasRate()]);
  const history = addMonths(on, -MONTHS_BACK).slice(0, 7);
  const planStart = plan.content.startsOn.slice(0, 7);
  const totals = await readTotals('MAIN', planStart < history ? planStart : history);
  const status = statusOf({ totals, plan, planCurrency, planned: plannedPath(plan.content, fiscalCalendar), on, hasRate });
  return { ...head, ...jsonable(status) };
};
