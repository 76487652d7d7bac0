import type { EventData } from '../../platform/events.ts';
import { digest } from '../../platform/ids.ts';
import type { customerRecorded } from '../events.ts';
import { present } from '../present.ts';
import { recordId } from '../salesforce/record-id.ts';
import { DEFAULT_ATTRIBUTES, DEFAULT_CUSTOMER_KEYS, type MappingContext } from './context.ts';
import { applyPrevious } from './fingerprint.ts';
import { type Reading, read } from './outcomes.ts';
import { lifecycleOf, provenanceOf, type Sighting } from './sighting.ts';
import { type CustomerSnapshot, customerSnapshot, readSnapshot } from './snapshots.ts';
import type { Mapped } from './subscriptions.ts';

export type CustomerFact = EventData<typeof customerRecorded>;
/** What a snapshot says of a customer itself, whoever showed it and when. */
type State = Pick<CustomerFact, 'name' | 'billToId' | 'parentId' | 'sameAs' | 'attributes' | 'deleted'>;

/** Longest text of an attribute; Stripe's own limit for a metadata value is 500. */
const MAX_ATTRIBUTE_CHARACTERS = 100;

const accountKey = ({ instance }: MappingContext): string => instance.metadata.customer.accountId ?? DEFAULT_CUSTOMER_KEYS.accountId;

/** The Salesforce account (001…) that metadata names, by its id of 18 characters; `undefined` for a text that is no such id. */
const accountIdIn = (text: string): string | undefined => (text.startsWith('001') ? recordId(text) : undefined);

const sameAs = (text: string | null | undefined, { accountInstance }: MappingContext): State['sameAs'] => {
  const customerId = text == null ? undefined : accountIdIn(text);
  return customerId === undefined || accountInstance === undefined
    ? undefined
    : [{ system: 'salesforce', instance: accountInstance, customerId }];
};

const stateOf = (customer: CustomerSnapshot, deleted: boolean, context: MappingContext): State => {
  const { instance } = context;
  const metadata = customer.metadata ?? {};
  const configured = instance.metadata.customer;
  const attributes: Record<string, string> = {};
  for (const [name, key] of Object.entries({ ...DEFAULT_ATTRIBUTES, ...configured.attributes })) {
    const value = metadata[key];
    if (value != null && value !== '') attributes[name] = value.slice(0, MAX_ATTRIBUTE_CHARACTERS);
  }
  const level = (key: string): string | undefined => metadata[key] || undefined;
  return {
    name: customer.name ?? '',
    ...present('billToId', level(configured.billToId ?? DEFAULT_CUSTOMER_KEYS.billToId)),
    ...present('parentId', level(configured.parentId ?? DEFAULT_CUSTOMER_KEYS.parentId)),
    ...present('sameAs', sameAs(metadata[accountKey(context)], context)),
    attributes,
    deleted,
  };
};

/**
 * Hash of all that a fact says of the customer itself. Attributes come in the order of the configuration, not of the snapshot. Whom it is the
 * same as is part of it only where it says so: the hash of any other customer is what it was before that was told.
 */
const fingerprintOf = ({ name, billToId, parentId, sameAs: same, attributes, deleted }: State): string =>
  digest(
    JSON.stringify([name, billToId ?? null, parentId ?? null, Object.entries(attributes), deleted, ...(same === undefined ? [] : [same])]),
  );

const warningsOf = ({ metadata }: CustomerSnapshot, context: MappingContext): readonly string[] => {
  const key = accountKey(context);
  const text = metadata?.[key] ?? '';
  if (text === '' || accountIdIn(text) !== undefined) return [];
  return [`metadata ${key} is not the id of a Salesforce account (001…, 15 or 18 characters): left out`];
};

/** Fingerprint of the state right before an update. */
const previousFingerprintOf = (sighting: Sighting, context: MappingContext): string | undefined => {
  if (sighting.previous === undefined) return undefined;
  const before = customerSnapshot.safeParse(applyPrevious(sighting.object, sighting.previous));
  return before.success ? fingerprintOf(stateOf(before.data, false, context)) : undefined;
};

/** A customer with its levels and the attributes that totals are cut by; contact data stays at Stripe. */
export const mapCustomer = (sighting: Sighting, context: MappingContext): Reading<Mapped<CustomerFact>> => {
  const snapshot = readSnapshot(customerSnapshot, sighting.object, 'customer');
  if (snapshot.kind !== 'read') return snapshot;
  // A deletion shows the last state without the mark when it comes as an event, and nothing but the mark when it is read.
  const deleted = snapshot.value.deleted === true || sighting.eventType === 'customer.deleted';
  const state = stateOf(snapshot.value, deleted, context);
  const fact: CustomerFact = {
    provenance: provenanceOf(sighting, context),
    customerId: snapshot.value.id,
    ...state,
    observedOn: context.dayOf(sighting.observedAt),
    lifecycle: lifecycleOf(sighting, 'customer'),
    fingerprint: fingerprintOf(state),
    ...present('previousFingerprint', previousFingerprintOf(sighting, context)),
  };
  return read({ fact, warnings: warningsOf(snapshot.value, context) });
};
