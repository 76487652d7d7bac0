import { addMonths, toEpochDay } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import type { SwitchName } from '../../platform/config-profiles.ts';
import { cursorInvalid } from '../../platform/cursor.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { COMPARISON_FORMULA } from '../figures/formulas.ts';
import { readHasRate, readHead } from '../figures/read.ts';
import type { Ledger } from '../ledger/rows.ts';
import { type Cut, dimensionsOf } from '../metrics/cut.ts';
import { type PeriodKind, periodsUpTo } from '../metrics/periods.ts';
import { cutOf } from '../metrics/read-viewed.ts';
import { type Profile, versionOf } from '../profiles/profile.ts';
import { type HasRate, MAX_YEARS } from '../totals/course.ts';
import { type ComparisonWanted, comparisonAsked } from './ask.ts';
import { type Compared, comparedOn, linesThatDiffer } from './compared.ts';
import { readDecidedLedger } from './read-decided.ts';

interface CutWanted extends ComparisonWanted {
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
}

interface Wanted extends CutWanted {
  readonly from: string;
  readonly to: string;
  readonly period?: PeriodKind | undefined;
}

/** Periods by day of one answer: a quarter's. */
const MAX_DAYS = 100;

interface Read {
  readonly left: Profile;
  readonly right: Profile;
  readonly ledger: Ledger;
  readonly cut: Cut;
  /** Of one value; undefined where all are asked for. */
  readonly value: number | undefined;
}

type ReadProblem = Problem<'profile-unknown' | 'profiles-same' | 'ledger-not-made' | 'dimension-unknown' | 'question-incomplete'>;

/** The ledger of a comparison and what of it is asked for. Checks: the profiles, that it was made, the dimension and its value. */
const readAsked = async (wanted: CutWanted): Promise<Result<Read, ReadProblem>> => {
  const definition = comparisonAsked(wanted, 'query');
  if (!definition.ok) return definition;
  const ledger = await readDecidedLedger(definition.value);
  if (!ledger.ok) return ledger;
  if (wanted.dimension !== undefined && wanted.value === undefined)
    return fail('question-incomplete', 'A comparison is of everything or of one value: ask with dimension and value.', 'query.value');
  const cut = cutOf(ledger.value.rows, ledger.value.names, wanted);
  if (!cut.ok) return cut;
  const { left, right } = definition.value;
  const value = wanted.value === undefined ? undefined : cut.value.values.indexOf(wanted.value);
  return ok({ left, right, ledger: ledger.value, cut: cut.value, value });
};

const named = (profile: Profile) => ({ profile: profile.name, profileVersion: versionOf(profile) });

const headOf = async ({ left, right, ledger, cut }: Read, value: string | undefined) => ({
  ...(await readHead(COMPARISON_FORMULA, left)),
  left: named(left),
  right: named(right),
  ledgerThrough: new Date(ledger.through * 1_000).toISOString(),
  dimension: cut.dimension,
  value: value ?? '',
  dimensions: [...dimensionsOf(ledger.names)],
  values: [...cut.values],
});

/** What lacks its plan rate on a day: while there is any, what is told in the plan currency is left out. */
const unconvertedOn = ({ byCurrency }: Compared, on: string, planCurrency: string, hasRate: HasRate) =>
  byCurrency
    .filter(({ currency }) => !hasRate(currency, on))
    .map(({ currency }) => ({
      currency,
      on,
      code: 'rate-missing' as const,
      detail: `There is no plan rate ${currency}/${planCurrency} on ${on}: load one by PUT /api/v1/fx/rates.`,
    }));

const amountsOf = ({ leftMinor, rightMinor, reasons }: Compared, { left, right }: Pick<Read, 'left' | 'right'>) => ({
  leftMinor: String(leftMinor),
  rightMinor: String(rightMinor),
  differenceMinor: String(rightMinor - leftMinor),
  reasons: reasons.map((reason) => ({
    switch: reason.switch,
    left: String(left[reason.switch]),
    right: String(right[reason.switch]),
    differenceMinor: String(reason.differenceMinor),
  })),
});

