import { CAUSES, type Rows } from '../ledger/rows.ts';
import type { Cause } from '../movements/movements.ts';
import { byCustomer } from './courses.ts';

const placeOf = (cause: Cause): number => CAUSES.indexOf(cause);
const NEW = placeOf('new');
const REACTIVATION = placeOf('reactivation');
const CHURN = placeOf('churn');
const EXPANSION = placeOf('expansion');
const CONTRACTION = placeOf('contraction');
const TRANSFER = placeOf('transfer');
const RENEWAL = placeOf('renewal');

/** Causes of one customer's month, and what they become: undefined where a cause stays as it is. */
type Becomes = (cause: number) => number | undefined;

const comesAndGoes = (cause: number): boolean => cause === NEW || cause === REACTIVATION || cause === CHURN;

/**
 * The rows with each customer's comings and goings of one month netted (switch `sameMonth`): who comes and leaves within it is ignored, and is new
 * if it comes again; who leaves and comes back has expanded or contracted. Amounts stay as they are, so that everything foots; only causes change.
 * `monthEnds`: epoch days, ascending; rows after the last stay as they are.
 */
export const netted = (rows: Rows, monthEnds: Int32Array): Rows => {
  const cause = rows.cause.slice();
  const lineCause = rows.lineCause.slice();
  const order = byCustomer(rows);
  const balance = new BigInt64Array(2);
  let had = false;
  let month = 0;
  let customer = -1;
  for (let start = 0; start < order.length; ) {
    const first = order[start] as number;
    if (rows.customer[first] !== customer) {
      customer = rows.customer[first] as number;
      had = false;
      month = 0;
      balance.fill(0n);
    }
    while (month < monthEnds.length && (monthEnds[month] as number) < (rows.day[first] as number)) month += 1;
    if (month === monthEnds.length) {
      start += 1;
      continue;
    }
    let end = start;
    while (end < order.length && isOf(rows, order[end] as number, customer, monthEnds[month] as number)) end += 1;
    balance[0] = balance[1] as bigint;
    const net = netOf(rows, order, start, end);
    for (let i = start; i < end; i += 1) move(rows, order[i] as number, balance);
    const becomes = becoming(balance[0] !== 0n, balance[1] !== 0n, had, net);
    for (let i = start; i < end; i += 1) change(rows, order[i] as number, becomes, cause, lineCause);
    had ||= balance[1] !== 0n;
    start = end;
  }
  return { ...rows, cause, lineCause };
};

const isOf = (rows: Rows, row: number, customer: number, until: number): boolean =>
  rows.customer[row] === customer && (rows.day[row] as number) <= until;

const moves = (rows: Rows, row: number): boolean => rows.cause[row] !== RENEWAL && rows.attributes[row] === rows.fromAttributes[row];

const move = (rows: Rows, row: number, balance: BigInt64Array): void => {
  if (moves(rows, row)) balance[1] = (balance[1] as bigint) + (rows.planMinor[row] as bigint);
};

/** What comings and goings of a month net to; undefined where there are not both, so that there is nothing to net. */
const netOf = (rows: Rows, order: Uint32Array, start: number, end: number): bigint | undefined => {
  let net = 0n;
  let hasCome = false;
  let hasGone = false;
  for (let i = start; i < end; i += 1) {
    const row = order[i] as number;
    if (!moves(rows, row) || !comesAndGoes(rows.cause[row] as number)) continue;
    if (rows.cause[row] === CHURN) hasGone = true;
    else hasCome = true;
    net += rows.planMinor[row] as bigint;
  }
  return hasCome && hasGone ? net : undefined;
};

/** By whether the customer had ARR at both ends of the month, and at the end of any month before. */
const becoming = (wasThere: boolean, isThere: boolean, had: boolean, net: bigint | undefined): Becomes => {
  if (!wasThere && isThere) return comingsAs(had ? REACTIVATION : NEW);
  if (net === undefined) return () => undefined;
  if (wasThere && isThere) return comingsAs(net < 0n ? CONTRACTION : EXPANSION);
  return wasThere ? comingsAs(CHURN) : (cause) => (cause === RENEWAL ? undefined : TRANSFER);
};

/** Comings and goings as one cause; what else moved stays as it is. */
const comingsAs =
  (becomes: number): Becomes =>
  (cause) =>
    comesAndGoes(cause) ? becomes : undefined;

const change = (rows: Rows, row: number, becomes: Becomes, cause: Uint8Array, lineCause: Uint8Array): void => {
  if (rows.attributes[row] !== rows.fromAttributes[row]) return;
  const changed = becomes(rows.cause[row] as number);
  if (changed === undefined) return;
  cause[row] = changed;
  lineCause[row] = changed;
};
