import { addDays } from '../platform/calendar.ts';
import { companyConfig } from '../platform/config.ts';
import { MAX_AGE_DAYS, type Rate, RateTable, type RateType } from '../platform/fx.ts';
import { builtInPlan, type PlanVersion, type PlanVersions, planInForce } from './plan.ts';
import { readLatestRate, readPlanRates, readPlanVersions, readRateSetVersion, readRates } from './store.ts';

/** Exchange rates with the number of the rate set that they come from: a figure names it, so that it can be made again. */
export interface RatesInForce {
  readonly rateSetVersion: number;
  readonly table: RateTable;
}

/** All versions, oldest first; the first is the built-in plan of the configuration. */
export const planVersions = async (): Promise<PlanVersions> => [builtInPlan(companyConfig()), ...(await readPlanVersions())];

/** The plan in force on a day of the company's zone, by what was known at an instant (ISO; default: all that is known now). */
export const currentPlan = async (on: string, knownAt?: string): Promise<PlanVersion> => planInForce(await planVersions(), on, knownAt);

/** Kept while the function lives, and read again when the rate set has changed: the check reads one small item. */
let planRatesKept: RatesInForce | undefined;

/** Plan rates of every currency, for any day: `table.find('EUR', 'USD', 'plan', on)`. A missing rate is a problem, never 1. */
export const planRates = async (): Promise<RatesInForce> => {
  const rateSetVersion = await readRateSetVersion();
  if (planRatesKept?.rateSetVersion === rateSetVersion) return planRatesKept;
  planRatesKept = { rateSetVersion, table: new RateTable(await readPlanRates(), companyConfig().planCurrency) };
  return planRatesKept;
};

/** What `RateTable.find` may look at for a pair: itself, its inverse, and both legs of a cross through the plan currency. */
const pairsOf = (base: string, quote: string, planCurrency: string): readonly (readonly [string, string])[] => {
  const directed = [base, quote, planCurrency].flatMap((one) => [base, quote, planCurrency].map((other) => [one, other] as const));
  return [...new Map(directed.filter(([one, other]) => one !== other).map((pair) => [pair.join(''), pair])).values()];
};

/** Rates of one type that are in force on a day, enough to convert each of `bases` into `quote`: at most six items for each base. */
export const ratesInForce = async (type: RateType, on: string, bases: readonly string[], quote: string): Promise<RatesInForce> => {
  const { planCurrency } = companyConfig();
  const rateSetVersion = await readRateSetVersion();
  const pairs = new Map(bases.flatMap((base) => pairsOf(base, quote, planCurrency)).map((pair) => [pair.join(''), pair]));
  const found = await Promise.all([...pairs.values()].map(([one, other]) => readLatestRate({ type, base: one, quote: other }, on)));
  return {
    rateSetVersion,
    table: new RateTable(
      found.filter((rate): rate is Rate => rate !== undefined),
      planCurrency,
    ),
  };
};

/**
 * Closing rates of currencies in the plan currency for every day from one to another, both included: read from as far back as such a rate may be
 * used. `table.find(currency, planCurrency, 'closing', on)`; a missing rate is a problem, never 1.
 */
export const closingRates = async (currencies: readonly string[], from: string, to: string): Promise<RateTable> => {
  const { planCurrency } = companyConfig();
  const first = addDays(from, -MAX_AGE_DAYS.closing);
  const pairs = currencies.filter((one) => one !== planCurrency).flatMap((one) => [
    { type: 'closing' as const, base: one, quote: planCurrency },
    { type: 'closing' as const, base: planCurrency, quote: one },
  ]);
  return new RateTable((await Promise.all(pairs.map((pair) => readRates(pair, first, to)))).flat(), planCurrency);
};

/** Number of the newest rate set; 0 before any rate was loaded. */
export const rateSetVersion = readRateSetVersion;
