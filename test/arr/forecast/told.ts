import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Flows, flowsOf } from '../../../functions/arr/forecast/flows.ts';
import type { Rows } from '../../../functions/arr/ledger/rows.ts';
import { cutBy, uncut } from '../../../functions/arr/metrics/cut.ts';
import { addDays } from '../../../functions/platform/calendar.ts';
import { CALENDAR_YEAR, fiscalPeriodsWithin } from '../../../functions/platform/fiscal.ts';
import { ledgerTold, type Told } from '../metrics/told.ts';

/** Calendar months from one to another, both included, `YYYY-MM`. */
export const monthsTold = (from: string, to: string) =>
  fiscalPeriodsWithin(CALENDAR_YEAR, `${from}-01`, `${to}-02`, 'month').map(({ startsOn, endsBefore }) => ({
    startsOn,
    endsOn: addDays(endsBefore, -1),
  }));

interface Wanted {
  readonly from: string;
  /** The first month that is not over. */
  readonly now: string;
  readonly to: string;
  readonly dimension?: string;
  readonly value?: string;
}

/** Months of these movements, in total or for one value of a dimension. */
export const flowsTold = (told: readonly Told[], { from, now, to, dimension, value = '' }: Wanted): Flows => {
  const { rows, names } = ledgerTold(told);
  const cutRows = (own: Rows) => (dimension === undefined ? undefined : cutBy(own, names, dimension)) ?? uncut(own, names);
  const months = monthsTold(from, to);
  const over = months.findIndex(({ startsOn }) => startsOn === `${now}-01`);
  return flowsOf(rows, cutRows, cutRows(rows).values.indexOf(value), { months, over, zone: 'UTC' });
};

/** Cells of the rows of the nth table below a heading of a page of docs/, without its head. */
export const rowsBelow = (page: string, heading: string, table = 0): readonly (readonly string[])[] => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs', page), 'utf8');
  const section = text.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? '';
  const tables = section.split(/\n(?!\|)/).filter((part) => part.includes('\n|'));
  return (tables[table] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};

/** `−2.58` for −258 minor units. */
export const majorText = (minor: bigint): string => {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0');
  return `${minor < 0n ? '−' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
