import { pickNumbers } from '../ledger/columns.ts';
import { CAUSES, type ToldRows } from '../ledger/rows.ts';
import { grown } from './grown.ts';

const FX = CAUSES.indexOf('fx');
const ADJUSTMENT = CAUSES.indexOf('adjustment');
const GROWTH = 1.5;
const FIRST_FX = 1_024;
const PICKED_COLUMNS = [
  'customer',
  'cause',
  'lineCause',
  'attributes',
  'fromAttributes',
  'product',
  'entity',
  'currency',
] as const satisfies readonly (keyof ToldRows)[];

/** Rows that are told like those of a ledger: which one, on which day, and of what amount. The other columns are made of that at the end, one by one. */
export class Told {
  readonly #of: ToldRows;
  #length = 0;
  #like: Uint32Array;
  #day: Int32Array;
  #planMinor: BigInt64Array;
  /** Places of the rows among them that are FX, and under which attributes. */
  #fxLength = 0;
  #fxAt = new Uint32Array(FIRST_FX);
  #fxAttributes = new Uint32Array(FIRST_FX);

  /** Made with room for so many rows. */
  constructor(of: ToldRows, room: number) {
    this.#of = of;
    this.#like = new Uint32Array(room);
    this.#day = new Int32Array(room);
    this.#planMinor = new BigInt64Array(room);
  }

  /** A row like another one, on a day, of an amount. */
  like(row: number, day: number, amount: bigint): void {
    if (this.#length === this.#like.length) this.#grow();
    this.#like[this.#length] = row;
    this.#day[this.#length] = day;
    this.#planMinor[this.#length] = amount;
    this.#length += 1;
  }

  /** The same as FX under some attributes. */
  fx(row: number, day: number, amount: bigint, attributes: number): void {
    if (this.#fxLength === this.#fxAt.length) {
      this.#fxAt = grown(this.#fxAt, 2 * this.#fxLength);
      this.#fxAttributes = grown(this.#fxAttributes, 2 * this.#fxLength);
    }
    this.#fxAt[this.#fxLength] = this.#length;
    this.#fxAttributes[this.#fxLength] = attributes;
    this.#fxLength += 1;
    this.like(row, day, amount);
  }

  rows(): ToldRows {
    const length = this.#length;
    const rows: ToldRows = {
      length,
      day: this.#day.subarray(0, length),
      planMinor: this.#planMinor.subarray(0, length),
      customer: new Uint32Array(length),
      cause: new Uint8Array(length),
      lineCause: new Uint8Array(length),
      attributes: new Uint32Array(length),
      fromAttributes: new Uint32Array(length),
      product: new Uint32Array(length),
      entity: new Uint32Array(length),
      currency: new Uint32Array(length),
    };
    const like = this.#like.subarray(0, length);
    for (const name of PICKED_COLUMNS) pickNumbers(rows[name], this.#of[name], like);
    for (let i = 0; i < this.#fxLength; i += 1) {
      const [at, attributes] = [this.#fxAt[i] as number, this.#fxAttributes[i] as number];
      rows.cause[at] = FX;
      if (rows.lineCause[at] !== ADJUSTMENT) rows.lineCause[at] = FX;
      rows.attributes[at] = attributes;
      rows.fromAttributes[at] = attributes;
    }
    return rows;
  }

  #grow(): void {
    const room = Math.ceil(GROWTH * this.#length) + 1;
    this.#like = grown(this.#like, room);
    this.#day = grown(this.#day, room);
    this.#planMinor = grown(this.#planMinor, room);
  }
}
