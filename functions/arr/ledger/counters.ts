import type { Attributes, Entry, EntryLine, Renewed } from '../movements/movements.ts';
import { NO_STOCK } from '../movements/movements.ts';
import { Tally } from '../totals/tally.ts';
import type { MonthlyCounters } from '../totals/totals.ts';
import { sameMovement } from './join.ts';
import { CAUSES, type Ledger } from './rows.ts';

/** The movements of a ledger as the totals take them, in their order; without the origin of their stock, which the ledger does not know. */
function* entriesOf({ rows, names }: Ledger): Generator<Entry> {
  const attributesAt = (place: number | undefined): Attributes => names.attributes[place as number] as Attributes;
  for (let first = 0; first < rows.length; ) {
    let end = first + 1;
    while (end < rows.length && sameMovement(rows, first, end)) end += 1;
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
    yield {
      day: rows.day[first] as number,
      cause,
      attributes: attributesAt(rows.attributes[first]),
      ...(cause === 'transfer' ? { fromAttributes: attributesAt(rows.fromAttributes[first]) } : {}),
      lines,
      stock: NO_STOCK,
      ...(renewed.length === 0 ? {} : { renewed }),
      eventIds: [],
    };
    first = end;
  }
}

/** What a ledger's movements sum to, in the counters of the totals: by the same arithmetic, in every cut but the origins. */
export const countersOf = (ledger: Ledger): MonthlyCounters => {
  const tally = new Tally(ledger.planCurrency);
  for (const entry of entriesOf(ledger)) tally.add(entry);
  return tally.counters();
};
