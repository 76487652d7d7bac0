/** The company's plan and exchange rates, as other capabilities may read them. Its events stand in events.ts. */
export { currentPlan, planRates, planVersions, rateSetVersion, ratesInForce } from './current.ts';
export { fxRatesLoaded } from './events.ts';
export { type PlanContent, type PlanVersion, planInForce, plannedPath } from './plan.ts';
export { readPlanRates as planRateRows } from './store.ts';
