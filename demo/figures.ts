import { arrOn, type Customer, type Subscription } from './model.ts';
import { type PerTier, TIERS } from './targets.ts';
import type { Account, Act } from './world.ts';

/** Figures at the end of a day, cents of the plan currency at plan rates. Customers are those with ARR. */
export interface Figures {
  readonly on: string;
  readonly arrMinor: bigint;
  readonly customers: number;
  readonly byTier: PerTier<{ readonly customers: number; readonly arrMinor: bigint }>;
  readonly fortune500: { readonly customers: number; readonly arrMinor: bigint };
}

type Standing = Pick<Account, 'customer' | 'arr'>;

export const figuresOf = (on: string, all: readonly Standing[]): Figures => {
  const live = all.filter(({ arr }) => arr > 0n);
  const sum = (accounts: readonly Standing[]) => ({
    customers: accounts.length,
    arrMinor: accounts.reduce((total, { arr }) => total + arr, 0n),
  });
  const byTier = Object.fromEntries(TIERS.map((tier) => [tier, sum(live.filter(({ customer }) => customer.tier === tier))]));
  return { on, ...sum(live), byTier: byTier as Figures['byTier'], fortune500: sum(live.filter(({ customer }) => customer.fortune500)) };
};

/** What the acts until an instant amount to at the end of a day. */
export const figuresAt = (acts: readonly Act[], instant: number, on: string): Figures => {
  const customers = new Map<string, Customer>();
  const subscriptions = new Map<string, Subscription>();
  for (const act of acts) {
    if (act.at > instant) break;
    if (act.kind === 'customer') customers.set(act.customer.id, act.customer);
    if (act.kind === 'subscription') subscriptions.set(act.subscription.id, act.subscription);
  }
  const standing = [...subscriptions.values()].flatMap((subscription): Standing[] => {
    const customer = customers.get(subscription.customerId);
    return customer === undefined ? [] : [{ customer, arr: arrOn(subscription, on) }];
  });
  return figuresOf(on, standing);
};
