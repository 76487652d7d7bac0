import { addDays, addMonths } from '../functions/platform/calendar.ts';
import { fraction } from '../functions/platform/decimal.ts';
import { billPeriod, collect } from './billing.ts';
import { intervalMonths, termEnd, withSeats, withUplift } from './contracts.ts';
import { DAY, dateOf, type Subscription } from './model.ts';
import { split } from './opening.ts';
import { BY_MONTH_OF_QUARTER, TIERS, type Tier, type Year } from './targets.ts';
import { type Account, instantOn, isLive, periodAfter, tell, type World } from './world.ts';

/** One month of one year of the story. */
export interface Month {
  readonly year: Year;
  /** 0 to 11. */
  readonly index: number;
  readonly first: string;
  readonly last: string;
  readonly endsBefore: string;
}

export const quarterOfMonth = (month: Month): 0 | 1 | 2 | 3 => Math.floor(month.index / 3) as 0 | 1 | 2 | 3;

/** A quarter's amount, by month 20/25/55. */
export const shareOfQuarter = (amount: bigint, month: Month): bigint =>
  split(
    amount,
    BY_MONTH_OF_QUARTER.map((share) => BigInt(share)),
  )[month.index % 3] ?? 0n;

const isDue = (account: Account, from: string, endsBefore: string): boolean => {
  const end = termEnd(account.subscription);
  return !account.lost && end >= from && end < endsBefore;
};

/** Of some accounts the one whose ARR comes closest to a wanted one; it is taken out of them. */
const takeNearest = (pool: Account[], wanted: bigint): Account | undefined => {
  const distance = ({ arr }: Account): bigint => (arr > wanted ? arr - wanted : wanted - arr);
  let nearest = 0;
  for (let index = 1; index < pool.length; index += 1) {
    const [candidate, best] = [pool[index], pool[nearest]];
    if (candidate !== undefined && best !== undefined && distance(candidate) < distance(best)) nearest = index;
  }
  return pool.splice(nearest, 1)[0];
};

/** ARR of a typical leaver of the larger tiers; the many Starter customers then make up what a quarter's churn still lacks. */
const LEAVER_ARR: Readonly<Record<Exclude<Tier, 'Starter'>, bigint>> = {
  Professional: 40_000_000n,
  Enterprise: 245_000_000n,
  Strategic: 600_000_000n,
};

/**
 * Who leaves in the quarter that begins: customers whose term ends in it, chosen so that their number is exact and their ARR comes close.
 * They leave at the end of their term.
 */
export const chooseLeavers = (world: World, month: Month): readonly Account[] => {
  const quarter = quarterOfMonth(month);
  const endsBefore = addMonths(month.first, 3);
  const due = world.accounts.filter(
    (account) => isLive(account) && !account.customer.fortune500 && isDue(account, month.first, endsBefore),
  );
  const leavers: Account[] = [];
  let left = month.year.churn[quarter];
  for (const tier of [...TIERS].reverse()) {
    const pool = due.filter(({ customer }) => customer.tier === tier);
    for (let count = month.year.churned[tier][quarter]; count > 0; count -= 1) {
      const leaver = takeNearest(pool, tier === 'Starter' ? left / BigInt(count) : LEAVER_ARR[tier]);
      if (leaver === undefined) throw new RangeError(`No ${tier} customer is due in the quarter from ${month.first}.`);
      leavers.push(leaver);
      left -= leaver.arr;
    }
  }
  return leavers;
};

/** ARR of the contracts whose term ends within a span: what can be renewed. */
export const dueArr = (world: World, from: string, endsBefore: string, leavers: readonly Account[]): bigint =>
  world.accounts.reduce((sum, account) => (isDue(account, from, endsBefore) && !leavers.includes(account) ? sum + account.arr : sum), 0n);

const leave = (world: World, account: Account, month: Month): void => {
  const endsAt = account.subscription.periodEnd;
  const noticeAt = Math.max(instantOn(world, month.first), account.changedAt + DAY);
  const canceledAt = noticeAt < endsAt - 3 * DAY ? noticeAt : undefined;
  if (canceledAt !== undefined)
    tell(world, account, canceledAt, { ...account.subscription, cancelAtPeriodEnd: true, canceledAt }, month.last);
  const ended: Subscription = {
    ...account.subscription,
    status: 'canceled',
    cancelAtPeriodEnd: canceledAt !== undefined,
    canceledAt: canceledAt ?? endsAt,
    endedAt: endsAt,
  };
  tell(world, account, endsAt, ended, month.last);
};

