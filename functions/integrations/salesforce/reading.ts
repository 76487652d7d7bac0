import type { EventData } from '../../platform/events.ts';
import { digest, fnv1a32 } from '../../platform/ids.ts';
import type { subscriptionRecorded } from '../events.ts';
import type { MappingContext } from './context.ts';
import type { ReadObject } from './fields.ts';
import type { Read } from './snapshots.ts';

export type SubscriptionFact = EventData<typeof subscriptionRecorded>;
type Provenance = SubscriptionFact['provenance'];

/** A fact and what was left out of it, as sentences: an optional field that cannot be read is never a reason to lose the fact. */
export interface Mapped<Fact> {
  readonly fact: Fact;
  readonly warnings: readonly string[];
}

/** What was read of an object and when it came about. */
export interface Reading {
  readonly object: ReadObject;
  /** 18 characters. */
  readonly id: string;
  /** `SystemModstamp` of the newest of all records that were read, those in the recycle bin among them, epoch milliseconds. */
  readonly changedAtMs: number;
}

interface Stamped {
  readonly SystemModstamp: number;
}

export const newestChange = (...records: readonly (readonly Read<Stamped>[])[]): number =>
  records.flat().reduce((newest, { is }) => Math.max(newest, is.SystemModstamp), 0);

interface Stated {
  readonly provenance: Provenance;
  readonly observedOn: string;
  readonly fingerprint: string;
}

/**
 * The fact of a state that was read. Its event id follows from the state and the time of its newest change alone: the same state read twice is
 * one fact, whenever, however often and by whom it is read. It carries the milliseconds, so that states of one second are in order.
 */
export const stated = <Content extends object>(
  { object, id, changedAtMs }: Reading,
  content: Content,
  { instance, dayOf }: MappingContext,
): Content & Stated => {
  const observedAt = Math.floor(changedAtMs / 1000);
  const fingerprint = digest(JSON.stringify(content));
  const short = fnv1a32(fingerprint).toString(16).padStart(8, '0');
  return {
    provenance: {
      system: 'salesforce',
      instance: instance.instance,
      eventId: `read:${id}:${changedAtMs}:${short}`,
      eventType: `${object}.read`,
      observedAt,
    },
    ...content,
    observedOn: dayOf(observedAt),
    fingerprint,
  };
};