const choices = ({ left, right }: Pick<Read, 'left' | 'right'>, because: SwitchName) => ({
  switch: because,
  left: String(left[because]),
  right: String(right[because]),
});

type PeriodProblem = Problem<'period-invalid'>;

const periodsOf = ({ from, to, period = 'month' }: Wanted): Result<readonly { startsOn: string; endsOn: string }[], PeriodProblem> => {
  if (from > to) return fail('period-invalid', `The period ends on ${to}, before it starts on ${from}.`, 'query.to');
  if (period === 'day' && toEpochDay(to) - toEpochDay(from) >= MAX_DAYS)
    return fail('period-invalid', `By day at most ${MAX_DAYS} days are answered.`, 'query.to');
  if (to >= addMonths(from, 12 * MAX_YEARS)) return fail('period-invalid', `At most ${MAX_YEARS} years are answered.`, 'query.to');
  return ok(periodsUpTo(companyConfig().fiscalCalendar, period, from, to));
};

/**
 * ARR by both profiles at the end of each period, and the difference by switch: left + Σ reasons = right, to the minor unit, in total or for one
 * value of a dimension. Checks: the period, the profiles, that the comparison was made, the dimension and its value.
 */
export const readComparison = async (wanted: Wanted) => {
  const periods = periodsOf(wanted);
  if (!periods.ok) return periods;
  const read = await readAsked(wanted);
  if (!read.ok) return read;
  const { ledger, cut, value } = read.value;
  const [head, hasRate] = await Promise.all([headOf(read.value, wanted.value), readHasRate()]);
  const compared = comparedOn(
    ledger,
    cut,
    value,
    periods.value.map(({ endsOn }) => toEpochDay(endsOn)),
  );
  return ok({
    ...head,
    on: wanted.to,
    rows: periods.value.map(({ startsOn, endsOn }, i) => {
      const own = compared[i] as Compared;
      const unconverted = unconvertedOn(own, endsOn, ledger.planCurrency, hasRate);
      return {
        startsOn,
        endsOn,
        ...(unconverted.length === 0 ? amountsOf(own, read.value) : {}),
        unconverted,
        explain: linesPath(wanted, endsOn),
      };
    }),
  });
};

const linesPath = ({ left, right, dimension, value }: CutWanted, on: string): string =>
  `/api/v1/arr/comparison/lines?${new URLSearchParams({ left, right, on, ...(dimension === undefined ? {} : { dimension }), ...(value === undefined ? {} : { value }) })}`;

interface LinesWanted extends CutWanted {
  readonly on: string;
  readonly because?: SwitchName | undefined;
}

/** Lines on which two profiles differ at the end of a day, the largest difference first. */
export const listComparedLines = async (wanted: LinesWanted, page: PageWanted) => {
  const read = await readAsked(wanted);
  if (!read.ok) return read;
  const { ledger, cut, value } = read.value;
  const [head, hasRate] = await Promise.all([headOf(read.value, wanted.value), readHasRate()]);
  const lines = linesThatDiffer(ledger, cut, value, toEpochDay(wanted.on), wanted.because);
  if (!/^\d{1,9}$/.test(page.position ?? '0')) return cursorInvalid;
  const start = Number(page.position ?? '0');
  const end = start + page.limit;
  return ok({
    ...head,
    on: wanted.on,
    lines: lines.length,
    items: lines.slice(start, end).map((line) => {
      const { customerId, lineKey, productId, legalEntity, currency } = line;
      const [own] = line.byCurrency;
      const converted = hasRate(currency, wanted.on);
      return {
        ...{ customerId, lineKey, productId, legalEntity, currency },
        leftAmountMinor: String(own?.leftMinor ?? 0n),
        rightAmountMinor: String(own?.rightMinor ?? 0n),
        ...(converted ? amountsOf(line, read.value) : { reasons: line.reasons.map((reason) => choices(read.value, reason.switch)) }),
        explain: `/api/v1/arr/comparison/customers/${encodeURIComponent(customerId)}?${new URLSearchParams({ left: wanted.left, right: wanted.right, on: wanted.on })}`,
      };
    }),
    nextCursor: end < lines.length ? String(end) : null,
  });
};
