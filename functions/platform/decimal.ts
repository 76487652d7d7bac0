import { fail, ok, type Problem, type Result } from './result.ts';

/**
 * Exact decimals and fractions on bigint. Nothing here ever becomes a `number`, so nothing is ever approximate:
 * a fraction stays a fraction until one named rounding turns it into whole units.
 */

/** `n ÷ 10^scale`. */
export interface Decimal {
  readonly n: bigint;
  readonly scale: number;
}

/** `num ÷ den`, `den` always positive; not necessarily in lowest terms: compare with `compareFractions`, never field by field. */
export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

/**
 * How whole units are made of a fraction. `half-up` rounds a tie away from zero (−2.5 → −3), `half-even` to the even neighbour
 * (ISO 4217 amounts in most ledgers), `down` towards zero, `up` away from zero, `floor` and `ceiling` towards −∞ and +∞.
 */
export type RoundingMode = 'half-up' | 'half-even' | 'down' | 'up' | 'floor' | 'ceiling';

/** Longest decimal that is read: bounds the work an outsider's text can cause. */
const MAX_DIGITS = 60;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

const powers: bigint[] = [1n];

/** `10^exponent`, kept; `exponent` is a whole number from 0. */
export const pow10 = (exponent: number): bigint => {
  for (let next = powers.length; next <= exponent; next += 1) powers.push((powers[next - 1] ?? 1n) * 10n);
  return powers[exponent] ?? 10n ** BigInt(exponent);
};

const read = (text: string): Decimal | undefined => {
  if (text.length > MAX_DIGITS + 2 || !DECIMAL.test(text)) return undefined;
  const point = text.indexOf('.');
  if (point < 0) return { n: BigInt(text), scale: 0 };
  return { n: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
};

/** Reads `-12.50`; no sign `+`, exponent, blank or thousands separator. Problem: `decimal-invalid`. */
export const parseDecimal = (text: string, field?: string): Result<Decimal, Problem<'decimal-invalid'>> => {
  const decimal = read(text);
  if (decimal !== undefined) return ok(decimal);
  return fail('decimal-invalid', `"${text.slice(0, 20)}" is not a decimal number like -12.50 of at most ${MAX_DIGITS} digits.`, field);
};

/** The text of a decimal with exactly `scale` places, e.g. `{ n: -5n, scale: 2 }` → `-0.05`. */
export const formatDecimal = ({ n, scale }: Decimal): string => {
  if (scale === 0) return n.toString();
  const digits = (n < 0n ? -n : n).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${n < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
};

/** The shortest text of a decimal: no trailing zeros after the point. */
export const formatShortest = (decimal: Decimal): string => {
  let { n, scale } = decimal;
  while (scale > 0 && n % 10n === 0n) {
    n /= 10n;
    scale -= 1;
  }
  return formatDecimal({ n, scale });
};

/** The rate of a currency to itself. */
export const ONE: Fraction = { num: 1n, den: 1n };

/** `den` may not be 0; a negative one moves its sign to the numerator. */
export const fraction = (num: bigint, den = 1n): Fraction => {
  if (den > 0n) return { num, den };
  if (den === 0n) throw new RangeError('A fraction cannot have the denominator 0.');
  return { num: -num, den: -den };
};

/** Of text that a schema has already accepted as a decimal; anything else is a bug and throws. Untrusted text: `parseDecimal`. */
export const fractionOf = (text: string): Fraction => {
  const decimal = read(text);
  if (decimal === undefined) throw new TypeError('fractionOf takes text that was validated as a decimal.');
  return { num: decimal.n, den: pow10(decimal.scale) };
};

export const fromDecimal = ({ n, scale }: Decimal): Fraction => ({ num: n, den: pow10(scale) });

/** Beyond this a sum is brought to lowest terms, so that long sums of unlike denominators stay small. */
const WIDE = 1n << 62n;

const gcd = (left: bigint, right: bigint): bigint => {
  let a = left < 0n ? -left : left;
  let b = right;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
};

/** In lowest terms: the one text form of a value. */
export const reduced = (value: Fraction): Fraction => {
  if (value.den === 1n) return value;
  const divisor = gcd(value.num, value.den);
  return divisor === 1n ? value : { num: value.num / divisor, den: value.den / divisor };
};

const bounded = (num: bigint, den: bigint): Fraction => (den > WIDE ? reduced({ num, den }) : { num, den });

export const addFractions = (a: Fraction, b: Fraction): Fraction => {
  if (a.den === b.den) return { num: a.num + b.num, den: a.den };
  if (b.num === 0n) return a;
  if (a.num === 0n) return b;
  return bounded(a.num * b.den + b.num * a.den, a.den * b.den);
};

const halved = (all: readonly Fraction[], from: number, to: number): Fraction => {
  if (to - from < 2) return all[from] ?? fraction(0n);
  const middle = (from + to) >> 1;
  const [a, b] = [halved(all, from, middle), halved(all, middle, to)];
  return { num: a.num * b.den + b.num * a.den, den: a.den * b.den };
};

/** The same as adding them one by one, in halves of halves and without reducing what is between: of a year of days that takes a ten-thousandth. */
export const sumFractions = (all: readonly Fraction[]): Fraction => halved(all, 0, all.length);

export const negate = (a: Fraction): Fraction => ({ num: -a.num, den: a.den });

export const subFractions = (a: Fraction, b: Fraction): Fraction => addFractions(a, negate(b));

export const mulFractions = (a: Fraction, b: Fraction): Fraction => bounded(a.num * b.num, a.den * b.den);

/** `b` may not be 0. */
export const divFractions = (a: Fraction, b: Fraction): Fraction => {
  const value = fraction(a.num * b.den, a.den * b.num);
  return bounded(value.num, value.den);
};

/** −1, 0 or 1, as `Array.prototype.sort` wants it. */
export const compareFractions = (a: Fraction, b: Fraction): -1 | 0 | 1 => {
  const left = a.den === b.den ? a.num : a.num * b.den;
  const right = a.den === b.den ? b.num : b.num * a.den;
  return left < right ? -1 : left > right ? 1 : 0;
};

/** Whether the nearer whole number lies away from zero; `rest` is what the quotient towards zero left over. */
const isNearerAway = (towardsZero: bigint, rest: bigint, den: bigint, mode: 'half-up' | 'half-even'): boolean => {
  const twice = 2n * (rest < 0n ? -rest : rest);
  if (twice !== den) return twice > den;
  return mode === 'half-up' || towardsZero % 2n !== 0n;
};

/** Whole units, by the named mode. */
export const round = ({ num, den }: Fraction, mode: RoundingMode): bigint => {
  if (den === 1n) return num;
  const towardsZero = num / den;
  const rest = num - towardsZero * den;
  if (rest === 0n) return towardsZero;
  const away = num < 0n ? towardsZero - 1n : towardsZero + 1n;
  switch (mode) {
    case 'down':
      return towardsZero;
    case 'up':
      return away;
    case 'floor':
      return num < 0n ? away : towardsZero;
    case 'ceiling':
      return num < 0n ? towardsZero : away;
    case 'half-up':
    case 'half-even':
      return isNearerAway(towardsZero, rest, den, mode) ? away : towardsZero;
  }
};
