import { type Fraction, fraction, round } from '../../platform/decimal.ts';
import type { Account } from './features.ts';

/** Raised with every change of what the model makes of the same history. */
export const MODEL = { name: 'shrunk-cells', version: 3 } as const;

/** How many customers of the larger group a smaller one is taken to begin with: the strength of the Beta prior. */
export const PRIOR_CUSTOMERS = 20;

/** How many leavers, as many as all years expect, the newest year is taken to begin with: the strength of the prior of its level. */
export const PRIOR_LEAVERS = 5;
const LEVEL_PLACES = 1_000n;

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
  /** The rate of all years. */
  readonly base: bigint;
  /** Of the newest year's level, then by feature, in their order. */
  readonly effects: readonly bigint[];
  readonly value: bigint;
}

export const asFraction = ({ value, denominator }: Probability): Fraction => ({ num: value, den: denominator });

/** Counts of all cohorts, and the level of the newest: that of what is expected of it by all of them which left. */
export interface Rates {
  readonly of: (prefix: readonly number[]) => Count;
  readonly level: Fraction;
}

type Counts = Rates['of'];

/** Counts of groups that are ever smaller: everybody, of those the ones of a tenure, of those the ones of a size, and so on. */
const countsOf = (cohorts: readonly Cohort[]): Counts => {
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
  return (prefix) => counts.get(prefix.join()) ?? { customers: 0, left: 0 };
};

const AT_PAR: Fraction = { num: LEVEL_PLACES, den: LEVEL_PLACES };
/** Places of a probability while those of the newest year are summed. */
const SUMMED = 1_000_000_000n;

/**
 * Years differ as a whole, and what was long ago tells too little, or too much, of all groups alike. So the newest year says at which level: (left + 5) ÷
 * (expected of it by all years + 5), in thousandths (calibration in the large). Of one year alone it is 1.
 */
const levelOf = (cohorts: readonly Cohort[], of: Counts): Fraction => {
  const newest = cohorts.at(-1);
  if (newest === undefined || cohorts.length === 1) return AT_PAR;
  const open = openOf(newest);
  const left = open.filter(({ customer }) => newest.left.has(customer)).length;
  let expected = 0n;
  for (const own of Map.groupBy(open, ({ bands }) => bands.join()).values()) {
    const { num, den } = asFraction(probabilityOf({ of, level: AT_PAR }, own[0] as Account));
    expected += BigInt(own.length) * round({ num: num * SUMMED, den }, 'half-up');
  }
  const prior = BigInt(PRIOR_LEAVERS);
  const level = round({ num: (BigInt(left) + prior) * SUMMED * LEVEL_PLACES, den: expected + prior * SUMMED }, 'half-up');
  return { num: level, den: LEVEL_PLACES };
};

/** Cohorts, the newest last. */
export const ratesOf = (cohorts: readonly Cohort[]): Rates => {
  const of = countsOf(cohorts);
  return { of, level: levelOf(cohorts, of) };
};

/** So many leavers of so many customers at the level of the newest year, over its denominator; at most all of them. */
const atLevel = ({ customers, left }: Count, { num, den }: Fraction): bigint => {
  const [most, leavers] = [BigInt(customers) * den, BigInt(left) * num];
  return leavers < most ? leavers : most;
};

/** The share of all customers who left, at the level of the newest year. */
export const companyRate = ({ of, level }: Rates): Fraction => {
  const everybody = of([]);
  return fraction(atLevel(everybody, level), BigInt(everybody.customers) * level.den);
};

/**
 * The share of a customer's group that left, at the level of the newest year, shrunk towards that of the larger group which it is a part of, feature by
 * feature: (left × level + 20 × rate of the larger group) ÷ (customers + 20), beginning with the company's rate. What a step changes is that feature's
 * effect, so that effects sum exactly. Of who is known to leave it is 1, by one effect. There must be customers.
 */
export const probabilityOf = ({ of, level }: Rates, { bands, isLeaving }: Pick<Account, 'bands' | 'isLeaving'>): Probability => {
  const everybody = of([]);
  const base = BigInt(everybody.left);
  let denominator = BigInt(everybody.customers);
  if (isLeaving) return { denominator, base, effects: [denominator - base], value: denominator };
  denominator *= level.den;
  const steps = [base * level.den, atLevel(everybody, level)];
  const prior = BigInt(PRIOR_CUSTOMERS);
  for (let depth = 1; depth <= bands.length; depth += 1) {
    const own = of(bands.slice(0, depth));
    const wider = (BigInt(own.customers) + prior) * level.den;
    const next = atLevel(own, level) * denominator + prior * level.den * (steps.at(-1) as bigint);
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
