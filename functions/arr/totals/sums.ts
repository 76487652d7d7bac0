/** Sums of a block, one cut after another: a line of a processor's cache. */
const BLOCK_BITS = 3;
const BLOCK = 1 << BLOCK_BITS;
const BLOCKS = 6;
/** Cuts that one row holds; further ones are in further rows. */
const ROW = BLOCK * BLOCKS;
export const MAX_CUTS = 8192;
const MAX_ROWS = Math.ceil(MAX_CUTS / ROW);
/** A row of the table: day, class and number of the row plus one (0 where the place is free), and where its blocks begin (0: nowhere). */
const PLACE = 2 + BLOCKS;
const FIRST_PLACES = 64;
const FIRST_SUMS = 1024;

/**
 * Exact sums by day, class and cut, all of them small numbers; each is a pair of which the second half is kept only for classes that are
 * given with one. What is added for one day and class lies close together: one look-up in a hash table by open addressing tells where, and
 * the sums are parts of one array of 64-bit integers. Adding makes no object, and leaves nothing to be collected. What would overflow an
 * integer (amounts have up to 30 digits) is summed beside them.
 */
export class Sums {
  /** Classes below it have no second half. */
  readonly #singles: number;
  /** At most half full. */
  #table = new Int32Array(FIRST_PLACES * PLACE);
  #rows = 0;
  #sums = new BigInt64Array(FIRST_SUMS);
  #taken = BLOCK;
  /** What did not fit into a sum, by its index. */
  readonly #beside = new Map<number, bigint>();
  /** Where the row that was asked for last is. */
  #lastDay = 0;
  #lastKey = 0;
  #lastPlace = 0;

  constructor(singles: number) {
    this.#singles = singles;
  }

  /** `second` is 0 where the class has no second half. */
  add(day: number, ofClass: number, cut: number, first: bigint, second: bigint): void {
    const row = rowOf(cut);
    this.#addAt(this.#place(day, ofClass * MAX_ROWS + row + 1), ofClass, cut - row * ROW, first, second);
  }

  /** Adds the same to several cuts. */
  addAll(day: number, ofClass: number, cuts: readonly number[], first: bigint, second: bigint): void {
    let row = -1;
    let place = 0;
    for (let i = 0; i < cuts.length; i += 1) {
      const cut = cuts[i] as number;
      if (rowOf(cut) !== row) {
        row = rowOf(cut);
        place = this.#place(day, ofClass * MAX_ROWS + row + 1);
      }
      this.#addAt(place, ofClass, cut - row * ROW, first, second);
    }
  }

  #addAt(place: number, ofClass: number, column: number, first: bigint, second: bigint): void {
    const block = place + 2 + (column >> BLOCK_BITS);
    let start = this.#table[block] as number;
    if (start === 0) {
      start = this.#newBlock(ofClass);
      this.#table[block] = start;
    }
    const at = start + (column & (BLOCK - 1));
    this.#bump(at, first);
    if (second !== 0n) this.#bump(at + BLOCK, second);
  }

  /** Every sum that is not zero, those of a day and class together. */
  forEach(tell: (day: number, ofClass: number, cut: number, first: bigint, second: bigint) => void): void {
    for (let place = 0; place < this.#table.length; place += PLACE) {
      const key = (this.#table[place + 1] as number) - 1;
      if (key >= 0) this.#tellRow(place, Math.floor(key / MAX_ROWS), (key % MAX_ROWS) * ROW, tell);
    }
  }

  #tellRow(
    place: number,
    ofClass: number,
    firstCut: number,
    tell: (day: number, ofClass: number, cut: number, first: bigint, second: bigint) => void,
  ): void {
    for (let i = 0; i < ROW; i += 1) {
      const start = this.#table[place + 2 + (i >> BLOCK_BITS)] as number;
      if (start === 0) continue;
      const at = start + (i & (BLOCK - 1));
      const first = this.#sumAt(at);
      const second = ofClass < this.#singles ? 0n : this.#sumAt(at + BLOCK);
      if (first !== 0n || second !== 0n) tell(this.#table[place] as number, ofClass, firstCut + i, first, second);
    }
  }

  #sumAt(at: number): bigint {
    return (this.#sums[at] as bigint) + (this.#beside.get(at) ?? 0n);
  }

  #bump(at: number, amount: bigint): void {
    const sum = (this.#sums[at] as bigint) + amount;
    if (BigInt.asIntN(64, sum) === sum) this.#sums[at] = sum;
    else this.#beside.set(at, (this.#beside.get(at) ?? 0n) + amount);
  }

  #place(day: number, key: number): number {
    if (day === this.#lastDay && key === this.#lastKey) return this.#lastPlace;
    let place = this.#find(day, key);
    if (this.#table[place + 1] === 0) {
      if ((this.#rows + 1) * 2 * PLACE > this.#table.length) place = this.#grow(day, key);
      this.#rows += 1;
      this.#table[place] = day;
      this.#table[place + 1] = key;
    }
    this.#lastDay = day;
    this.#lastKey = key;
    this.#lastPlace = place;
    return place;
  }

  /** Where a row is, or the free place where it belongs. */
  #find(day: number, key: number): number {
    const table = this.#table;
    const mask = table.length / PLACE - 1;
    let place = (hash(day, key) & mask) * PLACE;
    while (table[place + 1] !== 0 && (table[place] !== day || table[place + 1] !== key)) {
      place += PLACE;
      if (place === table.length) place = 0;
    }
    return place;
  }

  /** Doubles the table, and answers where the new row belongs in it. */
  #grow(day: number, key: number): number {
    const before = this.#table;
    this.#table = new Int32Array(before.length * 2);
    for (let from = 0; from < before.length; from += PLACE) {
      if (before[from + 1] === 0) continue;
      const to = this.#find(before[from] as number, before[from + 1] as number);
      for (let i = 0; i < PLACE; i += 1) this.#table[to + i] = before[from + i] as number;
    }
    return this.#find(day, key);
  }

  #newBlock(ofClass: number): number {
    const start = this.#taken;
    this.#taken += ofClass < this.#singles ? BLOCK : 2 * BLOCK;
    if (this.#taken > this.#sums.length) {
      const grown = new BigInt64Array(this.#sums.length * 2);
      grown.set(this.#sums);
      this.#sums = grown;
    }
    return start;
  }
}

const rowOf = (cut: number): number => (cut / ROW) | 0;

/** Fibonacci hashing: the high bits of the product are the well mixed ones. */
const hash = (day: number, key: number): number => {
  const mixed = Math.imul(Math.imul(day, 0x9e3779b1) ^ key, 0x9e3779b1);
  return (mixed >>> 15) ^ mixed;
};
