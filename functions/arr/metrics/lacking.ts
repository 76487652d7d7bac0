import { CAUSES, type Ledger } from '../ledger/rows.ts';
import type { Cut } from './cut.ts';
import type { Told } from './parents.ts';
import type { RateMissing } from './views.ts';

const RENEWAL = CAUSES.indexOf('renewal');

/**
 * Of the rates that are missing, those that bear on each value of a cut: of currencies that have ARR in it at the first look, or move in it from then to
 * the last one. `told` are rows of the ledger, as they stand there or at another level, and `cut` is of these.
 */
export const missingByValue = (
  missing: readonly RateMissing[],
  { rows, names, order }: Told,
  { rows: { amountMinor } }: Ledger,
  { values, column, from, lookup, ofParts }: Cut,
  looks: Int32Array,
): readonly (readonly RateMissing[])[] => {
  const [first, last] = [looks[0] ?? 0, looks.at(-1) ?? 0];
  const width = names.currencies.length;
  const openings = new BigInt64Array(values.length * width);
  const moves = new Uint8Array(values.length * width);
  const add = (place: number, day: number, amount: bigint): void => {
    if (day <= first) openings[place] = (openings[place] as bigint) + amount;
    else moves[place] = 1;
  };
  for (let row = 0; row < rows.length && (rows.day[row] as number) <= last; row += 1) {
    const amount = amountMinor[order === undefined ? row : (order[row] as number)] as bigint;
    if (rows.cause[row] === RENEWAL || amount === 0n) continue;
    const isTransfer = rows.attributes[row] !== rows.fromAttributes[row];
    const [into, out] = [lookup[column[row] as number] as number, lookup[from[row] as number] as number];
    if (isTransfer && (ofParts || into === out)) continue;
    const [currency, day] = [rows.currency[row] as number, rows.day[row] as number];
    add(into * width + currency, day, amount);
    if (isTransfer) add(out * width + currency, day, -amount);
  }
  return values.map((_, value) =>
    missing.filter(({ currency }) => {
      const place = value * width + names.currencies.indexOf(currency);
      return openings[place] !== 0n || moves[place] === 1;
    }),
  );
};
