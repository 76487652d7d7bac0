import type { Rows } from '../ledger/rows.ts';
import { eachCourse } from './courses.ts';
import type { Cut } from './cut.ts';

/**
 * Today's view of a cut by an attribute: all of a customer's history counts in the value that it has at the end of `on` (epoch day), or had when
 * it left, so that there are no transfers. Products, entities and currencies are the same in both views.
 */
export const asOfToday = (rows: Rows, cut: Cut, on: number): Cut => {
  if (cut.ofParts) return cut;
  let customers = 0;
  for (let row = 0; row < rows.length; row += 1) customers = Math.max(customers, (rows.customer[row] as number) + 1);
  const lookup = new Uint32Array(customers);
  eachCourse(rows, cut, Int32Array.of(on), ({ customer, value }) => {
    lookup[customer] = value[0] as number;
  });
  return { ...cut, column: rows.customer, from: rows.customer, lookup };
};
