import { addDays, addMonths, fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fiscalPeriodOf } from '../../platform/fiscal.ts';
import { fail, ok } from '../../platform/result.ts';
import { COHORTS_FORMULA } from '../figures/formulas.ts';
import { readHead } from '../figures/read.ts';
import { knowable } from '../ledger/known.ts';
import { profileInForce } from '../profiles/presets.ts';
import type { Profile } from '../profiles/profile.ts';
import { MAX_YEARS } from '../totals/course.ts';
import { averageLogosKept, averageRevenueKept, type Cohort, cohortsOf, logosKept, revenueKept } from './cohorts.ts';
import { dimensionsOf } from './cut.ts';
import { type Period, periodsUpTo } from './periods.ts';
import { formatRatio, type Ratio } from './ratio.ts';
import { atLevel, type LevelWanted, readMissingByValue } from './read-customers.ts';
import { keptCohorts, readKeptMonths } from './read-kept.ts';
import { cutOf, missingAnswers, readKnown, type ViewWanted, viewed } from './read-viewed.ts';
import type { RateMissing } from './views.ts';

export interface CohortsWanted extends ViewWanted, LevelWanted {
  readonly on?: string | undefined;
  readonly from?: string | undefined;
  readonly by?: 'month' | 'quarter' | undefined;
}

const PLACES = 6;
const share = (ratio: Ratio): string | undefined => (ratio.ok ? formatRatio(ratio.value, PLACES) : undefined);

type By = 'month' | 'quarter';

/** The first period: that of the first row, at most as far back as one answer tells. */
const firstPeriod = (first: string, on: string, by: By, { fiscalCalendar }: CompanyConfig): string => {
  const earliest = addDays(addMonths(on, -12 * MAX_YEARS), 1);
  const from = first > on ? on : first < earliest ? earliest : first;
  return fiscalPeriodOf(fiscalCalendar, from, by).startsOn;
};

/** From the first period on to the one of `on`, and the days at whose end cohorts are looked at: the first is the one before all of them. */
const looked = (from: string, on: string, by: By, { fiscalCalendar }: CompanyConfig) => {
  const periods = periodsUpTo(fiscalCalendar, by, from, on);
  const start = addDays((periods[0] as Period).startsOn, -1);
  return { periods, looks: Int32Array.from([start, ...periods.map(({ endsOn }) => endsOn)], toEpochDay) };
};

interface Source extends ReturnType<typeof looked> {
  readonly profile: Profile;
  readonly cohorts: readonly Cohort[];
  readonly values: readonly string[];
  readonly missing: readonly RateMissing[];
  readonly planCurrency: string;
  readonly through: number;
  readonly dimensions: readonly string[];
}

/** By what is kept; undefined where the question is another one. */
const keptSource = async (wanted: CohortsWanted, on: string, by: By, company: CompanyConfig) => {
  if (by !== 'month') return undefined;
  const kept = await readKeptMonths(wanted, company, periodsUpTo(company.fiscalCalendar, by, on, on));
  if (kept === undefined) return undefined;
  const { values } = kept.cut;
  const seen = looked(wanted.from ?? firstPeriod(kept.head.firstDay, on, by, company), on, by, company);
  const cohorts = keptCohorts(kept, seen.looks, values.indexOf(wanted.value ?? ''));
  return ok<Source>({ ...kept.head, ...seen, profile: profileInForce(company), cohorts, values, missing: [] });
};

const foldedSource = async (wanted: CohortsWanted, on: string, by: By, company: CompanyConfig) => {
  const known = await readKnown(wanted, company);
  if (!known.ok) return known;
  const { ledger, profile } = known.value;
  const { planCurrency, through } = ledger;
  const first = ledger.rows.length === 0 ? on : fromEpochDay(ledger.rows.day[0] as number);
  const looks = looked(wanted.from ?? firstPeriod(first, on, by, company), on, by, company);
  const { missing, ...seen } = await viewed(ledger, wanted.currencyView ?? 'plan', looks.looks);
  const told = await atLevel({ rows: seen.rows, names: ledger.names }, wanted, profile);
  if (!told.ok) return told;
  const { rows, names } = told.value;
  const cut = cutOf(rows, names, wanted);
  if (!cut.ok) return cut;
  const { values } = cut.value;
  const missingBy = await readMissingByValue(ledger, missing, wanted, profile, looks.looks, (plain) => {
    const own = cutOf(plain.rows, plain.names, wanted);
    return own.ok ? own.value : undefined;
  });
  const bearing = missingBy?.[values.indexOf(wanted.value ?? '')] ?? missing;
  const [cohorts = []] = cohortsOf(rows, cut.value, looks.looks, [values.indexOf(wanted.value ?? '')]);
  return ok<Source>({ ...looks, profile, cohorts, values, missing: bearing, planCurrency, through, dimensions: dimensionsOf(names) });
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
  const day = knowable(wanted.asKnownOn, today);
  if (!day.ok) return day;
  const read = (await keptSource(wanted, on, by, company)) ?? (await foldedSource(wanted, on, by, company));
  if (!read.ok) return read;
  const source = read.value;
  const { periods, looks, missing } = source;
  const [earlier, ...cohorts] = source.cohorts as readonly [Cohort, ...Cohort[]];
  const isWhole = missing.length === 0;
  const answer = (cohort: Cohort) => ({
    customers: cohort.customers,
    ages: cohort.active.map((_, age) => ageAnswer(cohort, age, fromEpochDay(looks[cohort.look + age] as number), isWhole)),
  });
  return ok({
    ...(await readHead(COHORTS_FORMULA, source.profile)),
    on,
    by,
    currencyView,
    level: wanted.level ?? 'customer',
    asKnownOn: wanted.asKnownOn,
    ledgerThrough: new Date(source.through * 1000).toISOString(),
    unconverted: missingAnswers(missing, source.planCurrency, currencyView),
    dimension: dimension ?? 'total',
    value: value ?? '',
    ...(earlier.customers === 0 ? {} : { earlier: answer(earlier) }),
    cohorts: cohorts.map((cohort, i) => ({ ...(periods[i] as Period), ...answer(cohort) })),
    averages: cohorts.map((_, age) => ({
      age,
      logosKept: share(averageLogosKept(cohorts, age)),
      ...(isWhole ? { revenueKept: share(averageRevenueKept(cohorts, age)) } : {}),
    })),
    dimensions: [...source.dimensions],
    values: [...source.values],
  });
};
