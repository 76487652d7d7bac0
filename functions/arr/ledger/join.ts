import {
  attributesFromText,
  attributesText,
  copyRows,
  inOrder,
  NO_SECTION,
  type Numbers,
  newRows,
  picked,
  placesOf,
  type Section,
  sliced,
} from './columns.ts';
import type { Rows } from './rows.ts';

const isInOrder = (texts: readonly string[]): boolean => texts.every((text, i) => i === 0 || (texts[i - 1] as string) < text);

/** Lists of texts as one, sorted, and where those of each list stand in it; undefined where they stand where they stood. */
const union = (
  lists: readonly (readonly string[])[],
): { readonly all: readonly string[]; readonly places: (Uint32Array | undefined)[] } => {
  const longest = lists.reduce((most, list) => (list.length > most.length ? list : most));
  const known = new Set(longest);
  // Mostly a little is added to what is large and sorted.
  const isWhole = isInOrder(longest) && lists.every((list) => list === longest || list.every((text) => known.has(text)));
  const all = isWhole ? longest : inOrder(lists.flat());
  const places = lists.length === 1 && isWhole ? undefined : placesOf(all);
  return {
    all,
    places: lists.map((list) => {
      if (places === undefined || list === all) return undefined;
      const own = Uint32Array.from(list, (text) => places.get(text) as number);
      return own.every((place, i) => place === i) ? undefined : own;
    }),
  };
};

const renumber = (column: Uint32Array, places: Uint32Array | undefined): void => {
  if (places === undefined) return;
  for (let i = 0; i < column.length; i += 1) column[i] = places[column[i] as number] as number;
};

/** Rows one after the other, under names that they share. */
const concatenated = (sections: readonly Section[]): Section => {
  const customers = union(sections.map(({ names }) => names.customers));
  const attributes = union(sections.map(({ names }) => names.attributes.map(attributesText)));
  const lines = union(sections.map(({ names }) => names.lines));
  const products = union(sections.map(({ names }) => names.products));
  const entities = union(sections.map(({ names }) => names.entities));
  const currencies = union(sections.map(({ names }) => names.currencies));
  const rows = newRows(sections.reduce((sum, section) => sum + section.rows.length, 0));
  let at = 0;
  for (const [i, section] of sections.entries()) {
    copyRows(rows, at, section.rows);
    const own = sliced(rows, at, at + section.rows.length);
    renumber(own.customer, customers.places[i]);
    renumber(own.attributes, attributes.places[i]);
    renumber(own.fromAttributes, attributes.places[i]);
    renumber(own.line, lines.places[i]);
    renumber(own.product, products.places[i]);
    renumber(own.entity, entities.places[i]);
    renumber(own.currency, currencies.places[i]);
    at += section.rows.length;
  }
  return {
    rows,
    names: {
      customers: customers.all,
      attributes: attributes.all.map(attributesFromText),
      lines: lines.all,
      products: products.all,
      entities: entities.all,
      currencies: currencies.all,
    },
  };
};

/** Whether two rows are of one movement. */
export const sameMovement = ({ day, customer, version, number }: Rows, a: number, b: number): boolean =>
  number[a] === number[b] && version[a] === version[b] && customer[a] === customer[b] && day[a] === day[b];

/** By day, customer, version and number; lines of one movement compare as equal. */
const compare = ({ day, customer, version, number }: Rows, a: number, b: number): number =>
  (day[a] as number) - (day[b] as number) ||
  (customer[a] as number) - (customer[b] as number) ||
  (version[a] as number) - (version[b] as number) ||
  (number[a] as number) - (number[b] as number);

/** Sorts places by a column, keeping the order of equal ones. */
const sortedBy = (column: Numbers, places: Uint32Array): Uint32Array => {
  if (places.length === 0) return places;
  let [least, most] = [column[0] as number, column[0] as number];
  for (const value of column) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  // More values than counting has room for: few rows far apart.
  if (most - least > MAX_COUNTED) return places.slice().sort((a, b) => (column[a] as number) - (column[b] as number));
  const starts = new Uint32Array(most - least + 2);
  for (const value of column) starts[value - least + 1] = (starts[value - least + 1] as number) + 1;
  for (let i = 1; i < starts.length; i += 1) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  const sorted = new Uint32Array(places.length);
  for (const place of places) {
    const bucket = (column[place] as number) - least;
    const at = starts[bucket] as number;
    sorted[at] = place;
    starts[bucket] = at + 1;
  }
  return sorted;
};

const MAX_COUNTED = 4_000_000;

/**
 * Sections as one, in canonical form: what several of them hold is in it once, and the order of the sections does not show. Each holds its
 * movements whole, in canonical form of its own.
 */
export const joined = (sections: readonly Section[]): Section => {
  const filled = sections.filter(({ rows }) => rows.length > 0);
  return filled.length < 2 ? (filled[0] ?? NO_SECTION) : sorted(filled);
};

/** Rows in whatever order and under names in whatever order, in canonical form; lines of one movement stay in theirs. */
export const canonical = (section: Section): Section => sorted([section]);

const sorted = (sections: readonly Section[]): Section => {
  const { rows, names } = concatenated(sections);
  const origin = new Uint32Array(rows.length);
  let at = 0;
  for (const [i, own] of sections.entries()) {
    origin.fill(i, at, at + own.rows.length);
    at += own.rows.length;
  }
  if (isSorted(rows, origin)) return { rows, names };
  let places: Uint32Array = Uint32Array.from({ length: rows.length }, (_, i) => i);
  for (const column of ['number', 'version', 'customer', 'day'] as const) places = sortedBy(rows[column], places);
  return { rows: picked(rows, once(rows, origin, places)), names };
};

/** Whether rows of sections one behind the other stand in order, none of them twice. */
const isSorted = (rows: Rows, origin: Uint32Array): boolean => {
  for (let row = 1; row < rows.length; row += 1) {
    const order = compare(rows, row - 1, row);
    if (order > 0 || (order === 0 && origin[row - 1] !== origin[row])) return false;
  }
  return true;
};

/** Places without those of movements that a section before tells already. */
const once = (rows: Rows, origin: Uint32Array, places: Uint32Array): Uint32Array => {
  let count = 0;
  let first = 0;
  for (const place of places) {
    if (count > 0 && sameMovement(rows, first, place)) {
      if (origin[first] !== origin[place]) continue;
    } else first = place;
    places[count] = place;
    count += 1;
  }
  return places.subarray(0, count);
};
