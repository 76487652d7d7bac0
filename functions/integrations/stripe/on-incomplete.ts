import { type Invocation, type QueueMessage, queueConsumer } from '../../platform/handler.ts';
import { errorFields, log } from '../../platform/log.ts';
import { takeInFetched } from './fetched-intake.ts';

/** Messages that are worked on at once: with two invocations at most eight requests stand at Stripe. */
const AT_ONCE = 4;

const handled = async (message: QueueMessage, invocation: Invocation): Promise<boolean> => {
  try {
    return await takeInFetched(message, invocation.remainingMs);
  } catch (error) {
    log.error('an incomplete event failed', { ...errorFields(error), messageId: message.messageId });
    return false;
  }
};

/** What an event lacked is read from Stripe; then it is recorded like any other. */
export const handler = queueConsumer('integrations/stripe/on-incomplete', async (messages, invocation) => {
  const failed: string[] = [];
  for (let from = 0; from < messages.length; from += AT_ONCE) {
    const group = messages.slice(from, from + AT_ONCE);
    const done = await Promise.all(group.map((message) => handled(message, invocation)));
    failed.push(...group.filter((_, i) => !done[i]).map(({ messageId }) => messageId));
  }
  return failed;
});
