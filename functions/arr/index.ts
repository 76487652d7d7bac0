/** ARR's public face: what other capabilities may use of it. Its events stand in events.ts. */
export { arrMovementsRecorded } from './events.ts';
export { noticeMilestones } from './notice-milestones.ts';
export { type Projected, project } from './projection.ts';
export { readStatus } from './read.ts';
