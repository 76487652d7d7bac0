import { assert } from '../../platform/bug.ts';
import { allocate } from '../../platform/money.ts';
import { CAUSES, type Rows } from '../ledger/rows.ts';
import type { Cut } from '../metrics/cut.ts';

const RENEWAL = CAUSES.indexOf('renewal');
const ADJUSTMENT = CAUSES.indexOf('adjustment');

/** ARR of each customer by the place of the value at the end of a day, without adjustments by hand: only what is above 0. */
export type ArrByValue = (customer: number) => ReadonlyMap<number, bigint>;

/** A transfer takes ARR out of the one value and into the other; parts of products, entities and currencies are not transferred. */
export const arrByValue = (rows: Rows, { lookup, column, from, ofParts }: Cut, day: number): ArrByValue => {
  const sums = new Map<number, Map<number, bigint>>();
  const add = (customer: number, value: number, amount: bigint): void => {
    const own = sums.get(customer) ?? new Map<number, bigint>();
    sums.set(customer, own);
    own.set(value, (own.get(value) ?? 0n) + amount);
  };
  for (let row = 0; row < rows.length && (rows.day[row] as number) <= day; row += 1) {
    if (rows.cause[row] === RENEWAL || rows.lineCause[row] === ADJUSTMENT) continue;
    const isTransfer = rows.attributes[row] !== rows.fromAttributes[row];
    if (isTransfer && ofParts) continue;
    const [customer, amount] = [rows.customer[row] as number, rows.planMinor[row] as bigint];
    add(customer, lookup[column[row] as number] as number, amount);
    if (isTransfer) add(customer, lookup[from[row] as number] as number, -amount);
  }
  return (customer) => new Map([...(sums.get(customer) ?? [])].filter(([, amount]) => amount > 0n).sort(([a], [b]) => a - b));
};

/** An account's amount by value, in proportion to its ARR in each: they sum to it, ties to the first value. */
export const sharedOut = (amountMinor: bigint, arr: ReadonlyMap<number, bigint>): ReadonlyMap<number, bigint> => {
  const parts = allocate({ amountMinor, currency: '' }, [...arr.values()]);
  assert(parts.ok, 'an account has ARR in a value');
  return new Map([...arr.keys()].map((value, place) => [value, parts.value[place]?.amountMinor ?? 0n]));
};
