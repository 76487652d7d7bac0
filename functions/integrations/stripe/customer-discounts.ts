import type { Catalogue, CatalogueKind } from './catalogue.ts';
import { incomplete, type Need, type Reading, read } from './outcomes.ts';
import type { Sighting } from './sighting.ts';
import { customerSnapshot, type DiscountSnapshot } from './snapshots.ts';

/**
 * The discount of a customer, which at Stripe every subscription inherits that has none of its own (discounts of its items come on top).
 * No subscription shows it and no event of a subscription tells that it changed. So the catalogue keeps it, and changes it in one way only:
 * what tells of a change makes it forget the customer and has all the customer's subscriptions read anew. Every snapshot that comes later
 * then finds it there, whichever comes first.
 */
export interface Consequences {
  /** Entries of the catalogue that are stale now. */
  readonly forgotten: readonly { readonly kind: CatalogueKind; readonly id: string }[];
  /** Objects that have to be read again; a customer stands for its subscriptions. */
  readonly followUps: readonly Extract<Need, { kind: 'object' }>[];
}

const NONE: Consequences = { forgotten: [], followUps: [] };

/** A customer's discount changed, or may have. */
export const customerDiscountChanged = (customerId: string): Consequences => ({
  forgotten: [{ kind: 'customer', id: customerId }],
  followUps: [{ kind: 'object', object: 'customer', id: customerId }],
});

/** The discount that a subscription without one of its own inherits: one or none. */
export const inheritedDiscounts = (customerId: string, catalogue: Catalogue): Reading<readonly DiscountSnapshot[]> => {
  const customer = catalogue.customer(customerId);
  if (!customer?.known) return incomplete([{ kind: 'customer', id: customerId }]);
  return read(customer.discount === null ? [] : [customer.discount]);
};

/**
 * What follows from a customer's snapshot. Only one that shows a discount, or says that the discount changed, is compared with the catalogue;
 * a reading always is, since it does not say what changed. A discount that the customer had before Ascent heard of it is found thus.
 */
export const consequencesOf = ({ object, previous, refetched }: Sighting, catalogue: Catalogue): Reading<Consequences> => {
  const parsed = customerSnapshot.safeParse(object);
  if (!parsed.success) return read(NONE);
  const { id, discount } = parsed.data;
  const tells = refetched || discount != null || (previous !== undefined && 'discount' in previous);
  if (!tells) return read(NONE);
  const customer = catalogue.customer(id);
  if (customer === undefined) return incomplete([{ kind: 'customer', id }]);
  // Forgotten: its reading may have been asked for before this change.
  return read(customer.known && customer.discount?.id === discount?.id ? NONE : customerDiscountChanged(id));
};
