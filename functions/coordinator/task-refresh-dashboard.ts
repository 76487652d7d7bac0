import { taskHandler } from '../platform/handler.ts';
import { refreshSnapshot } from './snapshot.ts';

/** The schedule's refresh: time itself changes velocity, growth and the estimated arrival. */
export const handler = taskHandler('coordinator-refresh-dashboard', async () => {
  const { version, takenAt } = await refreshSnapshot();
  return { version, takenAt };
});
