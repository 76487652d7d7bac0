import { addMonths } from '../../platform/calendar.ts';
import type { Cause } from '../movements/movements.ts';
import type { HasRate } from '../totals/course.ts';
import { Course } from '../totals/course.ts';
import { dimensionsOf, EVERYTHING, stepsOf } from '../totals/series.ts';
import type { Totals } from '../totals/store.ts';
import { firstFrom } from './columns.ts';
import { movementIdAt } from './identity.ts';
import { sameMovement } from './join.ts';
import { CAUSES, type Ledger } from './rows.ts';

/** What was reported of a month in one cut: opening + Σ movements = closing, in the plan currency; text of whole minor units. */
export interface ReportedRow {
  readonly dimension: string;
  readonly value: string;
  readonly openingMinor: string;
  readonly movements: { readonly cause: Cause; readonly netMinor: string }[];
  readonly closingMinor: string;
  /** ARR that came up for renewal and was renewed; part of no sum. */
  readonly renewedMinor: string;
}

export interface Reported {
  /** In total, then by every value of every dimension. */
  readonly rows: readonly ReportedRow[];
  /** Currencies whose ARR lacks its plan rate in the month: it cannot be closed while there are any. */
  readonly withoutRate: readonly string[];
}

/** A month's waterfall in total and by every value of every dimension, from totals that have the month. */
export const reportedOf = (totals: Totals, month: string, planCurrency: string, hasRate: HasRate): Reported => {
  const periods = [{ startsOn: `${month}-01`, endsBefore: addMonths(`${month}-01`, 1) }];
  const cuts = [...dimensionsOf(totals)].flatMap(([dimension, values]) => values.map((value) => ({ dimension, value })));
  const withoutRate = new Set<string>();
  const rows = [EVERYTHING, ...cuts].flatMap((cut) =>
    new Course(stepsOf(totals, cut, planCurrency), hasRate).rows(periods).map((row): ReportedRow => {
      for (const { currency } of row.unconverted) withoutRate.add(currency);
      return {
        dimension: cut.dimension,
        value: cut.value,
        openingMinor: String(row.openingMinor),
        movements: [...row.byCause]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([cause, net]) => ({ cause: cause as Cause, netMinor: String(net) })),
        closingMinor: String(row.closingMinor),
        renewedMinor: String(row.renewedMinor),
      };
    }),
  );
  return { rows, withoutRate: [...withoutRate].sort() };
};

/** A line of the restatement journal: one movement that was recorded after a month was closed, with a day in it or before it. */
export interface Restatement {
  readonly movementId: string;
  readonly customerId: string;
  readonly effectiveOn: string;
  readonly recordedAt: string;
  readonly cause: Cause;
  readonly correction: boolean;
  /** Net over its lines in the plan currency, signed; of a renewal or a transfer, which move nothing in total, 0. */
  readonly netMinor: bigint;
}

/** ARR in the plan currency at the end of the day before another one. */
export const arrBefore = ({ rows }: Ledger, day: number): bigint => {
  const end = firstFrom(rows, day);
  let sum = 0n;
  for (let row = 0; row < end; row += 1) {
    const cause = CAUSES[rows.cause[row] as number];
    if (cause !== 'renewal' && cause !== 'transfer') sum += rows.planMinor[row] as bigint;
  }
  return sum;
};

/** Movements recorded in a second or later, with a day before another one, in the order of their recording. */
export const restatementsOf = (ledger: Ledger, since: number, endsBefore: number): readonly Restatement[] => {
  const { rows, names } = ledger;
  const found: Restatement[] = [];
  const end = firstFrom(rows, endsBefore);
  for (let first = 0; first < end; ) {
    let next = first;
    let netMinor = 0n;
    for (; next < end && sameMovement(rows, first, next); next += 1) netMinor += rows.planMinor[next] as bigint;
    if ((rows.recordedAt[first] as number) >= since) {
      const cause = CAUSES[rows.cause[first] as number] as Cause;
      const movementId = movementIdAt(ledger, first);
      found.push({
        movementId,
        customerId: names.customers[rows.customer[first] as number] as string,
        effectiveOn: movementId.split('~').at(-3) as string,
        recordedAt: new Date((rows.recordedAt[first] as number) * 1_000).toISOString(),
        cause,
        correction: rows.correction[first] === 1,
        netMinor: cause === 'renewal' || cause === 'transfer' ? 0n : netMinor,
      });
    }
    first = next;
  }
  return found.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
};
