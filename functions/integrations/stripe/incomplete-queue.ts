import * as z from 'zod/mini';
import { Bug } from '../../platform/bug.ts';
import { sendMessage } from '../../platform/clients/signed.ts';

const text = z.string().check(z.minLength(1));
const event = z.record(z.string(), z.unknown());

/** What waits for a reading of Stripe's API: an event that lacks something, or an object that has to be seen anew. */
export const incompleteMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('complete'), instance: text, event }),
  /** `event` is the one because of which the object is read; a customer stands for all of its subscriptions. */
  z.object({ kind: z.literal('refetch'), instance: text, object: text, id: text, event }),
]);
export type IncompleteMessage = z.infer<typeof incompleteMessage>;

export const sendIncomplete = async (message: IncompleteMessage): Promise<void> => {
  const queueUrl = process.env['STRIPE_INCOMPLETE_QUEUE_URL'];
  if (queueUrl === undefined || queueUrl === '')
    throw new Bug('the environment variable STRIPE_INCOMPLETE_QUEUE_URL is missing: this function was wired without the queue');
  await sendMessage(queueUrl, JSON.stringify(message));
};
