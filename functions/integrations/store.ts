import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Entity } from 'electrodb';
import { type CarriedEvent, eventAttribute } from '../platform/outbox.ts';
import { entityDefaults, getItems, type Key, type Page, primaryPk, primarySk, readAll, readPage, type Write } from '../platform/table.ts';
import type { BillingDocument } from './documents.ts';

/**
 * What sources showed: one showing of an object by its time and event id (the "handled" marker), its newest one, and all of them in order of
 * time. Parked events stand in parked-store.ts, catalogue entries with their vendor, intake marks in watermark.ts.
 *
 * One item is at once the fact, its place in the object's history, and the marker that its event was handled.
 */
const showings = new Entity(
  {
    model: { entity: 'showing', version: '1', service: 'integrations' },
    attributes: {
      system: { type: 'string', required: true },
      instance: { type: 'string', required: true },
      objectId: { type: 'string', required: true },
      /** Epoch seconds of the source, ten digits, so that text sorts like time. */
      observedAt: { type: 'string', required: true },
      eventId: { type: 'string', required: true },
      eventType: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
      /** `subscription`, `schedule`, `customer`, `opportunity`, `contact`, `user`: told by `event`; `trigger`: led to a reading; else a billing document, an invoice also with the usage that it bills. */
      kind: { type: 'string', required: true },
      fingerprint: { type: 'string' },
      /** Of a subscription without discounts of its own: what those are called that it inherits; empty where there is none. */
      inherited: { type: 'string' },
      warnings: { type: 'string' },
      customerId: { type: 'string' },
      status: { type: 'string' },
      currency: { type: 'string' },
      /** Body of a billing document, JSON text. */
      body: { type: 'string' },
      /** The same, raw deflate in base64, where that is what keeps the item within one write unit of 1 KB. */
      packed: { type: 'string' },
      /** The fact that it told, as it goes out. */
      event: eventAttribute,
    },
    indexes: {
      byObject: {
        pk: { ...primaryPk, composite: ['system', 'instance', 'objectId'], template: 'SRC#${system}#${instance}#${objectId}' },
        sk: { ...primarySk, composite: ['observedAt', 'eventId'], template: '${observedAt}#${eventId}' },
      },
    },
  } as const,
  entityDefaults,
);

export interface Showing {
  readonly system: string;
  readonly instance: string;
  readonly objectId: string;
  readonly observedAt: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly recordedAt: string;
  readonly kind: string;
  readonly fingerprint?: string;
  readonly inherited?: string;
  readonly warnings?: string;
  readonly customerId?: string;
  readonly status?: string;
  readonly currency?: string;
  readonly body?: string;
}

const sortable = (epochSeconds: number): string => String(Math.max(0, epochSeconds)).padStart(10, '0');

/** Above this many characters a body is packed: the other attributes of a showing take about 350 bytes of the kilobyte. */
const PACKED_FROM_CHARACTERS = 500;
const MAX_INFLATED_BYTES = 8_000_000;

const stored = (body: string | undefined): { readonly body?: string; readonly packed?: string } => {
  if (body === undefined) return {};
  return body.length < PACKED_FROM_CHARACTERS ? { body } : { packed: deflateRawSync(body).toString('base64') };
};

const bodyOf = ({ body, packed }: { readonly body?: string | undefined; readonly packed?: string | undefined }): string | undefined =>
  packed === undefined ? body : inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8');

/** The showing, with the fact that goes out with it. Fails where this event has shown this object before. */
export const showingWrite = ({ body, ...rest }: Showing, event?: CarriedEvent): Write => ({
  put: showings
    .create({ ...rest, ...stored(body), observedAt: sortable(rest.observedAt), ...(event === undefined ? {} : { event }) })
    .params(),
});

