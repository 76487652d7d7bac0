import type { PlanVersion } from '../company/index.ts';
import { addMonths } from '../platform/calendar.ts';
import { compositionOf, conflictsOf } from './composition.ts';
import { etaOf, growthBps, milestoneOf, type PlannedPath, velocityOf } from './milestone.ts';
import { arrAt, arrByCurrency, EVERYTHING, stepsOf } from './series.ts';
import type { Totals } from './totals-store.ts';

export const FORMULA =
  'ARR = Σ over commercial lines in force at the end of the day of round(price × quantity × billing intervals per year, net of discounts active on the day), at plan rates';

export interface StatusInput {
  /** From the plan's first month, or thirteen months back, on. */
  readonly totals: Totals;
  readonly plan: PlanVersion;
  readonly planCurrency: string;
  readonly planned: PlannedPath;
  readonly on: string;
  readonly profile: string;
  /** Whether a plan rate is known for a currency on the day. */
  readonly hasRate: (currency: string) => boolean;
}

/** Everything that the plan's owner asks of ARR on a day, from the totals alone (A6). Amounts are bigint minor units of the plan currency. */
export const statusOf = ({ totals, plan, planCurrency, planned, on, profile, hasRate }: StatusInput) => {
  const steps = stepsOf(totals, EVERYTHING, planCurrency);
  const byCurrency = [...arrByCurrency(steps, on)].sort(([a], [b]) => (a < b ? -1 : 1));
  const unconverted = byCurrency.filter(([currency, amount]) => amount.amountMinor !== 0n && !hasRate(currency));
  const arr = arrAt(steps, on);
  return {
    on,
    profile,
    currency: planCurrency,
    formula: FORMULA,
    planVersion: plan.version,
    ...(unconverted.length > 0 ? {} : { arrMinor: arr }),
    byCurrency: byCurrency.map(([currency, amount]) => ({
      currency,
      amountMinor: amount.amountMinor,
      ...(hasRate(currency) ? { planMinor: amount.planMinor } : {}),
    })),
    unconverted: unconverted.map(([currency, amount]) => ({
      currency,
      amountMinor: amount.amountMinor,
      code: 'rate-missing' as const,
      detail: `There is no plan rate ${currency}/${planCurrency} on ${on}: load one by PUT /api/v1/fx/rates.`,
    })),
    milestone: { ...milestoneOf(steps, plan.content, on), targetOn: plan.content.targetOn },
    velocity: velocityOf(steps, plan.content, planned, on),
    growth: {
      monthOverMonthBps: growthBps(arr, arrAt(steps, addMonths(on, -1))),
      quarterOverQuarterBps: growthBps(arr, arrAt(steps, addMonths(on, -3))),
      yearOverYearBps: growthBps(arr, arrAt(steps, addMonths(on, -12))),
    },
    eta: etaOf(steps, plan.content, planned, on),
    composition: compositionOf(totals, steps, plan.content, planCurrency, on),
    conflicts: conflictsOf(plan.content),
  };
};

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
