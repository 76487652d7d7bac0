import { termEnd } from '../contracts.ts';
import { type Customer, dateOf, type Item, liveFrom, type Subscription } from '../model.ts';
import { IMPORT_DATE } from '../targets.ts';
import type { Act } from '../world.ts';

/** The story once more, customer by customer, as its sales people know it. */
export interface History {
  /** As first told, at the sale or in the imported book. */
  readonly first: Customer;
  readonly customers: readonly { readonly at: number; readonly customer: Customer }[];
  readonly states: readonly { readonly at: number; readonly subscription: Subscription }[];
  readonly isImported: boolean;
  /** Of whoever deals with sales people; those who serve themselves have none. */
  readonly terms: readonly Term[];
  /** When it said, or showed, that it leaves. */
  readonly lostAt: number | undefined;
}

/** What is bought from a day on, until the next stretch of the term or its end. */
export interface Stretch {
  readonly from: string;
  /** When Stripe was told. */
  readonly at: number;
  readonly items: readonly Item[];
}

export interface Term {
  readonly startsOn: string;
  /** First day after it. */
  readonly endsOn: string;
  readonly months: number;
  /** The first begins with the service of the term, as far as Salesforce knows it. */
  readonly stretches: readonly Stretch[];
}

/** Who bought on the website: by a trial, at the tiered prices of the list, with a coupon, or two years prepaid. */
export const servesItself = (states: History['states']): boolean =>
  states.some(
    ({ subscription: { trialEndAt, discounts, items } }) =>
      trialEndAt !== undefined ||
      discounts.length > 0 ||
      items.some(({ price }) => price.tiers !== undefined || (price.interval === 'year' && price.intervalCount > 1)),
  );

export const sameItems = (a: readonly Item[], b: readonly Item[]): boolean =>
  a.length === b.length &&
  a.every((item, i) => {
    const other = b[i];
    return (
      other !== undefined &&
      item.id === other.id &&
      item.quantity === other.quantity &&
      item.price.unit === other.price.unit &&
      item.price.productId === other.price.productId
    );
  });

/** The last state of each day. */
const byDay = (states: History['states']): History['states'] =>
  states.filter(({ at }, i) => {
    const next = states[i + 1];
    return next === undefined || dateOf(next.at) !== dateOf(at);
  });

const termsOf = (states: History['states'], isImported: boolean): readonly Term[] => {
  const terms: (Term & { readonly stretches: Stretch[] })[] = [];
  for (const { at, subscription } of byDay(states)) {
    if (subscription.status === 'canceled') break;
    const { termStartsOn, termMonths, items } = subscription;
    const term = terms.at(-1);
    if (term?.startsOn === termStartsOn) {
      const last = term.stretches.at(-1);
      if (last === undefined || sameItems(last.items, items)) continue;
      // What changes before the service has begun is what it begins with.
      if (dateOf(at) <= last.from) term.stretches[term.stretches.length - 1] = { ...last, items };
      else term.stretches.push({ from: dateOf(at), at, items });
      continue;
    }
    const from = term === undefined && !isImported ? liveFrom(subscription) : termStartsOn;
    terms.push({ startsOn: termStartsOn, endsOn: termEnd(subscription), months: termMonths, stretches: [{ from, at, items }] });
  }
  return terms;
};

/** Customers with their contracts, in the order in which they were first told. */
export const historiesOf = (acts: readonly Act[]): readonly History[] => {
  const customers = new Map<string, { at: number; customer: Customer }[]>();
  const states = new Map<string, { at: number; subscription: Subscription }[]>();
  for (const act of acts) {
    if (act.kind === 'customer') customers.set(act.customer.id, [...(customers.get(act.customer.id) ?? []), act]);
    if (act.kind !== 'subscription') continue;
    const { customerId } = act.subscription;
    states.set(customerId, [...(states.get(customerId) ?? []), act]);
  }
  return [...states].flatMap(([customerId, own]): History[] => {
    const shown = customers.get(customerId) ?? [];
    const [first] = shown;
    const [began] = own;
    if (first === undefined || began === undefined) return [];
    const isImported = dateOf(began.at) <= IMPORT_DATE;
    return [
      {
        first: first.customer,
        customers: shown,
        states: own,
        isImported,
        terms: servesItself(own) ? [] : termsOf(own, isImported),
        lostAt: own.find(({ subscription }) => subscription.canceledAt !== undefined)?.at,
      },
    ];
  });
};
