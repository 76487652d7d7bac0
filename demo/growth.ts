import { addDays, toEpochDay } from '../functions/platform/calendar.ts';
import { billProration } from './billing.ts';
import { canAddOn, withAddOn, withSeats } from './contracts.ts';
import { arrOn, DAY, dateOf } from './model.ts';
import { split } from './opening.ts';
import type { Month } from './renewals.ts';
import {
  CURRENCY_SHARES,
  type CurrencyCode,
  EXPANSION_FORTUNE500,
  EXPANSION_SIZE,
  type PerTier,
  TIER_FLOOR,
  TIERS,
  type Tier,
} from './targets.ts';
import { type Account, dealDay, instantOn, isLive, ofTier, tell, totalArr, type World } from './world.ts';

/** No customer outgrows its tier by an expansion: that is an upgrade's part. The largest customer bills $11.9M a year. */
const CEILING: PerTier<bigint> = {
  Starter: (TIER_FLOOR.Professional * 98n) / 100n,
  Professional: (TIER_FLOOR.Enterprise * 99n) / 100n,
  Enterprise: (TIER_FLOOR.Strategic * 99n) / 100n,
  Strategic: 1_190_000_000n,
};

const canGrow = (account: Account, tier: Tier, fortune500: boolean, month: Month): boolean =>
  isLive(account) &&
  account.customer.tier === tier &&
  account.customer.fortune500 === fortune500 &&
  account.subscription.status === 'active' &&
  !account.subscription.cancelAtPeriodEnd &&
  account.changedAt < (toEpochDay(month.last) - 1) * DAY;

const grow = (world: World, account: Account, amount: bigint, month: Month): void => {
  const free = addDays(dateOf(account.changedAt), 1);
  const drawn = `${month.first.slice(0, 8)}${String(dealDay(world, month.index, Number(month.last.slice(8)))).padStart(2, '0')}`;
  const date = drawn < free ? free : drawn;
  const at = instantOn(world, date);
  const previous = account.subscription;
  const next =
    canAddOn(previous) && world.random.chance(250) ? withAddOn(world, at, previous, amount, 'insights') : withSeats(previous, amount, date);
  tell(world, account, at, next, month.last);
  if (world.random.chance(350)) billProration(world, account, previous, at);
};

/** Whether a currency has more than its share of ARR: then customers of others are asked first. */
const isAhead = (world: World, currency: CurrencyCode): boolean => {
  let total = 0n;
  for (const arr of world.byCurrency.values()) total += arr;
  return (world.byCurrency.get(currency) ?? 0n) * 1000n > total * BigInt(CURRENCY_SHARES[currency]);
};

/** Spreads an amount over customers of a tier, as many as its typical size suggests; what finds no room is left for the month's close. */
const growTier = (world: World, tier: Tier, fortune500: boolean, amount: bigint, month: Month): void => {
  const pool = world.accounts.filter((account) => canGrow(account, tier, fortune500, month));
  if (amount <= 0n || pool.length === 0) return;
  const count = Number(amount / EXPANSION_SIZE[tier]) + 1;
  const dollarsAhead = isAhead(world, 'USD');
  for (const part of split(
    amount,
    Array.from({ length: count }, () => 200_000n + world.random.weight()),
  )) {
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const account = world.random.pick(pool);
      if (dollarsAhead && account.customer.currency === 'USD' && attempt < 3) continue;
      const fits = account.arr + part <= CEILING[tier] && part <= (account.arr * 6n) / 10n;
      if (!fits || !canGrow(account, tier, fortune500, month)) continue;
      grow(world, account, part, month);
      break;
    }
  }
};

/**
 * Expansion of the month: what each tier still lacks, split between the Fortune 500 and the others. Where a tier is ahead of its own path, the
 * others wait, so that the total stays on the plan.
 */
export const tellExpansion = (world: World, month: Month, target: PerTier<bigint>): void => {
  const lacking = TIERS.map((tier) => target[tier] - totalArr(world.accounts, ofTier(tier)));
  const behind = lacking.reduce((sum, amount) => (amount > 0n ? sum + amount : sum), 0n);
  const total = lacking.reduce((sum, amount) => sum + amount, 0n);
  if (total <= 0n) return;
  for (const [index, tier] of TIERS.entries()) {
    const own = lacking[index] ?? 0n;
    if (own <= 0n) continue;
    // A little is left for the close, which hits the month's total to the cent.
    const amount = (((own * total) / behind) * 995n) / 1000n;
    const fortune500 = (amount * BigInt(EXPANSION_FORTUNE500[tier])) / 100n;
    growTier(world, tier, true, fortune500, month);
    growTier(world, tier, false, amount - fortune500, month);
  }
};

/**
 * The last deals of the month bring the total to its target: support contracts of customers who pay yearly in dollars, priced to the cent. Answers
 * what is still missing (0, unless no customer had room).
 */
export const closeMonth = (world: World, month: Month, target: bigint): bigint => {
  let missing = target - totalArr(world.accounts);
  const pool = world.accounts.filter(
    (account) =>
      isLive(account) &&
      account.customer.currency === 'USD' &&
      account.subscription.discounts.length === 0 &&
      account.subscription.status === 'active' &&
      !account.subscription.cancelAtPeriodEnd &&
      account.subscription.items[0]?.price.interval === 'year' &&
      account.subscription.items[0].price.intervalCount === 1 &&
      dateOf(account.changedAt) < month.last &&
      canAddOn(account.subscription),
  );
  pool.sort((a, b) => (a.arr > b.arr ? -1 : a.arr < b.arr ? 1 : 0));
  let second = 72_000; // From 20:00 UTC of the last day.
  for (const account of pool) {
    if (missing <= 0n) break;
    const room = CEILING[account.customer.tier] - account.arr;
    const most = room < account.arr / 4n ? room : account.arr / 4n;
    if (most <= 0n) continue;
    const amount = missing < most ? missing : most;
    const at = instantOn(world, month.last, second);
    second += 7;
    const next = withAddOn(world, at, account.subscription, amount, 'support');
    tell(world, account, at, next, month.last);
    missing -= arrOn(next, month.last) - arrOn({ ...next, items: next.items.slice(0, -1) }, month.last);
  }
  return missing;
};
