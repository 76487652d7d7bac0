import { assert } from '../../platform/bug.ts';
import type { Movement } from '../events.ts';
import type { Attributes, Entry, EntryLine, Renewed } from '../movements/movements.ts';
import { NO_STOCK } from '../movements/movements.ts';
import { toMovement } from '../records/codec.ts';
import { sameMovement } from './join.ts';
import { CAUSES, type Ledger } from './rows.ts';

/** The row behind the last one of the movement that begins with this row. */
export const endOfMovement = ({ rows }: Pick<Ledger, 'rows'>, first: number): number => {
  let end = first + 1;
  while (end < rows.length && sameMovement(rows, first, end)) end += 1;
  return end;
};

/** The movement of rows from `first` to `end`, the end not included; without the origin of its stock and its events, which a ledger does not know. */
export const entryAt = ({ rows, names }: Pick<Ledger, 'rows' | 'names'>, first: number, end: number): Entry => {
  const attributesAt = (place: number | undefined): Attributes => names.attributes[place as number] as Attributes;
  const lines: EntryLine[] = [];
  const renewed: Renewed[] = [];
  const cause = CAUSES[rows.cause[first] as number] as Entry['cause'];
  for (let row = first; row < end; row += 1) {
    const currency = names.currencies[rows.currency[row] as number] as string;
    const [amountMinor, planMinor] = [rows.amountMinor[row] as bigint, rows.planMinor[row] as bigint];
    if (cause === 'renewal') renewed.push({ currency, amountMinor, planMinor });
    else {
      lines.push({
        key: names.lines[rows.line[row] as number] as string,
        productId: names.products[rows.product[row] as number] as string,
        legalEntity: names.entities[rows.entity[row] as number] as string,
        currency,
        cause: CAUSES[rows.lineCause[row] as number] as Entry['cause'],
        deltaMinor: amountMinor,
        planDeltaMinor: planMinor,
      });
    }
  }
  return {
    day: rows.day[first] as number,
    cause,
    attributes: attributesAt(rows.attributes[first]),
    ...(cause === 'transfer' ? { fromAttributes: attributesAt(rows.fromAttributes[first]) } : {}),
    lines,
    stock: NO_STOCK,
    ...(renewed.length === 0 ? {} : { renewed }),
    eventIds: [],
    ...(rows.correction[first] === 1 ? { correction: true as const } : {}),
  };
};

/** The movement that begins with a row. */
export const movementAt = (ledger: Pick<Ledger, 'rows' | 'names'>, first: number): Movement => {
  const { rows, names } = ledger;
  const customerId = names.customers[rows.customer[first] as number];
  assert(customerId !== undefined, 'a row of a ledger names its customer');
  return toMovement(entryAt(ledger, first, endOfMovement(ledger, first)), rows.number[first] as number, {
    customerId,
    recordedAt: new Date((rows.recordedAt[first] as number) * 1_000).toISOString(),
    version: rows.version[first] as number,
  });
};
