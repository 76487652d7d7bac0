import { dateOf, type Item, pricePerInterval, type Subscription } from '../model.ts';
import type { Act, Invoice } from '../world.ts';
import type { History } from './histories.ts';
import { sameItems } from './histories.ts';
import { MISBILLED } from './targets.ts';

/**
 * Contracts that are billed otherwise than they were signed, by more than half a percent: seats that were added by an amendment and never at
 * Stripe, and a renewal's higher price that was never put in. The contract is what the story tells of; Stripe tells something else.
 */
export interface Misbilled {
  readonly customerId: string;
  readonly what: keyof typeof MISBILLED;
  readonly since: string;
  readonly acts: (act: Act) => Act | undefined;
}

const yearly = (items: readonly Item[]): bigint => items.reduce((sum, { price, quantity }) => sum + pricePerInterval(price, quantity), 0n);

/** Whether the second is worth at least one percent more than the first. */
const isMore = (before: Subscription, after: Subscription): boolean => yearly(after.items) * 100n >= yearly(before.items) * 101n;

const onlySeats = (before: Subscription, after: Subscription): boolean =>
  before.items.length === after.items.length && after.items.every(({ price }, i) => price.id === before.items[i]?.price.id);

/** The last two states of a customer, where the last one came about in the plan year and before today. */
const lastChange = ({ states }: History, today: string): { at: number; before: Subscription; after: Subscription } | undefined => {
  const [before, after] = states.slice(-2);
  if (states.length < 2 || before === undefined || after === undefined || after.subscription.status !== 'active') return undefined;
  const on = dateOf(after.at);
  if (on < '2026-02-01' || on >= today || sameItems(before.subscription.items, after.subscription.items)) return undefined;
  return { at: after.at, before: before.subscription, after: after.subscription };
};

const billedAt = (invoice: Invoice, at: number): boolean => invoice.createdAt === at;

/** The invoice of a renewal at the prices of before. */
const atOldPrices = (invoice: Invoice, before: Subscription, billed: Subscription): Invoice => {
  const lines = invoice.lines.map((line) => {
    const price = before.items.find(({ id }) => id === line.itemId)?.price ?? line.price;
    return { ...line, price, amount: pricePerInterval(price, line.quantity) };
  });
  const subtotal = lines.reduce((sum, { amount }) => sum + amount, 0n);
  return { ...invoice, subscription: billed, lines, subtotal, total: subtotal };
};

const misbill = ({ first }: History, { at, before, after }: NonNullable<ReturnType<typeof lastChange>>): Misbilled | undefined => {
  const since = dateOf(at);
  if (before.termStartsOn === after.termStartsOn) {
    if (!onlySeats(before, after)) return undefined;
    const acts = (act: Act): Act | undefined => {
      if (act.kind === 'subscription') return act.subscription.id === after.id && act.at === at ? undefined : act;
      return 'invoice' in act && act.invoice.subscription.id === after.id && billedAt(act.invoice, at) ? undefined : act;
    };
    return { customerId: first.id, what: 'quantity', since, acts };
  }
  const billed: Subscription = { ...after, items: before.items.map(({ origin: _, ...item }) => item) };
  const acts = (act: Act): Act | undefined => {
    if (act.kind === 'subscription') return act.subscription.id === after.id && act.at === at ? { ...act, subscription: billed } : act;
    if (!('invoice' in act) || act.invoice.subscription.id !== after.id || !billedAt(act.invoice, at)) return act;
    return { ...act, invoice: atOldPrices(act.invoice, before, billed) };
  };
  return { customerId: first.id, what: 'price', since, acts };
};

/** The first of each kind among customers who have a contract. */
export const misbilledOf = (histories: readonly History[], today: string): readonly Misbilled[] => {
  const left = { ...MISBILLED } as Record<keyof typeof MISBILLED, number>;
  const found: Misbilled[] = [];
  for (const history of histories) {
    const change = history.terms.length === 0 ? undefined : lastChange(history, today);
    if (change === undefined || !isMore(change.before, change.after)) continue;
    const one = misbill(history, change);
    if (one === undefined || left[one.what] === 0) continue;
    left[one.what] -= 1;
    found.push(one);
  }
  return found;
};
