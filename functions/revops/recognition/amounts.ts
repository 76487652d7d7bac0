import { type Fraction, formatDecimal, fraction, fractionOf, pow10, round } from '../../platform/decimal.ts';

/** Exact amounts of one contract: fractions of minor units until one named rounding makes whole ones. */

export const ZERO: Fraction = fraction(0n);
export const WHOLE: Fraction = fraction(1n);

/** Minor units of text that the schema accepted, exactly: `"0.005"` of USD is half a cent. */
export const minorOf = (text: string, exponent: number): Fraction => {
  const { num, den } = fractionOf(text);
  return fraction(num * pow10(exponent), den);
};

/** Whole minor units of text that was checked to have no more places than its currency. Rounds half up what has more. */
export const wholeMinorOf = (text: string, exponent: number): bigint => round(minorOf(text, exponent), 'half-up');

/** Whether an amount has whole minor units of its currency. */
export const isWholeMinor = (text: string, exponent: number): boolean => {
  const { num, den } = minorOf(text, exponent);
  return num % den === 0n;
};

/** Major units with exactly the currency's places, as answers carry them. */
export const majorText = (minor: bigint, exponent: number): string => formatDecimal({ n: minor, scale: exponent });

/** `amount × share`, rounded half up once. */
export const partOf = (amountMinor: bigint, share: Fraction): bigint => round({ num: amountMinor * share.num, den: share.den }, 'half-up');

/** An exact number for people: at most six places, without trailing zeros. */
export const plainText = (value: Fraction): string => {
  const scaled = round({ num: value.num * 1_000_000n, den: value.den }, 'half-up');
  return formatDecimal({ n: scaled, scale: 6 }).replace(/\.?0+$/, '');
};
