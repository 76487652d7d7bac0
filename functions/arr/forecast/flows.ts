import { addDays, startOfDay, toEpochDay } from '../../platform/calendar.ts';
import { filtered } from '../ledger/columns.ts';
import { CAUSES, type Rows } from '../ledger/rows.ts';
import { type Bridges, bridgesOf } from '../metrics/bridges.ts';
import type { Cut } from '../metrics/cut.ts';
import { CAUSE_OF_STREAM } from './streams.ts';

/** A fiscal month, both days included. */
export interface Month {
  readonly startsOn: string;
  readonly endsOn: string;
}

/** Amounts by stream, in the order of `STREAMS`: signed minor units of the plan currency. */
export type ByStream = readonly bigint[];

/** What a value of a cut came to month by month, as it is known now, and what had been known of it before. */
export interface Flows {
  /** Ascending: those that are over, then those ahead, the one under way first among them. */
  readonly months: readonly Month[];
  /** How many of them are over. */
  readonly over: number;
  /** ARR at the end of a month; −1 is before the first. */
  readonly closing: (month: number) => bigint;
  readonly moved: (month: number) => ByStream;
  /**
   * What had been recorded by the end of the month `origin` with a day in a later month. Of the last month that is over: all that is recorded by
   * now, so also what has moved in the month under way.
   */
  readonly known: (origin: number, month: number) => ByStream;
}

const streamsAt = ({ moved, values }: Bridges, look: number, value: number): ByStream =>
  CAUSE_OF_STREAM.map((cause) => moved[(look * values + value) * CAUSES.length + cause] as bigint);

/** Rows that were recorded before the month began in which they take effect. */
const announced = (rows: Rows, months: readonly Month[], zone: string): Rows => {
  const starts = months.map(({ startsOn }) => toEpochDay(startsOn));
  const seconds = months.map(({ startsOn }) => startOfDay(startsOn, zone));
  let month = -1;
  return filtered(rows, (row) => {
    while (month + 1 < starts.length && (starts[month + 1] as number) <= (rows.day[row] as number)) month += 1;
    return month >= 0 && (rows.recordedAt[row] as number) < (seconds[month] as number);
  });
};

/**
 * The months of one value. `cutRows` cuts rows by the dimension that is asked for: every selection of rows has a cut of its own. History counts
 * as it stands today, corrected; only what was known ahead is looked at as it had been recorded.
 */
export const flowsOf = (
  rows: Rows,
  cutRows: (rows: Rows) => Cut,
  value: number,
  { months, over, zone }: Pick<Flows, 'months' | 'over'> & { readonly zone: string },
): Flows => {
  const looks = Int32Array.from([addDays(months[0]?.startsOn ?? '1970-01-01', -1), ...months.map(({ endsOn }) => endsOn)], toEpochDay);
  const bridges = bridgesOf(rows, cutRows(rows), looks);
  const ahead = announced(rows, months, zone);
  const knownFrom = new Map<number, Bridges>();
  const bridgesKnown = (origin: number): Bridges => {
    const kept = knownFrom.get(origin);
    if (kept !== undefined) return kept;
    const end = (months[origin] as Month).endsOn;
    const [endDay, endSecond] = [toEpochDay(end), startOfDay(addDays(end, 1), zone)];
    const then = filtered(ahead, (row) => (ahead.day[row] as number) > endDay && (ahead.recordedAt[row] as number) < endSecond);
    const made = bridgesOf(then, cutRows(then), looks);
    knownFrom.set(origin, made);
    return made;
  };
  const moved = months.map((_, month) => streamsAt(bridges, month + 1, value));
  return {
    months,
    over,
    closing: (month) => bridges.closing[(month + 1) * bridges.values + value] as bigint,
    moved: (month) => moved[month] as ByStream,
    known: (origin, month) => (origin === over - 1 ? (moved[month] as ByStream) : streamsAt(bridgesKnown(origin), month + 1, value)),
  };
};
