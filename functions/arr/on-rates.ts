import * as z from 'zod/mini';
import { fxRatesLoaded } from '../company/index.ts';
import { assert } from '../platform/bug.ts';
import { sendMessage } from '../platform/clients/signed.ts';
import { nowIso } from '../platform/clock.ts';
import { openDomainEvent, openEnvelope } from '../platform/envelope.ts';
import { type QueueMessage, queueConsumer } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { recordingContext } from './changes/approved.ts';
import { recordAgain } from './records/record.ts';
import { readCustomerIds, shards } from './records/store.ts';

/** Facts that this function consumes; its rule on the revenue bus is made from the same list. */
export const consumed = [fxRatesLoaded] as const;

const CUSTOMERS_A_MESSAGE = 10;
const SENDS_AT_ONCE = 10;
const redecision = z.object({ redecide: z.array(z.string()).check(z.minLength(1), z.maxLength(CUSTOMERS_A_MESSAGE)) });

/**
 * Plan rates were loaded: every customer is decided again under them. The event is spread into messages of ten customers on the
 * function's own queue; a customer that is decided under the newest rates already is left alone, so repeats cost one read. One that is
 * listed and has no book yet is about to get it, perhaps under the rates of before: its message comes again.
 */
export const handler = queueConsumer('arr-on-rates', async (messages) => {
  const failed: string[] = [];
  for (const message of messages) if (!(await handle(message))) failed.push(message.messageId);
  return failed;
});

const handle = async (message: QueueMessage): Promise<boolean> => {
  const customers = customersOf(message.body);
  if (customers !== undefined) return redecide(customers);
  const envelope = openEnvelope(message.body);
  const event = envelope.ok ? openDomainEvent(envelope.value, consumed) : envelope;
  if (!event.ok) {
    log.error('a message is neither loaded rates nor customers to decide again', {
      messageId: message.messageId,
      code: event.problem.code,
    });
    return false;
  }
  if (event.value.data.pairs.some((pair) => pair.type === 'plan')) await spread();
  return true;
};

const customersOf = (body: string): readonly string[] | undefined => {
  const parsed = redecision.safeParse(JSON.parse(body));
  return parsed.success ? parsed.data.redecide : undefined;
};

const redecide = async (customers: readonly string[]): Promise<boolean> => {
  const done = await Promise.all(customers.map((customerId) => recordAgain(customerId, recordingContext, nowIso())));
  return done.every((isRecorded) => isRecorded);
};

const spread = async (): Promise<void> => {
  const queueUrl = process.env['ARR_RATES_QUEUE_URL'];
  assert(queueUrl !== undefined, 'the environment variable ARR_RATES_QUEUE_URL is missing: this function was wired without its queue');
  for (const shard of shards) {
    const ids = await readCustomerIds(shard);
    const bodies: string[] = [];
    for (let i = 0; i < ids.length; i += CUSTOMERS_A_MESSAGE)
      bodies.push(JSON.stringify({ redecide: ids.slice(i, i + CUSTOMERS_A_MESSAGE) }));
    for (let i = 0; i < bodies.length; i += SENDS_AT_ONCE)
      await Promise.all(bodies.slice(i, i + SENDS_AT_ONCE).map((body) => sendMessage(queueUrl, body)));
  }
};
