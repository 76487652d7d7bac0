import type { ToldRows } from '../ledger/rows.ts';
import type { Cut } from './cut.ts';
import { eachLook } from './standing.ts';

/** Where each customer was told last until a day, at whatever ARR; who is first told of later, where that is. */
const toldLast = ({ customer, day, length }: ToldRows, { lookup, column }: Cut, on: number): Uint32Array => {
  const told = new Uint32Array(customer.reduce((most, one) => Math.max(most, one + 1), 0));
  const known = new Uint8Array(told.length);
  for (let row = 0; row < length; row += 1) {
    const one = customer[row] as number;
    if ((day[row] as number) > on && known[one] === 1) continue;
    known[one] = 1;
    told[one] = lookup[column[row] as number] as number;
  }
  return told;
};

/**
 * Today's view of a cut by an attribute: all of a customer's history counts in the value that it has at the end of `on` (epoch day), or had when
 * it left, so that there are no transfers; of who comes later, in the value into which it comes. Products, entities and currencies are the same in
 * both views.
 */
export const asOfToday = (rows: ToldRows, cut: Cut, on: number): Cut => {
  if (cut.ofParts) return cut;
  const lookup = toldLast(rows, cut, on);
  let values = new Uint32Array(0);
  const customers = eachLook(rows, cut, Int32Array.of(on), (_, { value, units }) => {
    values = value.slice(0, units);
  });
  for (const [unit, customer] of customers.entries()) lookup[customer] = values[unit] as number;
  return { ...cut, column: rows.customer, from: rows.customer, lookup };
};
