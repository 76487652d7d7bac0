import { addDays, daysBetween } from '../platform/calendar.ts';
import { fraction, round } from '../platform/decimal.ts';
import { type FiscalCalendar, fiscalPeriodOf, fiscalPeriodsWithin } from '../platform/fiscal.ts';
import { convert, type RateTable } from '../platform/fx.ts';
import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import { type Cost, type CostKind, type CostPurpose, costKey } from './costs.ts';

/** Statements in force: of each month, kind, purpose, legal entity and currency the one loaded last, of those known at an instant (ISO). */
export const costsInForce = <C extends Cost & { readonly recordedAt: string }>(recorded: readonly C[], knownAt?: string): readonly C[] => [
  ...new Map(
    recorded.filter(({ recordedAt }) => knownAt === undefined || recordedAt <= knownAt).map((cost) => [costKey(cost), cost]),
  ).values(),
];

/** All statements of one kind and purpose in a fiscal month. */
export interface CostSum<C extends Cost> {
  readonly kind: CostKind;
  readonly purpose?: CostPurpose;
  /**
   * Σ of the amounts in minor units of the plan currency, each converted at the plan rate of the month's first day and rounded half up. Absent
   * where a currency has no such rate: a sum is whole or it is none.
   */
  readonly planMinor?: bigint;
  readonly amounts: readonly C[];
}

export interface CostMonth<C extends Cost> {
  /** First day of the fiscal month. */
  readonly month: string;
  /** The day after its last. */
  readonly endsBefore: string;
  readonly fiscalYear: number;
  /** 1 to 12. */
  readonly number: number;
  readonly sums: readonly CostSum<C>[];
  /** Currencies without a plan rate on its first day. */
  readonly unconverted: readonly string[];
}

/** An amount at the plan rate of its month's first day, in minor units of the plan currency, rounded half up; undefined without that rate. */
export const atPlanRate = ({ amountMinor, currency, month }: Cost, rates: RateTable, planCurrency: string): bigint | undefined => {
  const found = rates.find(currency, planCurrency, 'plan', month);
  return found.ok ? round(convert(fraction(amountMinor), currency, planCurrency, found.value.rate), 'half-up') : undefined;
};

const sumOf = <C extends Cost>(amounts: readonly C[], rates: RateTable, planCurrency: string): bigint | undefined =>
  amounts.reduce<bigint | undefined>((total, cost) => {
    const minor = atPlanRate(cost, rates, planCurrency);
    return total === undefined || minor === undefined ? undefined : total + minor;
  }, 0n);

/** Statements in force by fiscal month, and in it by kind and purpose, all in the order of their keys. Months without any are left out. */
export const costMonths = <C extends Cost>(
  costs: readonly C[],
  calendar: FiscalCalendar,
  rates: RateTable,
  planCurrency: string,
): readonly CostMonth<C>[] =>
  [...Map.groupBy(costs, ({ month }) => month)].map(([month, ofMonth]) => {
    const { endsBefore, fiscalYear, number } = fiscalPeriodOf(calendar, month, 'month');
    const sums = [...Map.groupBy(ofMonth, ({ kind, purpose }) => `${kind} ${purpose ?? ''}`).values()].map((amounts) => {
      const [first] = amounts as [C, ...C[]];
      const planMinor = sumOf(amounts, rates, planCurrency);
      return {
        kind: first.kind,
        ...(first.purpose === undefined ? {} : { purpose: first.purpose }),
        ...(planMinor === undefined ? {} : { planMinor }),
        amounts,
      };
    });
    const missing = ofMonth.filter((cost) => atPlanRate(cost, rates, planCurrency) === undefined);
    return { month, endsBefore, fiscalYear, number, sums, unconverted: [...new Set(missing.map(({ currency }) => currency))].sort() };
  });

/** Months of one answer. */
const MAX_MONTHS = 60;

/**
 * The fiscal months that are asked for, from the first day of the first to the last day of the last: those of two days, both included, or from
 * the beginning of the fiscal year. Problem `period-invalid`: they are in the wrong order, or more than 60.
 */
export const askedMonths = (
  from: string | undefined,
  to: string,
  calendar: FiscalCalendar,
): Result<{ readonly from: string; readonly to: string }, Problem<'period-invalid'>> => {
  const first = fiscalPeriodOf(calendar, from ?? fiscalPeriodOf(calendar, to, 'year').startsOn, 'month').startsOn;
  const { endsBefore } = fiscalPeriodOf(calendar, to, 'month');
  if (from !== undefined && from > to) return fail('period-invalid', `from ${from} lies after to ${to}`, 'from');
  // A fiscal month has at most 35 days: a period of very many years is not walked through.
  if (daysBetween(first, endsBefore) > MAX_MONTHS * 35 || fiscalPeriodsWithin(calendar, first, endsBefore, 'month').length > MAX_MONTHS)
    return fail('period-invalid', `from ${first} to ${to} are more than ${MAX_MONTHS} fiscal months: ask for them in parts`, 'from');
  return ok({ from: first, to: addDays(endsBefore, -1) });
};
