import { exponentOf } from '../../platform/currencies.ts';
import { type Decimal, formatShortest, pow10 } from '../../platform/decimal.ts';
import { ok, type Result } from '../../platform/result.ts';
import { type MappingProblem, unmapped } from './problems.ts';

/** A double holds every decimal of so many significant digits, and gives it back as it was written. */
const MAX_DIGITS = 15;
/** Decimal places that any field of money or quantity has, whether the number shows them or not: `1e13` may have been written `10000000000000.01`. */
const PLACES = 2;
/** As many as a fact's decimal has. */
const MAX_PLACES = 12;

/**
 * The decimal that Salesforce wrote, from the number that JSON made of it. Exact for at most 15 significant digits, of which two are kept for
 * decimal places that the double may have lost: with cents, numbers below 10,000,000,000,000. Anything longer is a problem, `number-inexact`,
 * never rounded.
 */
export const exactDecimal = (number: number, field: string): Result<Decimal, MappingProblem> => {
  // A double's shortest text that is read back as the same double.
  const [mantissa = '', exponent = '0'] = String(number).split('e');
  const [whole = '', decimals = ''] = mantissa.replace('-', '').split('.');
  const scale = decimals.length - Number(exponent);
  const digits = `${whole}${decimals}`.replace(/^0+/, '');
  const wholeDigits = digits.length - scale;
  if (!Number.isFinite(number) || scale < 0 || scale > MAX_PLACES || Math.max(digits.length, wholeDigits + PLACES) > MAX_DIGITS)
    return unmapped(
      'number-inexact',
      `${field} is ${number}: a number is read exactly up to ${MAX_DIGITS} significant digits, ${PLACES} of them decimal places.`,
      field,
    );
  return ok({ n: BigInt(`${number < 0 ? '-' : ''}${digits || '0'}`), scale });
};

/** The shortest text of a number that is no money: a quantity, a percentage. */
export const decimalText = (number: number, field: string): Result<string, MappingProblem> => {
  const decimal = exactDecimal(number, field);
  return decimal.ok ? ok(formatShortest(decimal.value)) : decimal;
};

/**
 * ISO 4217 minor units of an amount in whole units, exact, as the shortest decimal text: `1234.56` USD → `123456`, `0.001` USD → `0.1`.
 * Problems: `number-inexact`, `currency-unknown`.
 */
export const minorText = (amount: number, currency: string, field: string): Result<string, MappingProblem> => {
  const decimal = exactDecimal(amount, field);
  if (!decimal.ok) return decimal;
  const exponent = exponentOf(currency);
  if (!exponent.ok) return unmapped('currency-unknown', exponent.problem.detail, field.replace(/\.\w+$/, '.CurrencyIsoCode'));
  const { n, scale } = decimal.value;
  const places = scale - exponent.value;
  return ok(formatShortest(places >= 0 ? { n, scale: places } : { n: n * pow10(-places), scale: 0 }));
};
