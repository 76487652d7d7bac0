/** The company's plan and exchange rates, as other capabilities may read them. */
export { currentPlan, planRates, planVersions, type RatesInForce, rateSetVersion, ratesInForce } from './current.ts';
export { companyEvents, fxRatesLoaded, planChanged } from './events.ts';
export { builtInPlan, monthsBetween, type PlanContent, type PlanVersion, planInForce, plannedArrMinor, plannedPath } from './plan.ts';
export { readPlanRates as planRateRows } from './store.ts';
