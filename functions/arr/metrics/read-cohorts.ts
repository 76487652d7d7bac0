import { addDays, addMonths, fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fiscalPeriodOf } from '../../platform/fiscal.ts';
import { fail, ok } from '../../platform/result.ts';
import { COHORTS_FORMULA } from '../figures/formulas.ts';
import { readHead } from '../figures/read.ts';
import type { ToldRows } from '../ledger/rows.ts';
import { MAX_YEARS } from '../totals/course.ts';
import { averageLogosKept, averageRevenueKept, type Cohort, cohortsOf, logosKept, revenueKept } from './cohorts.ts';
import { dimensionsOf } from './cut.ts';
import { type Period, periodsUpTo } from './periods.ts';
import { formatRatio, type Ratio } from './ratio.ts';
import { atLevel, type LevelWanted } from './read-customers.ts';
import { cutOf, missingAnswers, readKnown, type ViewWanted, viewed } from './read-viewed.ts';

export interface CohortsWanted extends ViewWanted, LevelWanted {
  readonly on?: string | undefined;
  readonly from?: string | undefined;
  readonly by?: 'month' | 'quarter' | undefined;
}

const PLACES = 6;
const share = (ratio: Ratio): string | undefined => (ratio.ok ? formatRatio(ratio.value, PLACES) : undefined);

/** The first period: that of the first row, at most as far back as one answer tells. */
const firstPeriod = ({ day, length }: ToldRows, on: string, by: 'month' | 'quarter', { fiscalCalendar }: CompanyConfig): string => {
  const earliest = addDays(addMonths(on, -12 * MAX_YEARS), 1);
  const first = length === 0 ? on : fromEpochDay(day[0] as number);
  const from = first > on ? on : first < earliest ? earliest : first;
  return fiscalPeriodOf(fiscalCalendar, from, by).startsOn;
};

const ageAnswer = (cohort: Cohort, age: number, endsOn: string, isWhole: boolean) => ({
  age,
  endsOn,
  active: cohort.active[age] ?? 0,
  logosKept: share(logosKept(cohort, age)),
  ...(isWhole ? { arrMinor: String(cohort.arrMinor[age] ?? 0n), revenueKept: share(revenueKept(cohort, age)) } : {}),
});

/**
 * Cohorts of a value by the month or quarter of first ARR, each seen at the end of every period since, up to `on`. Customers whose ARR began before
 * the first period are one cohort in front of the others, `earlier`. Problems: `period-invalid`, `profile-unknown`, `ledger-not-made`, `dimension-unknown`.
 */
export const readCohorts = async (wanted: CohortsWanted, company: CompanyConfig, today: string) => {
  const { by = 'month', on = today, dimension, value, currencyView = 'plan' } = wanted;
  if (dimension !== undefined && value === undefined)
    return fail('question-incomplete', 'Cohorts are of one value of a dimension: ask with dimension and value.', 'query.value');
  if (wanted.from !== undefined && wanted.from > on)
    return fail('period-invalid', `The cohorts end on ${on}, before they begin on ${wanted.from}.`, 'query.from');
  if (wanted.from !== undefined && on >= addMonths(wanted.from, 12 * MAX_YEARS))
    return fail('period-invalid', `At most ${MAX_YEARS} years are answered.`, 'query.from');
  const known = await readKnown(wanted, company);
  if (!known.ok) return known;
  const { ledger, profile } = known.value;
  const periods = periodsUpTo(company.fiscalCalendar, by, wanted.from ?? firstPeriod(ledger.rows, on, by, company), on);
  const start = addDays((periods[0] as Period).startsOn, -1);
  const looks = Int32Array.from([start, ...periods.map(({ endsOn }) => endsOn)], toEpochDay);
  const { missing, ...seen } = await viewed(ledger, currencyView, looks);
  const told = await atLevel({ rows: seen.rows, names: ledger.names }, wanted, company);
  if (!told.ok) return told;
  const { rows, names } = told.value;
  const cut = cutOf(rows, names, wanted);
  if (!cut.ok) return cut;
  const [earlier, ...cohorts] = cohortsOf(rows, cut.value, looks, cut.value.values.indexOf(value ?? '')) as [Cohort, ...Cohort[]];
  const isWhole = missing.length === 0;
  const answer = (cohort: Cohort) => ({
    customers: cohort.customers,
    ages: cohort.active.map((_, age) => ageAnswer(cohort, age, fromEpochDay(looks[cohort.look + age] as number), isWhole)),
  });
  return ok({
    ...(await readHead(COHORTS_FORMULA, profile)),
    on,
    by,
    currencyView,
    level: wanted.level ?? 'customer',
    asKnownOn: wanted.asKnownOn,
    ledgerThrough: new Date(ledger.through * 1000).toISOString(),
    unconverted: missingAnswers(missing, ledger.planCurrency, currencyView),
    dimension: cut.value.dimension,
    value: value ?? '',
    ...(earlier.customers === 0 ? {} : { earlier: answer(earlier) }),
    cohorts: cohorts.map((cohort, i) => ({ ...(periods[i] as Period), ...answer(cohort) })),
    averages: cohorts.map((_, age) => ({
      age,
      logosKept: share(averageLogosKept(cohorts, age)),
      ...(isWhole ? { revenueKept: share(averageRevenueKept(cohorts, age)) } : {}),
    })),
    dimensions: [...dimensionsOf(names)],
    values: [...cut.value.values],
  });
};
