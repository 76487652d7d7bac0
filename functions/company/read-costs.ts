import { companyConfig } from '../platform/config.ts';
import { fiscalPeriodOf } from '../platform/fiscal.ts';
import { type CostMonth, costMonths, costsInForce } from './cost-months.ts';
import { type RecordedCost, readCostSetVersion, readCosts } from './costs-store.ts';
import { planRates } from './current.ts';

/** Costs with the cost set that they go to, so that a figure made of them can be made again. */
export interface CostsRead<Rows> {
  /** Number of the newest cost set; 0 before any cost was loaded. */
  readonly costSetVersion: number;
  readonly rows: Rows;
}

/**
 * Statements in force of the fiscal months from the one of a day to the one of another, both included, by month: income and costs as they are
 * booked, in whole minor units of their currency. What nobody loaded is not there: a month without statements is not one without costs.
 * `knownAt` (ISO) leaves out what was recorded later.
 */
export const costRows = async (from: string, to: string, knownAt?: string): Promise<CostsRead<readonly RecordedCost[]>> => {
  const { fiscalCalendar } = companyConfig();
  const monthOf = (day: string): string => fiscalPeriodOf(fiscalCalendar, day, 'month').startsOn;
  const costSetVersion = await readCostSetVersion();
  return { costSetVersion, rows: costsInForce(await readCosts(monthOf(from), monthOf(to)), knownAt) };
};

/** The same by month and kind, at plan rates where there are. */
export const costsByMonth = async (
  from: string,
  to: string,
  knownAt?: string,
): Promise<CostsRead<readonly CostMonth<RecordedCost>[]> & { readonly rateSetVersion: number }> => {
  const { fiscalCalendar, planCurrency } = companyConfig();
  const { costSetVersion, rows } = await costRows(from, to, knownAt);
  const { rateSetVersion, table } = await planRates();
  return { costSetVersion, rateSetVersion, rows: costMonths(rows, fiscalCalendar, table, planCurrency) };
};
