import type { Fraction } from '../../platform/decimal.ts';
import type { Cause } from '../movements/movements.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Bridge } from './bridges.ts';
import type { CostMonths, Costs } from './costs.ts';
import type { Due } from './dues.ts';
import type { Measured, NotDefined } from './ratio.ts';
import type { Retained } from './retained.ts';

/** Choices of the profile that metrics read: all others are in the movements already. */
export type Definitions = Pick<Profile, 'reactivationInNrr' | 'churnFormula'>;

/** From the end of one day to the end of another. */
export interface Window extends CostMonths {
  /** First and last day, both included. */
  readonly from: string;
  readonly to: string;
  readonly bridge: Bridge;
}

/** A window with what became of those who were there at its beginning. */
export interface Looked extends Window {
  readonly retained: Retained;
}

/** All that metrics of one value of a dimension are made of. Amounts are in minor units of the plan currency, in one currency view. */
export interface Facts {
  readonly definitions: Definitions;
  /** What was asked for, e.g. a month. */
  readonly period: Looked;
  /** The three fiscal months that end with the period, and the three before them. */
  readonly quarter: Window;
  readonly quarterBefore: Window;
  /** The twelve months that end with the period. */
  readonly year: Looked;
  /** How many months the period has: 1, 3 or 12; undefined for days. */
  readonly periodMonths: number | undefined;
  /** The period day by day. */
  readonly days: () => readonly Bridge[];
  /** Churn and contraction known already that take effect after the period: negative. */
  readonly lossesAheadMinor: bigint;
  /** Undefined for a part of the company: costs are kept for the whole of it. */
  readonly costs: Costs | undefined;
  /** What came up for renewal in the period, or why that is not known. */
  readonly dues: readonly Due[] | NotDefined;
  /** Longest life of a customer that LTV assumes. */
  readonly lifetimeCapMonths: number;
}

export type Unit = 'ratio' | 'percent' | 'money' | 'months' | 'count';
export type Need = 'ledger' | 'costs' | 'renewals-due';

/** A metric, with all that is said of it beside its figure. */
export interface Metric {
  readonly id: string;
  readonly name: string;
  readonly formula: string;
  readonly unit: Unit;
  /** Which window it looks at; by default the period that was asked for. */
  readonly over?: 'quarter' | 'year';
  readonly purpose: string;
  readonly source: string;
  /** Switches of the profile that it reads. */
  readonly switches: readonly (keyof Definitions)[];
  readonly needs: readonly Need[];
  readonly measure: (facts: Facts) => Measured;
}

/** Net of one cause; 0 where it did not occur. */
export const of = ({ byCause }: Bridge, cause: Cause): bigint => byCause.get(cause) ?? 0n;

/** What contracts foresaw: a gain where it nets to more, otherwise a loss. */
const FORESEEN = ['renewal-uplift', 'contracted-step', 'price-escalator'] as const;

/** What customers added who were there: expansion, and what uplifts, steps and escalators net to where it is more. */
export const gainsOf = (bridge: Bridge): bigint =>
  FORESEEN.reduce((sum, cause) => (of(bridge, cause) > 0n ? sum + of(bridge, cause) : sum), of(bridge, 'expansion'));

/** What customers took away, as a positive amount: churn, contraction, and what uplifts, steps and escalators net to where it is less. */
export const lossesOf = (bridge: Bridge): bigint =>
  FORESEEN.reduce(
    (sum, cause) => (of(bridge, cause) < 0n ? sum - of(bridge, cause) : sum),
    -of(bridge, 'churn') - of(bridge, 'contraction'),
  );

/** Minor units of a year as those of a month. */
export const monthly = (yearMinor: bigint): Fraction => ({ num: yearMinor, den: 12n });
