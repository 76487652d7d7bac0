import { digest } from '../../platform/ids.ts';
import { parkedIds } from '../parked-store.ts';
import { shownIds } from '../store.ts';
import { LONGEST_OBJECT_ID } from './from-stripe.ts';
import { openSourceEvent } from './source-event.ts';
import { SYSTEM } from './sync-store.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where an event is recorded, if it is: with what it shows. */
const showingOf = (raw: Json) => {
  const opened = openSourceEvent(raw);
  if (!opened.ok || opened.value.content.kind !== 'snapshot') return [];
  const { id: eventId, createdAt: observedAt, content } = opened.value;
  const { id: objectId } = content.object;
  // What is no id is no key either, and is parked.
  return typeof objectId === 'string' && objectId !== '' && objectId.length <= LONGEST_OBJECT_ID ? [{ eventId, observedAt, objectId }] : [];
};

const LONGEST_EVENT_ID = 100;

/** The id by which a listed event is recorded or parked; one that has none of a sensible length is named by what it says. */
export const listedId = (event: Json): string => {
  const { id } = event;
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_EVENT_ID ? id : `unreadable:${digest(JSON.stringify(event))}`;
};

/** Of events as Stripe lists them, those that are neither recorded nor parked, in the same order. Two batches of reads, and no write. */
export const missingAmong = async (instance: string, events: readonly Json[]): Promise<readonly Json[]> => {
  const shown = await shownIds(SYSTEM, instance, events.flatMap(showingOf));
  const others = events.filter((event) => !shown.has(listedId(event)));
  const parked = await parkedIds(SYSTEM, instance, others.map(listedId));
  return others.filter((event) => !parked.has(listedId(event)));
};
