import type { Fraction } from '../../platform/decimal.ts';
import type { Done, Measure } from './measure.ts';
import type { Policies } from './policies.ts';
import type { ContractGiven } from './request.ts';

/**
 * What a contract is in the books at one moment: the result of its events so far, and all that balances are computed from. Plain data, never
 * changed in place.
 */

/**
 * What a part of the price does when it is earned. `stated`: the customer owes it by performance alone. `contingent`: owed only when what it
 * depends on has come about. `reduction`: negative; the customer owes or paid more, and gets it back.
 */
export type PartClass = 'stated' | 'contingent' | 'reduction';

export interface PricePart {
  readonly id: string;
  readonly kind: string;
  readonly class: PartClass;
  /** Minor units that are included in the transaction price now: the estimate after its constraint. */
  readonly amountMinor: bigint;
  /** Obligations that it belongs to alone; all of them where undefined. */
  readonly allocateTo: readonly string[] | undefined;
  /** Index of the generation in which it was promised. */
  readonly generation: number;
}

/** A price by the unit of an obligation that has no quantity: each unit adds its own amount, and earns it at once. Exact minor units. */
export interface UnitPrice {
  readonly id: string;
  readonly obligation: string;
  readonly stated: Fraction;
  readonly expected: Fraction;
}

export interface Obligation {
  readonly id: string;
  readonly name: string;
  readonly measure: Measure;
  /** Its weight in a relative allocation, exact minor units: the price at which what is left of it would be sold alone. */
  readonly sellingPrice: Fraction;
}

/**
 * The obligations from one day on, until a modification makes the next generation: what the earlier one had not earned flows into it and is
 * allocated anew. A contract that was never modified has one.
 */
export interface Generation {
  /** Bound from which it holds, an epoch day. */
  readonly from: number;
  readonly obligations: readonly Obligation[];
  /** What of each obligation had been done at the beginning, in its measure's unit: it belongs to the generation before. */
  readonly base: ReadonlyMap<string, Fraction>;
  /** Obligations that are measured from their own beginning: what was earned of them is taken over and measured again (25-13b). */
  readonly remeasured: ReadonlySet<string>;
}

export interface State {
  readonly parts: readonly PricePart[];
  readonly unitPrices: readonly UnitPrice[];
  readonly generations: readonly Generation[];
  readonly done: ReadonlyMap<string, Done>;
  /** Whether the criteria of 25-1 are met. */
  readonly exists: boolean;
  /** Whether the customer cannot cancel without a substantive penalty. */
  readonly binding: boolean;
  /** Minor units, each a sum so far. */
  readonly invoiced: bigint;
  readonly due: bigint;
  readonly paid: bigint;
  readonly refunded: bigint;
}

/** What does not change: the contract as it was given, and how it is accounted for. */
export interface Terms {
  readonly id: string;
  readonly given: ContractGiven;
  /** Decimal places of its currency. */
  readonly exponent: number;
  readonly policies: Policies;
}
