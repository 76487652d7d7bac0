import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { convert, type Rate, RateTable } from '../../platform/fx.ts';
import type { Fraction } from './rating.ts';
import type { PlanRates } from './values.ts';

const ONE_MINOR = { num: 1n, den: 1n };
const MAX_DAYS_KEPT = 10_000;

/** Plan rates as ARR reads them: by day, exponents included, each answer kept. `version` is that of the loaded set. */
export const planRatesOf = (rates: readonly Rate[], planCurrency: string, version: number): PlanRates => {
  const table = new RateTable(
    rates.filter((rate) => rate.type === 'plan'),
    planCurrency,
  );
  const kept = new Map<string, Map<number, Fraction>>();
  const days = new Map<string, readonly number[]>();
  return {
    planCurrency,
    version,
    factor: (currency, day) => {
      const known = kept.get(currency)?.get(day);
      if (known !== undefined) return known;
      const found = table.find(currency, planCurrency, 'plan', fromEpochDay(day));
      const factor = found.ok ? convert(ONE_MINOR, currency, planCurrency, found.value.rate) : undefined;
      const ofCurrency = kept.get(currency) ?? new Map<number, Fraction>();
      if (ofCurrency.size >= MAX_DAYS_KEPT) ofCurrency.clear();
      if (factor !== undefined) kept.set(currency, ofCurrency.set(day, factor));
      return factor;
    },
    changeDays: (currency) => {
      const known = days.get(currency);
      if (known !== undefined) return known;
      const own = rates.filter((rate) => rate.type === 'plan' && (rate.base === currency || rate.quote === currency));
      const changes = [...new Set(own.map((rate) => toEpochDay(rate.on)))].sort((a, b) => a - b);
      days.set(currency, changes);
      return changes;
    },
  };
};
