import type { Catalogue } from './catalogue.ts';
import type { MappingContext } from './context.ts';
import { checked } from './fact-check.ts';
import { type Mapping, mapEvent, mapSighting } from './from-stripe.ts';
import type { Reading } from './outcomes.ts';
import { restated, restatedBy, type Statement } from './restate.ts';
import type { ShownBy } from './sighting.ts';
import type { SourceEvent } from './source-event.ts';

type Json = Readonly<Record<string, unknown>>;

/** What is being completed: an event with its snapshot, the state of an object that was read from the API, or a fact that is stated anew. */
export interface Subject {
  readonly by: ShownBy;
  readonly object: Json;
  /** Absent for a state read from the API. */
  readonly event?: SourceEvent;
  /** The fact that is stated anew. */
  readonly statement?: Statement;
  /** The event that told nothing itself and only led to this reading. */
  readonly trigger?: ShownBy;
}

export const subjectOfEvent = (event: SourceEvent): Subject => ({
  by: { eventId: event.id, eventType: event.type, observedAt: event.createdAt },
  object: event.content.kind === 'snapshot' ? event.content.object : {},
  event,
});

/** The event that led to a reading. */
export type Because = Pick<ShownBy, 'eventId' | 'eventType'>;

/**
 * A state read from the API is a fact of its own, at our clock's time. Its id has the milliseconds, so that of two readings within one second
 * the later one comes later in any order by id, and the event that led to it, so that two readings within one millisecond are two.
 */
export const subjectOfObject = (object: Json, atMs: number, because: Because): Subject => ({
  by: {
    eventId: `refetch:${String(object['id'])}:${atMs}:${because.eventId}`,
    eventType: because.eventType,
    observedAt: Math.floor(atMs / 1000),
  },
  object,
});

export const subjectOfStatement = (statement: Statement): Subject => ({ by: restatedBy(statement), object: {}, statement });

/** The same for an event that told nothing itself. */
export const triggered = (subject: Subject, trigger: ShownBy): Subject => ({ ...subject, trigger });

/** The same with a whole list in place of its first page. */
export const withList = (subject: Subject, key: 'items' | 'lines', all: readonly Json[]): Subject => {
  const object = { ...subject.object, [key]: { ...(subject.object[key] as object), data: all, has_more: false } };
  const { event } = subject;
  if (event?.content.kind !== 'snapshot') return { ...subject, object };
  return { ...subject, object, event: { ...event, content: { ...event.content, object } } };
};

const mapped = ({ event, statement, by, object }: Subject, catalogue: Catalogue, context: MappingContext): Reading<Mapping> => {
  if (statement !== undefined) return restated(statement, catalogue, context);
  return event === undefined ? mapSighting({ ...by, object, refetched: true }, catalogue, context) : mapEvent(event, catalogue, context);
};

export const mapSubject = (subject: Subject, catalogue: Catalogue, context: MappingContext): Reading<Mapping> => {
  const reading = mapped(subject, catalogue, context);
  return reading.kind === 'read' ? checked(reading.value) : reading;
};
