import { addDays, addMonths, daysBetween } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fiscalPeriodsWithin } from '../../platform/fiscal.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { profileAsked, readLedgerOf } from '../decided/read-decided.ts';
import { asKnownOn, knowable } from '../ledger/known.ts';
import { totalsFrom } from '../ledger/known-totals.ts';
import { readRecordedSince } from '../ledger/read-ledger.ts';
import type { Ledger } from '../ledger/rows.ts';
import { mergeTotals, totalsOfKept } from '../metrics/kept-totals.ts';
import { readKept } from '../metrics/read-kept.ts';
import { profileInForce } from '../profiles/presets.ts';
import { type CourseRow, MAX_YEARS, type Period } from '../totals/course.ts';
import { CURRENCY, type Cut } from '../totals/series.ts';
import { TOTAL } from '../totals/totals.ts';
import { BY_ORIGIN, cutWhole, explainPath } from './figure.ts';
import { WATERFALL_FORMULA } from './formulas.ts';
import { readHead } from './read.ts';
import { type CutWanted, readCut } from './read-cut.ts';
import { jsonable, rateMissing } from './status.ts';

interface Wanted extends CutWanted {
  readonly from: string;
  readonly to: string;
  /** As it was known at the end of this day; without it as corrected since. */
  readonly asKnownOn?: string | undefined;
  /** By a profile that is not in force: from its ledger. */
  readonly profile?: string | undefined;
  readonly period?: 'day' | 'month' | 'quarter' | 'year' | undefined;
}

/** No dimension: which ones there are is all that is asked. */
const NONE = '';
/** Rows of one answer by day: a quarter's. */
const MAX_DAYS = 100;

type WaterfallProblem = Problem<'period-invalid' | 'dimension-unknown'>;

/**
 * Opening + Σ movements = closing of each period from `from` to `to`, both included; periods are those of the fiscal calendar, cut at the ends.
 * Checks in this order: the period, the day of knowledge, that the cut is whole, the profile and its ledger, the dimension and its value.
 */
export const readWaterfall = async (wanted: Wanted, company: CompanyConfig, today: string) => {
  const periods = periodsOf(wanted, company);
  if (!periods.ok) return periods;
  const day = knowable(wanted.asKnownOn, today);
  if (!day.ok) return day;
  const whole = cutWhole(wanted);
  if (!whole.ok) return whole;
  const of = profileAsked(wanted.profile);
  if (!of.ok) return of;
  const profile = of.value;
  const isInForce = profile.name === profileInForce(company).name;
  if ((wanted.asKnownOn !== undefined || !isInForce) && wanted.dimension === 'origin')
    return fail('dimension-unknown', BY_ORIGIN, 'query.dimension');
  // What is as corrected under the profile in force stands in the totals.
  const asked = isInForce && wanted.asKnownOn === undefined ? undefined : await readLedgerOf(wanted.profile);
  if (asked?.ok === false) return asked;
  const ledger = asked?.value.ledger;
  const known = ledger === undefined || wanted.asKnownOn === undefined ? ledger : asKnownOn(ledger, wanted.asKnownOn, company.zone);
  const head = await readHead(WATERFALL_FORMULA, profile);
  const kept = known === undefined ? await keptTotals(wanted, company) : undefined;
  const read = await readCut(wanted, wanted.from.slice(0, 7), known === undefined ? kept : knownTotals(known, wanted));
  if (!read.ok) return read;
  const { cut, course, dimensions } = read.value;
  return ok({
    ...head,
    on: wanted.to,
    ...(known === undefined
      ? {}
      : {
          asKnownOn: wanted.asKnownOn,
          knownThrough: instantOf(known.through),
          ledgerThrough: instantOf(ledger?.through ?? known.through),
        }),
    dimension: cut.dimension,
    value: cut.value,
    rows: course.rows(periods.value).map((row) => rowAnswer(row, cut, company.planCurrency, isInForce ? undefined : profile.name)),
    dimensions: [...dimensions.keys()],
    values: [...(dimensions.get(cut.dimension) ?? [])],
  });
};

const instantOf = (second: number): string => new Date(second * 1_000).toISOString();

type ReadTotals = NonNullable<Parameters<typeof readCut>[2]>;

/** Totals of a ledger: of the dimension that is asked for, and otherwise which ones there are. */
const knownTotals =
  (ledger: Ledger, { dimension = NONE }: Wanted): ReadTotals =>
  async (part, from) =>
    totalsFrom(ledger, from, part === 'MAIN' ? TOTAL : dimension);

/**
 * By a dimension, what is kept of it with what was recorded since: of many customers the totals of all dimensions together are large. Undefined
 * where the totals are to be read: in total, by currency, by origin, and of days to come.
 */
const keptTotals = async (wanted: Wanted, company: CompanyConfig): Promise<ReadTotals | undefined> => {
  const { dimension, to } = wanted;
  if (dimension === undefined || dimension === 'origin' || dimension === CURRENCY) return undefined;
  const kept = await readKept(wanted, company, to);
  if (kept === undefined) return undefined;
  const since = await readRecordedSince(kept.head.through);
  return async (_part, from) => mergeTotals(totalsOfKept(kept, from), totalsFrom(since, from, dimension));
};

/** A row whose period lacks a plan rate says so in place of its amounts. */
const rowAnswer = (row: CourseRow, cut: Cut, planCurrency: string, profile: string | undefined) => {
  const { startsOn, endsBefore, openingMinor, byCause, closingMinor, renewedMinor, unconverted } = row;
  const movements = [...byCause].sort(([a], [b]) => (a < b ? -1 : 1)).map(([cause, netMinor]) => ({ cause, netMinor }));
  return jsonable({
    startsOn,
    endsBefore,
    ...(unconverted.length > 0 ? {} : { openingMinor, movements, closingMinor, renewedMinor }),
    unconverted: unconverted.map((one) => rateMissing(one, planCurrency)),
    explain: explainPath({ from: startsOn, to: addDays(endsBefore, -1) }, cut, profile),
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
