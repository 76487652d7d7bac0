import type { PlanVersion } from '../../company/index.ts';
import { addDays, addMonths } from '../../platform/calendar.ts';
import { Course, type HasRate, type Unconverted } from '../totals/course.ts';
import { arrByCurrency, EVERYTHING, stepsOf } from '../totals/series.ts';
import type { Totals } from '../totals/store.ts';
import { bridgeStart, compositionOf, conflictsOf } from './composition.ts';
import { explainPath } from './figure.ts';
import { etaOf, growthBps, milestoneOf, type PlannedPath, velocityOf } from './milestone.ts';

export interface StatusInput {
  /** From the plan's first month, or thirteen months back, on. */
  readonly totals: Totals;
  readonly plan: PlanVersion;
  readonly planCurrency: string;
  readonly planned: PlannedPath;
  readonly on: string;
  readonly hasRate: HasRate;
}

/**
 * Everything that the plan's owner asks of ARR on a day, from the totals alone (A6). Amounts are bigint minor units of the plan currency. What
 * looks at a day on which ARR lacks a plan rate is undefined (course.ts), and `unconverted` names it.
 */
export const statusOf = ({ totals, plan, planCurrency, planned, on, hasRate }: StatusInput) => {
  const course = new Course(stepsOf(totals, EVERYTHING, planCurrency), hasRate);
  const byCurrency = [...arrByCurrency(course.steps, on)].sort(([a], [b]) => (a < b ? -1 : 1));
  const arr = course.arrAt(on);
  return {
    on,
    planVersion: plan.version,
    arrMinor: arr,
    byCurrency: byCurrency.map(([currency, amount]) => ({
      currency,
      amountMinor: amount.amountMinor,
      ...(hasRate(currency, on) ? { planMinor: amount.planMinor } : {}),
    })),
    unconverted: course.unconverted(earliestLookedAt(plan, on), on).map((one) => rateMissing(one, planCurrency)),
    milestone: { ...milestoneOf(course, plan.content, on), targetOn: plan.content.targetOn },
    velocity: velocityOf(course, plan.content, planned, on),
    growth: {
      yearAgoMinor: course.arrAt(addMonths(on, -12)),
      monthOverMonthBps: growthBps(arr, course.arrAt(addMonths(on, -1))),
      quarterOverQuarterBps: growthBps(arr, course.arrAt(addMonths(on, -3))),
      yearOverYearBps: growthBps(arr, course.arrAt(addMonths(on, -12))),
    },
    eta: etaOf(course, plan.content, planned, on),
    composition: compositionOf(totals, course, plan.content, planCurrency, on),
    conflicts: conflictsOf(plan),
    explain: explainPath({ on }, EVERYTHING),
  };
};

/** The first day that any of these figures looks at: the plan's opening, the bridge's, or a year ago. */
const earliestLookedAt = ({ content }: PlanVersion, on: string): string => {
  const days = [addDays(content.startsOn, -1), addDays(bridgeStart(on), -1), addMonths(on, -12)];
  return days.reduce((earliest, day) => (day < earliest ? day : earliest));
};

/** An amount without a plan rate, with what to do about it. */
export const rateMissing = ({ currency, on, amountMinor }: Unconverted, planCurrency: string) => ({
  currency,
  on,
  amountMinor,
  code: 'rate-missing' as const,
  detail: `There is no plan rate ${currency}/${planCurrency} on ${on}: load one of that day or earlier by PUT /api/v1/fx/rates.`,
});

export type Status = ReturnType<typeof statusOf>;

/** For JSON: bigint as digits, absent values left out. */
export type Jsonable<T> = T extends bigint
  ? string
  : T extends readonly (infer E)[]
    ? Jsonable<E>[]
    : T extends object
      ? { [K in keyof T]: Jsonable<T[K]> }
      : T;

export const jsonable = <T>(value: T): Jsonable<T> =>
  JSON.parse(JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part))) as Jsonable<T>;
