import type { Cause } from '../movements/movements.ts';

/**
 * Totals are sums of movements by day, dimension, cause and currency, so that opening + Σ movements = closing holds in every cut by
 * construction (A3). A counter's name is `<day of month>|<dimension>|<value>|<cause>|<currency>`; a trailing `=` on the currency means
 * "in the plan currency, at plan rate" (for lines of the plan currency itself the plain counter serves both).
 */
export type Counters = Map<string, bigint>;

/** Counters by calendar month (`YYYY-MM`). */
export type MonthlyCounters = Map<string, Counters>;

export const TOTAL = 'total';
export const ORIGINS = ['landed', 'expanded', 'renewal-uplift'] as const;

export interface CounterName {
  readonly dayOfMonth: string;
  readonly dimension: string;
  readonly value: string;
  readonly cause: Cause | 'renewed' | 'stock';
  readonly currency: string;
  /** Whether the amount is in the plan currency at plan rate. */
  readonly atPlanRate: boolean;
}

export const parseCounterName = (name: string): CounterName => {
  const [dayOfMonth = '', dimension = '', value = '', cause = '', currency = ''] = name.split('|');
  const atPlanRate = currency.endsWith('=');
  return {
    dayOfMonth,
    dimension,
    value,
    cause: cause as CounterName['cause'],
    currency: atPlanRate ? currency.slice(0, -1) : currency,
    atPlanRate,
  };
};

/** Sums of the same counters. */
export const mergeMonths = (parts: readonly MonthlyCounters[]): MonthlyCounters => {
  if (parts.length === 1) return parts[0] as MonthlyCounters;
  const merged: MonthlyCounters = new Map();
  for (const part of parts) {
    for (const [month, counters] of part) {
      const sums = merged.get(month) ?? new Map<string, bigint>();
      merged.set(month, sums);
      for (const [name, amount] of counters) sums.set(name, (sums.get(name) ?? 0n) + amount);
    }
  }
  return merged;
};
