import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { assert } from '../../platform/bug.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import {
  attributesFromText,
  attributesText,
  copyRows,
  NO_SECTION,
  NUMBER_COLUMNS,
  newRows,
  picked,
  type Section,
  sliced,
} from './columns.ts';
import { canonical } from './join.ts';
import type { Names, Rows } from './rows.ts';

/**
 * How rows stand as bytes. A segment holds rows of one period of recording: the names that no segment before it has, in the order in which its
 * rows need them, then column by column how much each value differs from the one before, amounts at plan rate by how much they differ from the
 * amount itself; all of it deflated. Rows name texts by their places among the names of this segment and all before it, and stand by customer,
 * then in the order of the ledger. The same rows behind the same segments give the same bytes.
 */
const FORMAT = 1;
const LEVEL = 6;
export const MAX_SEGMENT_ROWS = 65_536;
const MAX_INFLATED_BYTES = 256_000_000;
/** What is inflated into at once: fewer, larger pieces. */
const CHUNK_BYTES = 65_536;

const KINDS = ['customers', 'attributes', 'lines', 'products', 'entities', 'currencies'] as const;
type Kind = (typeof KINDS)[number];
const COLUMNS_OF: readonly (readonly [
  Kind,
  readonly ('customer' | 'attributes' | 'fromAttributes' | 'line' | 'product' | 'entity' | 'currency')[],
])[] = [
  ['customers', ['customer']],
  ['attributes', ['attributes', 'fromAttributes']],
  ['lines', ['line']],
  ['products', ['product']],
  ['entities', ['entity']],
  ['currencies', ['currency']],
];

const textsOf = (names: Names, kind: Kind): readonly string[] =>
  kind === 'attributes' ? names.attributes.map(attributesText) : names[kind];

/** The names of all segments so far, by kind, in the order in which they came; attributes as texts. */
export class Dictionary {
  readonly #places: Readonly<Record<Kind, Map<string, number>>>;

  constructor() {
    this.#places = {
      customers: new Map(),
      attributes: new Map(),
      lines: new Map(),
      products: new Map(),
      entities: new Map(),
      currencies: new Map(),
    };
  }

  /** Takes in the names that a segment brings. */
  take(fresh: Fresh): void {
    for (const kind of KINDS) for (const text of fresh[kind]) this.#places[kind].set(text, this.#places[kind].size);
  }

  /** The places of texts that a column names, in the order of its rows; those that are new get the next ones. */
  number(
    kind: Kind,
    texts: readonly string[],
    columns: readonly Uint32Array[],
  ): { readonly fresh: string[]; readonly places: Uint32Array } {
    const known = this.#places[kind];
    const places = new Uint32Array(texts.length);
    const isPlaced = new Uint8Array(texts.length);
    const fresh: string[] = [];
    for (const column of columns) {
      for (const name of column) {
        if (isPlaced[name] === 1) continue;
        isPlaced[name] = 1;
        const text = texts[name] as string;
        const place = known.get(text) ?? known.size;
        if (place === known.size) {
          known.set(text, place);
          fresh.push(text);
        }
        places[name] = place;
      }
    }
    return { fresh, places };
  }
}

type Fresh = Readonly<Record<Kind, readonly string[]>>;

/** Rows of one segment under the numbers of the dictionary, by customer. */
const numbered = ({ rows, names }: Section, dictionary: Dictionary): { readonly rows: Rows; readonly fresh: Fresh } => {
  const fresh: Record<Kind, readonly string[]> = { customers: [], attributes: [], lines: [], products: [], entities: [], currencies: [] };
  let own = newRows(rows.length);
  copyRows(own, 0, rows);
  for (const [kind, columns] of COLUMNS_OF) {
    const taken = dictionary.number(
      kind,
      textsOf(names, kind),
      columns.map((column) => own[column]),
    );
    fresh[kind] = taken.fresh;
    for (const column of columns)
      for (let row = 0; row < own.length; row += 1) own[column][row] = taken.places[own[column][row] as number] as number;
    // From here on rows stand by customer, so that what is of one customer stands together.
    if (kind === 'customers') own = picked(own, byCustomer(own));
  }
  return { rows: own, fresh };
};

