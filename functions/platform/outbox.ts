import { Entity } from 'electrodb';
import { assert, Bug } from './bug.ts';
import { declarationOf } from './envelope.ts';
import type { DomainEvent, EventDeclaration } from './events.ts';
import { entityDefaults, primaryPk, primarySk, type Write } from './table.ts';

/**
 * Events leave with the state that they tell of: an item that carries an `event` is published once, when it is inserted, by the pipe that
 * reads the table's stream. So no event exists without its state and no state without its event, and where one item is the whole change,
 * one plain conditional write is the whole commit. Events of one partition key stay in order.
 */
export const eventAttribute = {
  type: 'map',
  properties: {
    id: { type: 'string', required: true },
    type: { type: 'string', required: true },
    /** A string, like all that the pipe copies. */
    version: { type: 'string', required: true },
    source: { type: 'string', required: true },
    subject: { type: 'string', required: true },
    recordedAt: { type: 'string', required: true },
    data: { type: 'string', required: true },
  },
} as const;

/** An event as an item carries it: flat strings, `data` the event's data as JSON text. */
export type CarriedEvent = { readonly [name in keyof (typeof eventAttribute)['properties']]: string };

/** Outbox items are copies for the way; the archive of the bus keeps history. Long enough to look at what went out last week. */
const KEPT_DAYS = 7;

/** Of `data`, in UTF-8 bytes: an item of DynamoDB holds 400 KB, an entry on the bus 1 MB with the text escaped once more. */
export const MAX_EVENT_BYTES = 300_000;
const MAX_EVENT_ID_CHARACTERS = 128;

/** For events that are told beside items of other shapes: an item of their own, gone after a week. */
const outboxItems = new Entity(
  {
    model: { entity: 'outbox', version: '1', service: 'platform' },
    attributes: {
      subject: { type: 'string', required: true },
      place: { type: 'string', required: true },
      event: { ...eventAttribute, required: true },
      /** Epoch seconds. */
      expiresAt: { type: 'number', required: true },
    },
    indexes: {
      bySubject: {
        pk: { ...primaryPk, composite: ['subject'], template: 'OUT#${subject}' },
        sk: { ...primarySk, composite: ['place'], template: '${place}' },
      },
    },
  } as const,
  entityDefaults,
);

/** The event as the `event` attribute of an item. Data that its declaration's schema refuses is a bug of the publisher, so it throws. */
export const carried = (event: DomainEvent, declarations: readonly EventDeclaration[]): CarriedEvent => {
  const declaration = declarationOf(event.type, event.version, declarations);
  assert(
    declaration !== undefined && declaration.source === event.source,
    `${event.type} version ${event.version} of ${event.source} is not declared`,
  );
  assert(event.id.length > 0 && event.id.length <= MAX_EVENT_ID_CHARACTERS, `an event's id has 1 to ${MAX_EVENT_ID_CHARACTERS} characters`);
  assert(event.subject.length > 0, `${event.type} has no subject`);
  assert(Number.isFinite(Date.parse(event.recordedAt)), `${event.type} has no instant as recordedAt`);
  const parsed = declaration.schema.safeParse(event.data);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || '(data)').join(', ');
    throw new Bug(`the data of ${event.type} version ${event.version} does not fit its schema at: ${fields}`);
  }
  const data = JSON.stringify(parsed.data);
  const bytes = Buffer.byteLength(data);
  assert(bytes <= MAX_EVENT_BYTES, `the data of ${event.type} has ${bytes} bytes, at most ${MAX_EVENT_BYTES} are allowed`);
  const { id, type, version, source, subject, recordedAt } = event;
  return { id, type, version: String(version), source, subject, recordedAt, data };
};

/** The write that publishes the event by an item of its own. */
export const outboxWrite = (event: DomainEvent, declarations: readonly EventDeclaration[]): Write => ({
  put: outboxItems
    .put({
      subject: event.subject,
      place: `${event.recordedAt}#${event.id}`,
      event: carried(event, declarations),
      expiresAt: Math.floor(Date.parse(event.recordedAt) / 1000) + KEPT_DAYS * 86_400,
    })
    .params(),
});
