import { CAUSES, type ToldRows } from '../ledger/rows.ts';
import type { Cut } from './cut.ts';
import { grown } from './grown.ts';

const RENEWAL = CAUSES.indexOf('renewal');
const NEW = CAUSES.indexOf('new');
const ADJUSTMENT = CAUSES.indexOf('adjustment');

/** Before any day, and no place. */
export const NEVER = -2_147_483_648;
const NONE = -1;

/**
 * How every unit stands at the end of a day, without adjustments by hand: a customer, or its part in one value (see `Cut.ofParts`). Place `u` of each column is one unit, in the
 * order in which they first came. The columns change as time goes on: who needs them later copies them.
 */
export interface Standing {
  readonly units: number;
  /** Its ARR, and the value in which it counts. */
  readonly arr: BigInt64Array;
  readonly value: Uint32Array;
  /** The last day before it had the ARR that it has: whoever has none left on a later day. */
  readonly emptyOn: Int32Array;
  /** The last day on which it came as new (also after it had been gone, where the profile calls that new), and the value into which it came. */
  readonly newOn: Int32Array;
  readonly newValue: Uint32Array;
  /** The first look on or after the day of its first ARR, or −1, and the value in which it had that. */
  readonly firstLook: Int32Array;
  readonly firstValue: Uint32Array;
}

const FIRST_UNITS = 1024;
const FIRST_TOUCHED = 16;

/** Goes through time with all units at once: rows stand in its order, so that nothing is sorted. */
class Walk implements Standing {
  units = 0;
  arr = new BigInt64Array(FIRST_UNITS);
  value = new Uint32Array(FIRST_UNITS);
  emptyOn = new Int32Array(FIRST_UNITS);
  newOn = new Int32Array(FIRST_UNITS);
  newValue = new Uint32Array(FIRST_UNITS);
  firstLook = new Int32Array(FIRST_UNITS);
  firstValue = new Uint32Array(FIRST_UNITS);
  readonly #rows: ToldRows;
  readonly #cut: Cut;
  /** Whether a unit had ARR at the end of its last day. */
  #isThere = new Uint8Array(FIRST_UNITS);
  /** What it gained as new on the day. */
  #gained = new BigInt64Array(FIRST_UNITS);
  /** Units of a customer, the newest first: few, found by looking at each. */
  #head = new Int32Array(FIRST_UNITS).fill(NONE);
  #next = new Int32Array(FIRST_UNITS);
  /** Units that a day's rows are of. */
  #touched = new Uint32Array(FIRST_TOUCHED);
  #touchedCount = 0;
  /** ARR of one customer by value on one day: the value in which it began stands first. */
  readonly #values: Uint32Array;
  readonly #amounts: BigInt64Array;
  #valueCount = 0;

  constructor(rows: ToldRows, cut: Cut) {
    this.#rows = rows;
    this.#cut = cut;
    this.#values = new Uint32Array(cut.values.length);
    this.#amounts = new BigInt64Array(cut.values.length);
  }

