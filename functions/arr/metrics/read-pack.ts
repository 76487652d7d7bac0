import { addDays, endOfMonth } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fiscalPeriodOf, fiscalPeriodsWithin } from '../../platform/fiscal.ts';
import { fail, ok } from '../../platform/result.ts';
import { readReportedUnder, type Under } from '../decided/read-reported-under.ts';
import { type Closing, readClosings } from '../ledger/closing-store.ts';
import { type Figured, packCsv, packed, type ReportedThen } from './pack.ts';
import { readMetrics } from './read-metrics.ts';

export interface PackWanted {
  readonly on?: string | undefined;
  readonly from?: string | undefined;
  readonly period?: 'month' | 'quarter' | 'year' | undefined;
  readonly metrics?: string | undefined;
}

/** Periods of one pack: each that is closed is read as it was known then. */
const MAX_PERIODS = 12;

const valuesOf = (figures: readonly Figured[] = []): Map<string, string> =>
  new Map(figures.flatMap(({ id, value }) => (value === undefined ? [] : [[id, value] as const])));

/** The figures of now under the definition of then; why there are none where there are not. */
const readNowUnder = async (under: Under, wanted: PackWanted, endsOn: string, company: CompanyConfig, today: string) => {
  if (under.is === 'same') return ok({});
  if (under.is === 'untold') return ok({ definitionUnknown: under.detail });
  const now = await readMetrics({ ...wanted, from: endsOn, on: endsOn, profile: under.profile.name }, company, today);
  return now.ok ? ok({ underThen: valuesOf(now.value.rows[0]?.figures), definitionThrough: now.value.ledgerThrough }) : now;
};

/**
 * What was reported when a period's last month was closed: ARR from the closing itself, all else as it was known at its moment, by the choices of its
 * definition where some profile still makes them.
 */
const readReported = async (closing: Closing, wanted: PackWanted, endsOn: string, company: CompanyConfig, today: string) => {
  const under = await readReportedUnder(closing);
  const definitions = under.is === 'same' ? undefined : under.profile;
  const known = await readMetrics({ ...wanted, from: endsOn, on: endsOn, knownBefore: closing.through, definitions }, company, today);
  if (!known.ok) return known;
  const now = await readNowUnder(under, wanted, endsOn, company, today);
  if (!now.ok) return now;
  const values = valuesOf(known.value.rows[0]?.figures);
  const total = closing.rows.find(({ dimension }) => dimension === 'total');
  if (total !== undefined && values.has('arr')) values.set('arr', total.closingMinor);
  const { closedAt, profile, profileVersion } = closing;
  return ok<ReportedThen>({ closedAt, profile, profileVersion, isSameDefinition: under.is === 'same', values, ...now.value });
};

/**
 * The metrics of fiscal periods as a board or a filing takes them: with definition and purpose, what each changed by since the period before, and, where
 * the last month of a period is closed, what was reported and by what it was restated since. Problems: those of the metrics, and `period-invalid`.
 */
export const readPack = async (wanted: PackWanted, company: CompanyConfig, today: string) => {
  const { period = 'month' } = wanted;
  const on = wanted.on ?? today;
  const from = wanted.from ?? on;
  const { fiscalCalendar } = company;
  if (from <= on && fiscalPeriodsWithin(fiscalCalendar, from, addDays(on, 1), period).length > MAX_PERIODS)
    return fail('period-invalid', `A pack is of at most ${MAX_PERIODS} periods.`, 'query.from');
  const before = addDays(fiscalPeriodOf(fiscalCalendar, from, period).startsOn, -1);
  const [metrics, closings] = await Promise.all([
    readMetrics({ on, from: from > on ? from : before, period, metrics: wanted.metrics }, company, today),
    readClosings(),
  ]);
  if (!metrics.ok) return metrics;
  const { rows, definitions, unconverted, ledgerThrough, ...head } = metrics.value;
  const reported = new Map<string, ReportedThen>();
  for (const { endsOn } of rows.slice(1)) {
    const closing = closings.find(({ month }) => endOfMonth(`${month}-01`) === endsOn);
    if (closing === undefined) continue;
    const then = await readReported(closing, { period, metrics: wanted.metrics }, endsOn, company, today);
    if (!then.ok) return then;
    reported.set(endsOn, then.value);
  }
  const { profile, profileVersion, planCurrency, formula, dataThrough } = head;
  return ok({
    profile,
    ...(profileVersion === undefined ? {} : { profileVersion }),
    formula,
    planCurrency,
    dataThrough,
    on,
    period,
    ledgerThrough,
    unconverted,
    definitions,
    periods: packed(rows, (endsOn) => reported.get(endsOn)),
  });
};

/** The same as CSV. */
export const readPackCsv = async (wanted: PackWanted, company: CompanyConfig, today: string) => {
  const pack = await readPack(wanted, company, today);
  return pack.ok ? ok(packCsv(pack.value.periods, pack.value.definitions, pack.value)) : pack;
};
