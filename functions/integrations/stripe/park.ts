import { keptEvent, markedAsReplay, openKeptEvent } from '../kept-event.ts';
import type { ParkedEvent, Parking } from '../parked-store.ts';
import type { ParkProblem } from './outcomes.ts';

type Json = Readonly<Record<string, unknown>>;

/** The event to put on the bus again. One that was too large to keep is replayed as a reference, which is fetched like any too large for the bus. */
export const eventToReplay = (parked: ParkedEvent, livemode: boolean): Json => {
  const { eventId, eventType, observedAt, event } = parked;
  const whole = event === undefined ? undefined : openKeptEvent(event);
  const reference = {
    id: eventId,
    object: 'event',
    type: eventType,
    created: observedAt ?? 0,
    livemode,
    data: { object: {} },
    oversized: true,
  };
  return markedAsReplay(whole ?? reference, eventId);
};

export interface ParkedFrom {
  readonly instance: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly observedAt?: number;
  readonly raw: Json;
}

/** The item that keeps an event which could not be taken in, with the reason. */
export const parkedItem = (from: ParkedFrom, problem: ParkProblem, parkedAt: string): Parking => {
  const event = keptEvent(from.raw);
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
