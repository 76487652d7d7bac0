import type { ToldRows } from '../ledger/rows.ts';
import type { Cut } from './cut.ts';
import { eachLook, type Standing } from './standing.ts';

/** From the end of one look to the end of another; places in the looks. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * What became, over a span, of the customers of a value. Those who were there at its beginning are a closed cohort: who comes later is in none
 * of its figures. They count where they counted at the beginning, wherever they went since. `stayed` leaves out those who had no ARR in between
 * and came back.
 */
export interface Retained {
  readonly baseMinor: bigint;
  readonly nowMinor: bigint;
  readonly stayedMinor: bigint;
  /** Σ over these customers of the smaller of then and now. */
  readonly keptMinor: bigint;
  readonly keptStayedMinor: bigint;
  readonly customers: number;
  readonly still: number;
  readonly stayed: number;
  /** Customers with ARR at the end of the span, in the value where they count then. */
  readonly closing: number;
  /** Customers who came as new within the span, in the value into which they came. */
  readonly came: number;
}

/** Amounts, and counts, of one value. */
const WIDTH = 5;

/** Amounts and counts of one span, by value. */
class Sums {
  readonly amounts: BigInt64Array;
  readonly counts: Uint32Array;

  constructor(values: number) {
    this.amounts = new BigInt64Array(values * WIDTH);
    this.counts = new Uint32Array(values * WIDTH);
  }

  /** The order is that of the fields above. */
  read(value: number): Retained {
    const at = value * WIDTH;
    const [baseMinor = 0n, nowMinor = 0n, stayedMinor = 0n, keptMinor = 0n, keptStayedMinor = 0n] = this.amounts.subarray(at);
    const [customers = 0, still = 0, stayed = 0, closing = 0, came = 0] = this.counts.subarray(at);
    const amounts = { baseMinor, nowMinor, stayedMinor, keptMinor, keptStayedMinor };
    return { ...amounts, customers, still, stayed, closing, came };
  }
}

export interface RetainedBySpan {
  /** Of a span, by its place in those that were asked for, and a value. */
  readonly of: (span: number, value: number) => Retained;
}

/** How units stood at the beginning of spans that are not over. */
interface Base {
  readonly arr: BigInt64Array;
  readonly value: Uint32Array;
}

/** One pass over the rows for all spans and all values of a cut. What a span begins with is kept until the last one that begins there is over. */
export const retainedOf = (rows: ToldRows, cut: Cut, looks: Int32Array, spans: readonly Span[]): RetainedBySpan => {
  const sums = spans.map(() => new Sums(cut.values.length));
  const ending = Map.groupBy(spans.keys(), (i) => (spans[i] as Span).to);
  const lastUse = new Map<number, number>();
  for (const { from, to } of spans) lastUse.set(from, Math.max(to, lastUse.get(from) ?? to));
  const bases = new Map<number, Base>();
  eachLook(rows, cut, looks, (look, standing) => {
    if (lastUse.has(look)) bases.set(look, { arr: standing.arr.slice(0, standing.units), value: standing.value.slice(0, standing.units) });
    for (const i of ending.get(look) ?? []) {
      const { from } = spans[i] as Span;
      take(sums[i] as Sums, bases.get(from) as Base, standing, looks[from] as number);
    }
    for (const [from, to] of lastUse) if (to <= look) bases.delete(from);
  });
  return { of: (span, value) => (sums[span] as Sums).read(value) };
};

const take = ({ amounts, counts }: Sums, base: Base, now: Standing, since: number): void => {
  const { units, arr, value, newOn, newValue } = now;
  for (let unit = 0; unit < units; unit += 1) {
    if (arr[unit] !== 0n) count(counts, (value[unit] as number) * WIDTH + 3);
    if ((newOn[unit] as number) > since) count(counts, (newValue[unit] as number) * WIDTH + 4);
    if (unit < base.arr.length && base.arr[unit] !== 0n) takeBase(amounts, counts, base, now, unit, since);
  }
};

const takeBase = (amounts: BigInt64Array, counts: Uint32Array, base: Base, now: Standing, unit: number, since: number): void => {
  const place = (base.value[unit] as number) * WIDTH;
  add(amounts, place, base.arr, unit);
  count(counts, place);
  if (now.arr[unit] === 0n) return;
  const kept = (now.arr[unit] as bigint) < (base.arr[unit] as bigint) ? now.arr : base.arr;
  add(amounts, place + 1, now.arr, unit);
  add(amounts, place + 3, kept, unit);
  count(counts, place + 1);
  if ((now.emptyOn[unit] as number) > since) return;
  add(amounts, place + 2, now.arr, unit);
  add(amounts, place + 4, kept, unit);
  count(counts, place + 2);
};

const count = (counts: Uint32Array, at: number): void => {
  counts[at] = (counts[at] as number) + 1;
};

/** Amounts go from array to array: none becomes an object. */
const add = (sums: BigInt64Array, at: number, amounts: BigInt64Array, of: number): void => {
  sums[at] = (sums[at] as bigint) + (amounts[of] as bigint);
};
