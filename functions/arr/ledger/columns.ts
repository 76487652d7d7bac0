import type { Names, Rows } from './rows.ts';

/** Rows with the texts that they name. In canonical form rows stand in their order and names are sorted, so that one set of movements has one form. */
export interface Section {
  readonly rows: Rows;
  readonly names: Names;
}

export const newRows = (length: number): Rows => ({
  length,
  customer: new Uint32Array(length),
  version: new Uint32Array(length),
  number: new Uint16Array(length),
  day: new Int32Array(length),
  recordedAt: new Uint32Array(length),
  cause: new Uint8Array(length),
  lineCause: new Uint8Array(length),
  correction: new Uint8Array(length),
  attributes: new Uint32Array(length),
  fromAttributes: new Uint32Array(length),
  line: new Uint32Array(length),
  product: new Uint32Array(length),
  entity: new Uint32Array(length),
  currency: new Uint32Array(length),
  amountMinor: new BigInt64Array(length),
  planMinor: new BigInt64Array(length),
});

export const NO_NAMES: Names = { customers: [], attributes: [], lines: [], products: [], entities: [], currencies: [] };
export const NO_SECTION: Section = { rows: newRows(0), names: NO_NAMES };

/** Rows from one place to another, the end not included: views of the same memory. */
export const sliced = (rows: Rows, from: number, to: number): Rows => ({
  length: to - from,
  customer: rows.customer.subarray(from, to),
  version: rows.version.subarray(from, to),
  number: rows.number.subarray(from, to),
  day: rows.day.subarray(from, to),
  recordedAt: rows.recordedAt.subarray(from, to),
  cause: rows.cause.subarray(from, to),
  lineCause: rows.lineCause.subarray(from, to),
  correction: rows.correction.subarray(from, to),
  attributes: rows.attributes.subarray(from, to),
  fromAttributes: rows.fromAttributes.subarray(from, to),
  line: rows.line.subarray(from, to),
  product: rows.product.subarray(from, to),
  entity: rows.entity.subarray(from, to),
  currency: rows.currency.subarray(from, to),
  amountMinor: rows.amountMinor.subarray(from, to),
  planMinor: rows.planMinor.subarray(from, to),
});

export type Numbers = Uint32Array | Uint16Array | Uint8Array | Int32Array;
/** Columns of plain numbers. */
export const NUMBER_COLUMNS = [
  'customer',
  'version',
  'number',
  'day',
  'recordedAt',
  'cause',
  'lineCause',
  'correction',
  'attributes',
  'fromAttributes',
  'line',
  'product',
  'entity',
  'currency',
] as const satisfies readonly (keyof Rows)[];
export const AMOUNT_COLUMNS = ['amountMinor', 'planMinor'] as const satisfies readonly (keyof Rows)[];

/** Copies rows to `at` on. */
export const copyRows = (target: Rows, at: number, source: Rows): void => {
  for (const column of NUMBER_COLUMNS) target[column].set(source[column], at);
  for (const column of AMOUNT_COLUMNS) target[column].set(source[column], at);
};

/** The rows at some places, in the order of the places. */
export const picked = (rows: Rows, places: Uint32Array): Rows => {
  const chosen = newRows(places.length);
  for (const column of NUMBER_COLUMNS) pickNumbers(chosen[column], rows[column], places);
  for (const column of AMOUNT_COLUMNS) pickAmounts(chosen[column], rows[column], places);
  return chosen;
};

const pickAmounts = (to: BigInt64Array, from: BigInt64Array, places: Uint32Array): void => {
  for (let i = 0; i < places.length; i += 1) to[i] = from[places[i] as number] as bigint;
};

/** Numbers at some places, in the order of the places. Columns of each width have a loop of their own: one for all takes three times as long. */
export const pickNumbers = (to: Numbers, from: Numbers, places: Uint32Array): void => {
  const [own, other] = [unsigned(to), unsigned(from)];
  if (own instanceof Uint32Array) pick32(own, other as Uint32Array, places);
  else if (own instanceof Uint16Array) pick16(own, other as Uint16Array, places);
  else pick8(own, other as Uint8Array, places);
};

const unsigned = (column: Numbers): Uint32Array | Uint16Array | Uint8Array =>
  column instanceof Int32Array ? new Uint32Array(column.buffer, column.byteOffset, column.length) : column;

const pick32 = (to: Uint32Array, from: Uint32Array, places: Uint32Array): void => {
  for (let i = 0; i < places.length; i += 1) to[i] = from[places[i] as number] as number;
};
const pick16 = (to: Uint16Array, from: Uint16Array, places: Uint32Array): void => {
  for (let i = 0; i < places.length; i += 1) to[i] = from[places[i] as number] as number;
};
const pick8 = (to: Uint8Array, from: Uint8Array, places: Uint32Array): void => {
  for (let i = 0; i < places.length; i += 1) to[i] = from[places[i] as number] as number;
};

/** Puts rows in another order: that of places, all of them. */
export const reorder = (rows: Rows, places: Uint32Array): void => {
  const [wide, middle, narrow] = [new Uint32Array(rows.length), new Uint16Array(rows.length), new Uint8Array(rows.length)];
  for (const name of NUMBER_COLUMNS) {
    const column = rows[name];
    const before = column instanceof Uint8Array ? narrow : column instanceof Uint16Array ? middle : wide;
    before.set(unsigned(column));
    pickNumbers(column, before, places);
  }
  const before = new BigInt64Array(rows.length);
  for (const name of AMOUNT_COLUMNS) {
    before.set(rows[name]);
    pickAmounts(rows[name], before, places);
  }
};

/** The rows that are to stay, with the names of all. */
export const filtered = (rows: Rows, stays: (row: number) => boolean): Rows => {
  const places = new Uint32Array(rows.length);
  let count = 0;
  for (let row = 0; row < rows.length; row += 1) {
    if (!stays(row)) continue;
    places[count] = row;
    count += 1;
  }
  return count === rows.length ? rows : picked(rows, places.subarray(0, count));
};

/** One text for one set of attributes. */
export const attributesText = (attributes: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
export const attributesFromText = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(JSON.parse(text) as [string, string][]);

/** By the order of UTF-16 units, the same on every machine. */
export const inOrder = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort();
export const placesOf = (texts: readonly string[]): ReadonlyMap<string, number> => new Map(texts.map((text, i) => [text, i]));

/** The first row of this day or a later one. */
export const firstFrom = ({ day, length }: Rows, from: number): number => {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((day[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
};
