import { addFractions, compareFractions, type Fraction, fractionOf, mulFractions, round } from '../../platform/decimal.ts';
import { majorText, minorOf, ZERO } from './amounts.ts';
import type { EstimateGiven } from './price-schema.ts';

/** Step 3: an uncertain amount and how much of it counts, ASC 606-10-32-5 to 32-13. */

export interface Estimated {
  /** Minor units that are included in the transaction price. */
  readonly amountMinor: bigint;
  readonly paragraph: string;
  readonly sentence: string;
}

const METHODS = {
  expectedValue: { paragraph: '606-10-32-8', says: 'expected value, each outcome weighted by its probability' },
  mostLikely: { paragraph: '606-10-32-8', says: 'most likely of its outcomes' },
  stated: { paragraph: '606-10-32-5', says: 'estimate that was given' },
} as const;

const estimatedOf = (estimate: EstimateGiven, exponent: number): Fraction => {
  switch (estimate.method) {
    case 'stated':
      return minorOf(estimate.amount, exponent);
    case 'expectedValue':
      return estimate.outcomes.reduce(
        (sum, { amount, probability }) => addFractions(sum, mulFractions(minorOf(amount, exponent), fractionOf(probability))),
        ZERO,
      );
    case 'mostLikely': {
      const [first, ...others] = estimate.outcomes;
      const likeliest = others.reduce(
        (best, outcome) => (compareFractions(fractionOf(outcome.probability), fractionOf(best?.probability ?? '0')) > 0 ? outcome : best),
        first,
      );
      return minorOf(likeliest?.amount ?? '0', exponent);
    }
  }
};

/** Estimated first, then constrained to what will probably not be reversed. Rounded half up once. */
export const estimatedAmount = (estimate: EstimateGiven, constrainedTo: string | undefined, exponent: number): Estimated => {
  const { paragraph, says } = METHODS[estimate.method];
  const estimatedMinor = round(estimatedOf(estimate, exponent), 'half-up');
  const estimated = `The ${says} is ${majorText(estimatedMinor, exponent)}`;
  const amountMinor = constrainedTo === undefined ? estimatedMinor : round(minorOf(constrainedTo, exponent), 'half-up');
  if (amountMinor === estimatedMinor) return { amountMinor, paragraph, sentence: `${estimated}, and all of it is included.` };
  return {
    amountMinor,
    paragraph: '606-10-32-11',
    sentence: `${estimated}; ${majorText(amountMinor, exponent)} of it is included, because more would probably be reversed.`,
  };
};
