import { Entity } from 'electrodb';
import {
  commit,
  entityDefaults,
  getItems,
  gsi1Index,
  gsi1Pk,
  gsi1Sk,
  type Key,
  type Page,
  primaryPk,
  primarySk,
  readPage,
  type Write,
} from '../platform/table.ts';

/** Events that could not be taken in, kept whole until they are: by their ids (in batches), and the open ones of an instance, oldest first (gsi1). */
export type ParkedState = 'parked' | 'replaying' | 'replayed';

const parkedEvents = new Entity(
  {
    model: { entity: 'parked', version: '1', service: 'integrations' },
    attributes: {
      system: { type: 'string', required: true },
      instance: { type: 'string', required: true },
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
      /** Who sent it through the intake again last, by the id at the identity provider, and when. */
      replayedBy: { type: 'string' },
      replayedAt: { type: 'string' },
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
  /** Id at the identity provider of who had it replayed last, and the ISO instant. */
  readonly replayedBy?: string;
  readonly replayedAt?: string;
  readonly event?: string;
}

const REPLAYED_KEPT_DAYS = 90;

/** What is parked for the first time, or anew: by whom it was replayed before is no part of it. */
export type Parking = Omit<ParkedEvent, 'state' | 'replayedBy' | 'replayedAt'>;

/** What one parking may say and the next may not. */
const MAY_LACK = ['observedAt', 'field', 'event'] as const;

/**
 * Fails where this event lies parked already; one that is being or was replayed may be parked anew, and still says who had it replayed last, and
 * when.
 */
export const parkWrite = ({ system, instance, eventId, ...parked }: Parking): Write => ({
  update: parkedEvents
    .update({ system, instance, eventId })
    .set({ ...parked, state: 'parked', listed: 'open' })
    .remove(['expiresAt', ...MAY_LACK.filter((field) => parked[field] === undefined)])
    .where(({ state }, { notExists, ne }) => `${notExists(state)} OR ${ne(state, 'parked')}`)
    .params(),
});

export const parkedEvent = async (system: string, instance: string, eventId: string): Promise<ParkedEvent | undefined> => {
  const { data } = await parkedEvents.get({ system, instance, eventId }).go({ consistent: true });
  return data === null ? undefined : parkedOf(data);
};

/** Those of the events that lie parked open. */
export const parkedAmong = async (system: string, instance: string, eventIds: readonly string[]): Promise<readonly ParkedEvent[]> => {
  if (eventIds.length === 0) return [];
  const { data, unprocessed } = await parkedEvents.get(eventIds.map((eventId) => ({ system, instance, eventId }))).go({ consistent: true });
  if (unprocessed.length > 0) throw new Error('not all parked events were read: DynamoDB is throttling');
  return data.filter(({ listed }) => listed === 'open').map(parkedOf);
};

/** The ids of those of the events that are parked, or were until they were replayed; read consistently, in batches. */
export const parkedIds = async (system: string, instance: string, eventIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const keys = eventIds.map((eventId) => parkedEvents.get({ system, instance, eventId }).params<{ Key: Key }>().Key);
  return new Set((await getItems<Key & { readonly eventId: string }>(keys)).map(({ eventId }) => eventId));
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
