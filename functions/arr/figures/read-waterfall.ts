import { addDays, addMonths, daysBetween } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fiscalPeriodsWithin } from '../../platform/fiscal.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { readKnownOn, totalsFrom } from '../ledger/known-totals.ts';
import { type CourseRow, MAX_YEARS, type Period } from '../totals/course.ts';
import type { Cut } from '../totals/series.ts';
import { explainPath } from './figure.ts';
import { WATERFALL_FORMULA } from './formulas.ts';
import { readHead } from './read.ts';
import { type CutWanted, readCut } from './read-cut.ts';
import { jsonable, rateMissing } from './status.ts';

interface Wanted extends CutWanted {
  readonly from: string;
  readonly to: string;
  /** As it was known at the end of this day; without it as corrected since. */
  readonly asKnownOn?: string | undefined;
  readonly period?: 'day' | 'month' | 'quarter' | 'year' | undefined;
}

/** Rows of one answer by day: a quarter's. */
const MAX_DAYS = 100;

type WaterfallProblem = Problem<'period-invalid' | 'dimension-unknown'>;

/** Opening + Σ movements = closing of each period from `from` to `to`, both included; periods are those of the fiscal calendar, cut at the ends. */
export const readWaterfall = async (wanted: Wanted, company: CompanyConfig) => {
  const periods = periodsOf(wanted, company);
  if (!periods.ok) return periods;
  if (wanted.asKnownOn !== undefined && wanted.dimension === 'origin')
    return fail(
      'dimension-unknown',
      'As known on a day, ARR is not told by origin: leave out asKnownOn, or cut by another dimension.',
      'query.dimension',
    );
  const [head, known] = await Promise.all([
    readHead(WATERFALL_FORMULA),
    wanted.asKnownOn === undefined ? undefined : readKnownOn(wanted.asKnownOn),
  ]);
  const read = await readCut(
    wanted,
    wanted.from.slice(0, 7),
    known === undefined ? undefined : async (_part, from) => totalsFrom(known, from),
  );
  if (!read.ok) return read;
  const { cut, course, dimensions } = read.value;
  return ok({
    ...head,
    on: wanted.to,
    ...(known === undefined ? {} : { asKnownOn: wanted.asKnownOn, knownThrough: new Date(known.through * 1_000).toISOString() }),
    dimension: cut.dimension,
    value: cut.value,
    rows: course.rows(periods.value).map((row) => rowAnswer(row, cut, company.planCurrency)),
    dimensions: [...dimensions.keys()],
    values: [...(dimensions.get(cut.dimension) ?? [])],
  });
};

/** A row whose period lacks a plan rate says so in place of its amounts. */
const rowAnswer = (row: CourseRow, cut: Cut, planCurrency: string) => {
  const { startsOn, endsBefore, openingMinor, byCause, closingMinor, renewedMinor, unconverted } = row;
  const movements = [...byCause].sort(([a], [b]) => (a < b ? -1 : 1)).map(([cause, netMinor]) => ({ cause, netMinor }));
  return jsonable({
    startsOn,
    endsBefore,
    ...(unconverted.length > 0 ? {} : { openingMinor, movements, closingMinor, renewedMinor }),
    unconverted: unconverted.map((one) => rateMissing(one, planCurrency)),
    explain: explainPath({ from: startsOn, to: addDays(endsBefore, -1) }, cut),
  });
};

const periodsOf = ({ from, to, period = 'month' }: Wanted, company: CompanyConfig): Result<Period[], WaterfallProblem> => {
  const end = addDays(to, 1);
  if (from > to) return fail('period-invalid', `The period ends on ${to}, before it starts on ${from}.`, 'query.to');
  if (period === 'day') {
    const days = daysBetween(from, end);
    if (days > MAX_DAYS) return fail('period-invalid', `By day at most ${MAX_DAYS} days are answered, not ${days}.`, 'query.to');
    return ok(Array.from({ length: days }, (_, i) => ({ startsOn: addDays(from, i), endsBefore: addDays(from, i + 1) })));
  }
  if (end > addMonths(from, 12 * MAX_YEARS)) return fail('period-invalid', `At most ${MAX_YEARS} years are answered.`, 'query.to');
  return ok(
    fiscalPeriodsWithin(company.fiscalCalendar, from, end, period).map(({ startsOn, endsBefore }) => ({
      startsOn: startsOn < from ? from : startsOn,
      endsBefore: endsBefore > end ? end : endsBefore,
    })),
  );
};
