import type { Names, ToldRows } from '../ledger/rows.ts';

/** Dimensions that a line has, beside the attributes of its customer. */
const LINE_DIMENSIONS = ['product', 'entity', 'currency'] as const;

/** Value of what has none: a customer without the attribute. */
export const NO_VALUE = '';

/**
 * A dimension over a ledger's rows: row `i` counts in `values[lookup[column[i]]]`, and what a transfer moves comes out of
 * `values[lookup[from[i]]]`. All values together are the total.
 */
export interface Cut {
  readonly dimension: string;
  readonly values: readonly string[];
  readonly column: Uint32Array;
  readonly from: Uint32Array;
  readonly lookup: Uint32Array;
  /**
   * Whether a customer has a part of its own in each value, as of products, entities and currencies. Otherwise it is in one value at a time.
   * Parts are looked at one by one: who goes from one product to another has left the first.
   */
  readonly ofParts: boolean;
}

/** Everything as one value. */
export const uncut = (rows: ToldRows, names: Names): Cut => ({
  dimension: 'total',
  values: [NO_VALUE],
  column: rows.attributes,
  from: rows.attributes,
  lookup: new Uint32Array(names.attributes.length),
  ofParts: false,
});

/** Attributes that any customer ever had, in alphabetical order, and what lines can be cut by. */
export const dimensionsOf = ({ attributes }: Names): readonly string[] => {
  const found = new Set<string>(LINE_DIMENSIONS);
  for (const set of attributes) for (const name of Object.keys(set)) found.add(name);
  return [...found].sort();
};

/** The rows cut by a dimension, each in the value of its own day; undefined where there is none of that name. */
export const cutBy = (rows: ToldRows, names: Names, dimension: string): Cut | undefined => {
  if (dimension === 'product') return ofLines(dimension, names.products, rows.product);
  if (dimension === 'entity') return ofLines(dimension, names.entities, rows.entity);
  if (dimension === 'currency') return ofLines(dimension, names.currencies, rows.currency);
  if (!dimensionsOf(names).includes(dimension)) return undefined;
  const values = [...new Set(names.attributes.map((set) => set[dimension] ?? NO_VALUE))].sort();
  const places = new Map(values.map((value, place) => [value, place]));
  const lookup = Uint32Array.from(names.attributes, (set) => places.get(set[dimension] ?? NO_VALUE) ?? 0);
  return { dimension, values, column: rows.attributes, from: rows.fromAttributes, lookup, ofParts: false };
};

const ofLines = (dimension: string, values: readonly string[], column: Uint32Array): Cut => ({
  dimension,
  values,
  column,
  from: column,
  lookup: Uint32Array.from(values, (_, place) => place),
  ofParts: true,
});
