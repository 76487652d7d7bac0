import { addMonths, toEpochDay } from '../functions/platform/calendar.ts';
import { arrOn, type Coupon, type Customer, DAY, dateOf, type Price, type Subscription } from './model.ts';
import { type CompanyName, nameFactory } from './names.ts';
import { idFactory, type Random, seeded } from './random.ts';
import type { CurrencyCode, Tier } from './targets.ts';

/** A sum of money billed by one invoice; what is paid, and when, is decided with it. */
export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly customer: Customer;
  readonly subscription: Subscription;
  readonly currency: CurrencyCode;
  readonly reason: 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  readonly createdAt: number;
  readonly finalizedAt: number;
  readonly dueAt: number | null;
  readonly paidAt: number | null;
  readonly attempts: number;
  /** Amounts in Stripe's minor units, before discounts. */
  readonly lines: readonly {
    readonly id: string;
    readonly itemId: string;
    readonly price: Price;
    readonly quantity: bigint;
    readonly amount: bigint;
    readonly proration: boolean;
  }[];
  readonly period: { readonly start: number; readonly end: number };
  readonly discountAmounts: readonly { readonly discountId: string; readonly amount: bigint }[];
  readonly subtotal: bigint;
  /** Less discounts; the demo company's prices bear no tax. */
  readonly total: bigint;
}

/** One thing that happened at Stripe, in the company's words. Several of one second stay in the order in which they were told. */
export type Act = { readonly at: number } & (
  | { readonly kind: 'product'; readonly id: string; readonly name: string; readonly unitLabel: string | null }
  | { readonly kind: 'price'; readonly price: Price }
  | { readonly kind: 'customer'; readonly lifecycle: 'created' | 'updated'; readonly customer: Customer }
  | { readonly kind: 'subscription'; readonly lifecycle: 'created' | 'updated' | 'deleted'; readonly subscription: Subscription }
  | { readonly kind: 'invoice'; readonly type: 'invoice.finalized' | 'invoice.paid' | 'invoice.payment_failed'; readonly invoice: Invoice }
  | { readonly kind: 'refund'; readonly invoice: Invoice; readonly amount: bigint }
  | { readonly kind: 'dispute'; readonly lifecycle: 'created' | 'closed'; readonly invoice: Invoice; readonly openedAt: number }
  | { readonly kind: 'credit-note'; readonly invoice: Invoice; readonly amount: bigint }
);

/** A customer with its one contract. */
export interface Account {
  customer: Customer;
  subscription: Subscription;
  /** ARR at the end of the month being told, cents of the plan currency. */
  arr: bigint;
  /** The last thing that happened to the contract: nothing may be told before it. */
  changedAt: number;
  /** Lost for good. */
  lost: boolean;
}

/** Everything that the telling shares. Mutable on purpose, and never seen outside `demo/`. */
export interface World {
  readonly random: Random;
  readonly id: (prefix: string) => string;
  readonly name: () => CompanyName;
  readonly acts: Act[];
  readonly accounts: Account[];
  readonly coupons: Coupon[];
  /** Tiered list prices: tier of customer, currency and year. */
  readonly tieredPrices: Map<string, Price>;
  /** ARR ever given to each currency, to keep their shares. */
  readonly byCurrency: Map<CurrencyCode, bigint>;
}

export const newWorld = (seed: number): World => {
  const random = seeded(seed);
  return {
    random,
    id: idFactory(seeded(seed ^ 0x5eed)),
    name: nameFactory(seeded(seed ^ 0xface)),
    acts: [],
    accounts: [],
    coupons: [],
    tieredPrices: new Map(),
    byCurrency: new Map(),
  };
};

/** A second of a date, in working hours (UTC 07:00 to 19:59) unless told otherwise. */
export const instantOn = (world: World, date: string, second: number = 25_200 + world.random.below(46_800)): number =>
  toEpochDay(date) * DAY + second;

/**
 * A day of a month (1 to `days`), late ones more likely: the latest of `draws` uniform draws. Deals close late, most of all in December;
 * in the second month of a quarter less so.
 */
export const dealDay = (world: World, monthIndex: number, days: number): number => {
  const second = monthIndex % 3 === 1;
  const draws = monthIndex % 12 === 11 ? 4 : second ? 1 + world.random.below(2) : 2;
  let latest = 0;
  for (let draw = 0; draw < draws; draw += 1) latest = Math.max(latest, world.random.below(days));
  return latest + 1;
};

/** The instant `months` after the anchor, on the anchor's day of month (or the month's last) and second of day, as Stripe counts periods. */
export const periodAfter = (anchorAt: number, months: number): number =>
  toEpochDay(addMonths(dateOf(anchorAt), months)) * DAY + (anchorAt % DAY);

/** Tells a change of a contract, and keeps the account's figures. `on` is the date at which ARR is held (the end of the month). */
export const tell = (world: World, account: Account, at: number, subscription: Subscription, on: string): void => {
  if (at <= account.changedAt)
    throw new RangeError(`${subscription.id} would change at ${at}, before its last change at ${account.changedAt}.`);
  const lifecycle = subscription.status === 'canceled' ? 'deleted' : 'updated';
  world.acts.push({ at, kind: 'subscription', lifecycle, subscription });
  account.subscription = subscription;
  account.changedAt = at;
  account.arr = arrOn(subscription, on);
  if (lifecycle === 'deleted') account.lost = true;
};

export const tellCustomer = (world: World, account: Account, at: number, customer: Customer): void => {
  world.acts.push({ at, kind: 'customer', lifecycle: 'updated', customer });
  account.customer = customer;
};

export const isLive = (account: Account): boolean => !account.lost && account.arr > 0n;

export const totalArr = (accounts: readonly Account[], which: (account: Account) => boolean = () => true): bigint =>
  accounts.reduce((sum, account) => (which(account) ? sum + account.arr : sum), 0n);

export const ofTier =
  (tier: Tier): ((account: Account) => boolean) =>
  (account) =>
    isLive(account) && account.customer.tier === tier;