  /** One customer's day: rows `[start, end)`. */
  take(start: number, end: number, look: number): void {
    for (let row = start; row < end; row += 1) if (this.#rows.cause[row] !== RENEWAL) this.#apply(row, end - start > 1);
    const today = this.#rows.day[start] as number;
    for (let i = 0; i < this.#touchedCount; i += 1) this.#endDay(this.#touched[i] as number, today, look);
    this.#touchedCount = 0;
    this.#valueCount = 0;
  }

  #apply(row: number, isOneOfSeveral: boolean): void {
    const { customer, cause, lineCause, attributes, fromAttributes, planMinor } = this.#rows;
    if (lineCause[row] === ADJUSTMENT) return;
    const { lookup, column, from, ofParts } = this.#cut;
    const value = lookup[column[row] as number] as number;
    const isTransfer = attributes[row] !== fromAttributes[row];
    if (isTransfer && ofParts) return;
    const unit = this.#unit(customer[row] as number, value);
    this.#touch(unit);
    if (!ofParts && (isTransfer || isOneOfSeveral || value !== this.value[unit])) {
      if (this.#valueCount === 0) this.#add(this.value[unit] as number, this.arr[unit] as bigint);
      if (isTransfer) this.#add(lookup[from[row] as number] as number, -(planMinor[row] as bigint));
      this.#add(value, planMinor[row] as bigint);
    }
    if (isTransfer) return;
    this.arr[unit] = (this.arr[unit] as bigint) + (planMinor[row] as bigint);
    if (cause[row] === NEW) this.#gained[unit] = (this.#gained[unit] as bigint) + (planMinor[row] as bigint);
  }

  #endDay(unit: number, today: number, look: number): void {
    if (this.#valueCount > 0) this.value[unit] = this.#mainValue();
    const isThere = this.arr[unit] !== 0n;
    if (isThere === (this.#isThere[unit] === 1)) return;
    this.#isThere[unit] = isThere ? 1 : 0;
    if (!isThere) return;
    const value = this.value[unit] as number;
    this.emptyOn[unit] = today - 1;
    if (this.#gained[unit] !== 0n) {
      this.newOn[unit] = today;
      this.newValue[unit] = value;
    }
    if (this.firstLook[unit] !== NONE) return;
    this.firstLook[unit] = look;
    this.firstValue[unit] = value;
  }

  #touch(unit: number): void {
    for (let i = 0; i < this.#touchedCount; i += 1) if (this.#touched[i] === unit) return;
    if (this.#touchedCount === this.#touched.length) this.#touched = grown(this.#touched, this.#touchedCount * 2);
    this.#touched[this.#touchedCount] = unit;
    this.#touchedCount += 1;
    this.#gained[unit] = 0n;
  }

  #add(value: number, amount: bigint): void {
    let at = 0;
    while (at < this.#valueCount && this.#values[at] !== value) at += 1;
    if (at === this.#valueCount) {
      this.#values[at] = value;
      this.#amounts[at] = 0n;
      this.#valueCount += 1;
    }
    this.#amounts[at] = (this.#amounts[at] as bigint) + amount;
  }

  /** The value that holds most; of a customer without ARR the one that was told last. */
  #mainValue(): number {
    let main = this.#valueCount - 1;
    for (let i = 0; i < main; i += 1) if ((this.#amounts[i] as bigint) > (this.#amounts[main] as bigint)) main = i;
    return this.#values[main] as number;
  }

  #unit(customer: number, value: number): number {
    if (customer >= this.#head.length) {
      const known = this.#head.length;
      this.#head = grown(this.#head, Math.max(customer + 1, known * 2)).fill(NONE, known);
    }
    const first = this.#head[customer] as number;
    for (let unit = first; unit !== NONE; unit = this.#next[unit] as number)
      if (!this.#cut.ofParts || this.value[unit] === value) return unit;
    if (this.units === this.arr.length) this.#grow(this.units * 2);
    const unit = this.units;
    this.units += 1;
    this.#head[customer] = unit;
    this.#next[unit] = first;
    this.value[unit] = value;
    this.emptyOn[unit] = NEVER;
    this.newOn[unit] = NEVER;
    this.firstLook[unit] = NONE;
    return unit;
  }

  #grow(length: number): void {
    this.arr = grown(this.arr, length);
    this.value = grown(this.value, length);
    this.emptyOn = grown(this.emptyOn, length);
    this.newOn = grown(this.newOn, length);
    this.newValue = grown(this.newValue, length);
    this.firstLook = grown(this.firstLook, length);
    this.firstValue = grown(this.firstValue, length);
    this.#isThere = grown(this.#isThere, length);
    this.#gained = grown(this.#gained, length);
    this.#next = grown(this.#next, length);
  }

  /** The customer of each unit. */
  customers(): Uint32Array {
    const customers = new Uint32Array(this.units);
    for (const [customer, first] of this.#head.entries())
      for (let unit = first; unit !== NONE; unit = this.#next[unit] as number) customers[unit] = customer;
    return customers;
  }
}

/**
 * Shows how all customers stand at the end of each look (ascending epoch days), in one pass. Amounts are those of `planMinor`, exact to 63 bits. What
 * moves within a day is netted: who ends one line and begins another on the same day has not left. Answers the customer of each unit.
 */
export const eachLook = (rows: ToldRows, cut: Cut, looks: Int32Array, visit: (look: number, standing: Standing) => void): Uint32Array => {
  const walk = new Walk(rows, cut);
  const { day, customer, length } = rows;
  let look = 0;
  for (let start = 0; start < length; ) {
    const today = day[start] as number;
    while (look < looks.length && (looks[look] as number) < today) {
      visit(look, walk);
      look += 1;
    }
    if (look === looks.length) break;
    let end = start + 1;
    while (end < length && customer[end] === customer[start] && day[end] === today) end += 1;
    walk.take(start, end, look);
    start = end;
  }
  for (; look < looks.length; look += 1) visit(look, walk);
  return walk.customers();
};
