import type { SalesforceInstance } from '../../platform/config.ts';
import { openEnvelope } from '../../platform/envelope.ts';
import type { QueueMessage } from '../../platform/handler.ts';
import type { Problem } from '../../platform/result.ts';
import { replayedFrom } from '../kept-event.ts';
import { openSignal, type Signal, type SignalProblem } from './signal.ts';

type Json = Readonly<Record<string, unknown>>;

/** One event of a batch: opened, or with the reason why it could not be. */
export interface Delivery {
  /** Name of the instance, also of one that nobody configured. */
  readonly instance: string;
  readonly eventId: string;
  /** The bus's detail-type. */
  readonly eventType: string;
  readonly raw: Json;
  /** The messages that carried it: they share its fate. */
  readonly messageIds: readonly string[];
  readonly opened:
    | { readonly config: SalesforceInstance; readonly signal: Signal }
    | { readonly problem: SignalProblem | Problem<'instance-unknown'> };
}

export interface Batch {
  /** The same event twice in one batch is one delivery. */
  readonly deliveries: readonly Delivery[];
  /** Ids of messages that are no events of a bus at all: they go to the dead letters. */
  readonly unreadable: readonly string[];
}

const MAX_NAME_CHARACTERS = 60;

/** Name under which to park what comes from a source that nobody configured. */
const nameOfUnknown = (source: string): string => source.slice(source.lastIndexOf('/') + 1).slice(0, MAX_NAME_CHARACTERS) || 'unknown';

const openOne = (
  { messageId, body }: QueueMessage,
  configOfSource: (source: string) => SalesforceInstance | undefined,
): Delivery | undefined => {
  const envelope = openEnvelope(body);
  if (!envelope.ok) return undefined;
  const { source, detail, busEventId, detailType } = envelope.value;
  const config = configOfSource(source);
  const signal = openSignal(detailType, detail);
  const known = {
    instance: config?.instance ?? nameOfUnknown(source),
    eventId: signal.ok ? signal.value.key : (replayedFrom(detail) ?? busEventId),
    eventType: detailType,
    raw: detail,
    messageIds: [messageId],
  };
  if (config === undefined)
    return {
      ...known,
      opened: {
        problem: {
          code: 'instance-unknown',
          detail: `No Salesforce instance of the configuration has the source ${source.slice(0, 120)}.`,
        },
      },
    };
  return { ...known, opened: signal.ok ? { config, signal: signal.value } : { problem: signal.problem } };
};

/** Opens a batch of queue messages. An envelope's own id says nothing about the event, which a relay may deliver again in another one. */
export const openBatch = (messages: readonly QueueMessage[], configOfSource: (source: string) => SalesforceInstance | undefined): Batch => {
  const byEvent = new Map<string, Delivery>();
  const unreadable: string[] = [];
  for (const message of messages) {
    const delivery = openOne(message, configOfSource);
    if (delivery === undefined) {
      unreadable.push(message.messageId);
      continue;
    }
    // What it names is part of it: two events that a sender numbers alike are two.
    const scope = 'signal' in delivery.opened ? JSON.stringify(delivery.opened.signal.scope) : '';
    const key = `${delivery.instance}\n${delivery.eventId}\n${scope}`;
    const same = byEvent.get(key);
    byEvent.set(key, same === undefined ? delivery : { ...same, messageIds: [...same.messageIds, message.messageId] });
  }
  return { deliveries: [...byEvent.values()], unreadable };
};
