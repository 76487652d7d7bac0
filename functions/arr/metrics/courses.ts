import { CAUSES, type Rows } from '../ledger/rows.ts';
import type { Cut } from './cut.ts';

const RENEWAL = CAUSES.indexOf('renewal');
const NEW = CAUSES.indexOf('new');

/**
 * How one customer (or its part in one value: see `Cut.ofParts`) stood at each look. One object is used for all: a visitor keeps what it needs of
 * it. Places before `firstLook` hold nothing: it had no ARR then.
 */
export interface Course {
  customer: number;
  /** Day on which it first had ARR at its end, and the first look on or after it. */
  firstDay: number;
  firstLook: number;
  /** What it counted in on that day. */
  firstValue: number;
  /** At the end of each look: its ARR, which value it counts in, and the last day until then at whose end it had none. */
  readonly arr: BigInt64Array;
  readonly value: Uint32Array;
  readonly emptyOn: Int32Array;
  /** The last day until a look on which it came as new (also after it had been gone, where the profile calls that new), and into which value. */
  readonly newOn: Int32Array;
  readonly newValue: Uint32Array;
}

/** Rows by a key, those of one key in the order of `rows` (by default that of time). Stable counting sort. */
const sortedBy = (length: number, keys: number, keyOf: (row: number) => number, rows?: Uint32Array): Uint32Array => {
  const places = new Uint32Array(keys + 1);
  for (let row = 0; row < length; row += 1) {
    const next = keyOf(row) + 1;
    places[next] = (places[next] as number) + 1;
  }
  for (let key = 0; key < keys; key += 1) places[key + 1] = (places[key + 1] as number) + (places[key] as number);
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i += 1) {
    const row = rows === undefined ? i : (rows[i] as number);
    const key = keyOf(row);
    const place = places[key] as number;
    order[place] = row;
    places[key] = place + 1;
  }
  return order;
};

/** Rows with those of one customer together, in the order of time (or of `among`, which names all rows). */
const byCustomer = ({ length, customer }: Rows, among?: Uint32Array): Uint32Array => {
  let customers = 0;
  for (let row = 0; row < length; row += 1) customers = Math.max(customers, (customer[row] as number) + 1);
  return sortedBy(length, customers, (row) => customer[row] as number, among);
};

/** Balances of one customer by value: few, found by looking at each. */
class Balances {
  readonly #values: Uint32Array;
  readonly #amounts: BigInt64Array;
  #count = 0;

  constructor(values: number) {
    this.#values = new Uint32Array(values);
    this.#amounts = new BigInt64Array(values);
  }

  clear(): void {
    this.#count = 0;
  }

  add(value: number, rows: BigInt64Array, row: number): void {
    const slot = this.#slot(value);
    this.#amounts[slot] = (this.#amounts[slot] as bigint) + (rows[row] as bigint);
  }

  take(value: number, rows: BigInt64Array, row: number): void {
    const slot = this.#slot(value);
    this.#amounts[slot] = (this.#amounts[slot] as bigint) - (rows[row] as bigint);
  }

  /** The value that holds most; of a customer without ARR the one that it was last told in. */
  main(last: number): number {
    if (this.#count < 2) return last;
    let main = last;
    let most = 0n;
    for (let slot = 0; slot < this.#count; slot += 1) {
      const amount = this.#amounts[slot] as bigint;
      if (amount <= most) continue;
      most = amount;
      main = this.#values[slot] as number;
    }
    return main;
  }

  #slot(value: number): number {
    for (let slot = 0; slot < this.#count; slot += 1) if (this.#values[slot] === value) return slot;
    this.#values[this.#count] = value;
    this.#amounts[this.#count] = 0n;
    this.#count += 1;
    return this.#count - 1;
  }
}

/** Before any day. */
export const NEVER = -2_147_483_648;

/**
 * Shows each customer's course over some days (ascending, epoch days; each told at its end). Amounts are those of `planMinor`, exact to 63 bits.
 * What moves within a day is netted: who ends one line and begins another on the same day has not left.
 */
export const eachCourse = (rows: Rows, cut: Cut, looks: Int32Array, visit: (course: Course) => void): void => {
  const walk = new Walk(rows, cut, looks);
  const valueOf = (row: number): number => cut.lookup[cut.column[row] as number] as number;
  const byValue = cut.ofParts ? sortedBy(rows.length, cut.values.length, valueOf) : undefined;
  const order = byCustomer(rows, byValue);
  for (let start = 0; start < order.length; ) {
    const first = order[start] as number;
    let end = start + 1;
    while (end < order.length && rows.customer[order[end] as number] === rows.customer[first]) {
      if (cut.ofParts && valueOf(order[end] as number) !== valueOf(first)) break;
      end += 1;
    }
    if (walk.go(order, start, end)) visit(walk.course);
    start = end;
  }
};

class Walk {
  readonly course: Course;
  readonly #rows: Rows;
  readonly #cut: Cut;
  readonly #looks: Int32Array;
  readonly #balances: Balances;
  /** The whole balance, in an array of its own: a sum of 64 bits that makes no new object. */
  readonly #total = new BigInt64Array(1);
  /** What it gained today as new, likewise. */
  readonly #new = new BigInt64Array(1);
  #emptyOn = NEVER;
  #newOn = NEVER;
  #newValue = 0;
  #wasEmpty = true;
  #last = 0;

