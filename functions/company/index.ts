/** The company's plan, exchange rates and costs, as other capabilities may read them. Its events stand in events.ts. */

export type { RecordedCost } from './costs-store.ts';
export { closingRates, currentPlan, planRates, planVersions, rateSetVersion, ratesInForce } from './current.ts';
export { fxRatesLoaded } from './events.ts';
export { type PlanContent, type PlanVersion, planInForce, plannedPath } from './plan.ts';
export { costRows, costsByMonth } from './read-costs.ts';
export { readPlanRates as planRateRows } from './store.ts';
