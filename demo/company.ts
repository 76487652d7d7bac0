import { toEpochDay } from '../functions/platform/calendar.ts';
import type { Rate } from '../functions/platform/fx.ts';
import { STORY_END } from './billing.ts';
import { type Delivery, deliveriesOf, schedule } from './deliveries.ts';
import { arrOn, type Customer, DAY, type Subscription } from './model.ts';
import { PLAN_CURRENCY, planRates } from './rates.ts';
import { tellStory } from './story.ts';
import { stripeState, type StripeState } from './stripe-state.ts';
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

export interface DemoCompany {
  readonly seed: number;
  readonly today: string;
  /** The moment at which the demo stands after loading: noon (UTC) of today. Deliveries after it wait for the clock. */
  readonly todayAt: number;
  readonly planCurrency: string;
  readonly rates: readonly Rate[];
  readonly plan: { readonly startsOn: string; readonly targetOn: string; readonly openingArrMinor: bigint; readonly targetArrMinor: bigint };
  /** In order of delivery; can be walked over again and again, each time the same. */
  readonly events: Iterable<Delivery>;
  readonly deliveries: number;
  readonly deliveriesUntilToday: number;
  readonly expected: { readonly monthEnds: readonly Figures[]; readonly today: Figures };
  /** A stand-in's view of Stripe; each call gives one of its own, standing before the story's beginning. */
  readonly stripeState: () => StripeState;
}

type Standing = Pick<Account, 'customer' | 'arr'>;

const figuresOf = (on: string, all: readonly Standing[]): Figures => {
  const live = all.filter(({ arr }) => arr > 0n);
  const sum = (accounts: readonly Standing[]) => ({ customers: accounts.length, arrMinor: accounts.reduce((total, { arr }) => total + arr, 0n) });
  const byTier = Object.fromEntries(TIERS.map((tier) => [tier, sum(live.filter(({ customer }) => customer.tier === tier))])) as Figures['byTier'];
  return { on, ...sum(live), byTier, fortune500: sum(live.filter(({ customer }) => customer.fortune500)) };
};

/** What the acts until an instant amount to at the end of a day. */
const figuresAt = (acts: readonly Act[], instant: number, on: string): Figures => {
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

const NOON = DAY / 2;
const MILLION = 100_000_000n;

/**
 * A company from month 0 (31 December 2024, $640M) to the end of its plan year (31 December 2026, $1B), told as Stripe's webhooks. Seeded and
 * pure: the same seed gives the same company. Month ends are exact to within a few dollars of `targets.ts`.
 */
export const demoCompany = ({ seed, today }: { readonly seed: number; readonly today: string }): DemoCompany => {
  const { world, monthEnds } = tellStory(seed);
  const todayAt = toEpochDay(today) * DAY + NOON;
  const slots = schedule(world.acts, seed, [todayAt, STORY_END]);
  return {
    seed,
    today,
    todayAt,
    planCurrency: PLAN_CURRENCY,
    rates: planRates(),
    plan: { startsOn: '2026-01-01', targetOn: '2026-12-31', openingArrMinor: 800n * MILLION, targetArrMinor: 1000n * MILLION },
    events: { [Symbol.iterator]: () => deliveriesOf(world.acts, slots, seed) },
    deliveries: slots.length,
    deliveriesUntilToday: slots.filter(({ deliverAt }) => deliverAt <= todayAt).length,
    expected: {
      monthEnds: monthEnds.map(({ on, accounts }) => figuresOf(on, accounts)),
      today: figuresAt(world.acts, todayAt, today),
    },
    stripeState: () => stripeState(world.acts, world.coupons, seed),
  };
};
