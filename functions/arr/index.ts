/** ARR's public face: what other capabilities may use of it. Its events stand in events.ts. */
export { evaluateAlerts } from './alerts/evaluate.ts';
export type { WorkedFigures } from './alerts/figures.ts';
export { standingOf } from './alerts/list.ts';
export { noticeStrategicCustomers } from './alerts/notice-customers.ts';
export { noticeDeals, noticeWaitingDeals } from './alerts/notice-deals.ts';
export { readWorked } from './alerts/read-worked.ts';
export { arrMovementsRecorded } from './events.ts';
export { readStatus } from './figures/read.ts';
export { recordForecast } from './forecast/record-forecast.ts';
export { type Projected, project } from './totals/projection.ts';
export { refillTotals } from './totals/refill.ts';
