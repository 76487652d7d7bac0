import { CAUSES, type ToldRows } from '../ledger/rows.ts';
import type { Cause } from '../movements/movements.ts';
import type { Cut } from './cut.ts';

const RENEWAL = CAUSES.indexOf('renewal');
const TRANSFER = CAUSES.indexOf('transfer');
const WIDTH = CAUSES.length;

/** What moved in every value between looks, and what each value came to. Place `(look × values + value)`, in front of its causes. */
export interface Bridges {
  /** Epoch days, ascending; each is told at its end. */
  readonly looks: Int32Array;
  readonly values: number;
  /** Net by cause since the look before (of the first look: since the beginning). */
  readonly moved: BigInt64Array;
  readonly renewed: BigInt64Array;
  readonly closing: BigInt64Array;
}

/** Opening + Σ movements = closing, in minor units; losses are negative. Without the causes that did not occur. */
export interface Bridge {
  readonly openingMinor: bigint;
  readonly byCause: ReadonlyMap<Cause, bigint>;
  readonly closingMinor: bigint;
  /** ARR that was renewed: part of no sum. */
  readonly renewedMinor: bigint;
}

/**
 * One pass over the rows for all looks and all values of a cut. Products are told by the cause of the line, everything else by the customer's, as
 * in the waterfall. In a cut by an attribute, what changes its value is a transfer out of the one and into the other.
 */
export const bridgesOf = (rows: ToldRows, cut: Cut, looks: Int32Array): Bridges => {
  const values = cut.values.length;
  const moved = new BigInt64Array(looks.length * values * WIDTH);
  const renewed = new BigInt64Array(looks.length * values);
  const { day, attributes, fromAttributes, planMinor } = rows;
  const { lookup, column, from } = cut;
  const causes = cut.dimension === 'product' ? rows.lineCause : rows.cause;
  let look = 0;
  for (let row = 0; row < rows.length; row += 1) {
    while (look < looks.length && (day[row] as number) > (looks[look] as number)) look += 1;
    if (look === looks.length) break;
    const value = lookup[column[row] as number] as number;
    const base = look * values;
    if (rows.cause[row] === RENEWAL) {
      renewed[base + value] = (renewed[base + value] as bigint) + (planMinor[row] as bigint);
    } else if (attributes[row] === fromAttributes[row]) {
      const place = (base + value) * WIDTH + (causes[row] as number);
      moved[place] = (moved[place] as bigint) + (planMinor[row] as bigint);
    } else {
      const before = lookup[from[row] as number] as number;
      if (before === value) continue;
      const out = (base + before) * WIDTH + TRANSFER;
      const into = (base + value) * WIDTH + TRANSFER;
      moved[out] = (moved[out] as bigint) - (planMinor[row] as bigint);
      moved[into] = (moved[into] as bigint) + (planMinor[row] as bigint);
    }
  }
  return { looks, values, moved, renewed, closing: closings(moved, looks.length, values) };
};

const closings = (moved: BigInt64Array, looks: number, values: number): BigInt64Array => {
  const closing = new BigInt64Array(looks * values);
  for (let place = 0; place < closing.length; place += 1) {
    let sum = place < values ? 0n : (closing[place - values] as bigint);
    for (let cause = 0; cause < WIDTH; cause += 1) sum += moved[place * WIDTH + cause] as bigint;
    closing[place] = sum;
  }
  return closing;
};

/** What moved in a value from the end of one look to the end of another; `from` −1 is before everything. */
export const bridgeOf = ({ values, moved, renewed, closing }: Bridges, value: number, from: number, to: number): Bridge => {
  const byCause = new Map<Cause, bigint>();
  let renewedMinor = 0n;
  for (let look = from + 1; look <= to; look += 1) {
    const place = look * values + value;
    renewedMinor += renewed[place] as bigint;
    for (const [number, cause] of CAUSES.entries()) {
      const amount = moved[place * WIDTH + number] as bigint;
      if (amount !== 0n) byCause.set(cause, (byCause.get(cause) ?? 0n) + amount);
    }
  }
  const openingMinor = from < 0 ? 0n : (closing[from * values + value] as bigint);
  const closingMinor = to < 0 ? 0n : (closing[to * values + value] as bigint);
  return { openingMinor, byCause, closingMinor, renewedMinor };
};
