import { assert } from '../../platform/bug.ts';
import { addDays, addMonths } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import { type Fraction, fraction } from '../../platform/decimal.ts';
import { fiscalPeriodOf } from '../../platform/fiscal.ts';
import { today } from '../figures/read.ts';
import { readRecordedOf } from '../forecast/recorded-store.ts';
import { readClosedMonths } from '../ledger/closing-store.ts';
import { recordedProfile } from '../ledger/read-ledger.ts';
import { type MetricsWanted, readMetrics } from '../metrics/read-metrics.ts';
import {
  type ClosedMonth,
  type ForecastAndActual,
  type MarginOfMonth,
  TOLD_MARGINS,
  type ToldMargin,
  type Worked,
  type WorkedFigures,
} from './figures.ts';

/** Months that are looked through for the last one with costs. */
const MONTHS_BACK = 12;

type Answer = Extract<Awaited<ReturnType<typeof readMetrics>>, { readonly ok: true }>['value'];
type Row = Answer['rows'][number];

const rowsOf = async (wanted: MetricsWanted, on: string): Promise<readonly Row[]> => {
  const answer = await readMetrics(wanted, companyConfig(), on);
  assert(answer.ok, 'metrics of the whole company are always answered');
  return answer.value.rows;
};

/** `12` or `1/3`. */
const exactly = (text: string): Fraction => {
  const [num = '0', den = '1'] = text.split('/');
  return fraction(BigInt(num), BigInt(den));
};

/** A metric as the quotient that it was made of, exactly. */
const workedOf = (row: Row | undefined, id: string, explain: string): Worked => {
  const figure = row?.figures.find((one) => one.id === id);
  if (figure === undefined) return { ok: false, reason: 'There is no ARR to measure.' };
  if ('notDefined' in figure) return { ok: false, reason: figure.notDefined.detail };
  const { numerator, denominator } = figure;
  assert(numerator !== undefined && denominator !== undefined, `${id} is a quotient`);
  const [over, under] = [exactly(numerator.amount), exactly(denominator.amount)];
  return { ok: true, ratio: fraction(over.num * under.den, over.den * under.num), explain };
};

/** Margins of one name, month by month, oldest first. */
const marginsOf = (rows: readonly Row[], name: ToldMargin): readonly MarginOfMonth[] =>
  rows.map((row) => {
    const month = row.startsOn.slice(0, 7);
    return { month, name, margin: workedOf(row, `${name}-margin`, `/api/v1/arr/metrics?metrics=${name}-margin&month=${month}`) };
  });

/** Those that are closed, each with the month before it: the first has none, and is left out. */
const closedOf = (margins: readonly MarginOfMonth[], closed: ReadonlySet<string>): readonly ClosedMonth[] =>
  margins.flatMap((one, i) => {
    const before = margins[i - 1];
    return before === undefined || !closed.has(one.month) ? [] : [{ ...one, before: before.margin }];
  });

/**
 * What was forecast of the last month that is over, and its ARR; undefined where none was recorded under the profile in force, or its ARR cannot be
 * told: what one definition forecasts is not held against what another tells.
 */
const forecastAndActual = async (on: string): Promise<ForecastAndActual | undefined> => {
  const { fiscalCalendar } = companyConfig();
  const over = fiscalPeriodOf(fiscalCalendar, addDays(fiscalPeriodOf(fiscalCalendar, on, 'month').startsOn, -1), 'month');
  const recorded = await readRecordedOf(over.startsOn);
  if (recorded?.profile !== recordedProfile()) return undefined;
  const [figure] = (await rowsOf({ on: recorded.endsOn, metrics: 'arr' }, on)).at(-1)?.figures ?? [];
  if (figure === undefined || 'notDefined' in figure || figure.numerator === undefined) return undefined;
  const [period, forecastMinor] = [recorded.startsOn.slice(0, 7), BigInt(recorded.closingMinor)];
  return { period, forecastMinor, actualMinor: BigInt(figure.numerator.amount), explain: '/api/v1/arr/forecast' };
};

/** What alerts read of metrics, in total and at plan rates: net revenue retention today, margins of the last month that has them, and of closed months; and what became of the last forecast. */
export const readWorked = async (): Promise<WorkedFigures> => {
  const on = today();
  const [retained, months, closed, forecast] = await Promise.all([
    rowsOf({ on, metrics: 'nrr' }, on),
    rowsOf({ on, from: addMonths(on, -MONTHS_BACK), metrics: TOLD_MARGINS.map((name) => `${name}-margin`).join(',') }, on),
    readClosedMonths(),
    forecastAndActual(on),
  ]);
  const margins = TOLD_MARGINS.flatMap((name): readonly MarginOfMonth[] => {
    const own = marginsOf(months, name);
    const last = own.findLast(({ margin }) => margin.ok) ?? own.at(-1);
    return last === undefined ? [] : [last];
  });
  return {
    netRevenueRetention: workedOf(retained.at(-1), 'nrr', `/api/v1/arr/metrics?metrics=nrr&on=${on}`),
    margins,
    closedMonths: TOLD_MARGINS.flatMap((name) => closedOf(marginsOf(months, name), new Set(closed))),
    ...(forecast === undefined ? {} : { forecast }),
  };
};
