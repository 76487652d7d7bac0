import type { Catalogue, CatalogueKind, Learnt } from './catalogue.ts';
import {
  type CustomerDiscounts,
  discountWindows,
  endedDiscount,
  heardTogether,
  shownDiscount,
  shownNone,
  windowsFrom,
  windowsKey,
} from './customer-history.ts';
import { withoutCoupon } from './discounts.ts';
import { applyPrevious } from './fingerprint.ts';
import { incomplete, type Need, type Reading, read } from './outcomes.ts';
import type { Sighting } from './sighting.ts';
import { customerDiscountSnapshot, type DiscountSnapshot, discountSnapshot } from './snapshots.ts';

/**
 * The discount of a customer, which at Stripe every subscription inherits that has none of its own (discounts of its items come on top).
 * No subscription shows it and no event of a subscription tells that it changed. So the catalogue keeps all that was heard of a customer's
 * discounts, and whatever adds to it has the customer and all its subscriptions read anew, and facts that say otherwise stated anew
 * (restate.ts).
 */
export interface Consequences {
  /** Entries of the catalogue that are stale now. */
  readonly forgotten: readonly { readonly kind: CatalogueKind; readonly id: string }[];
  /** Objects that have to be read again; a customer stands for its subscriptions. */
  readonly followUps: readonly Extract<Need, { kind: 'object' }>[];
  /** What this sighting teaches about the catalogue. */
  readonly learnt: readonly Learnt[];
}

const NONE: Consequences = { forgotten: [], followUps: [], learnt: [] };

/** A customer's discount changed, or may have. */
const changed = (id: string, learnt: readonly Learnt[]): Consequences => ({
  forgotten: [{ kind: 'customer', id }],
  followUps: [{ kind: 'object', object: 'customer', id }],
  learnt,
});

/** The discounts that the state of a second inherits where the subscription has none of its own, each with its days; and what they are called. */
export interface Inherited {
  readonly discounts: readonly DiscountSnapshot[];
  readonly key: string;
}

/**
 * Discounts of the customer that hold at a second or begin later: a state lasts until the next one, and a discount comes and goes in between
 * without any event of the subscription. Each ends when it is known to have ended.
 */
export const inheritedDiscounts = (customerId: string, at: number, catalogue: Catalogue): Reading<Inherited> => {
  const customer = catalogue.customer(customerId);
  if (!customer?.known) return incomplete([{ kind: 'customer', id: customerId }]);
  return read(inheritedFrom(customer, at));
};

export const inheritedFrom = (customer: CustomerDiscounts, at: number): Inherited => {
  const windows = windowsFrom(customer, at);
  return {
    discounts: windows.map(({ discount, until }) => ({ ...discount, end: Number.isFinite(until) ? until : null })),
    key: windowsKey(windows),
  };
};

/** The discount in the state before an update, where it is another than the one now. */
const replacedBy = (now: DiscountSnapshot | null, before: unknown): DiscountSnapshot | undefined => {
  const parsed = discountSnapshot.safeParse(before);
  return parsed.success && parsed.data.id !== now?.id ? withoutCoupon(parsed.data) : undefined;
};

const withReplaced = (heard: CustomerDiscounts, replaced: DiscountSnapshot | undefined, at: number): CustomerDiscounts =>
  replaced === undefined ? heard : heardTogether(heard, endedDiscount(replaced, at));

/** What an event of a customer's discount leads to: it began, ended, or took the place of another. */
export const consequencesOfDiscount = (customerId: string, discount: DiscountSnapshot, sighting: Sighting): Consequences => {
  const { object, previous, observedAt, eventType } = sighting;
  const own = withoutCoupon(discount);
  const heard = eventType.endsWith('.deleted') ? endedDiscount(own, observedAt) : shownDiscount(own, observedAt);
  const replaced = previous === undefined ? undefined : replacedBy(own, applyPrevious(object, previous));
  return changed(customerId, [{ kind: 'customer', id: customerId, snapshot: withReplaced(heard, replaced, observedAt) }]);
};

/**
 * What follows from a customer's snapshot. Only one that shows a discount, or says that the discount changed, is compared with the catalogue;
 * a reading always is, since it does not say what changed. A discount that the customer had before Ascent heard of it is found thus.
 */
export const consequencesOf = ({ object, previous, refetched, observedAt }: Sighting, catalogue: Catalogue): Reading<Consequences> => {
  const parsed = customerDiscountSnapshot.safeParse(object);
  if (!parsed.success) return read(NONE);
  const { id } = parsed.data;
  const discount = parsed.data.discount ?? null;
  const saysChange = previous !== undefined && 'discount' in previous;
  if (!refetched && discount === null && !saysChange) return read(NONE);
  const customer = catalogue.customer(id);
  if (customer === undefined) return incomplete([{ kind: 'customer', id }]);
  const shown = discount === null ? shownNone(observedAt) : shownDiscount(withoutCoupon(discount), observedAt);
  const replaced = saysChange ? replacedBy(discount, applyPrevious(object, previous)['discount']) : undefined;
  const heard = withReplaced(shown, replaced, observedAt);
  const learnt: readonly Learnt[] = [{ kind: 'customer', id, snapshot: heard }];
  const isNews = windowsKey(discountWindows(heardTogether(customer, heard))) !== windowsKey(discountWindows(customer));
  // Heard before: nobody knows whether what follows from it was done. Forgotten: its reading may have been asked for before this change.
  const isRepeated = customer.seen.some(({ at, discountId }) => at === observedAt && discountId === (discount?.id ?? null));
  return read(isNews || isRepeated || !customer.known ? changed(id, learnt) : { ...NONE, learnt });
};
