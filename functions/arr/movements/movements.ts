import type { LineValue } from '../lines/values.ts';

/** Why ARR moved (row A2). The class is decided at customer level; each line keeps its own. */
export type Cause =
  | 'new'
  | 'expansion'
  | 'contraction'
  | 'churn'
  | 'reactivation'
  | 'transfer'
  | 'renewal'
  | 'renewal-uplift'
  | 'contracted-step'
  | 'price-escalator'
  | 'acquired'
  | 'fx'
  | 'adjustment';

export type Attributes = Readonly<Record<string, string>>;

/** Plan-currency ARR by how it came about (row A6); its sum is always the customer's ARR at plan rates. */
export type Stock = readonly [landed: bigint, expanded: bigint, renewalUplift: bigint];
export const NO_STOCK: Stock = [0n, 0n, 0n];

export interface EntryLine {
  readonly key: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  /** The product line's own class. */
  readonly cause: Cause;
  readonly deltaMinor: bigint;
  readonly planDeltaMinor: bigint;
}

export interface Renewed {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly planMinor: bigint;
}

/** The net movement of one customer, day and cause. Amounts are signed minor units: losses are negative. */
export interface Entry {
  readonly day: number;
  readonly cause: Cause;
  readonly attributes: Attributes;
  /** Only for a change of attributes: the ARR on `lines` moves from these to `attributes`. */
  readonly fromAttributes?: Attributes;
  readonly lines: readonly EntryLine[];
  readonly stock: Stock;
  /** Only for a renewal, whose amount is zero: the ARR that was renewed. */
  readonly renewed?: readonly Renewed[];
  readonly eventIds: readonly string[];
  /** Whether it corrects what was recorded before for this customer, day, cause and attributes. */
  readonly correction?: true;
}

/** What a customer looked like at the end of a day. */
export interface Closing {
  readonly lines: readonly LineValue[];
  /** Whether the customer ever had ARR. */
  readonly had: boolean;
  readonly stock: Stock;
}

export const NOTHING: Closing = { lines: [], had: false, stock: NO_STOCK };

export const sameAttributes = (a: Attributes, b: Attributes): boolean => {
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
};
