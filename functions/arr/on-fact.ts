import { customerRecorded, subscriptionRecorded, subscriptionScheduleRecorded, usageBilled } from '../integrations/events.ts';
import { nowIso } from '../platform/clock.ts';
import { type DeclaredEvent, openDomainEvent, openEnvelope } from '../platform/envelope.ts';
import type { EventData } from '../platform/events.ts';
import { type QueueMessage, queueConsumer } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { recordingContext } from './changes/approved.ts';
import { arrRulingMade } from './events.ts';
import type { CustomerFact, Fact, ScheduleFact, SubscriptionFact, UsageFact } from './lines/facts.ts';
import { recordFacts } from './records/record.ts';
import { factOfRuling } from './rulings/ruling.ts';

/** Facts that this function consumes; its rule on the revenue bus is made from the same list. */
export const consumed = [subscriptionRecorded, subscriptionScheduleRecorded, customerRecorded, usageBilled, arrRulingMade] as const;

/** Facts about customers and subscriptions, and rulings by hand, in; ARR movements out. */
export const handler = queueConsumer('arr-on-fact', async (messages) => {
  const failed: string[] = [];
  const facts = new Map<string, Fact>();
  for (const message of messages) {
    const fact = factOf(message);
    if (fact === undefined) failed.push(message.messageId);
    else facts.set(message.messageId, fact);
  }
  if (facts.size === 0) return failed;
  const unrecorded = await recordFacts([...facts.values()], recordingContext, nowIso());
  for (const [messageId, fact] of facts) if (unrecorded.has(fact)) failed.push(messageId);
  return failed;
});

const factOf = (message: QueueMessage): Fact | undefined => {
  const envelope = openEnvelope(message.body);
  const event = envelope.ok ? openDomainEvent(envelope.value, consumed) : envelope;
  if (event.ok) return toFact(event.value);
  log.error('a message is no fact that ARR knows; it goes to the dead-letter queue', {
    messageId: message.messageId,
    code: event.problem.code,
  });
  return undefined;
};

/** The fact that an event tells. */
export const toFact = (event: DeclaredEvent<(typeof consumed)[number]>): Fact => {
  switch (event.type) {
    case subscriptionRecorded.name:
      return { kind: 'subscription', data: event.data as SubscriptionFact };
    case subscriptionScheduleRecorded.name:
      return { kind: 'schedule', data: event.data as ScheduleFact };
    case usageBilled.name:
      return { kind: 'usage', data: event.data as UsageFact };
    case arrRulingMade.name:
      return factOfRuling(event.data as EventData<typeof arrRulingMade>);
    default:
      return { kind: 'customer', data: event.data as CustomerFact };
  }
};
