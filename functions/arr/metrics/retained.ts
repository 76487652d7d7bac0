import type { Rows } from '../ledger/rows.ts';
import { type Course, eachCourse } from './courses.ts';
import type { Cut } from './cut.ts';

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

  count(at: number): void {
    this.counts[at] = (this.counts[at] as number) + 1;
  }

  add(at: number, amount: bigint): void {
    this.amounts[at] = (this.amounts[at] as bigint) + amount;
  }
}

export interface RetainedBySpan {
  /** Of a span, by its place in those that were asked for, and a value. */
  readonly of: (span: number, value: number) => Retained;
}

/** One pass over all customers for all spans and all values of a cut. */
export const retainedOf = (rows: Rows, cut: Cut, looks: Int32Array, spans: readonly Span[]): RetainedBySpan => {
  const sums = spans.map(() => new Sums(cut.values.length));
  eachCourse(rows, cut, looks, (course) => {
    for (let i = 0; i < spans.length; i += 1) take(sums[i] as Sums, course, spans[i] as Span, looks);
  });
  return { of: (span, value) => (sums[span] ?? new Sums(value + 1)).read(value) };
};

const take = (sums: Sums, course: Course, { from, to }: Span, looks: Int32Array): void => {
  if (course.firstLook > to) return;
  const since = looks[from] as number;
  if ((course.arr[to] as bigint) !== 0n) sums.count((course.value[to] as number) * WIDTH + 3);
  if ((course.newOn[to] as number) > since) sums.count((course.newValue[to] as number) * WIDTH + 4);
  if (from >= course.firstLook && (course.arr[from] as bigint) !== 0n) takeBase(sums, course, from, to, since);
};

const takeBase = (sums: Sums, { arr, value, emptyOn }: Course, from: number, to: number, since: number): void => {
  const base = arr[from] as bigint;
  const now = arr[to] as bigint;
  const place = (value[from] as number) * WIDTH;
  sums.add(place, base);
  sums.count(place);
  if (now === 0n) return;
  const kept = now < base ? now : base;
  sums.add(place + 1, now);
  sums.add(place + 3, kept);
  sums.count(place + 1);
  if ((emptyOn[to] as number) > since) return;
  sums.add(place + 2, now);
  sums.add(place + 4, kept);
  sums.count(place + 2);
};