  constructor(rows: Rows, cut: Cut, looks: Int32Array) {
    this.#rows = rows;
    this.#cut = cut;
    this.#looks = looks;
    this.#balances = new Balances(cut.values.length);
    const arr = new BigInt64Array(looks.length);
    const value = new Uint32Array(looks.length);
    const emptyOn = new Int32Array(looks.length);
    const newOn = new Int32Array(looks.length);
    const newValue = new Uint32Array(looks.length);
    this.course = { customer: 0, firstDay: NEVER, firstLook: 0, firstValue: 0, arr, value, emptyOn, newOn, newValue };
  }

  /** Whether these rows, all of one unit, ever come to ARR until the last look. */
  go(order: Uint32Array, start: number, end: number): boolean {
    const { course } = this;
    const { day, customer } = this.#rows;
    const looks = this.#looks;
    course.customer = customer[order[start] as number] as number;
    course.firstDay = NEVER;
    this.#balances.clear();
    this.#total[0] = 0n;
    this.#wasEmpty = true;
    this.#newOn = NEVER;
    let look = 0;
    for (let i = start; i < end; ) {
      const today = day[order[i] as number] as number;
      while (look < looks.length && (looks[look] as number) < today) this.#close(look++);
      if (look === looks.length) break;
      this.#new[0] = 0n;
      while (i < end && day[order[i] as number] === today) this.#apply(order[i++] as number);
      this.#endDay(today, look);
    }
    while (look < looks.length) this.#close(look++);
    return course.firstDay !== NEVER;
  }

  #apply(row: number): void {
    const { cause, attributes, fromAttributes, planMinor } = this.#rows;
    if (cause[row] === RENEWAL) return;
    const { lookup, column, from } = this.#cut;
    const value = lookup[column[row] as number] as number;
    this.#last = value;
    if (attributes[row] === fromAttributes[row]) {
      this.#balances.add(value, planMinor, row);
      this.#total[0] = (this.#total[0] as bigint) + (planMinor[row] as bigint);
      if (cause[row] === NEW) this.#new[0] = (this.#new[0] as bigint) + (planMinor[row] as bigint);
      return;
    }
    const before = lookup[from[row] as number] as number;
    if (before === value) return;
    this.#balances.take(before, planMinor, row);
    this.#balances.add(value, planMinor, row);
  }

  #endDay(today: number, look: number): void {
    const isEmpty = this.#total[0] === 0n;
    if (isEmpty === this.#wasEmpty) return;
    this.#wasEmpty = isEmpty;
    if (isEmpty) return;
    this.#emptyOn = today - 1;
    const value = this.#balances.main(this.#last);
    if (this.#new[0] !== 0n) {
      this.#newOn = today;
      this.#newValue = value;
    }
    const { course } = this;
    if (course.firstDay !== NEVER) return;
    course.firstDay = today;
    course.firstLook = look;
    course.firstValue = value;
  }

  #close(look: number): void {
    const { course } = this;
    if (course.firstDay === NEVER) return;
    course.arr[look] = this.#total[0] as bigint;
    course.value[look] = this.#balances.main(this.#last);
    course.newOn[look] = this.#newOn;
    course.newValue[look] = this.#newValue;
    course.emptyOn[look] = this.#wasEmpty ? (this.#looks[look] as number) : this.#emptyOn;
  }
}
