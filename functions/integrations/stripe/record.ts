import { domainEvent } from '../../platform/envelope.ts';
import type { DomainEvent } from '../../platform/events.ts';
import { idOf } from '../../platform/ids.ts';
import { carried } from '../../platform/outbox.ts';
import type { Write } from '../../platform/table.ts';
import { customerRecorded, integrationEvents, subscriptionRecorded, subscriptionScheduleRecorded, usageBilled } from '../events.ts';
import { present } from '../present.ts';
import { recordedFacts, type Showing, showingWrite } from '../store.ts';
import type { Mapping, Told } from './from-stripe.ts';
import type { Statement } from './restate.ts';
import type { ShownBy } from './sighting.ts';
import type { SubscriptionFact } from './subscriptions.ts';

const MAX_EVENT_ID_CHARACTERS = 128;

const factId = (instance: string, eventId: string): string => {
  const plain = `stripe/${instance}/${eventId}`;
  return plain.length <= MAX_EVENT_ID_CHARACTERS ? plain : idOf('fact', 'stripe', instance, eventId);
};

/** The fact for the revenue bus, if there is one. It goes out with its object's showing, so facts of one object stay in order among themselves. */
const published = (instance: string, told: Told, by: ShownBy, recordedAt: string): DomainEvent | undefined => {
  const about = ({ customerId }: { readonly customerId: string }) => ({
    id: factId(instance, by.eventId),
    recordedAt,
    subject: `stripe/${instance}/${customerId}`,
  });
  switch (told.kind) {
    case 'subscription':
      return domainEvent(subscriptionRecorded, { ...about(told.fact), data: told.fact });
    case 'schedule':
      return domainEvent(subscriptionScheduleRecorded, { ...about(told.fact), data: told.fact });
    case 'customer':
      return domainEvent(customerRecorded, { ...about(told.fact), data: told.fact });
    case 'document':
      return told.usage && domainEvent(usageBilled, { ...about(told.usage), data: told.usage });
  }
};

const showingOf = (instance: string, mapping: Mapping, by: ShownBy, recordedAt: string): Showing => {
  const { told, warnings } = mapping;
  const common = {
    system: 'stripe',
    instance,
    objectId: mapping.objectId,
    observedAt: by.observedAt,
    eventId: by.eventId,
    eventType: by.eventType,
    recordedAt,
    ...(warnings.length === 0 ? {} : { warnings: warnings.join('; ') }),
  };
  if (told.kind === 'document') {
    const { customerId, status, currency, body } = told.document;
    return {
      ...common,
      kind: body.kind,
      ...(customerId === undefined ? {} : { customerId }),
      status,
      ...(currency === undefined ? {} : { currency }),
      body: JSON.stringify(body),
    };
  }
  return {
    ...common,
    kind: told.kind,
    customerId: told.fact.customerId,
    ...(told.kind === 'subscription' ? { fingerprint: told.fact.fingerprint, ...present('inherited', mapping.inherited) } : {}),
  };
};

/** One item: the showing, which is also the "handled" marker, with the fact that goes out with it. */
export const writesOf = (instance: string, mapping: Mapping, by: ShownBy, recordedAt: string): readonly Write[] => {
  const showing = showingOf(instance, mapping, by, recordedAt);
  const fact = published(instance, mapping.told, by, recordedAt);
  return [showingWrite(showing, fact === undefined ? undefined : carried(fact, integrationEvents))];
};

/** The marker of an event that told nothing itself but led to a reading. */
export const triggerWrite = (instance: string, objectId: string, by: ShownBy, recordedAt: string): Write =>
  showingWrite({
    system: 'stripe',
    instance,
    objectId,
    observedAt: by.observedAt,
    eventId: by.eventId,
    eventType: by.eventType,
    recordedAt,
    kind: 'trigger',
  });

/** The facts of subscriptions as they were recorded, oldest first each. */
export const statementsOf = async (instance: string, subscriptionIds: readonly string[]): Promise<readonly Statement[]> => {
  const statements: Statement[] = [];
  for (const id of subscriptionIds)
    for (const { data, ...rest } of await recordedFacts('stripe', instance, id))
      statements.push({ ...rest, fact: JSON.parse(data) as SubscriptionFact });
  return statements;
};
