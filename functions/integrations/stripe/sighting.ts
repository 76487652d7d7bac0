import type { EventData } from '../../platform/events.ts';
import type { subscriptionRecorded } from '../events.ts';
import type { MappingContext } from './context.ts';

export type Provenance = EventData<typeof subscriptionRecorded>['provenance'];

/** Which event showed an object, and when. */
export interface ShownBy {
  readonly eventId: string;
  readonly eventType: string;
  /** Whole epoch seconds of the source's clock; for a reading of our own, of ours. */
  readonly observedAt: number;
}

/** One showing of an object's state: by an event, or read from the API at a time of our own clock. */
export interface Sighting extends ShownBy {
  readonly object: Readonly<Record<string, unknown>>;
  /** `data.previous_attributes` of an update. */
  readonly previous?: Readonly<Record<string, unknown>>;
  readonly refetched: boolean;
}

export const provenanceOf = (sighting: Sighting, context: MappingContext): Provenance => ({
  system: 'stripe',
  instance: context.instance.instance,
  eventId: sighting.eventId,
  eventType: sighting.eventType,
  observedAt: sighting.observedAt,
});

/** Which showing of its object this is; `subject` is what the names of the object's events begin with. */
export const lifecycleOf = ({ refetched, eventType }: Sighting, subject: string): EventData<typeof subscriptionRecorded>['lifecycle'] => {
  if (refetched) return 'observed';
  if (eventType === `${subject}.created`) return 'created';
  return eventType === `${subject}.deleted` ? 'deleted' : 'changed';
};
