/** ARR's public face: what other capabilities may read of it. */
export { arrMovementsRecorded, milestoneReached, subscriptionTieFound } from './events.ts';
export { noticeMilestones } from './notice-milestones.ts';
export { type Projected, projectionStep } from './projection.ts';
export { readStatus, today } from './read.ts';
export { arrStatus } from './routes.ts';
