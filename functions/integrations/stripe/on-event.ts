import { queueConsumer } from '../../platform/handler.ts';
import { log } from '../../platform/log.ts';
import { instanceOfSource } from './company.ts';
import { openBatch } from './delivery.ts';
import { takeIn } from './intake.ts';

/** Stripe's events from our webhook and from partner buses, up to ten at a time. */
export const handler = queueConsumer('integrations/stripe/on-event', async (messages) => {
  const { deliveries, unreadable } = openBatch(messages, instanceOfSource);
  for (const messageId of unreadable) log.error('a message is not an event of a bus', { messageId });
  const failed: string[] = [...unreadable];
  for (const instance of new Set(deliveries.map((delivery) => delivery.instance))) {
    const settled = await takeIn(
      instance,
      deliveries.filter((delivery) => delivery.instance === instance),
    );
    for (const { delivery, outcome } of settled) if (outcome === 'failed') failed.push(...delivery.messageIds);
  }
  return failed;
});
