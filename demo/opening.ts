import { addMonths, toEpochDay } from '../functions/platform/calendar.ts';
import { allocate } from '../functions/platform/money.ts';
import { paymentTerm } from './billing.ts';
import { ANNUAL, importedItems } from './contracts.ts';
import { currencyFor, newCustomer } from './customers.ts';
import { arrOn, DAY, dateOf, type Price, type Subscription } from './model.ts';
import { BY_MONTH_OF_QUARTER, GROSS_BY_QUARTER, IMPORT_DATE, OPENING, TERMS, TIERS, type Tier } from './targets.ts';
import { dealDay, instantOn, periodAfter, type World } from './world.ts';

/** Share of a year's deals by month, in ten-thousandths: quarters 19/23/23/35, months of a quarter 20/25/55. */
export const MONTH_WEIGHTS: readonly bigint[] = GROSS_BY_QUARTER.flatMap((quarter) =>
  BY_MONTH_OF_QUARTER.map((month) => BigInt(quarter * month)),
);

/** Splits an amount of the plan currency; the parts sum to it. */
export const split = (amount: bigint, weights: readonly bigint[]): readonly bigint[] => {
  const parts = allocate({ amountMinor: amount, currency: 'USD' }, weights);
  if (!parts.ok) throw new RangeError(parts.problem.detail);
  return parts.value.map(({ amountMinor }) => amountMinor);
};

/** Sizes that sum to a total, none below the smallest, with a long tail; largest first. */
export const sizes = (world: World, total: bigint, count: number, smallest: bigint): bigint[] => {
  const weights = Array.from({ length: count }, () => world.random.weight());
  const above = split(total - smallest * BigInt(count), weights);
  return above.map((part) => smallest + part).sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
};

/** Marks `marked` of `count`, spread evenly: of a list by size each part has its share. */
export const isMarked = (index: number, marked: number, count: number): boolean =>
  Math.floor(((index + 1) * marked) / count) > Math.floor((index * marked) / count);

/** Chooses among shares whichever is furthest below its own, so that sums follow the shares closely. */
export class Shares<T> {
  readonly #options: readonly (readonly [T, bigint])[];
  readonly #given: bigint[];
  constructor(options: readonly (readonly [T, bigint])[]) {
    this.#options = options;
    this.#given = options.map(() => 0n);
  }
  take(amount: bigint): T {
    let best = 0;
    // Compare given ÷ share without dividing: the option with the smallest ratio after taking is next.
    for (let index = 1; index < this.#options.length; index += 1) {
      const left = ((this.#given[index] ?? 0n) + amount) * (this.#options[best]?.[1] ?? 1n);
      const right = ((this.#given[best] ?? 0n) + amount) * (this.#options[index]?.[1] ?? 1n);
      if (left < right) best = index;
    }
    const chosen = this.#options[best];
    if (chosen === undefined) throw new RangeError('No shares to choose from.');
    this.#given[best] = (this.#given[best] ?? 0n) + amount;
    return chosen[0];
  }
}

export const billingOf = (
  world: World,
  tier: Tier,
  termMonths: number,
): { readonly billing: Pick<Price, 'interval' | 'intervalCount'>; readonly collection: Subscription['collection'] } => {
  if (tier === 'Strategic') return { billing: { interval: 'month', intervalCount: 1 }, collection: 'send_invoice' };
  if (tier === 'Enterprise') return { billing: ANNUAL, collection: 'send_invoice' };
  const collection = world.random.chance(tier === 'Starter' ? 550 : 200) ? 'charge_automatically' : 'send_invoice';
  if (tier === 'Professional' && world.random.chance(60)) return { billing: { interval: 'month', intervalCount: 3 }, collection };
  return {
    billing: tier === 'Starter' && termMonths === 24 && world.random.chance(150) ? { interval: 'year', intervalCount: 2 } : ANNUAL,
    collection,
  };
};

/** A contract as it stood when the book was imported: it began years before, and its term runs since an earlier anniversary. */
const importedContract = (
  world: World,
  at: number,
  tier: Tier,
  arr: bigint,
  fortune500: boolean,
  termMonths: number,
  month: number,
  yearsIntoTerm: number,
): void => {
  const currency = currencyFor(world, arr, fortune500);
  const customer = newCustomer(world, at, tier, fortune500, currency);
  const { billing, collection } = billingOf(world, tier, termMonths);
  // Late days are clamped so that no anniversary falls on the day of the import.
  const day = Math.min(dealDay(world, month, tier === 'Strategic' ? 28 : 30), month === 1 ? 28 : 30);
  const anniversary = `2024-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  const termStartsOn = addMonths(anniversary, -12 * yearsIntoTerm);
  const startDate = addMonths(termStartsOn, -termMonths * world.random.below(3));
  const startAt = instantOn(world, startDate);
  const interval = billing.intervalCount * (billing.interval === 'year' ? 12 : 1);
  let months = 0;
  while (periodAfter(startAt, months + interval) < at) months += interval;
  const subscription: Subscription = {
    id: world.id('sub'),
    customerId: customer.id,
    currency,
    status: 'active',
    items: importedItems(world, at, tier, currency, billing, arr),
    discounts: [],
    createdAt: at + 4,
    startAt,
    anchorAt: startAt,
    periodStart: periodAfter(startAt, months),
    periodEnd: periodAfter(startAt, months + interval),
    cancelAtPeriodEnd: false,
    collectionPaused: false,
    collection,
    daysUntilDue: collection === 'send_invoice' ? paymentTerm(world) : null,
    termMonths,
    termStartsOn,
    ...(tier === 'Enterprise' || tier === 'Strategic' ? { contractId: world.id('800') } : {}),
    latestInvoiceId: null,
  };
  world.acts.push({ at, kind: 'customer', lifecycle: 'created', customer });
  world.acts.push({ at: at + 4, kind: 'subscription', lifecycle: 'created', subscription });
  world.accounts.push({ customer, subscription, arr: arrOn(subscription, dateOf(at)), changedAt: at + 4, lost: false });
};

/** Imports the book of month 0 in the course of one day. */
export const openBook = (world: World): void => {
  const first = toEpochDay(IMPORT_DATE) * DAY + 1800;
  const count = TIERS.reduce((sum, tier) => sum + OPENING.customers[tier], 0);
  let index = 0;
  for (const tier of TIERS) {
    const terms = new Shares(TERMS[tier].map(([months, percent]) => [months, BigInt(percent)] as const));
    const months = new Map<number, Shares<number>>();
    const phases = new Map<number, number>();
    const of = OPENING.customers[tier];
    for (const [rank, arr] of sizes(world, OPENING.arr[tier], of, OPENING.smallest[tier]).entries()) {
      const termMonths = terms.take(arr);
      const byMonth = months.get(termMonths) ?? new Shares(MONTH_WEIGHTS.map((weight, month) => [month, weight] as const));
      months.set(termMonths, byMonth);
      const phase = (phases.get(termMonths) ?? 0) + 1;
      phases.set(termMonths, phase);
      // 37 is prime to the count of 2,295: customers of all tiers arrive mixed.
      const at = first + Math.floor((((index * 37) % count) * 60_000) / count);
      importedContract(
        world,
        at,
        tier,
        arr,
        isMarked(rank, OPENING.fortune500[tier], of),
        termMonths,
        byMonth.take(arr),
        phase % (termMonths / 12),
      );
      index += 1;
    }
  }
};
