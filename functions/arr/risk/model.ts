import { type Fraction, fraction } from '../../platform/decimal.ts';
import type { Account } from './features.ts';

/** Raised with every change of what the model makes of the same history. */
export const MODEL = { name: 'shrunk-cells', version: 2 } as const;

/** How many customers of the larger group a smaller one is taken to begin with: the strength of the Beta prior. */
export const PRIOR_CUSTOMERS = 20;

/** Customers of closed cohorts below which no probability is told. */
export const CUSTOMERS_NEEDED = 20;

/** Customers of a day that is twelve months past, and which of them had no ARR left twelve months later. */
export interface Cohort {
  readonly accounts: readonly Account[];
  readonly left: ReadonlySet<number>;
}

/** Customers who were not known to leave: of the others nothing is to be guessed. */
export const openOf = ({ accounts }: Cohort): readonly Account[] => accounts.filter(({ isLeaving }) => !isLeaving);

interface Count {
  customers: number;
  left: number;
}

/** A probability with how it came about: over one denominator, base + Σ effects = value. */
export interface Probability {
  readonly denominator: bigint;
  /** The company's rate. */
  readonly base: bigint;
  /** By feature, in their order. */
  readonly effects: readonly bigint[];
  readonly value: bigint;
}

export const asFraction = ({ value, denominator }: Probability): Fraction => ({ num: value, den: denominator });

/** Counts of groups that are ever smaller: everybody, of those the ones of a tenure, of those the ones of a size, and so on. */
export interface Rates {
  readonly of: (prefix: readonly number[]) => Count;
}

export const ratesOf = (cohorts: readonly Cohort[]): Rates => {
  const counts = new Map<string, Count>();
  for (const cohort of cohorts)
    for (const { customer, bands } of openOf(cohort))
      for (let depth = 0; depth <= bands.length; depth += 1) {
        const key = bands.slice(0, depth).join();
        const count = counts.get(key) ?? { customers: 0, left: 0 };
        count.customers += 1;
        if (cohort.left.has(customer)) count.left += 1;
        counts.set(key, count);
      }
  return { of: (prefix) => counts.get(prefix.join()) ?? { customers: 0, left: 0 } };
};

/** The share of all customers who left. */
export const companyRate = (rates: Rates): Fraction => {
  const { customers, left } = rates.of([]);
  return fraction(BigInt(left), BigInt(customers));
};

/**
 * The share of a customer's group that left, shrunk towards that of the larger group which it is a part of, feature by feature: (left + 20 × rate of
 * the larger group) ÷ (customers + 20), beginning with the company's rate. What a step changes is that feature's effect, so that effects sum
 * exactly. Of who is known to leave it is 1, by one effect. There must be customers.
 */
export const probabilityOf = (rates: Rates, { bands, isLeaving }: Pick<Account, 'bands' | 'isLeaving'>): Probability => {
  const everybody = rates.of([]);
  let denominator = BigInt(everybody.customers);
  const steps = [BigInt(everybody.left)];
  if (isLeaving) return { denominator, base: BigInt(everybody.left), effects: [denominator - BigInt(everybody.left)], value: denominator };
  const prior = BigInt(PRIOR_CUSTOMERS);
  for (let depth = 1; depth <= bands.length; depth += 1) {
    const { customers, left } = rates.of(bands.slice(0, depth));
    const wider = BigInt(customers) + prior;
    const next = BigInt(left) * denominator + prior * (steps.at(-1) as bigint);
    for (const [place, step] of steps.entries()) steps[place] = step * wider;
    denominator *= wider;
    steps.push(next);
  }
  return {
    denominator,
    base: steps[0] as bigint,
    effects: steps.slice(1).map((step, place) => step - (steps[place] as bigint)),
    value: steps.at(-1) as bigint,
  };
};
