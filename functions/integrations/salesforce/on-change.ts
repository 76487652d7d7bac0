import { queueConsumer } from '../../platform/handler.ts';
import { log } from '../../platform/log.ts';
import { takeInChanges } from './changes.ts';
import { instanceOfSource } from './company.ts';
import { openBatch } from './delivery.ts';

/** What a relay, our own webhook or a replay says was changed in an org: read there once for all events of a batch that name it. */
export const handler = queueConsumer('integrations/salesforce/on-change', async (messages, { remainingMs }) => {
  const { deliveries, unreadable } = openBatch(messages, instanceOfSource);
  for (const messageId of unreadable) log.error('a message is not an event of a bus', { messageId });
  const failed: string[] = [...unreadable];
  for (const [instance, ofInstance] of Map.groupBy(deliveries, (delivery) => delivery.instance))
    for (const { delivery, outcome } of await takeInChanges(instance, ofInstance, remainingMs))
      if (outcome === 'failed') failed.push(...delivery.messageIds);
  return failed;
});
