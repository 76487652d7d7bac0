import { costsByMonth } from '../../company/index.ts';
import { addDays, addMonths, daysBetween, endOfMonth, fromEpochDay, startOfDay, toEpochDay } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { METRICS_FORMULA } from '../figures/formulas.ts';
import { readHead } from '../figures/read.ts';
import { knowable } from '../ledger/known.ts';
import type { ToldRows } from '../ledger/rows.ts';
import { profileInForce } from '../profiles/presets.ts';
import type { Profile } from '../profiles/profile.ts';
import { MAX_YEARS } from '../totals/course.ts';
import { METRICS } from './catalogue.ts';
import type { CostFunction, Costs } from './costs.ts';
import { type Cut, dimensionsOf } from './cut.ts';
import { type Due, duesByAttribute, duesByValue } from './dues.ts';
import { definitionAnswer, figureAnswers, metricsAsked } from './figures.ts';
import { Fold, LIFETIME_CAP_MONTHS, type Plan, planOf } from './measure.ts';
import type { Metric } from './metric.ts';
import { type PeriodKind, periodsUpTo } from './periods.ts';
import type { NotDefined } from './ratio.ts';
import { atLevel, type LevelWanted, readDues, readMissingByValue } from './read-customers.ts';
import { type Kept, keptRetained, readKeptMonths } from './read-kept.ts';
import { cutOf, missingAnswers, readKnown, type ViewWanted, viewed } from './read-viewed.ts';
import type { RetainedBySpan } from './retained.ts';
import { asOfToday } from './today.ts';
import type { RateMissing } from './views.ts';

export interface MetricsWanted extends ViewWanted, LevelWanted {
  readonly on?: string | undefined;
  readonly month?: string | undefined;
  readonly from?: string | undefined;
  readonly period?: PeriodKind | undefined;
  readonly attributesAsOf?: 'then' | 'today' | undefined;
  readonly metrics?: string | undefined;
  /** A whole number of months, as text. */
  readonly lifetimeCapMonths?: string | undefined;
  /** By whose choices metrics are defined, where not by those of the profile whose ledger they are folded from. */
  readonly definitions?: Profile | undefined;
}

type MetricsProblem = Problem<
  'period-invalid' | 'dimension-unknown' | 'question-incomplete' | 'metric-unknown' | 'question-invalid' | 'answer-too-large'
>;

/** Periods by day of one answer: a quarter's. */
const MAX_DAYS = 100;
/** Periods × values × metrics of one answer. */
const MAX_FIGURES = 10_000;

/** The last day that is asked about: a day, or the last of a month, at most today. Checks: that only one is given, then the month. */
const lastDay = ({ on, month }: MetricsWanted, today: string): Result<string, MetricsProblem> => {
  if (on !== undefined && month !== undefined) return fail('question-invalid', 'Ask with on, or with month, not with both.', 'query.month');
  if (month === undefined) return ok(on ?? today);
  const end = endOfMonth(`${month}-01`);
  if (`${month}-01` > today) return fail('period-invalid', `The month ${month} has not begun: today is ${today}.`, 'query.month');
  return ok(end > today ? today : end);
};

const planned = (wanted: MetricsWanted, today: string, { fiscalCalendar }: CompanyConfig): Result<Plan, MetricsProblem> => {
  const { period: kind = 'month', from } = wanted;
  const last = lastDay(wanted, today);
  if (!last.ok) return last;
  const day = knowable(wanted.asKnownOn, today);
  if (!day.ok) return day;
  const on = last.value;
  if (from !== undefined && from > on)
    return fail('period-invalid', `The figures end on ${on}, before they begin on ${from}.`, 'query.from');
  if (kind === 'day' && daysBetween(from ?? on, on) >= MAX_DAYS)
    return fail('period-invalid', `By day at most ${MAX_DAYS} days are answered.`, 'query.from');
  if (on >= addMonths(from ?? on, 12 * MAX_YEARS)) return fail('period-invalid', `At most ${MAX_YEARS} years are answered.`, 'query.from');
  return ok(planOf(fiscalCalendar, kind, periodsUpTo(fiscalCalendar, kind, from ?? on, on)));
};

