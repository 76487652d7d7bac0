import { CAUSES, type Rows } from '../ledger/rows.ts';
import { NEVER } from '../metrics/standing.ts';

/** What tells customers apart, in the order in which reasons are told, each with its bands. */
export const FEATURES = [
  { name: 'tenure', bands: ['under-1-year', '1-to-2-years', '2-years-and-more'] },
  { name: 'size', bands: ['lower-third', 'middle-third', 'upper-third'] },
  { name: 'contraction', bands: ['none-in-6-months', 'in-6-months'] },
  { name: 'expansion', bands: ['none-in-12-months', 'in-12-months'] },
  { name: 'renewal', bands: ['none-due-in-12-months', 'due-in-12-months'] },
] as const;
export type FeatureName = (typeof FEATURES)[number]['name'];

/** A day at whose end customers are looked at, and the days that bands are told by; all in epoch days. */
export interface Look {
  readonly day: number;
  readonly sixMonthsAgo: number;
  readonly yearAgo: number;
  readonly twoYearsAgo: number;
  readonly yearAhead: number;
  /** What had been recorded before this second was known then; seconds since 1970. */
  readonly knownBefore: number;
}

/** A customer with ARR at the end of a look. */
export interface Account {
  /** In the ledger's names. */
  readonly customer: number;
  /** Without adjustments by hand. */
  readonly arrMinor: bigint;
  /** The place of its band in each feature, in their order; without the last where renewals are not known. */
  readonly bands: readonly number[];
  /** What was recorded by then takes all of its ARR away within twelve months. */
  readonly isLeaving: boolean;
}

/** Days on which each customer's lines come up for renewal; undefined where that is not known. */
export type RenewalDays = (customer: number) => readonly number[];

const [RENEWAL, CONTRACTION, EXPANSION, ADJUSTMENT] = (['renewal', 'contraction', 'expansion', 'adjustment'] as const).map((cause) =>
  CAUSES.indexOf(cause),
);

/** Whether a row moves ARR of its customer: no renewal, no transfer, and nothing of an adjustment by hand, which nobody keeps or loses. */
export const movesCustomer = ({ cause, lineCause, attributes, fromAttributes }: Rows, row: number): boolean =>
  cause[row] !== RENEWAL && lineCause[row] !== ADJUSTMENT && attributes[row] === fromAttributes[row];

/** Goes through time with all customers at once. */
class Course {
  readonly arr: BigInt64Array;
  readonly firstOn: Int32Array;
  readonly contractedOn: Int32Array;
  readonly expandedOn: Int32Array;

  constructor(customers: number) {
    this.arr = new BigInt64Array(customers);
    this.firstOn = new Int32Array(customers).fill(NEVER);
    this.contractedOn = new Int32Array(customers).fill(NEVER);
    this.expandedOn = new Int32Array(customers).fill(NEVER);
  }

  /** One customer's day, rows `[start, end)`: what moves within it is netted, cause by cause. */
  take(rows: Rows, start: number, end: number): void {
    const { customer, day, cause, planMinor } = rows;
    const one = customer[start] as number;
    let [net, contracted, expanded] = [0n, 0n, 0n];
    for (let row = start; row < end; row += 1) {
      if (!movesCustomer(rows, row)) continue;
      const amount = planMinor[row] as bigint;
      net += amount;
      if (cause[row] === CONTRACTION) contracted += amount;
      if (cause[row] === EXPANSION) expanded += amount;
    }
    const today = day[start] as number;
    this.arr[one] = (this.arr[one] as bigint) + net;
    if (contracted < 0n) this.contractedOn[one] = today;
    if (expanded > 0n) this.expandedOn[one] = today;
    if (this.firstOn[one] === NEVER && this.arr[one] !== 0n) this.firstOn[one] = today;
  }
}

/** What a look knew of the twelve months after it, by customer. */
const knownAhead = (rows: Rows, look: Look) => {
  const { length, day, customer, recordedAt, planMinor } = rows;
  const ahead = new Map<number, bigint>();
  for (let row = length - 1; row >= 0 && (day[row] as number) > look.day; row -= 1) {
    if ((day[row] as number) > look.yearAhead || (recordedAt[row] as number) >= look.knownBefore) continue;
    if (!movesCustomer(rows, row)) continue;
    const one = customer[row] as number;
    ahead.set(one, (ahead.get(one) ?? 0n) + (planMinor[row] as bigint));
  }
  return ahead;
};

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** The largest ARR of the lower and of the middle third, by count: who has as much is in the lower one of both. */
const thirdsOf = (amounts: readonly bigint[]): readonly [bigint, bigint] => {
  const sorted = amounts.toSorted(compare);
  const at = (third: number): bigint => sorted[Math.ceil((third * sorted.length) / 3) - 1] ?? 0n;
  return [at(1), at(2)];
};

/** The places of a customer's bands; thirds are of all customers of the look. */
const bandsOf = (
  { arr, firstOn, contractedOn, expandedOn }: Course,
  customer: number,
  look: Look,
  [lower, middle]: readonly [bigint, bigint],
): readonly number[] => {
  const [amount, first] = [arr[customer] as bigint, firstOn[customer] as number];
  return [
    first > look.yearAgo ? 0 : first > look.twoYearsAgo ? 1 : 2,
    amount <= lower ? 0 : amount <= middle ? 1 : 2,
    (contractedOn[customer] as number) > look.sixMonthsAgo ? 1 : 0,
    (expandedOn[customer] as number) > look.yearAgo ? 1 : 0,
  ];
};

const accountsOf = (course: Course, rows: Rows, look: Look, renewalDays: RenewalDays | undefined): readonly Account[] => {
  const live = [...course.arr.keys()].filter((customer) => (course.arr[customer] as bigint) > 0n);
  const thirds = thirdsOf(live.map((customer) => course.arr[customer] as bigint));
  const ahead = knownAhead(rows, look);
  const isDue = (days: readonly number[]): boolean => days.some((day) => day > look.day && day <= look.yearAhead);
  return live.map((customer) => {
    const arrMinor = course.arr[customer] as bigint;
    const own = bandsOf(course, customer, look, thirds);
    const bands = renewalDays === undefined ? own : [...own, isDue(renewalDays(customer)) ? 1 : 0];
    return { customer, arrMinor, bands, isLeaving: arrMinor + (ahead.get(customer) ?? 0n) <= 0n };
  });
};

/** How customers stood at the end of each look; looks ascend by their day. One pass over the rows, in the order of time. */
export const accountsAt = (
  rows: Rows,
  customers: number,
  looks: readonly Look[],
  renewalDays: RenewalDays | undefined,
): readonly (readonly Account[])[] => {
  const course = new Course(customers);
  const { day, customer, length } = rows;
  const found: (readonly Account[])[] = [];
  let start = 0;
  for (const look of looks) {
    while (start < length && (day[start] as number) <= look.day) {
      let end = start + 1;
      while (end < length && customer[end] === customer[start] && day[end] === day[start]) end += 1;
      course.take(rows, start, end);
      start = end;
    }
    found.push(accountsOf(course, rows, look, renewalDays));
  }
  return found;
};
