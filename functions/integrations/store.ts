import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Entity } from 'electrodb';
import { type CarriedEvent, eventAttribute } from '../platform/outbox.ts';
import {
  commit,
  entityDefaults,
  gsi1Index,
  gsi1Pk,
  gsi1Sk,
  type Page,
  primaryPk,
  primarySk,
  readAll,
  readPage,
  type Write,
} from '../platform/table.ts';
import type { BillingDocument } from './documents.ts';

/**
 * What the integrations keep. Access patterns:
 * 1. one showing of an object by its time and event id (the "handled" marker), and all showings of one object in order of time;
 * 2. one parked event by its id; the open ones of an instance, oldest first (gsi1);
 * 3. catalogue entries of an instance by kind and id (in batches);
 * 4. the intake marks of an instance (all its buckets).
 */
const instanceKey = { system: { type: 'string', required: true }, instance: { type: 'string', required: true } } as const;

/** One item is at once the fact, its place in the object's history, and the marker that its event was handled. */
const showings = new Entity(
  {
    model: { entity: 'showing', version: '1', service: 'integrations' },
    attributes: {
      ...instanceKey,
      objectId: { type: 'string', required: true },
      /** Epoch seconds of the source, ten digits, so that text sorts like time. */
      observedAt: { type: 'string', required: true },
      eventId: { type: 'string', required: true },
      eventType: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
      /** `subscription`, `schedule`, `customer`: told by `event`; `trigger`: led to a reading; else a billing document. */
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

export type ParkedState = 'parked' | 'replaying' | 'replayed';

const parkedEvents = new Entity(
  {
    model: { entity: 'parked', version: '1', service: 'integrations' },
    attributes: {
      ...instanceKey,
      eventId: { type: 'string', required: true },
      eventType: { type: 'string', required: true },
      /** `open` until it was replayed with success. */
      listed: { type: ['open', 'done'] as const, required: true },
      state: { type: ['parked', 'replaying', 'replayed'] as const, required: true },
      parkedAt: { type: 'string', required: true },
      observedAt: { type: 'number' },
      reason: { type: 'string', required: true },
      detail: { type: 'string', required: true },
      field: { type: 'string' },
      /** The event as it came, JSON, gzip, base64; absent where even that is too large: then it is read from the source again. */
      event: { type: 'string' },
      /** Epoch seconds, set once it is done. */
      expiresAt: { type: 'number' },
    },
    indexes: {
      byId: {
        pk: { ...primaryPk, composite: ['system', 'instance', 'eventId'], template: 'EVT#${system}#${instance}#${eventId}' },
        sk: { ...primarySk, composite: [], template: 'PARKED' },
      },
      listed: {
        index: gsi1Index,
        pk: { ...gsi1Pk, composite: ['system', 'instance', 'listed'], template: 'PARKED#${system}#${instance}#${listed}' },
        sk: { ...gsi1Sk, composite: ['parkedAt', 'eventId'], template: '${parkedAt}#${eventId}' },
      },
    },
  } as const,
  entityDefaults,
);

export interface ParkedEvent {
  readonly system: string;
  readonly instance: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly state: ParkedState;
  /** ISO instant. */
  readonly parkedAt: string;
  readonly observedAt?: number;
  readonly reason: string;
  readonly detail: string;
  readonly field?: string;
  readonly event?: string;
}

const REPLAYED_KEPT_DAYS = 90;

/** Fails where this event lies parked already; one that is being or was replayed may be parked anew. */
export const parkWrite = (parked: Omit<ParkedEvent, 'state'>): Write => ({
  put: parkedEvents
    .put({ ...parked, state: 'parked', listed: 'open' })
    .where(({ state, eventId }, { notExists, ne }) => `${notExists(eventId)} OR ${ne(state, 'parked')}`)
    .params(),
});

export const parkedEvent = async (system: string, instance: string, eventId: string): Promise<ParkedEvent | undefined> => {
  const { data } = await parkedEvents.get({ system, instance, eventId }).go({ consistent: true });
  return data === null ? undefined : parkedOf(data);
};

/** Whether text is a place in the list of an instance's open ones: the keys of its last item, in base64. */
export const isParkedPosition = (system: string, instance: string, position: string): boolean => {
  const keys = keysOf(position);
  return (
    keys?.[gsi1Pk.field] === `PARKED#${system}#${instance}#open` &&
    KEY_FIELDS.every((field) => typeof keys[field] === 'string' && keys[field] !== '')
  );
};

const KEY_FIELDS = ['pk', 'sk', 'gsi1pk', 'gsi1sk'] as const;

const keysOf = (position: string): Partial<Record<string, unknown>> | undefined => {
  try {
    return JSON.parse(Buffer.from(position, 'base64url').toString('utf8')) ?? undefined;
  } catch {
    // What is no JSON is no place of ours: the caller answers so.
    return undefined;
  }
};

/** Open ones, oldest first. */
export const openParkedEvents = async (system: string, instance: string, limit: number, cursor?: string): Promise<Page<ParkedEvent>> => {
  const page = await readPage(parkedEvents.query.listed({ system, instance, listed: 'open' }), limit, { cursor, hydrate: true });
  // The index follows the table: what was closed a moment ago may still stand there.
  return { items: page.items.filter(({ listed }) => listed === 'open').map(parkedOf), next: page.next };
};

const parkedOf = ({
  listed: _listed,
  expiresAt: _expiresAt,
  ...parked
}: ParkedEvent & { readonly listed?: string; readonly expiresAt?: number }): ParkedEvent => parked;

/** Moves a parked event on; the last mover wins, since every move is repeatable. */
export const moveParked = async (parked: ParkedEvent, state: ParkedState, nowMs: number): Promise<void> => {
  const done = state === 'replayed';
  const expiresAt = done ? { expiresAt: Math.floor(nowMs / 1000) + REPLAYED_KEPT_DAYS * 86_400 } : {};
  const moved = await commit([{ put: parkedEvents.put({ ...parked, state, listed: done ? 'done' : 'open', ...expiresAt }).params() }]);
  if (!moved.ok) throw new Error(moved.problem.code);
};
