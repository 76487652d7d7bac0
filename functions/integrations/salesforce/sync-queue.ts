import * as z from 'zod/mini';
import { Bug } from '../../platform/bug.ts';
import { sendMessage } from '../../platform/clients/signed.ts';
import { SALESFORCE_OBJECTS, type SalesforceObject } from '../../platform/config-salesforce.ts';
import { IDS_PER_QUERY } from './read-in.ts';

/** Records of one object that the sync found, as many as one query reads. */
export const syncMessage = z.object({
  instance: z.string(),
  object: z.enum(SALESFORCE_OBJECTS),
  ids: z.array(z.string()).check(z.minLength(1), z.maxLength(IDS_PER_QUERY)),
});

/** Messages that are sent at once. */
const AT_ONCE = 10;

/** Sends the records on to be read, in messages of 200. */
export const sendForReading = async (instance: string, object: SalesforceObject, ids: readonly string[]): Promise<void> => {
  const queueUrl = process.env['SALESFORCE_SYNC_QUEUE_URL'];
  if (queueUrl === undefined || queueUrl === '')
    throw new Bug('the environment variable SALESFORCE_SYNC_QUEUE_URL is missing: this function was wired without the queue');
  const bodies: string[] = [];
  for (let from = 0; from < ids.length; from += IDS_PER_QUERY) {
    const message: z.infer<typeof syncMessage> = { instance, object, ids: ids.slice(from, from + IDS_PER_QUERY) };
    bodies.push(JSON.stringify(message));
  }
  for (let from = 0; from < bodies.length; from += AT_ONCE)
    await Promise.all(bodies.slice(from, from + AT_ONCE).map((body) => sendMessage(queueUrl, body)));
};
