import type { Fraction } from '../../platform/decimal.ts';
import type { Financing } from './financing.ts';
import type { Done, Measure } from './measure.ts';
import type { Policies } from './policies.ts';
import type { Repurchase } from './repurchase.ts';
import type { ContractGiven } from './request.ts';

/**
 * What a contract is in the books at one moment: the result of its events so far, and all that balances are computed from. Plain data, never
 * changed in place.
 */

/**
 * What a part of the price does when it is earned. `stated`: the customer owes it by performance alone. `contingent`: owed only when what it
 * depends on has come about. `reduction`: negative; the customer owes or paid more, and gets it back. `owed`: owed already, whatever is
 * satisfied, as royalties of sales that were made. `passedOn` and `incentive`: negative; what a supplier gets, and what the customer is paid.
 */
export type PartClass = 'stated' | 'contingent' | 'reduction' | 'owed' | 'passedOn' | 'incentive';

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
  /** An obligation whose transferred part it is of: it is earned as soon as it is there. */
  readonly transferred: string | undefined;
  /** Percent of sales that a royalty is. */
  readonly percent: Fraction | undefined;
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
  /** A contract by itself (25-12): it takes no part in what is allocated to the others. */
  readonly apart: boolean;
  readonly goods: Goods | undefined;
}

/** Goods of an obligation: exact minor units a unit. */
export interface Goods {
  readonly unitCost: Fraction;
  readonly recoveryCost: Fraction;
  /** Units that are sold; 1 where the obligation has no units. */
  readonly quantity: Fraction;
}

/** Of goods that were sold: how many are expected back, and how many came. Nobody knows: nothing is earned. */
export interface Returns {
  readonly expected: Fraction | 'unknown';
  readonly returned: Fraction;
}

/** A capitalised cost of the contract: minor units that are amortised evenly by months. */
export interface ContractCost {
  readonly id: string;
  readonly amountMinor: bigint;
  /** Epoch days; `until` is not after `from` where it is expensed at once. */
  readonly from: number;
  readonly until: number;
  readonly impairedMinor: bigint;
  /** Amortised before `from`. */
  readonly pastMinor: bigint;
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
  readonly returns: ReadonlyMap<string, Returns>;
  readonly costs: readonly ContractCost[];
  readonly financings: readonly Financing[];
  /** Of obligations that another party provides: its share of the price. */
  readonly agents: ReadonlyMap<string, Fraction>;
  /** What is paid to the customer, as a share of what the customer pays. */
  readonly incentives: readonly { readonly share: Fraction }[];
  /** The agreement to buy the good back, while it lasts. */
  readonly repurchase: Repurchase | undefined;
  /** What such an agreement left: minor units of interest or rent, and of revenue from the end of it. */
  readonly lapsed: { readonly interestMinor: bigint; readonly revenueMinor: bigint; readonly paidBackMinor: bigint } | undefined;
  /** Revenue that credits took back, minor units by what they were for. */
  readonly contra: ReadonlyMap<'creditNote' | 'refund' | 'void' | 'dispute', bigint>;
  /** Whether the criteria of 25-1 are met. */
  readonly exists: boolean;
  /** Whether what was received is revenue although there is no contract (25-7). */
  readonly retained: boolean;
  /** Whether nothing more is promised: what was paid and not earned is to be paid back, or by agreement stays. */
  readonly ended: 'no' | 'refundable' | 'retained';
  /** Whether the customer cannot cancel without a substantive penalty. */
  readonly binding: boolean;
  /** Minor units, each a sum so far. */
  readonly invoiced: bigint;
  readonly due: bigint;
  readonly paid: bigint;
  readonly refunded: bigint;
  readonly writtenOff: bigint;
  readonly paidToCustomer: bigint;
}

/** What does not change: the contract as it was given, and how it is accounted for. */
export interface Terms {
  readonly id: string;
  readonly given: ContractGiven;
  /** Decimal places of its currency. */
  readonly exponent: number;
  readonly policies: Policies;
}
