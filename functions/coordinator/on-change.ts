import { queueConsumer } from '../platform/handler.ts';
import { refreshSnapshot } from './snapshot.ts';

/** Something that the dashboard shows has changed: one refresh for the whole batch, whatever is in it. */
export const handler = queueConsumer('coordinator-on-change', async () => {
  await refreshSnapshot();
  return [];
});
