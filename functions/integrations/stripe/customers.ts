import type { EventData } from '../../platform/events.ts';
import type { customerRecorded } from '../events.ts';
import { DEFAULT_ATTRIBUTES, DEFAULT_CUSTOMER_KEYS, type MappingContext } from './context.ts';
import { type Reading, read } from './outcomes.ts';
import { present } from './present.ts';
import { provenanceOf, type Sighting } from './sighting.ts';
import { customerSnapshot, readSnapshot } from './snapshots.ts';

export type CustomerFact = EventData<typeof customerRecorded>;

/** Longest text of an attribute; Stripe's own limit for a metadata value is 500. */
const MAX_ATTRIBUTE_CHARACTERS = 100;

/** A customer with its levels and the attributes that totals are cut by; contact data stays at Stripe. */
export const mapCustomer = (sighting: Sighting, context: MappingContext): Reading<CustomerFact> => {
  const snapshot = readSnapshot(customerSnapshot, sighting.object, 'customer');
  if (snapshot.kind !== 'read') return snapshot;
  const customer = snapshot.value;
  const metadata = customer.metadata ?? {};
  const configured = context.instance.metadata.customer;
  const attributes: Record<string, string> = {};
  for (const [name, key] of Object.entries({ ...DEFAULT_ATTRIBUTES, ...configured.attributes })) {
    const value = metadata[key];
    if (value != null && value !== '') attributes[name] = value.slice(0, MAX_ATTRIBUTE_CHARACTERS);
  }
  const level = (key: string): string | undefined => metadata[key] || undefined;
  return read({
    provenance: provenanceOf(sighting, context),
    customerId: customer.id,
    name: customer.name ?? '',
    ...present('billToId', level(configured.billToId ?? DEFAULT_CUSTOMER_KEYS.billToId)),
    ...present('parentId', level(configured.parentId ?? DEFAULT_CUSTOMER_KEYS.parentId)),
    attributes,
    // A deletion shows the last state without the mark when it comes as an event, and nothing but the mark when it is read.
    deleted: customer.deleted === true || sighting.eventType === 'customer.deleted',
    observedOn: context.dayOf(sighting.observedAt),
  });
};
