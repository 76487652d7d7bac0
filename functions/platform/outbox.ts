import { Entity } from 'electrodb';
import { assert, Bug } from './bug.ts';
import { declarationOf, OUTBOX_PREFIX } from './envelope.ts';
import type { DomainEvent, EventDeclaration } from './events.ts';
import { fnv1a32 } from './ids.ts';
import { entityDefaults, primaryPk, primarySk, type Write } from './table.ts';

/**
 * Events leave by the same transaction as the state that they tell of: as outbox items, which a pipe carries from the
 * table's stream to the revenue bus. Buckets spread the writes; events of one subject share a bucket, hence their order.
 */
export const OUTBOX_BUCKETS = 128;

/** Outbox items are copies for the way; the archive of the bus keeps history. Long enough to look at what went out last week. */
const KEPT_DAYS = 7;

/** Of `data`, in UTF-8 bytes: an item of DynamoDB holds 400 KB, an entry on the bus 1 MB with the text escaped once more. */
export const MAX_EVENT_BYTES = 300_000;
const MAX_EVENT_ID_CHARACTERS = 128;

export const bucketOf = (subject: string, buckets: number = OUTBOX_BUCKETS): string => String(fnv1a32(subject) % buckets).padStart(3, '0');

export const outboxItems = new Entity(
  {
    model: { entity: 'outbox', version: '1', service: 'platform' },
    attributes: {
      bucket: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
      id: { type: 'string', required: true },
      type: { type: 'string', required: true },
      /** A string, like all that the pipe copies. */
      version: { type: 'string', required: true },
      source: { type: 'string', required: true },
      subject: { type: 'string', required: true },
      data: { type: 'string', required: true },
      /** Epoch seconds. */
      expiresAt: { type: 'number', required: true },
    },
    indexes: {
      byBucket: {
        pk: { ...primaryPk, composite: ['bucket'], template: `${OUTBOX_PREFIX}\${bucket}` },
        sk: { ...primarySk, composite: ['recordedAt', 'id'], template: '${recordedAt}#${id}' },
      },
    },
  } as const,
  entityDefaults,
);

/** The write that publishes the event. Data that its declaration's schema refuses is a bug of the publisher, so it throws. */
export const outboxWrite = (event: DomainEvent, declarations: readonly EventDeclaration[]): Write => {
  const declaration = declarationOf(event.type, event.version, declarations);
  assert(
    declaration !== undefined && declaration.source === event.source,
    `${event.type} version ${event.version} of ${event.source} is not declared`,
  );
  assert(event.id.length > 0 && event.id.length <= MAX_EVENT_ID_CHARACTERS, `an event's id has 1 to ${MAX_EVENT_ID_CHARACTERS} characters`);
  assert(event.subject.length > 0, `${event.type} has no subject`);
  const parsed = declaration.schema.safeParse(event.data);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || '(data)').join(', ');
    throw new Bug(`the data of ${event.type} version ${event.version} does not fit its schema at: ${fields}`);
  }
  const data = JSON.stringify(parsed.data);
  const bytes = Buffer.byteLength(data);
  assert(bytes <= MAX_EVENT_BYTES, `the data of ${event.type} has ${bytes} bytes, at most ${MAX_EVENT_BYTES} are allowed`);
  const recordedAtMs = Date.parse(event.recordedAt);
  assert(Number.isFinite(recordedAtMs), `${event.type} has no instant as recordedAt`);
  return {
    put: outboxItems
      .put({
        bucket: bucketOf(event.subject),
        recordedAt: event.recordedAt,
        id: event.id,
        type: event.type,
        version: String(event.version),
        source: event.source,
        subject: event.subject,
        data,
        expiresAt: Math.floor(recordedAtMs / 1000) + KEPT_DAYS * 86_400,
      })
      .params(),
  };
};
