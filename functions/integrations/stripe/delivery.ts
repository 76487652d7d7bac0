import type { StripeInstance } from '../../platform/config.ts';
import { openEnvelope } from '../../platform/envelope.ts';
import type { QueueMessage } from '../../platform/handler.ts';
import { replayedFrom } from '../kept-event.ts';
import type { ParkProblem } from './outcomes.ts';
import { openSourceEvent, type SourceEvent } from './source-event.ts';

type Json = Readonly<Record<string, unknown>>;

interface Known {
  /** Name of the instance, also of one that nobody configured. */
  readonly instance: string;
  readonly eventId: string;
  readonly eventType: string;
  /** Epoch seconds of the source. */
  readonly observedAt?: number;
  readonly raw: Json;
  /** The messages that carried it: they share its fate. */
  readonly messageIds: readonly string[];
}

/** One event of a batch: opened, or with the reason why it could not be. */
export type Delivery = Known & (OpenedPart | { readonly problem: ParkProblem });
interface OpenedPart {
  readonly event: SourceEvent;
  readonly config: StripeInstance;
}
export type Opened = Known & OpenedPart;

export const isOpened = (delivery: Delivery): delivery is Opened => 'event' in delivery;

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' && value.length <= 100 ? value : otherwise;

/** Name under which to park what comes from a source that nobody configured. */
const nameOfUnknown = (source: string): string => source.slice(source.lastIndexOf('/') + 1).slice(0, 60) || 'unknown';

interface Carried {
  readonly source: string;
  readonly raw: Json;
  readonly busEventId: string;
  readonly detailType: string;
}

/** An event as some envelope or message carried it. */
export const openDelivery = (
  { source, raw, busEventId, detailType }: Carried,
  config: StripeInstance | undefined,
  messageId: string,
): Delivery => {
  const opened = openSourceEvent(raw);
  const known: Known = {
    instance: config?.instance ?? nameOfUnknown(source),
    eventId: opened.ok ? opened.value.id : (replayedFrom(raw) ?? textOr(raw['id'], busEventId)),
    eventType: opened.ok ? opened.value.type : detailType,
    ...(opened.ok ? { observedAt: opened.value.createdAt } : {}),
    raw,
    messageIds: [messageId],
  };
  if (config === undefined)
    return {
      ...known,
      problem: { code: 'instance-unknown', detail: `No Stripe instance of the configuration has the source ${source.slice(0, 120)}.` },
    };
  return opened.ok ? { ...known, event: opened.value, config } : { ...known, problem: opened.problem };
};

export interface Batch {
  /** The same event twice in one batch is one delivery. */
  readonly deliveries: readonly Delivery[];
  /** Ids of messages that are no events of a bus at all: they go to the dead letters. */
  readonly unreadable: readonly string[];
}

/** Opens a batch of queue messages. An envelope's own id says nothing: a partner that sends again gives a new one, so the event's id counts. */
export const openBatch = (messages: readonly QueueMessage[], configOfSource: (source: string) => StripeInstance | undefined): Batch => {
  const byEvent = new Map<string, Delivery>();
  const unreadable: string[] = [];
  for (const { messageId, body } of messages) {
    const envelope = openEnvelope(body);
    if (!envelope.ok) {
      unreadable.push(messageId);
      continue;
    }
    const { source, detail, busEventId, detailType } = envelope.value;
    const delivery = openDelivery({ source, raw: detail, busEventId, detailType }, configOfSource(source), messageId);
    // The mode is part of it: an event of the other mode is to be parked, not taken for a repetition.
    const key = `${delivery.instance}\n${delivery.eventId}\n${String(detail['livemode'])}`;
    const same = byEvent.get(key);
    byEvent.set(key, same === undefined ? delivery : { ...same, messageIds: [...same.messageIds, messageId] });
  }
  return { deliveries: [...byEvent.values()], unreadable };
};
