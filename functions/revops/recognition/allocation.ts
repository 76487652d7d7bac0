import { assert } from '../../platform/bug.ts';
import { type Fraction, pow10 } from '../../platform/decimal.ts';
import { allocate } from '../../platform/money.ts';
import type { Policies } from './policies.ts';

/** A relative allocation: ASC 606-10-32-28 to 32-31. */

/** Whole weights in the proportion of exact ones. */
const wholeWeights = (weights: readonly Fraction[]): readonly bigint[] => {
  const common = weights.reduce((product, { den }) => (product % den === 0n ? product : product * den), 1n);
  return weights.map(({ num, den }) => (num * common) / den);
};

const split = (amountMinor: bigint, weights: readonly bigint[]): readonly bigint[] => {
  // Only the amount counts: the currency is that of the contract, whichever it is.
  const parts = allocate({ amountMinor, currency: 'USD' }, weights);
  assert(parts.ok, 'weights of an allocation are checked with the request');
  return parts.value.map((part) => part.amountMinor);
};

/**
 * Minor units of each weight, in their order; they always sum to the amount. By policy in whole minor units, in whole major units with what
 * is below one given to the largest part, or by whole percent. What is left over goes to the largest remainders, ties to the earliest.
 * Where all weights are 0, they count alike.
 */
export const allocated = (
  amountMinor: bigint,
  weights: readonly Fraction[],
  by: Policies['allocation'],
  exponent: number,
): readonly bigint[] => {
  if (weights.length < 2) return weights.map(() => amountMinor);
  const some = weights.some(({ num }) => num > 0n);
  const whole = some ? wholeWeights(weights) : weights.map(() => 1n);
  if (by === 'minor') return split(amountMinor, whole);
  const largest = whole.reduce((best, weight, index) => (weight > (whole[best] ?? 0n) ? index : best), 0);
  const unit = by === 'major' ? pow10(exponent) : 0n;
  const parts =
    by === 'major'
      ? split(amountMinor / unit, whole).map((part) => part * unit)
      : split(100n, whole).map((percent) => (amountMinor * percent) / 100n);
  const rest = amountMinor - parts.reduce((sum, part) => sum + part, 0n);
  return parts.map((part, index) => (index === largest ? part + rest : part));
};
