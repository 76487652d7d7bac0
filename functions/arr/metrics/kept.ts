import { assert } from '../../platform/bug.ts';
import { toEpochDay } from '../../platform/calendar.ts';
import { type FiscalCalendar, fiscalPeriodOf } from '../../platform/fiscal.ts';
import { CAUSES, type ToldRows } from '../ledger/rows.ts';
import { bridgesOf } from './bridges.ts';
import { cohortsOf } from './cohorts.ts';
import type { Cut } from './cut.ts';
import type { KeptMonth, NetRow, SeenCohort } from './kept-bytes.ts';
import { ENDLESS, type Plan, planOf, retainedIn } from './measure.ts';
import { type Period, periodsUpTo } from './periods.ts';

/** Days × values of a dimension that are kept: what has more is folded when it is asked for. */
const MAX_PLACES = 2_000_000;

const RENEWAL = CAUSES.indexOf('renewal');
const WIDTH = CAUSES.length;

/** The fiscal months that figures are kept of: from that of the first row to the one of `on`, which is looked at on that day. */
export const planKept = ({ day, length }: ToldRows, calendar: FiscalCalendar, firstDay: string, on: string): Plan | undefined =>
  length === 0 || (day[0] as number) > toEpochDay(on)
    ? undefined
    : planOf(calendar, 'month', periodsUpTo(calendar, 'month', fiscalPeriodOf(calendar, firstDay, 'month').startsOn, on));

/** What moved on each day from the first on, by value and cause; what is known of the days after the last one stands on one day, `ENDLESS`. */
const netRows = (rows: ToldRows, cut: Cut, first: number, last: number): readonly NetRow[] => {
  const days = Int32Array.from({ length: last - first + 2 }, (_, i) => (first + i > last ? ENDLESS : first + i));
  const { moved, renewed } = bridgesOf(rows, cut, days);
  const values = cut.values.length;
  const net: NetRow[] = [];
  for (const [look, day] of days.entries()) {
    for (let value = 0; value < values; value += 1) {
      const place = look * values + value;
      for (let cause = 0; cause < WIDTH; cause += 1) {
        const amountMinor = cause === RENEWAL ? (renewed[place] as bigint) : (moved[place * WIDTH + cause] as bigint);
        if (amountMinor !== 0n) net.push({ day, value, cause, amountMinor });
      }
    }
  }
  return net;
};

/** By the look at which they are seen: cohorts that have customers of a value, each at every look from its own on. */
const cohortsSeen = (rows: ToldRows, cut: Cut, looks: Int32Array): readonly (readonly SeenCohort[])[] => {
  const seen: SeenCohort[][] = [...looks].map(() => []);
  for (const [value, cohorts] of cohortsOf(rows, cut, looks, [...cut.values.keys()]).entries()) {
    for (const { look, customers, active, arrMinor } of cohorts) {
      for (const [age, there] of active.entries()) {
        const own = {
          value,
          began: looks[look] as number,
          customers: age === 0 ? customers : 0,
          active: there,
          arrMinor: arrMinor[age] as bigint,
        };
        if (own.customers > 0 || there > 0) seen[look + age]?.push(own);
      }
    }
  }
  return seen;
};

/**
 * All that answers by month say of a cut, month by month, folded once: what moved by day, what customers became until the end of each month (of
 * the last one until the day that is looked at) and in the year up to it, and cohorts. Undefined where that is too much to keep.
 */
export const keptMonths = (rows: ToldRows, cut: Cut, plan: Plan): readonly KeptMonth[] | undefined => {
  const { periods } = plan;
  const starts = periods.map(({ startsOn }) => toEpochDay(startsOn));
  const looks = Int32Array.from(periods, ({ endsOn }) => toEpochDay(endsOn));
  const first = rows.day[0] as number;
  const last = looks[looks.length - 1] as number;
  if ((last - first + 2) * cut.values.length > MAX_PLACES) return undefined;
  const net = netRows(rows, cut, first, last);
  const retained = retainedIn(rows, cut, plan);
  const seen = cohortsSeen(rows, cut, looks);
  let at = 0;
  return periods.map((_, i): KeptMonth => {
    const from = at;
    while (at < net.length && (net[at] as NetRow).day < (starts[i + 1] ?? Number.POSITIVE_INFINITY)) at += 1;
    return {
      look: looks[i] as number,
      values: cut.values,
      rows: net.slice(from, at),
      retained: cut.values.map((_, value) => ({ value, period: retained.of(2 * i, value), year: retained.of(2 * i + 1, value) })),
      cohorts: seen[i] as readonly SeenCohort[],
    };
  });
};

/** Months of a cut as one: rows that move what the ledger's move, in the same values. */
export const rowsOfMonths = (
  dimension: string,
  values: readonly string[],
  ofParts: boolean,
  months: readonly KeptMonth[],
): { readonly rows: ToldRows; readonly cut: Cut } => {
  const length = months.reduce((sum, { rows }) => sum + rows.length, 0);
  const place = new Uint32Array(length);
  const cause = new Uint8Array(length);
  const day = new Int32Array(length);
  const planMinor = new BigInt64Array(length);
  const places = new Map(values.map((value, i) => [value, i]));
  let at = 0;
  for (const month of months) {
    const own = month.values.map((value) => placeOf(places, value));
    for (const row of month.rows) {
      day[at] = row.day;
      cause[at] = row.cause;
      place[at] = own[row.value] as number;
      planMinor[at] = row.amountMinor;
      at += 1;
    }
  }
  const lookup = Uint32Array.from(values, (_, i) => i);
  const columns = { customer: place, attributes: place, fromAttributes: place, product: place, entity: place, currency: place };
  return {
    rows: { length, ...columns, day, cause, lineCause: cause, planMinor },
    cut: { dimension, values, column: place, from: place, lookup, ofParts },
  };
};

const placeOf = (places: ReadonlyMap<string, number>, value: string): number => {
  const place = places.get(value);
  assert(place !== undefined, `figures are kept of a value "${value.slice(0, 40)}" that their dimension does not have`);
  return place;
};

/** The last day of a period that figures are kept of; undefined of any other. */
export const isKeptPeriod = ({ startsOn, endsOn }: Period, calendar: FiscalCalendar, on: string): boolean => {
  const month = fiscalPeriodOf(calendar, endsOn, 'month');
  return month.startsOn === startsOn && (endsOn === on || (endsOn < on && toEpochDay(endsOn) + 1 === toEpochDay(month.endsBefore)));
};
