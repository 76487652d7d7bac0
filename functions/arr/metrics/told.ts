import { CAUSES, type ToldRows } from '../ledger/rows.ts';

const FX = CAUSES.indexOf('fx');
const ADJUSTMENT = CAUSES.indexOf('adjustment');
const GROWTH = 1.5;
const TOLD_COLUMNS = [
  'customer',
  'day',
  'cause',
  'lineCause',
  'attributes',
  'fromAttributes',
  'product',
  'entity',
  'currency',
  'planMinor',
] as const satisfies readonly (keyof ToldRows)[];

/** So many rows: new ones, or the first of others, in the same memory. */
const toldRows = (length: number, of?: ToldRows): ToldRows => ({
  length,
  customer: of?.customer.subarray(0, length) ?? new Uint32Array(length),
  day: of?.day.subarray(0, length) ?? new Int32Array(length),
  cause: of?.cause.subarray(0, length) ?? new Uint8Array(length),
  lineCause: of?.lineCause.subarray(0, length) ?? new Uint8Array(length),
  attributes: of?.attributes.subarray(0, length) ?? new Uint32Array(length),
  fromAttributes: of?.fromAttributes.subarray(0, length) ?? new Uint32Array(length),
  product: of?.product.subarray(0, length) ?? new Uint32Array(length),
  entity: of?.entity.subarray(0, length) ?? new Uint32Array(length),
  currency: of?.currency.subarray(0, length) ?? new Uint32Array(length),
  planMinor: of?.planMinor.subarray(0, length) ?? new BigInt64Array(length),
});

/** Rows as they are told, in columns that grow. */
export class Told {
  #rows: ToldRows;
  #length = 0;

  /** Made with room for so many rows. */
  constructor(room: number) {
    this.#rows = toldRows(room);
  }

  /** A row like another one, on a day, of an amount. */
  like(rows: ToldRows, row: number, day: number, amount: bigint): void {
    if (this.#length === this.#rows.length) this.#grow();
    const [own, at] = [this.#rows, this.#length];
    own.customer[at] = rows.customer[row] as number;
    own.day[at] = day;
    own.cause[at] = rows.cause[row] as number;
    own.lineCause[at] = rows.lineCause[row] as number;
    own.attributes[at] = rows.attributes[row] as number;
    own.fromAttributes[at] = rows.fromAttributes[row] as number;
    own.product[at] = rows.product[row] as number;
    own.entity[at] = rows.entity[row] as number;
    own.currency[at] = rows.currency[row] as number;
    own.planMinor[at] = amount;
    this.#length += 1;
  }

  /** The same as FX under some attributes. */
  fx(rows: ToldRows, row: number, day: number, amount: bigint, attributes: number): void {
    this.like(rows, row, day, amount);
    const [own, at] = [this.#rows, this.#length - 1];
    own.cause[at] = FX;
    if (own.lineCause[at] !== ADJUSTMENT) own.lineCause[at] = FX;
    own.attributes[at] = attributes;
    own.fromAttributes[at] = attributes;
  }

  rows(): ToldRows {
    return toldRows(this.#length, this.#rows);
  }

  #grow(): void {
    const larger = toldRows(Math.ceil(GROWTH * this.#length) + 1);
    for (const name of TOLD_COLUMNS) larger[name].set(this.#rows[name] as never);
    this.#rows = larger;
  }
}
