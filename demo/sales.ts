import { addDays, toEpochDay } from '../functions/platform/calendar.ts';
import { divFractions, fraction, round } from '../functions/platform/decimal.ts';
import { billPeriod, billProration, collect, paymentTerm } from './billing.ts';
import { ANNUAL, canAddOn, seatItem, tieredItem, withTier } from './contracts.ts';
import { currencyFor, newCustomer } from './customers.ts';
import { arrOn, type Coupon, DAY, type Discount, dateOf, type Item, type Subscription } from './model.ts';
import { billingOf, isMarked, MONTH_WEIGHTS, Shares, sizes, split } from './opening.ts';
import type { Month } from './renewals.ts';
import { IMPORT_DATE, NEXT_TIER, TERMS, TIER_FLOOR, TIERS, type Tier } from './targets.ts';
import { type Account, dealDay, instantOn, isLive, periodAfter, tell, tellCustomer, type World } from './world.ts';

/** How many of a year's deals fall into each month, and how many before it. */
const countsByMonth = (count: number): readonly number[] => split(BigInt(count), MONTH_WEIGHTS).map(Number);
/** The few largest deals of a year are spread over its months, December left out: one of them outweighs a month's plan. */
const countsSpread = (count: number): readonly number[] =>
  Array.from({ length: 12 }, (_, month) => (month < 11 && isMarked(month, count, 11) ? 1 : 0));
const countsOf = (tier: Tier, count: number, largest: Tier): readonly number[] =>
  tier === largest ? countsSpread(count) : countsByMonth(count);
const before = (counts: readonly number[], index: number): number => counts.slice(0, index).reduce((sum, count) => sum + count, 0);

const couponFor = (world: World, currency: string, arr: bigint): Coupon | undefined => {
  if (!world.random.chance(120)) return undefined;
  const coupon = world.random.pick(world.coupons);
  return coupon.amountOff !== undefined && (currency !== 'USD' || arr < 6_000_000n) ? undefined : coupon;
};

/** What has to be agreed before discounts so that the given ARR is left. */
const beforeDiscount = (arr: bigint, coupon: Coupon | undefined): bigint => {
  if (coupon === undefined || coupon.duration === 'once') return arr;
  if (coupon.amountOff !== undefined) return arr + coupon.amountOff;
  return round(divFractions(fraction(arr), fraction(BigInt(100 - (coupon.percentOff ?? 0)), 100n)), 'half-up');
};

const discountOf = (world: World, coupon: Coupon, startAt: number): Discount => ({
  id: world.id('di'),
  coupon,
  startAt,
  endAt: coupon.months === undefined ? null : periodAfter(startAt, coupon.months),
});

const LARGE_DEALS_FROM_DAY = 14;

interface Deal {
  readonly tier: Tier;
  readonly arr: bigint;
  readonly fortune500: boolean;
  readonly termMonths: number;
  readonly liveAt: number;
}

/** Days between signing up and going live: a trial of 14 days, or a service that starts 10 days after the signature; mostly none. */
const leadOf = (world: World, { tier, liveAt }: Deal): { readonly kind: 'trial' | 'later' | 'none'; readonly days: number } => {
  const roll = world.random.below(100);
  const kind = tier === 'Starter' && roll < 25 ? 'trial' : tier !== 'Strategic' && roll < 30 ? 'later' : 'none';
  const days = kind === 'trial' ? 14 : kind === 'later' ? 10 : 0;
  return dateOf(liveAt - (days + 1) * DAY) > IMPORT_DATE ? { kind, days } : { kind: 'none', days: 0 };
};

const sell = (world: World, deal: Deal, month: Month): void => {
  const { tier, arr, fortune500, termMonths, liveAt } = deal;
  const currency = currencyFor(world, arr, fortune500);
  const lead = leadOf(world, deal);
  const createdAt = liveAt - lead.days * DAY;
  const customer = newCustomer(world, createdAt - 300, tier, fortune500, currency);
  const { billing, collection } = billingOf(world, tier, termMonths);
  const small = tier === 'Starter' || tier === 'Professional';
  const coupon = small ? couponFor(world, currency, arr) : undefined;
  const tiered: Item | undefined =
    small && coupon === undefined && billing === ANNUAL && world.random.chance(150)
      ? tieredItem(world, createdAt, tier, currency, arr)
      : undefined;
  const anchorAt = lead.kind === 'trial' ? liveAt : createdAt;
  const interval = billing.intervalCount * (billing.interval === 'year' ? 12 : 1);
  const liveOn = dateOf(liveAt);
  const signed: Subscription = {
    id: world.id('sub'),
    customerId: customer.id,
    currency,
    status: lead.kind === 'trial' ? 'trialing' : 'active',
    items: [tiered ?? seatItem(world, createdAt, tier, currency, billing, beforeDiscount(arr, coupon))],
    discounts: coupon === undefined ? [] : [discountOf(world, coupon, anchorAt)],
    createdAt,
    startAt: createdAt,
    anchorAt,
    periodStart: createdAt,
    periodEnd: lead.kind === 'trial' ? liveAt : periodAfter(anchorAt, interval),
    ...(lead.kind === 'trial' ? { trialEndAt: liveAt } : {}),
    cancelAtPeriodEnd: false,
    collectionPaused: false,
    collection,
    daysUntilDue: collection === 'send_invoice' ? paymentTerm(world) : null,
    termMonths,
    termStartsOn: dateOf(anchorAt),
    ...(small ? {} : { bookedOn: addDays(dateOf(createdAt), -world.random.below(9)), contractId: world.id('800') }),
    ...(lead.kind === 'later' ? { serviceStartsOn: liveOn } : {}),
    latestInvoiceId: null,
  };
  const account: Account = { customer, subscription: signed, arr: arrOn(signed, month.last), changedAt: createdAt, lost: false };
  const first =
    lead.kind === 'trial'
      ? { ...signed, status: 'active' as const, periodStart: liveAt, periodEnd: periodAfter(anchorAt, interval) }
      : signed;
  const billed = billPeriod(world, account, first, lead.kind === 'trial' ? 'subscription_cycle' : 'subscription_create', anchorAt);
  world.acts.push({ at: createdAt - 300, kind: 'customer', lifecycle: 'created', customer });
  if (lead.kind === 'trial') {
    world.acts.push({ at: createdAt, kind: 'subscription', lifecycle: 'created', subscription: signed });
    tell(world, account, liveAt, billed.subscription, month.last);
  } else {
    account.subscription = billed.subscription;
    world.acts.push({ at: createdAt, kind: 'subscription', lifecycle: 'created', subscription: billed.subscription });
  }
  world.accounts.push(account);
  collect(world, account, billed.invoice, month.last);
};

