import { type CurrencyProblem, exponentOf } from './currencies.ts';
import { type Fraction, formatDecimal, parseDecimal, pow10, type RoundingMode, round } from './decimal.ts';
import { fail, ok, type Problem, type Result } from './result.ts';

/**
 * An exact amount: whole ISO 4217 minor units of one currency. Made only by the functions of this file.
 * Why not dinero.js: docs/decisions/0003-money.md.
 */
export interface Money {
  readonly amountMinor: bigint;
  /** ISO 4217 code in capitals that has a minor unit. */
  readonly currency: string;
}

/** How money travels in JSON, which has no bigint: `{ "amountMinor": "1234", "currency": "USD" }`. */
export interface MoneyJson {
  readonly amountMinor: string;
  readonly currency: string;
}

export type AmountProblem = Problem<'amount-invalid'>;
export type CurrencyMismatch = Problem<'currency-mismatch'>;

const WHOLE = /^-?\d{1,60}$/;

/** From whole minor units. Checks the currency first, then the amount. */
export const money = (amountMinor: bigint | string, currency: string): Result<Money, CurrencyProblem | AmountProblem> => {
  const exponent = exponentOf(currency, 'currency');
  if (!exponent.ok) return exponent;
  if (typeof amountMinor === 'bigint') return ok({ amountMinor, currency });
  if (!WHOLE.test(amountMinor)) {
    return fail(
      'amount-invalid',
      `"${amountMinor.slice(0, 20)}" is not a whole number of minor units of ${currency}, such as -1234.`,
      'amountMinor',
    );
  }
  return ok({ amountMinor: BigInt(amountMinor), currency });
};

/** From major units, `('12.34', 'USD')`; more places than the currency has are refused, never rounded (trailing zeros are allowed). */
export const fromMajor = (major: string, currency: string): Result<Money, CurrencyProblem | AmountProblem | Problem<'decimal-invalid'>> => {
  const exponent = exponentOf(currency, 'currency');
  if (!exponent.ok) return exponent;
  const decimal = parseDecimal(major, 'amount');
  if (!decimal.ok) return decimal;
  const { n, scale } = decimal.value;
  const excess = pow10(Math.max(0, scale - exponent.value));
  if (n % excess !== 0n)
    return fail('amount-invalid', `${major} has more than the ${exponent.value} decimal places of ${currency}.`, 'amount');
  return ok({ amountMinor: (n / excess) * pow10(Math.max(0, exponent.value - scale)), currency });
};

/** Money's currency was checked when it was made; anything else is a bug. */
const exponentOfMoney = (currency: string): number => {
  const exponent = exponentOf(currency);
  if (!exponent.ok) throw new TypeError(exponent.problem.detail);
  return exponent.value;
};

/** Major units with exactly the currency's places: `12.30` USD, `500` JPY, `5.123` KWD. */
export const toMajor = ({ amountMinor, currency }: Money): string => formatDecimal({ n: amountMinor, scale: exponentOfMoney(currency) });

export const toJson = ({ amountMinor, currency }: Money): MoneyJson => ({ amountMinor: amountMinor.toString(), currency });

export const fromJson = (json: MoneyJson): Result<Money, CurrencyProblem | AmountProblem> => money(json.amountMinor, json.currency);

const mismatch = (a: Money, b: Money): { readonly ok: false; readonly problem: CurrencyMismatch } =>
  fail('currency-mismatch', `${a.currency} and ${b.currency} cannot be combined without a dated rate.`, 'currency');

export const add = (a: Money, b: Money): Result<Money, CurrencyMismatch> =>
  a.currency === b.currency ? ok({ amountMinor: a.amountMinor + b.amountMinor, currency: a.currency }) : mismatch(a, b);

export const subtract = (a: Money, b: Money): Result<Money, CurrencyMismatch> =>
  a.currency === b.currency ? ok({ amountMinor: a.amountMinor - b.amountMinor, currency: a.currency }) : mismatch(a, b);

export const negated = (a: Money): Money => ({ amountMinor: -a.amountMinor, currency: a.currency });

/** −1, 0 or 1. */
export const compare = (a: Money, b: Money): Result<-1 | 0 | 1, CurrencyMismatch> => {
  if (a.currency !== b.currency) return mismatch(a, b);
  return ok(a.amountMinor < b.amountMinor ? -1 : a.amountMinor > b.amountMinor ? 1 : 0);
};

/** `amount × factor`, rounded once to whole minor units by the named mode. */
export const multiply = (amount: Money, factor: Fraction, mode: RoundingMode): Money => ({
  amountMinor: round({ num: amount.amountMinor * factor.num, den: factor.den }, mode),
  currency: amount.currency,
});

/**
 * Splits an amount by weights; the parts always sum to the amount. Each part is first rounded towards zero; the minor units left over go,
 * one each, to the parts with the largest remainder, ties to the earliest (Hamilton's method). A weight of 0 gets 0.
 */
export const allocate = (amount: Money, weights: readonly bigint[]): Result<readonly Money[], Problem<'weights-invalid'>> => {
  let total = 0n;
  for (const weight of weights) {
    if (weight < 0n) return fail('weights-invalid', `Weights must not be negative, received ${weight}.`, 'weights');
    total += weight;
  }
  if (total === 0n) return fail('weights-invalid', `At least one of the ${weights.length} weights must be above 0.`, 'weights');
  const sign = amount.amountMinor < 0n ? -1n : 1n;
  const magnitude = amount.amountMinor * sign;
  const parts = weights.map((weight, index) => ({ index, whole: (magnitude * weight) / total, rest: (magnitude * weight) % total }));
  let left = magnitude;
  for (const part of parts) left -= part.whole;
  // Fewer units are left over than there are parts with a remainder, so a part with weight 0 never receives one.
  const byRemainder = [...parts].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const part of byRemainder.slice(0, Number(left))) part.whole += 1n;
  return ok(parts.map((part) => ({ amountMinor: part.whole * sign, currency: amount.currency })));
};

const formatters = new Map<string, Intl.NumberFormat>();

/** For people, e.g. `$1,234.50` in `en-US`. Places come from ISO 4217; the decimal text goes to Intl whole, so no digit is lost. */
export const format = (amount: Money, locale: string): string => {
  const key = `${locale} ${amount.currency}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    const places = exponentOfMoney(amount.currency);
    formatter = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: amount.currency,
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
    formatters.set(key, formatter);
  }
  return formatter.format(toMajor(amount) as Intl.StringNumericLiteral);
};