const byCustomer = ({ customer, length }: Rows): Uint32Array =>
  Uint32Array.from({ length }, (_, row) => row).sort((a, b) => (customer[a] as number) - (customer[b] as number) || a - b);

const encoded = (rows: Rows, fresh: Fresh): Uint8Array => {
  const writer = new ByteWriter();
  writer.number(FORMAT);
  writer.number(rows.length);
  writer.text(JSON.stringify(KINDS.map((kind) => fresh[kind])));
  for (const name of NUMBER_COLUMNS) {
    let before = 0;
    for (const value of rows[name]) {
      writer.number(value - before);
      before = value;
    }
  }
  for (const amount of rows.amountMinor) writer.amount(amount);
  for (const [row, plan] of rows.planMinor.entries()) writer.amount(plan - (rows.amountMinor[row] as bigint));
  return deflateRawSync(writer.bytes(), { level: LEVEL });
};

/** Rows of one period, in canonical form, as segments behind those that the dictionary knows. */
export const segmentsOf = ({ rows, names }: Section, dictionary: Dictionary): readonly Uint8Array[] => {
  const segments: Uint8Array[] = [];
  for (let from = 0; from < rows.length; from += MAX_SEGMENT_ROWS) {
    const part = { rows: sliced(rows, from, Math.min(rows.length, from + MAX_SEGMENT_ROWS)), names };
    const { rows: own, fresh } = numbered(part, dictionary);
    segments.push(encoded(own, fresh));
  }
  return segments;
};

const readerOf = (bytes: Uint8Array): { readonly reader: ByteReader; readonly length: number; readonly fresh: Fresh } => {
  const reader = new ByteReader(inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES, chunkSize: CHUNK_BYTES }));
  const format = reader.number();
  assert(format === FORMAT, `a segment of the ledger has format ${FORMAT}, not ${format}`);
  const length = reader.number();
  const texts = JSON.parse(reader.text()) as readonly (readonly string[])[];
  return { reader, length, fresh: Object.fromEntries(KINDS.map((kind, i) => [kind, texts[i]])) as Fresh };
};

const readRows = (reader: ByteReader, rows: Rows): void => {
  for (const name of NUMBER_COLUMNS) reader.sums(rows[name]);
  for (let row = 0; row < rows.length; row += 1) rows.amountMinor[row] = reader.amount();
  for (let row = 0; row < rows.length; row += 1) rows.planMinor[row] = reader.amount() + (rows.amountMinor[row] as bigint);
  assert(reader.isAtEnd(), 'a segment of the ledger ends with its last column');
};

/** The names that a segment brings. */
export const freshOf = (bytes: Uint8Array): Fresh => readerOf(bytes).fresh;

/** Takes consecutive segments one by one, from the first one on, and makes one section of them: so that one is decoded while others are being read. */
export class SegmentReader {
  readonly #fresh: Fresh[] = [];
  readonly #parts: Rows[] = [];

  /** Of a segment that is not wanted only the names are taken. */
  take(bytes: Uint8Array, isWanted = true): void {
    const { reader, length, fresh } = readerOf(bytes);
    this.#fresh.push(fresh);
    if (!isWanted) return;
    const rows = newRows(length);
    readRows(reader, rows);
    this.#parts.push(rows);
  }

  /** In canonical form. */
  section(): Section {
    if (this.#parts.length === 0) return NO_SECTION;
    const rows = newRows(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#parts) {
      copyRows(rows, at, part);
      at += part.length;
    }
    const all = (kind: Kind): string[] => this.#fresh.flatMap((fresh) => fresh[kind]);
    return canonical({
      rows,
      names: {
        customers: all('customers'),
        attributes: all('attributes').map(attributesFromText),
        lines: all('lines'),
        products: all('products'),
        entities: all('entities'),
        currencies: all('currencies'),
      },
    });
  }
}

/** All rows of consecutive segments from the first one on, in canonical form; with `from`, only those of the segments from this one on. */
export const sectionFrom = (segments: readonly Uint8Array[], from = 0): Section => {
  const reader = new SegmentReader();
  for (const [i, bytes] of segments.entries()) reader.take(bytes, i >= from);
  return reader.section();
};
