import type { Cause } from '../movements/movements.ts';

/**
 * Movements of one profile in columns: row `i` is one line of one movement. A renewal's rows carry the ARR that was renewed and move nothing;
 * a transfer's rows carry the ARR that goes from one set of attributes to another, and move nothing in total. Rows stand in the order of day,
 * customer, version, number and line.
 */
export interface Rows {
  readonly length: number;
  /** Customer, in `names.customers`. */
  readonly customer: Uint32Array;
  /** Version of the customer's recording, and number of the movement in it: with customer and day, the movement's id. */
  readonly version: Uint32Array;
  readonly number: Uint16Array;
  /** Day on which it took effect, in days since 1970-01-01. */
  readonly day: Int32Array;
  /** Second in which it was recorded, in seconds since 1970. */
  readonly recordedAt: Uint32Array;
  /** Why the customer moved, and why the line did: places in `CAUSES`. An adjustment's line has that cause whatever moved it. */
  readonly cause: Uint8Array;
  readonly lineCause: Uint8Array;
  /** 1 where movements of this customer, day and cause had been recorded before. */
  readonly correction: Uint8Array;
  /** The customer's attributes on the day, and those before a transfer (otherwise the same), in `names.attributes`. */
  readonly attributes: Uint32Array;
  readonly fromAttributes: Uint32Array;
  /** The commercial line, in `names.lines`. */
  readonly line: Uint32Array;
  readonly product: Uint32Array;
  readonly entity: Uint32Array;
  readonly currency: Uint32Array;
  /** Signed minor units of the line's currency, and of the plan currency at plan rate. */
  readonly amountMinor: BigInt64Array;
  readonly planMinor: BigInt64Array;
}

/** The columns that figures over customers are folded from, in one money: `planMinor`. */
export type ToldRows = Pick<
  Rows,
  'length' | 'customer' | 'day' | 'cause' | 'lineCause' | 'attributes' | 'fromAttributes' | 'product' | 'entity' | 'currency' | 'planMinor'
>;

/** Texts that rows name by number. */
export interface Names {
  readonly customers: readonly string[];
  readonly attributes: readonly Readonly<Record<string, string>>[];
  readonly lines: readonly string[];
  readonly products: readonly string[];
  readonly entities: readonly string[];
  readonly currencies: readonly string[];
}

/** Causes in the order of their numbers; new ones are appended. */
export const CAUSES = [
  'new',
  'expansion',
  'contraction',
  'churn',
  'reactivation',
  'transfer',
  'renewal',
  'renewal-uplift',
  'contracted-step',
  'price-escalator',
  'acquired',
  'fx',
  'adjustment',
] as const satisfies readonly Cause[];

/** A profile's movements as they are known through a time of recording. */
export interface Ledger {
  readonly profile: string;
  readonly planCurrency: string;
  readonly rows: Rows;
  readonly names: Names;
  /** All that was recorded before this second is in it; in seconds since 1970. */
  readonly through: number;
}
