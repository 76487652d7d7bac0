import { CAUSES, type Names, type ToldRows } from '../ledger/rows.ts';
import type { Cause } from '../movements/movements.ts';
import type { Profile } from '../profiles/profile.ts';
import { Told as ToldColumns } from './told.ts';

const numberOf = (cause: Cause): number => CAUSES.indexOf(cause);
const RENEWAL = numberOf('renewal');
const ADJUSTMENT = numberOf('adjustment');
const NEW = numberOf('new');
const CHURN = numberOf('churn');
const REACTIVATION = numberOf('reactivation');
const EXPANSION = numberOf('expansion');
const CONTRACTION = numberOf('contraction');

/** What is decided anew of a parent: every other cause is what it is, whoever it is of. */
const DECIDED: ReadonlySet<number> = new Set([NEW, EXPANSION, CONTRACTION, CHURN, REACTIVATION]);

/** Rows in one money, and the texts that they name. */
export interface Told {
  readonly rows: ToldRows;
  readonly names: Names;
  /** Which row of the ledger each is, where they are not the same ones. */
  readonly order?: Uint32Array;
}

/** Parents in the order in which they first move, and which one each customer belongs to. */
interface Parents {
  readonly ids: readonly string[];
  readonly of: Uint32Array;
}

const parentsOf = (customers: readonly string[], parentOf: (customerId: string) => string): Parents => {
  const places = new Map<string, number>();
  const of = Uint32Array.from(customers, (customerId) => {
    const parent = parentOf(customerId);
    const place = places.get(parent) ?? places.size;
    places.set(parent, place);
    return place;
  });
  return { ids: [...places.keys()], of };
};

/** The attributes of each parent: its own newest, where it is a customer itself, otherwise those of its customer with most ARR at the end. */
const attributesOf = ({ rows, names }: Told, { ids, of }: Parents): Uint32Array => {
  const newest = new Uint32Array(names.customers.length);
  const arr = new BigInt64Array(names.customers.length);
  for (let row = 0; row < rows.length; row += 1) {
    const customer = rows.customer[row] as number;
    newest[customer] = rows.attributes[row] as number;
    if (rows.cause[row] !== RENEWAL && rows.attributes[row] === rows.fromAttributes[row])
      arr[customer] = (arr[customer] as bigint) + (rows.planMinor[row] as bigint);
  }
  const chosen = new Int32Array(ids.length).fill(-1);
  for (const [customer, id] of names.customers.entries()) {
    const parent = of[customer] as number;
    const best = chosen[parent] as number;
    if (best >= 0 && names.customers[best] === ids[parent]) continue;
    if (best < 0 || id === ids[parent] || (arr[customer] as bigint) > (arr[best] as bigint)) chosen[parent] = customer;
  }
  return Uint32Array.from(chosen, (customer) => newest[customer] as number);
};

/** Rows that move something, day by day, each parent's together: places in the ledger's rows. */
const inOrder = ({ day, customer, attributes, fromAttributes, length }: Told['rows'], { of }: Parents): Uint32Array => {
  const order = new Uint32Array(length).map((_, row) => row).filter((row) => attributes[row] === fromAttributes[row]);
  const parentAt = (row: number): number => of[customer[row] as number] as number;
  for (let start = 0; start < order.length; ) {
    const today = day[order[start] as number];
    let end = start + 1;
    while (end < order.length && day[order[end] as number] === today) end += 1;
    if (end - start > 1) order.subarray(start, end).sort((a, b) => parentAt(a) - parentAt(b) || a - b);
    start = end;
  }
  return order;
};

/** How a parent stands while its days are gone through. */
interface Course {
  arr: bigint;
  hasBeen: boolean;
  /** The first day without. */
  leftOn: number;
}

interface Day {
  readonly day: number;
  /** Net of what is decided anew, and of everything. */
  readonly decidedMinor: bigint;
  readonly movedMinor: bigint;
  readonly hasChurn: boolean;
}

