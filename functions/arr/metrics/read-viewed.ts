import { closingRates } from '../../company/index.ts';
import { fromEpochDay } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fraction } from '../../platform/decimal.ts';
import { convert } from '../../platform/fx.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { readLedgerOf } from '../decided/read-decided.ts';
import { readHasRate } from '../figures/read.ts';
import { asKnownBefore, asKnownOn } from '../ledger/known.ts';
import type { Ledger, Names, ToldRows } from '../ledger/rows.ts';
import { decidingContext } from '../records/context.ts';
import { type Cut, cutBy, dimensionsOf, NO_VALUE, uncut } from './cut.ts';
import { type CurrencyView, constantView, planView, type RateMissing, type RateOn, reportedView } from './views.ts';

/** What every figure over customers is asked by. */
export interface ViewWanted {
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
  readonly currencyView?: CurrencyView | undefined;
  readonly asKnownOn?: string | undefined;
  /** As it was known before a second, in place of a day: seconds since 1970. No question from outside says so. */
  readonly knownBefore?: number | undefined;
  readonly profile?: string | undefined;
}

/** The ledger of the profile that is asked for, by what was known on a day, or before a second, where one was. Problems: `profile-unknown`, `ledger-not-made`. */
export const readKnown = async ({ asKnownOn: day, knownBefore, profile }: ViewWanted, { zone }: CompanyConfig) => {
  const read = await readLedgerOf(profile);
  if (!read.ok) return read;
  if (knownBefore !== undefined) return ok({ ...read.value, ledger: asKnownBefore(read.value.ledger, knownBefore) });
  return day === undefined ? read : ok({ ...read.value, ledger: asKnownOn(read.value.ledger, day, zone) });
};

/** A ledger's rows in one money, at some looks. What lacks a rate is named. */
export const viewed = async (
  { rows, names, planCurrency }: Ledger,
  view: CurrencyView,
  looks: Int32Array,
): Promise<{ readonly rows: ToldRows; readonly missing: readonly RateMissing[] }> => {
  if (view === 'plan') {
    const hasRate = await readHasRate();
    return planView(rows, names, planCurrency, looks, (currency, day) => hasRate(currency, fromEpochDay(day)));
  }
  if (view === 'constant') return constantView(rows, names, planCurrency, looks, (await decidingContext()).rates.factor);
  const table = await closingRates(names.currencies, fromEpochDay(looks[0] ?? 0), fromEpochDay(looks.at(-1) ?? 0));
  const rateOn: RateOn = (currency, day) => {
    const found = table.find(currency, planCurrency, 'closing', fromEpochDay(day));
    return found.ok ? convert(fraction(1n), currency, planCurrency, found.value.rate) : undefined;
  };
  return reportedView(rows, names, planCurrency, looks, rateOn);
};

const MAX_NAMED = 300;

/** The cut that is asked for. Problems: a value without its dimension; `dimension-unknown`, which names the dimensions, or the values, that there are. */
export const cutOf = (
  rows: ToldRows,
  names: Names,
  { dimension, value }: ViewWanted,
): Result<Cut, Problem<'dimension-unknown' | 'question-incomplete'>> => {
  if (dimension === undefined)
    return value === undefined
      ? ok(uncut(rows, names))
      : fail('question-incomplete', 'A value belongs to a dimension: ask with dimension and value.', 'query.dimension');
  const cut = cutBy(rows, names, dimension);
  if (cut === undefined) {
    const known = dimensionsOf(names).join(', ').slice(0, MAX_NAMED);
    return fail('dimension-unknown', `There is no dimension "${dimension}"; dimensions: ${known}.`, 'query.dimension');
  }
  if (value === undefined || cut.values.includes(value)) return ok(cut);
  const known = cut.values
    .map((name) => (name === NO_VALUE ? '""' : name))
    .join(', ')
    .slice(0, MAX_NAMED);
  return fail('dimension-unknown', `There is no ${dimension} "${value}"; values of ${dimension}: ${known}.`, 'query.value');
};

/** What lacks a rate, with what to do about it. */
export const missingAnswers = (missing: readonly RateMissing[], planCurrency: string, view: CurrencyView) =>
  missing.map(({ currency, day }) => ({
    currency,
    on: fromEpochDay(day),
    code: 'rate-missing' as const,
    detail: `There is no ${view === 'reported' ? 'closing' : 'plan'} rate ${currency}/${planCurrency} on ${fromEpochDay(day)}: load one by PUT /api/v1/fx/rates.`,
  }));