/** The next billing period of a contract, told when the old one ends; what it changes with is given by `renew`. */
const roll = (world: World, account: Account, month: Month, renew: (subscription: Subscription, at: number) => Subscription): void => {
  const { subscription } = account;
  const at = subscription.periodEnd;
  const interval = intervalMonths(subscription);
  const fromAnchor = monthsBetween(dateOf(subscription.anchorAt), dateOf(at));
  const rolled: Subscription = {
    ...subscription,
    // A discount that has run out is no longer on the subscription.
    discounts: subscription.discounts.filter(({ endAt, coupon }) => coupon.duration !== 'once' && (endAt === null || endAt > at)),
    periodStart: at,
    periodEnd: periodAfter(subscription.anchorAt, fromAnchor + interval),
  };
  const next = renew(rolled, at);
  const billed = billPeriod(world, account, next, 'subscription_cycle', at);
  tell(world, account, at, billed.subscription, month.last);
  collect(world, account, billed.invoice, month.last);
};

const monthsBetween = (from: string, to: string): number =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));

/** Seats given up by a few larger customers when they renew; the rest of the month's contraction comes in mid-term. */
const contractionAtRenewal = (world: World, renewing: readonly Account[], amount: bigint): ReadonlyMap<Account, bigint> => {
  const large = renewing.filter(({ arr, customer }) => arr > amount && customer.tier !== 'Starter').slice(0, 40);
  const chosen = new Set(Array.from({ length: Math.min(4, large.length) }, () => world.random.pick(large)));
  if (chosen.size === 0) return new Map();
  const parts = split(
    amount,
    [...chosen].map(() => world.random.weight()),
  );
  return new Map([...chosen].map((account, index) => [account, parts[index] ?? 0n]));
};

/** Ends the periods that end in the month: some customers leave, terms renew at a higher price, all others just go on. Answers the uplift given. */
export const tellPeriods = (world: World, month: Month, leavers: readonly Account[], uplift: bigint): bigint => {
  const ending = world.accounts.filter((account) => !account.lost && dateOf(account.subscription.periodEnd) < month.endsBefore);
  const leaving = ending.filter(
    (account) => leavers.includes(account) && termEnd(account.subscription) === dateOf(account.subscription.periodEnd),
  );
  const renewing = ending.filter((account) => !leaving.includes(account) && isDue(account, month.first, month.endsBefore));
  const parts =
    renewing.length === 0
      ? []
      : split(
          uplift,
          renewing.map(({ arr }) => (arr / 100n) * BigInt(75 + world.random.below(51))),
        );
  const upliftOf = new Map(renewing.map((account, index) => [account, parts[index] ?? 0n]));
  const contracted = contractionAtRenewal(
    world,
    renewing,
    (shareOfQuarter(month.year.contraction[quarterOfMonth(month)], month) * 47n) / 100n,
  );
  for (const account of leaving) leave(world, account, month);
  for (const account of ending) {
    if (leaving.includes(account)) continue;
    roll(world, account, month, (subscription, at) => {
      const extra = upliftOf.get(account);
      if (extra === undefined) return { ...subscription, items: subscription.items.map(({ origin: _, ...item }) => item) };
      const renewed = withUplift(
        world,
        at,
        { ...subscription, termStartsOn: dateOf(at) },
        account.customer.tier,
        fraction(extra, account.arr),
      );
      const less = contracted.get(account);
      return less === undefined ? renewed : withSeats(renewed, -less, dateOf(at));
    });
  }
  return parts.reduce((sum, part) => sum + part, 0n);
};

/** Contraction outside of renewals: a handful of customers give up seats. */
export const tellContraction = (world: World, month: Month): void => {
  const amount = (shareOfQuarter(month.year.contraction[quarterOfMonth(month)], month) * 53n) / 100n;
  const pool = world.accounts.filter(
    (account) =>
      isLive(account) &&
      account.arr > 2n * amount &&
      account.customer.tier !== 'Starter' &&
      addDays(dateOf(account.changedAt), 2) < month.last &&
      account.subscription.status === 'active',
  );
  if (pool.length === 0) return;
  for (const part of split(
    amount,
    Array.from({ length: 4 }, () => world.random.weight()),
  )) {
    const account = world.random.pick(pool);
    if (dateOf(account.changedAt) >= addDays(month.last, -1)) continue;
    const earliest = addDays(dateOf(account.changedAt), 1);
    const date = earliest > month.first ? earliest : addDays(month.first, world.random.below(20));
    tell(world, account, instantOn(world, date), withSeats(account.subscription, -part, date), month.last);
  }
};
