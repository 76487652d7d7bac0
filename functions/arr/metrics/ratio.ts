import { divFractions, type Fraction, formatDecimal, fraction, pow10, reduced, round } from '../../platform/decimal.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';

/**
 * Why a metric has no value: `not-defined`, it would divide by zero; `not-meaningful`, it is asked of something that it does not measure (a burn
 * multiple of who burns nothing, a margin of revenue below zero); `…-missing`, what it is made of is not there.
 */
export type NotDefined = Problem<'not-defined' | 'not-meaningful' | 'costs-missing' | 'dues-missing' | 'rate-missing'>;

/** An exact value, or the reason why there is none; never 0 or infinity in its place. */
export type Ratio = Result<Fraction, NotDefined>;

/** What goes into a metric, by its name: minor units, a count, or a fraction of them. */
export interface Part {
  readonly name: string;
  readonly amount: Fraction;
}

/** A metric's value with what was divided by what. A sum has no denominator; what could not be made is absent. */
export interface Measured {
  readonly value: Ratio;
  readonly numerator?: Part;
  readonly denominator?: Part;
}

export const part = (name: string, amount: bigint | number | Fraction): Part => ({
  name,
  amount: typeof amount === 'object' ? amount : fraction(BigInt(amount)),
});

/** Nothing is rounded. A denominator of 0 is said, and so is one below zero: a loss of negative revenue would look like a good margin. */
export const quotient = (numerator: Part, denominator: Part): Measured => {
  const { name, amount } = denominator;
  if (amount.num < 0n) return notMeaningful(`It would be a part of ${name}, which is below zero.`, numerator, denominator);
  const value: Ratio =
    amount.num === 0n
      ? fail('not-defined', `It would divide by ${name}, which is 0.`)
      : ok(reduced(divFractions(numerator.amount, amount)));
  return { value, numerator, denominator };
};

export const whole = (numerator: Part): Measured => ({ value: ok(numerator.amount), numerator });

export const lacking = (problem: NotDefined): Measured => ({ value: { ok: false, problem } });

export const notMeaningful = (detail: string, numerator: Part, denominator: Part): Measured => ({
  value: fail('not-meaningful', detail),
  numerator,
  denominator,
});

/** Decimal text with exactly `places`, rounded once, half away from zero: the one place where a metric is rounded. */
export const formatRatio = (value: Fraction, places: number): string =>
  formatDecimal({ n: round({ num: value.num * pow10(places), den: value.den }, 'half-up'), scale: places });
