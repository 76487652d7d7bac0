import type { ToldRows } from '../ledger/rows.ts';
import type { Cut } from './cut.ts';
import { eachLook } from './standing.ts';

/**
 * Today's view of a cut by an attribute: all of a customer's history counts in the value that it has at the end of `on` (epoch day), or had when
 * it left, so that there are no transfers. Products, entities and currencies are the same in both views.
 */
export const asOfToday = (rows: ToldRows, cut: Cut, on: number): Cut => {
  if (cut.ofParts) return cut;
  let values = new Uint32Array(0);
  const customers = eachLook(rows, cut, Int32Array.of(on), (_, { value, units }) => {
    values = value.slice(0, units);
  });
  const lookup = new Uint32Array(customers.reduce((most, customer) => Math.max(most, customer + 1), 0));
  for (const [unit, customer] of customers.entries()) lookup[customer] = values[unit] as number;
  return { ...cut, column: rows.customer, from: rows.customer, lookup };
};