/** New logos of a month: their number by tier and how many of them are in the Fortune 500 follow the year's plan. */
export const tellNewLogos = (world: World, month: Month): void => {
  const { year, index } = month;
  for (const tier of TIERS) {
    const counts = countsOf(tier, year.newCustomers[tier], 'Strategic');
    const count = counts[index] ?? 0;
    if (count === 0) continue;
    const amount = (year.newArr[tier] * BigInt(count)) / BigInt(year.newCustomers[tier]);
    const terms = new Shares(TERMS[tier].map(([months, percent]) => [months, BigInt(percent)] as const));
    for (const [rank, arr] of sizes(world, amount, count, year.smallestNew[tier]).entries()) {
      const days = Number(month.last.slice(8));
      const drawn = dealDay(world, index, days);
      // The largest deal of a year closes in the middle of a month: the plan's path has no room for it earlier.
      const day = tier === 'Strategic' ? Math.min(Math.max(drawn, LARGE_DEALS_FROM_DAY - 2), LARGE_DEALS_FROM_DAY) : drawn;
      const liveAt = instantOn(world, `${month.first.slice(0, 8)}${String(day).padStart(2, '0')}`);
      const fortune500 = isMarked(before(counts, index) + rank, year.newFortune500[tier], year.newCustomers[tier]);
      sell(world, { tier, arr, fortune500, termMonths: terms.take(arr), liveAt }, month);
    }
  }
};

/** Moves one customer up; what is then too large for a card is paid by bank transfer. */
const moveUp = (world: World, account: Account, month: Month, next: Tier): void => {
  const { tier } = account.customer;
  const free = addDays(dateOf(account.changedAt), 1);
  const day = Math.max(dealDay(world, month.index, Number(month.last.slice(8))), tier === 'Enterprise' ? LARGE_DEALS_FROM_DAY : 1);
  const drawn = `${month.first.slice(0, 8)}${String(day).padStart(2, '0')}`;
  const at = instantOn(world, drawn < free ? free : drawn);
  const target = (TIER_FLOOR[next] * BigInt(100 + world.random.below(8))) / 100n;
  const floor = (account.arr * 102n) / 100n;
  const previous = account.subscription;
  const moved = withTier(world, at, previous, next, target > floor ? target : floor);
  const staysAsBilled = next === 'Professional' || moved.collection === 'send_invoice';
  tell(world, account, at, staysAsBilled ? moved : { ...moved, collection: 'send_invoice', daysUntilDue: 30 }, month.last);
  tellCustomer(world, account, at + 4, { ...account.customer, tier: next });
  billProration(world, account, previous, at);
};

/** Customers that move up to the next tier: the largest of their tier, with what lifts them over its threshold. */
export const tellUpgrades = (world: World, month: Month): void => {
  const { year, index } = month;
  for (const tier of [...TIERS].reverse()) {
    const next = NEXT_TIER[tier];
    if (next === undefined || year.upgrades[tier] === 0) continue;
    const counts = countsOf(tier, year.upgrades[tier], 'Enterprise');
    for (let step = 0; step < (counts[index] ?? 0); step += 1) {
      const fortune500 = isMarked(before(counts, index) + step, year.upgradesFortune500[tier], year.upgrades[tier]);
      moveUp(world, largest(world, month, tier, fortune500), month, next);
    }
  }
};

const largest = (world: World, month: Month, tier: Tier, fortune500: boolean): Account => {
  const opens = toEpochDay(month.first) * DAY;
  const closes = toEpochDay(month.last) * DAY;
  let best: Account | undefined;
  for (const account of world.accounts) {
    const { customer, subscription } = account;
    if (customer.tier !== tier || customer.fortune500 !== fortune500 || (best !== undefined && account.arr <= best.arr)) continue;
    const known = isLive(account) && subscription.status === 'active' && customer.createdAt < opens;
    // Free for at least the last day but one.
    const free = account.changedAt < closes - DAY && canAddOn(subscription) && subscription.items[0]?.price.tiers === undefined;
    if (known && free) best = account;
  }
  if (best === undefined) throw new RangeError(`No ${tier} customer can move up in the month from ${month.first}.`);
  return best;
};
