/** ARR's public face: what other capabilities may use of it. Its events stand in events.ts. */
export { arrMovementsRecorded } from './events.ts';
export { noticeMilestones } from './figures/notice-milestones.ts';
export { readStatus } from './figures/read.ts';
export { type Projected, project } from './totals/projection.ts';
export { refillTotals } from './totals/refill.ts';