/** All showings of one billing document, oldest first, one page. */
export const documentShowings = async (
  system: string,
  instance: string,
  documentId: string,
  limit: number,
  cursor?: string,
): Promise<Page<BillingDocument>> => {
  const page = await readPage(showings.query.byObject({ system, instance, objectId: documentId }), limit, { cursor });
  const documents = page.items.flatMap((item): readonly BillingDocument[] => {
    const body = bodyOf(item);
    if (body === undefined) return [];
    const { objectId, eventId, eventType, observedAt, status = '', customerId, currency } = item;
    const whose = { ...(customerId === undefined ? {} : { customerId }), ...(currency === undefined ? {} : { currency }) };
    const parsed = JSON.parse(body) as BillingDocument['body'];
    return [{ instance, documentId: objectId, eventId, eventType, observedAt: Number(observedAt), status, ...whose, body: parsed }];
  });
  return { items: documents, next: page.next };
};

/** A fact as it went out with its showing. */
export interface RecordedFact extends Pick<Showing, 'eventId' | 'eventType' | 'observedAt' | 'inherited'> {
  /** JSON text. */
  readonly data: string;
}

/** All facts that were recorded of one object, oldest first; read consistently. */
export const recordedFacts = async (system: string, instance: string, objectId: string): Promise<readonly RecordedFact[]> => {
  const items = await readAll(showings.query.byObject({ system, instance, objectId }), { consistent: true });
  return items.flatMap(({ event, eventId, eventType, observedAt, inherited }): readonly RecordedFact[] => {
    if (event === undefined) return [];
    const common = { eventId, eventType, observedAt: Number(observedAt), data: event.data };
    return [inherited === undefined ? common : { ...common, inherited }];
  });
};

/** Of an object's newest showing, by the source's time and then by event id. */
export type NewestShowing = Pick<Showing, 'eventId' | 'fingerprint'>;

/** The newest showing of an object; read consistently. */
export const newestShowing = async (system: string, instance: string, objectId: string): Promise<NewestShowing | undefined> => {
  const query = showings.query.byObject({ system, instance, objectId });
  const { data } = await query.go({ order: 'desc', limit: 1, pages: 1, consistent: true });
  const [newest] = data;
  if (newest === undefined) return undefined;
  const { eventId, fingerprint } = newest;
  return { eventId, ...(fingerprint === undefined ? {} : { fingerprint }) };
};

/** The customer that an object is of, as its newest showing says; read consistently. Undefined for an object that was never shown. */
export const customerOfObject = async (system: string, instance: string, objectId: string): Promise<string | undefined> => {
  const query = showings.query.byObject({ system, instance, objectId });
  const { data } = await query.go({ order: 'desc', limit: 1, pages: 1, consistent: true });
  return data[0]?.customerId;
};

/** All showings of an object, oldest first, read consistently: when each was, whose it says that the object is, and its fact as JSON text. */
export const showingsOf = async (
  system: string,
  instance: string,
  objectId: string,
): Promise<readonly (Pick<Showing, 'observedAt' | 'eventId' | 'eventType' | 'customerId'> & { readonly data?: string })[]> => {
  const items = await readAll(showings.query.byObject({ system, instance, objectId }), { consistent: true });
  return items.map(({ observedAt, eventId, eventType, customerId, event }) => ({
    observedAt: Number(observedAt),
    eventId,
    eventType,
    ...(customerId === undefined ? {} : { customerId }),
    ...(event === undefined ? {} : { data: event.data }),
  }));
};

/** Of events that may have shown these objects at these times (epoch seconds), the ids of those that are recorded; read consistently, in batches. */
export const shownIds = async (
  system: string,
  instance: string,
  events: readonly Pick<Showing, 'objectId' | 'observedAt' | 'eventId'>[],
): Promise<ReadonlySet<string>> => {
  const keys = events.map(
    ({ objectId, observedAt, eventId }) =>
      showings.get({ system, instance, objectId, observedAt: sortable(observedAt), eventId }).params<{ Key: Key }>().Key,
  );
  return new Set((await getItems<Key & { readonly eventId: string }>(keys)).map(({ eventId }) => eventId));
};