/** Costs at plan rates from two years before the first period on: what lacks a plan rate counts as not told. */
const readCosts = async ({ looks, periods }: Plan, knownOn: string | undefined): Promise<Costs> => {
  const { rows } = await costsByMonth(fromEpochDay(looks[0] as number), (periods.at(-1) as { endsOn: string }).endsOn, knownOn);
  return Object.fromEntries(
    rows.map(({ month, sums }) => {
      const amounts: Partial<Record<CostFunction, bigint>> = {};
      const partial = new Set(sums.filter(({ planMinor }) => planMinor === undefined).map(({ kind }) => kind));
      for (const { kind, planMinor = 0n } of sums) if (!partial.has(kind)) amounts[kind] = (amounts[kind] ?? 0n) + planMinor;
      return [month, amounts];
    }),
  );
};

/** Folds of the rows that were read last: they stay the same objects while nothing is recorded. */
const folds = new WeakMap<ToldRows, Map<string, Fold>>();
const MAX_FOLDS = 16;

const foldOf = (rows: ToldRows, cut: Cut, plan: Plan, key: string, retained: RetainedBySpan | undefined): Fold => {
  const known = folds.get(rows) ?? new Map<string, Fold>();
  folds.set(rows, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  const fold = new Fold(rows, cut, plan, retained);
  if (known.size >= MAX_FOLDS) known.clear();
  known.set(key, fold);
  return fold;
};

/** What metrics are made of: kept figures, or the ledger. */
interface Source {
  readonly profile: Profile;
  /** Its name, where it is not in force. */
  readonly other?: string | undefined;
  readonly rows: ToldRows;
  readonly cut: ReturnType<typeof cutOf>;
  /** What customers became, where that is known without looking at them. */
  readonly retained?: RetainedBySpan;
  readonly missing: readonly RateMissing[];
  /** Those that bear on each value of the cut; undefined where none is missing. */
  readonly missingBy?: readonly (readonly RateMissing[])[] | undefined;
  readonly planCurrency: string;
  readonly through: number;
  readonly dimensions: readonly string[];
  /** What came up for renewal, by the values of the cut. */
  readonly byValue: (dues: readonly Due[], cut: Cut) => readonly (readonly Due[])[];
}

const keptByValue =
  ({ rows }: Kept): Source['byValue'] =>
  (dues, cut) =>
    cut.ofParts ? duesByValue(dues, rows, [], cut) : cut.dimension === 'total' ? [dues] : duesByAttribute(dues, cut);

const keptSource = async (wanted: MetricsWanted, { kind, periods }: Plan, company: CompanyConfig) => {
  if (kind !== 'month' || (wanted.attributesAsOf === 'today' && wanted.dimension !== undefined)) return undefined;
  const kept = await readKeptMonths(wanted, company, periods);
  if (kept === undefined) return undefined;
  const { head, rows, cut } = kept;
  const byValue = keptByValue(kept);
  return ok<Source>({
    ...head,
    profile: profileInForce(company),
    rows,
    cut: ok(cut),
    retained: keptRetained(kept, periods),
    missing: [],
    byValue,
  });
};

const foldedSource = async (wanted: MetricsWanted, { looks, periods }: Plan, company: CompanyConfig) => {
  const known = await readKnown(wanted, company);
  if (!known.ok) return known;
  const { ledger, profile, other } = known.value;
  const { planCurrency, through } = ledger;
  const { missing, ...seen } = await viewed(ledger, wanted.currencyView ?? 'plan', looks);
  const told = await atLevel({ rows: seen.rows, names: ledger.names }, wanted, profile);
  if (!told.ok) return told;
  const { rows, names } = told.value;
  const byValue: Source['byValue'] = (dues, cut) => duesByValue(dues, rows, names.customers, cut);
  const missingBy = await readMissingByValue(ledger, missing, wanted, profile, looks, (plain) => {
    const cut = cutOf(plain.rows, plain.names, wanted);
    return cut.ok ? cutAsked(plain.rows, cut.value, wanted, periods) : undefined;
  });
  return ok<Source>({
    profile,
    other,
    rows,
    cut: cutOf(rows, names, wanted),
    missing,
    missingBy,
    planCurrency,
    through,
    dimensions: dimensionsOf(names),
    byValue,
  });
};

/** By the values of each day, or of today. */
const cutAsked = (rows: ToldRows, cut: Cut, { attributesAsOf, dimension }: MetricsWanted, periods: Plan['periods']): Cut =>
  attributesAsOf === 'today' && dimension !== undefined ? asOfToday(rows, cut, lastOf(periods)) : cut;

const lastOf = (periods: Plan['periods']): number => toEpochDay((periods.at(-1) as { endsOn: string }).endsOn);

/**
 * Metrics of a period, or of each from `from` on, in total, for one value of a dimension or for all of them. Checks in this order: the period, the
 * metrics, the profile and its ledger, the dimension and its value, how many figures that would be.
 */
export const readMetrics = async (wanted: MetricsWanted, company: CompanyConfig, today: string) => {
  const plan = planned(wanted, today, company);
  if (!plan.ok) return plan;
  const { metrics, unknown } = metricsAsked(wanted.metrics);
  if (unknown !== undefined)
    return fail(
      'metric-unknown',
      `There is no metric "${unknown}": ask for some of ${METRICS.map(({ id }) => id).join(', ')}.`,
      'query.metrics',
    );
  const view = wanted.currencyView ?? 'plan';
  const read = (await keptSource(wanted, plan.value, company)) ?? (await foldedSource(wanted, plan.value, company));
  if (!read.ok) return read;
  const source = read.value;
  const { rows, cut } = source;
  if (!cut.ok) return cut;
  const last = lastOf(plan.value.periods);
  const asked = cutAsked(rows, cut.value, wanted, plan.value.periods);
  const values = wanted.value === undefined ? asked.values : [wanted.value];
  if (values.length * plan.value.periods.length * metrics.length > MAX_FIGURES)
    return fail(
      'answer-too-large',
      `At most ${MAX_FIGURES} figures are answered at once: ask for fewer periods, values or metrics.`,
      'query',
    );
  const key = [wanted.dimension, wanted.attributesAsOf, plan.value.kind, ...plan.value.looks].join(' ');
  const fold = foldOf(rows, asked, plan.value, key, source.retained);
  const missingIn = (value: string): readonly RateMissing[] => source.missingBy?.[asked.values.indexOf(value)] ?? source.missing;
  const asAnswers = (missing: readonly RateMissing[]) => missingAnswers(missing, source.planCurrency, view);
  const bearing = source.missing.filter((one) => values.some((value) => missingIn(value).includes(one)));
  const [head, costs, dues] = await Promise.all([
    readHead(METRICS_FORMULA, source.profile),
    wanted.dimension === undefined ? readCosts(plan.value, knownAt(wanted, company)) : undefined,
    metrics.some(({ needs }) => needs.includes('renewals-due')) ? readDues(wanted, plan.value, source) : NOT_ASKED,
  ]);
  const lifetimeCapMonths = wanted.lifetimeCapMonths === undefined ? LIFETIME_CAP_MONTHS : Number(wanted.lifetimeCapMonths);
  const duesOf = 'code' in dues ? undefined : source.byValue(dues, asked);
  const beside = { definitions: wanted.definitions ?? source.profile, costs, lifetimeCapMonths };
  const figures = plan.value.periods.flatMap((period, i) =>
    values.flatMap((value) => {
      const place = asked.values.indexOf(value);
      const facts = fold.facts(i, place, { ...beside, dues: duesOf?.[place] ?? (dues as NotDefined) });
      const { openingMinor, closingMinor, byCause } = facts.year.bridge;
      if (wanted.value === undefined && openingMinor === 0n && closingMinor === 0n && byCause.size === 0 && asked.dimension !== 'total')
        return [];
      const missing = lackingRate(asAnswers(missingIn(value)));
      return [{ ...period, value, figures: figureAnswers(metrics, facts, { cut: asked, value, missing, profile: source.other }) }];
    }),
  );
  return ok({
    ...head,
    on: fromEpochDay(last),
    period: plan.value.kind,
    currencyView: view,
    level: wanted.level ?? 'customer',
    attributesAsOf: wanted.attributesAsOf ?? 'then',
    asKnownOn: wanted.asKnownOn,
    ledgerThrough: new Date(source.through * 1000).toISOString(),
    lifetimeCapMonths,
    unconverted: asAnswers(bearing),
    dimension: asked.dimension,
    rows: figures,
    definitions: metrics.map((metric: Metric) => definitionAnswer(metric)),
    dimensions: [...source.dimensions],
    values: [...asked.values],
  });
};

/** Nobody looks at what comes up. */
const NOT_ASKED: NotDefined = { code: 'dues-missing', detail: 'Nobody asked.' };

const lackingRate = (unconverted: readonly { readonly detail: string }[]): NotDefined | undefined =>
  unconverted[0] === undefined ? undefined : { code: 'rate-missing', detail: unconverted[0].detail };

/** The end of what was known, as costs know time. */
const knownAt = ({ asKnownOn: day, knownBefore }: ViewWanted, { zone }: CompanyConfig): string | undefined => {
  const second = knownBefore ?? (day === undefined ? undefined : startOfDay(addDays(day, 1), zone));
  return second === undefined ? undefined : new Date(second * 1000 - 1).toISOString();
};