type Reactivation = Pick<Profile, 'reactivationDays'>;

/** The class of a parent's day, by the rules of a customer's. */
const classOf = (
  { arr, hasBeen, leftOn }: Course,
  { day, decidedMinor, movedMinor, hasChurn }: Day,
  { reactivationDays }: Reactivation,
): number => {
  const closing = arr + movedMinor;
  if (arr === 0n && closing !== 0n) {
    const isNew = !hasBeen || (reactivationDays !== 'any' && day - leftOn > reactivationDays);
    return isNew ? NEW : REACTIVATION;
  }
  if (arr !== 0n && closing === 0n) return hasChurn ? CHURN : CONTRACTION;
  return decidedMinor < 0n ? CONTRACTION : EXPANSION;
};

/**
 * A ledger at the level of parents: customers that belong to one company count as one, over all of their history, whenever they came to it. So a
 * merger, a split and a new parent move nothing, and retention compares like with like (pro forma). Classes are decided anew by the rules of a
 * customer's day: a first customer of a company that has others is expansion, the loss of one while others stay is contraction, and what moves from one to
 * another on a day is netted. A company counts in one value of an attribute, over all of its history: its own newest, where it is a customer itself,
 * otherwise that of its customer with most ARR at the end. Lines keep their own class, and every sum over all companies is that over all customers.
 */
export const atParents = (ledger: Told, parentOf: (customerId: string) => string, profile: Reactivation): Told => {
  const parents = parentsOf(ledger.names.customers, parentOf);
  const attributes = attributesOf(ledger, parents);
  const order = inOrder(ledger.rows, parents);
  const told = new ToldColumns(ledger.rows, order.length);
  for (const row of order) told.like(row, ledger.rows.day[row] as number, ledger.rows.planMinor[row] as bigint);
  const rows = told.rows();
  for (let row = 0; row < rows.length; row += 1) {
    const parent = parents.of[rows.customer[row] as number] as number;
    rows.customer[row] = parent;
    rows.attributes[row] = attributes[parent] as number;
    rows.fromAttributes[row] = attributes[parent] as number;
  }
  classify(rows, parents.ids.length, profile);
  return { rows, names: { ...ledger.names, customers: parents.ids }, order };
};

/** The end of the rows of one parent's day that begin at a place, and what they come to. */
const dayAt = ({ day, customer, cause, lineCause, planMinor, length }: ToldRows, start: number): Day & { readonly end: number } => {
  let end = start;
  let decidedMinor = 0n;
  let movedMinor = 0n;
  let hasChurn = false;
  for (; end < length && customer[end] === customer[start] && day[end] === day[start]; end += 1) {
    // Nothing of an adjustment by hand makes a customer, or keeps one.
    if (cause[end] === RENEWAL || lineCause[end] === ADJUSTMENT) continue;
    movedMinor += planMinor[end] as bigint;
    if (DECIDED.has(cause[end] as number)) decidedMinor += planMinor[end] as bigint;
    hasChurn ||= cause[end] === CHURN;
  }
  return { day: day[start] as number, decidedMinor, movedMinor, hasChurn, end };
};

/** Puts the class of each parent's day into its rows. */
const classify = (rows: ToldRows, parents: number, profile: Reactivation): void => {
  const courses = Array.from({ length: parents }, (): Course => ({ arr: 0n, hasBeen: false, leftOn: 0 }));
  for (let start = 0; start < rows.length; ) {
    const { end, ...today } = dayAt(rows, start);
    const course = courses[rows.customer[start] as number] as Course;
    const decided = classOf(course, today, profile);
    for (let row = start; row < end; row += 1) if (DECIDED.has(rows.cause[row] as number)) rows.cause[row] = decided;
    if (course.arr !== 0n && course.arr + today.movedMinor === 0n) course.leftOn = today.day;
    course.arr += today.movedMinor;
    course.hasBeen ||= course.arr !== 0n;
    start = end;
  }
};
