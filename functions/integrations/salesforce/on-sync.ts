import { queueConsumer } from '../../platform/handler.ts';
import { log } from '../../platform/log.ts';
import { readSynced } from './synced.ts';

/** Records that the sync found: read, and recorded as far as they are not known. */
export const handler = queueConsumer('integrations/salesforce/on-sync', async (messages, { remainingMs }) => {
  const failed: string[] = [];
  // One after another: each is as many as one query reads.
  for (const message of messages) {
    if (await readSynced(message, remainingMs)) continue;
    log.warn('records of the sync were not read and come again', { messageId: message.messageId });
    failed.push(message.messageId);
  }
  return failed;
});
