import { parkedIds } from '../parked-store.ts';
import { shownIds } from '../store.ts';
import { openSourceEvent } from './source-event.ts';
import { SYSTEM } from './sync-store.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where an event is recorded, if it is: with what it shows. */
const showingOf = (raw: Json) => {
  const opened = openSourceEvent(raw);
  if (!opened.ok || opened.value.content.kind !== 'snapshot') return [];
  const { id: eventId, createdAt: observedAt, content } = opened.value;
  const { id: objectId } = content.object;
  return typeof objectId === 'string' && objectId !== '' ? [{ eventId, observedAt, objectId }] : [];
};

const idOf = ({ id }: Json): string => String(id);

/** Of events as Stripe lists them, those that are neither recorded nor parked, in the same order. Two batches of reads, and no write. */
export const missingAmong = async (instance: string, events: readonly Json[]): Promise<readonly Json[]> => {
  const shown = await shownIds(SYSTEM, instance, events.flatMap(showingOf));
  const others = events.filter((event) => !shown.has(idOf(event)));
  const parked = await parkedIds(SYSTEM, instance, others.map(idOf));
  return others.filter((event) => !parked.has(idOf(event)));
};
