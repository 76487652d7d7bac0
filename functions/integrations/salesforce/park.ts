import type { Problem } from '../../platform/result.ts';
import { keptEvent, markedAsReplay, openKeptEvent } from '../kept-event.ts';
import type { ParkedEvent, Parking } from '../parked-store.ts';
import { RECORDS_CHANGED, type RecordsChanged } from './signal.ts';
import type { RootReading } from './told.ts';

type Json = Readonly<Record<string, unknown>>;

export interface ParkedSignal {
  readonly instance: string;
  readonly eventId: string;
  /** The bus's detail-type. */
  readonly eventType: string;
  readonly raw: Json;
}

const itemOf = ({ instance, eventId, eventType, raw }: ParkedSignal, problem: Problem, parkedAt: string): Parking => {
  const event = keptEvent(raw);
  return {
    system: 'salesforce',
    instance,
    eventId,
    eventType,
    parkedAt,
    reason: problem.code,
    detail: problem.detail,
    ...(problem.field === undefined ? {} : { field: problem.field }),
    ...(event === undefined ? {} : { event }),
  };
};

/** The item that keeps an event of a bus that could not be read, with the reason. */
export const parkedSignal = itemOf;

/** Under which a reading that is no fact lies parked: one for each agreement, account …, however many events tell of it. */
export const parkedReadingId = (rootId: string): string => `read:${rootId}`;

/** The item that keeps what was read and is no fact: its id, which is all that a replay needs. Closed by the next reading that is one. */
export const parkedReading = (instance: string, { id, object }: RootReading, problem: Problem, parkedAt: string): Parking => {
  const raw: RecordsChanged = {
    key: parkedReadingId(id),
    records: [{ entity: object, id }],
    receivedAtMs: Date.parse(parkedAt),
    isSure: true,
  };
  return itemOf({ instance, eventId: parkedReadingId(id), eventType: RECORDS_CHANGED, raw }, problem, parkedAt);
};

/** The detail to put on the bus again, with its parked copy's id. */
export const signalToReplay = ({ eventId, event }: ParkedEvent): Json =>
  markedAsReplay(event === undefined ? {} : openKeptEvent(event), eventId);
