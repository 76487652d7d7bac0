import { gunzipSync, gzipSync } from 'node:zlib';
import type { ParkedEvent } from '../store.ts';
import type { ParkProblem } from './outcomes.ts';

/** Of the compressed text, so that the item stays below DynamoDB's 400 KB. */
const MAX_KEPT_CHARACTERS = 300_000;
const MAX_INFLATED_BYTES = 8_000_000;

/** Key that our replay adds to an event: the id of its parked copy, which is closed when the event is taken in. Stripe has no such key. */
const REPLAY_MARK = 'ascent_replay';

type Json = Readonly<Record<string, unknown>>;

/** Id of the parked copy that this event was replayed from. */
export const replayedFrom = (raw: Json): string | undefined => {
  const mark = raw[REPLAY_MARK];
  return typeof mark === 'string' && mark !== '' ? mark : undefined;
};

const kept = (raw: Json): string | undefined => {
  const { [REPLAY_MARK]: _mark, ...event } = raw;
  const text = gzipSync(JSON.stringify(event)).toString('base64');
  return text.length <= MAX_KEPT_CHARACTERS ? text : undefined;
};

const inflated = (text: string): Json =>
  JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as Json;

/** The event to put on the bus again. One that was too large to keep is replayed as a reference, which is fetched like any too large for the bus. */
export const eventToReplay = (parked: ParkedEvent, livemode: boolean): Json => {
  const { eventId, eventType, observedAt, event } = parked;
  const whole = event === undefined ? undefined : inflated(event);
  const reference = {
    id: eventId,
    object: 'event',
    type: eventType,
    created: observedAt ?? 0,
    livemode,
    data: { object: {} },
    oversized: true,
  };
  return { ...(whole ?? reference), [REPLAY_MARK]: eventId };
};

export interface ParkedFrom {
  readonly instance: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly observedAt?: number;
  readonly raw: Json;
}

/** The item that keeps an event which could not be taken in, with the reason. */
export const parkedItem = (from: ParkedFrom, problem: ParkProblem, parkedAt: string): Omit<ParkedEvent, 'state'> => {
  const event = kept(from.raw);
  return {
    system: 'stripe',
    instance: from.instance,
    eventId: from.eventId,
    eventType: from.eventType,
    parkedAt,
    ...(from.observedAt === undefined ? {} : { observedAt: from.observedAt }),
    reason: problem.code,
    detail: problem.detail,
    ...(problem.field === undefined ? {} : { field: problem.field }),
    ...(event === undefined ? {} : { event }),
  };
};
