import {
  attributesFromText,
  attributesText,
  copyRows,
  NO_SECTION,
  type Numbers,
  newRows,
  picked,
  reorder,
  type Section,
  sliced,
} from './columns.ts';
import type { Names, Rows } from './rows.ts';

/** Two lists of texts in order as one; the longer one itself where the other adds nothing. */
const merged = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const all: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [one, other] = [a[i] as string, b[j] as string];
    all.push(other < one ? other : one);
    if (one <= other) i += 1;
    if (other <= one) j += 1;
  }
  while (i < a.length) all.push(a[i++] as string);
  while (j < b.length) all.push(b[j++] as string);
  const longer = a.length < b.length ? b : a;
  return all.length === longer.length ? longer : all;
};

const union = (lists: readonly (readonly string[])[]): readonly string[] => {
  const half = lists.length >>> 1;
  return half === 0 ? (lists[0] ?? []) : merged(union(lists.slice(0, half)), union(lists.slice(half)));
};

/** Where the texts of a list stand in one that has them all, both in order; undefined where each stands where it stood. */
const placesIn = (all: readonly string[], list: readonly string[]): Uint32Array | undefined => {
  if (list === all) return undefined;
  let at = -1;
  const places = Uint32Array.from(list, (text) => {
    do at += 1;
    while (all[at] !== text);
    return at;
  });
  return at === list.length - 1 ? undefined : places;
};

const renumber = (column: Uint32Array, places: Uint32Array | undefined): void => {
  if (places === undefined) return;
  for (let i = 0; i < column.length; i += 1) column[i] = places[column[i] as number] as number;
};

type Texts = Omit<Names, 'attributes'> & { readonly attributes: readonly string[] };
const KINDS = ['customers', 'attributes', 'lines', 'products', 'entities', 'currencies'] as const satisfies readonly (keyof Names)[];
const textsOf = (names: Names): Texts => ({ ...names, attributes: names.attributes.map(attributesText) });
const namesOf = (texts: Texts): Names => ({ ...texts, attributes: texts.attributes.map(attributesFromText) });

/** By kind of name. */
type Places = Readonly<Record<(typeof KINDS)[number], Uint32Array | undefined>>;
const byKind = <T>(of: (kind: (typeof KINDS)[number]) => T) =>
  Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as Record<(typeof KINDS)[number], T>;

const renumberAll = (rows: Rows, places: Places): void => {
  renumber(rows.customer, places.customers);
  renumber(rows.attributes, places.attributes);
  renumber(rows.fromAttributes, places.attributes);
  renumber(rows.line, places.lines);
  renumber(rows.product, places.products);
  renumber(rows.entity, places.entities);
  renumber(rows.currency, places.currencies);
};

/** Rows one after the other, under names that they share. */
const concatenated = (sections: readonly Section[]): Section => {
  const texts = sections.map(({ names }) => textsOf(names));
  const all = byKind((kind) => union(texts.map((own) => own[kind])));
  const rows = newRows(sections.reduce((sum, section) => sum + section.rows.length, 0));
  let at = 0;
  for (const [i, section] of sections.entries()) {
    copyRows(rows, at, section.rows);
    renumberAll(
      sliced(rows, at, at + section.rows.length),
      byKind((kind) => placesIn(all[kind], (texts[i] as Texts)[kind])),
    );
    at += section.rows.length;
  }
  return { rows, names: namesOf(all) };
};

/** Where texts that differ from each other stand once they are in order. */
const ranksOf = (texts: readonly string[]): Uint32Array => {
  const order = Uint32Array.from(texts, (_, i) => i).sort((a, b) => ((texts[a] as string) < (texts[b] as string) ? -1 : 1));
  const ranks = new Uint32Array(texts.length);
  for (const [rank, place] of order.entries()) ranks[place] = rank;
  return ranks;
};

const ranked = (texts: readonly string[], ranks: Uint32Array): readonly string[] => {
  const inOrder = texts.slice();
  for (const [i, text] of texts.entries()) inOrder[ranks[i] as number] = text;
  return inOrder;
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
  for (let i = 1; i < column.length; i += 1) {
    const value = column[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  // More values than counting has room for: few rows far apart.
  if (most - least > MAX_COUNTED) return places.slice().sort((a, b) => (column[a] as number) - (column[b] as number));
  const starts = new Uint32Array(most - least + 2);
  for (let i = 0; i < column.length; i += 1) {
    const next = (column[i] as number) - least + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let i = 1; i < starts.length; i += 1) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  const sorted = new Uint32Array(places.length);
  for (let i = 0; i < places.length; i += 1) {
    const bucket = (column[places[i] as number] as number) - least;
    const at = starts[bucket] as number;
    sorted[at] = places[i] as number;
    starts[bucket] = at + 1;
  }
  return sorted;
};

const MAX_COUNTED = 4_000_000;

/** Places of all rows in the order of the ledger; equal ones stay as they stood. */
const orderOf = (rows: Rows): Uint32Array => {
  const all: Uint32Array = new Uint32Array(rows.length);
  for (let i = 0; i < all.length; i += 1) all[i] = i;
  const places = sortedBy(rows.day, sortedBy(rows.customer, all));
  // What one customer has on one day are few rows, mostly in order already.
  for (let i = 1; i < places.length; i += 1) {
    const own = places[i] as number;
    let at = i;
    for (; at > 0 && compare(rows, places[at - 1] as number, own) > 0; at -= 1) places[at] = places[at - 1] as number;
    places[at] = own;
  }
  return places;
};

/**
 * Sections as one, in canonical form: what several of them hold is in it once, and the order of the sections does not show. Each holds its
 * movements whole, in canonical form of its own.
 */
export const joined = (sections: readonly Section[]): Section => {
  const filled = sections.filter(({ rows }) => rows.length > 0);
  if (filled.length < 2) return filled[0] ?? NO_SECTION;
  const { rows, names } = concatenated(filled);
  const origin = new Uint32Array(rows.length);
  let at = 0;
  for (const [i, own] of filled.entries()) {
    origin.fill(i, at, at + own.rows.length);
    at += own.rows.length;
  }
  if (isSorted(rows, origin)) return { rows, names };
  return { rows: picked(rows, once(rows, origin, orderOf(rows))), names };
};

/**
 * Rows in whatever order and under names in whatever order, each once, in canonical form; lines of one movement stay in theirs. The rows that are
 * handed in are used up.
 */
export const canonical = ({ rows, names }: Section): Section => {
  const texts = textsOf(names);
  const ranks = byKind((kind) => ranksOf(texts[kind]));
  renumberAll(rows, ranks);
  reorder(rows, orderOf(rows));
  return { rows, names: namesOf(byKind((kind) => ranked(texts[kind], ranks[kind]))) };
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
