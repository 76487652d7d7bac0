import { addDays, addMonths, daysBetween } from '../platform/calendar.ts';
import type { CompanyConfig } from '../platform/config.ts';
import { fiscalPeriodsWithin } from '../platform/fiscal.ts';
import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import { enterprise } from './profile.ts';
import { dimensionsOf, EVERYTHING, stepsOf, waterfall } from './series.ts';
import { ORIGINS } from './totals.ts';
import { readTotals } from './totals-store.ts';

/** From here on there are only nets: enough to know which cuts there are. */
const AFTER_ALL_MONTHS = '9999-12';

interface Wanted {
  readonly from: string;
  readonly to: string;
  readonly period?: 'day' | 'month' | 'quarter' | 'year' | undefined;
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
}

/** Rows of one answer: a quarter of days, or ten years of months. */
const MAX_DAYS = 100;
const MAX_YEARS = 10;

type WaterfallProblem = Problem<'period-invalid' | 'dimension-unknown'>;

/** Opening + Σ movements = closing of each period from `from` to `to`, both included; periods are those of the fiscal calendar, cut at the ends. */
export const readWaterfall = async (wanted: Wanted, company: CompanyConfig) => {
  const periods = periodsOf(wanted, company);
  if (!periods.ok) return periods;
  const cut = wanted.dimension === undefined ? EVERYTHING : { dimension: wanted.dimension, value: wanted.value ?? '' };
  const isMain = cut === EVERYTHING || cut.dimension === 'origin';
  const totals = await readTotals(isMain ? 'MAIN' : 'CUTS', wanted.from.slice(0, 7));
  const dimensions = dimensionsOf(isMain ? await readTotals('CUTS', AFTER_ALL_MONTHS) : totals);
  if (isMain) dimensions.set('origin', [...ORIGINS]);
  const values = dimensions.get(cut.dimension);
  if (cut !== EVERYTHING && values?.includes(cut.value) !== true) {
    const known =
      values === undefined ? `dimensions: ${[...dimensions.keys()].join(', ')}` : `values of ${cut.dimension}: ${values.join(', ')}`;
    return fail(
      'dimension-unknown',
      `There is no ARR for ${cut.dimension} "${cut.value}"; ${known.slice(0, 300)}.`,
      values === undefined ? 'query.dimension' : 'query.value',
    );
  }
  const rows = waterfall(stepsOf(totals, cut, company.planCurrency), periods.value);
  return ok({
    on: wanted.to,
    profile: enterprise.name,
    currency: company.planCurrency,
    dimension: cut.dimension,
    value: cut.value,
    rows: rows.map((row) => ({
      startsOn: row.startsOn,
      endsBefore: row.endsBefore,
      openingMinor: String(row.openingMinor),
      movements: [...row.byCause].sort(([a], [b]) => (a < b ? -1 : 1)).map(([cause, net]) => ({ cause, netMinor: String(net) })),
      closingMinor: String(row.closingMinor),
      renewedMinor: String(row.renewedMinor),
    })),
    dimensions: [...dimensions.keys()],
    values: values ?? [],
  });
};

const periodsOf = (
  { from, to, period = 'month' }: Wanted,
  company: CompanyConfig,
): Result<{ startsOn: string; endsBefore: string }[], WaterfallProblem> => {
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
