import { toEpochDay } from '../functions/platform/calendar.ts';
import type { Rate } from '../functions/platform/fx.ts';
import { STORY_END } from './billing.ts';
import { type CostFile, costFiles } from './costs.ts';
import { type Delivery, deliveriesOf, schedule } from './deliveries.ts';
import { type Figures, figuresAt } from './figures.ts';
import { closingRates, type RateFile } from './market.ts';
import { DAY } from './model.ts';
import { PLAN_CURRENCY, planRates } from './rates.ts';
import type { OrgRecord } from './salesforce/records.ts';
import { type SalesforceSide, salesforceSide } from './salesforce/side.ts';
import { actsOf, recordsOf } from './slice.ts';
import { tellStory } from './story.ts';
import { type StripeState, stripeState } from './stripe-state.ts';
import { IMPORT_DATE } from './targets.ts';
import type { Act } from './world.ts';

export interface DemoCompany {
  readonly seed: number;
  readonly today: string;
  /** Epoch seconds before the first delivery: where the clock is set to begin. */
  readonly startsAt: number;
  /** The moment at which the demo stands after loading: noon (UTC) of today. Deliveries after it wait for the clock. */
  readonly todayAt: number;
  readonly planCurrency: string;
  readonly rates: readonly Rate[];
  /** What finance loads as each month of the story has closed, in order; a slice of the company has the books of the whole. */
  readonly costs: readonly CostFile[];
  /** What treasury loads after each month end; what was before the story, as it begins. */
  readonly closingRates: readonly RateFile[];
  readonly plan: {
    readonly startsOn: string;
    readonly targetOn: string;
    readonly openingArrMinor: bigint;
    readonly targetArrMinor: bigint;
  };
  /** In order of delivery; can be walked over again and again, each time the same. */
  readonly events: Iterable<Delivery>;
  readonly deliveries: number;
  readonly deliveriesUntilToday: number;
  readonly expected: { readonly monthEnds: readonly Figures[]; readonly today: Figures };
  /** What its Salesforce holds; `undefined` of a company without one. */
  readonly salesforce:
    | (Pick<SalesforceSide, 'agreements' | 'accountIds' | 'deals' | 'misbilled' | 'unsigned' | 'doubtful'> & {
        readonly records: readonly OrgRecord[];
      })
    | undefined;
  /** A stand-in's view of Stripe; each call gives one of its own, standing before the story's beginning. */
  readonly stripeState: () => StripeState;
}

const NOON = DAY / 2;
const MILLION = 100_000_000n;

export interface DemoOptions {
  readonly seed: number;
  readonly today: string;
  /** Whether the company has a Salesforce: Stripe's objects then bear its ids, and a few contracts are billed otherwise than signed. */
  readonly salesforce?: boolean;
  /** Only these customers, by their Stripe ids. */
  readonly customers?: ReadonlySet<string>;
}

/**
 * A company from month 0 (31 December 2024, $640M) to the end of its plan year (31 December 2026, $1B), told as Stripe's webhooks. Seeded and
 * pure: the same seed gives the same company. Month ends are exact to within a few dollars of `targets.ts`.
 */
export const demoCompany = ({ seed, today, salesforce = false, customers }: DemoOptions): DemoCompany => {
  const { world, monthEnds } = tellStory(seed);
  const todayAt = toEpochDay(today) * DAY + NOON;
  const side = salesforce ? salesforceSide(world.acts, seed, today) : undefined;
  const sliced = (acts: readonly Act[]): readonly Act[] => (customers === undefined ? acts : actsOf(acts, customers));
  /** What the company sold, and what its Stripe tells of that. */
  const story = sliced(world.acts);
  const acts = side === undefined ? story : sliced(side.acts);
  const slots = schedule(acts, seed, [todayAt, STORY_END]);
  return {
    seed,
    today,
    startsAt: toEpochDay(IMPORT_DATE) * DAY,
    todayAt,
    planCurrency: PLAN_CURRENCY,
    rates: planRates(),
    costs: costFiles(monthEnds, seed),
    // Retention of the first month looks back a year.
    closingRates: closingRates('2023-12-01', '2026-12-01', seed),
    plan: { startsOn: '2026-01-01', targetOn: '2026-12-31', openingArrMinor: 800n * MILLION, targetArrMinor: 1000n * MILLION },
    events: { [Symbol.iterator]: () => deliveriesOf(acts, slots, seed) },
    deliveries: slots.length,
    deliveriesUntilToday: slots.filter(({ deliverAt }) => deliverAt <= todayAt).length,
    expected: {
      monthEnds: customers === undefined ? monthEnds : monthEnds.map(({ on }) => figuresAt(story, toEpochDay(on) * DAY + DAY - 1, on)),
      today: figuresAt(story, todayAt, today),
    },
    salesforce: side === undefined ? undefined : { ...side, records: customers === undefined ? side.records : recordsOf(side, customers) },
    stripeState: () => stripeState(acts, world.coupons, seed),
  };
};
