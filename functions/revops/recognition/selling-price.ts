import {
  addFractions,
  compareFractions,
  type Fraction,
  fraction,
  fractionOf,
  mulFractions,
  round,
  subFractions,
} from '../../platform/decimal.ts';
import { majorText, minorOf, ZERO } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { ObligationGiven, SellingPriceGiven } from './obligation-schema.ts';

/** Step 4: standalone selling prices, ASC 606-10-32-31 to 32-35, in exact minor units of what is promised. */

const HALF = fraction(1n, 2n);

type Evidence = Exclude<SellingPriceGiven, { readonly method: 'residual' }>;

const middle = (low: Fraction, high: Fraction): Fraction => mulFractions(addFractions(low, high), HALF);

/** Of one unit, or of the whole, as the evidence has it. */
const evidenced = (evidence: Evidence, exponent: number): Fraction => {
  const minor = (text: string) => minorOf(text, exponent);
  switch (evidence.method) {
    case 'observed':
      return minor(evidence.amount);
    case 'range': {
      const [low, high] = [minor(evidence.low), minor(evidence.high)];
      const own = evidence.contractPrice === undefined ? undefined : minor(evidence.contractPrice);
      const isWithin = own !== undefined && compareFractions(own, low) >= 0 && compareFractions(own, high) <= 0;
      return isWithin ? own : middle(low, high);
    }
    case 'adjustedMarket':
      return addFractions(minor(evidence.marketPrice), minor(evidence.adjustment ?? '0'));
    case 'costPlusMargin': {
      const margin = fractionOf(evidence.marginPercent ?? '0');
      return mulFractions(minor(evidence.cost), addFractions(fraction(1n), { num: margin.num, den: margin.den * 100n }));
    }
  }
};

const SAYS = {
  observed: ['606-10-32-32', 'observed'],
  range: ['606-10-32-33', 'taken from the range of observed prices'],
  adjustedMarket: ['606-10-32-34', 'estimated by what the market pays'],
  costPlusMargin: ['606-10-32-34', 'estimated by cost and margin'],
} as const;

export interface Priced {
  readonly sellingPrices: ReadonlyMap<string, Fraction>;
  readonly decisions: readonly Decision[];
}

const of = (quantity: string | undefined, per: 'obligation' | 'unit' | undefined, price: Fraction): Fraction =>
  per === 'unit' ? mulFractions(price, fractionOf(quantity ?? '1')) : price;

/** What all observable prices leave of `price`, where it lies within the range; otherwise the middle of the range (55-270 to 55-279). */
const residualOf = (given: ObligationGiven, left: Fraction, on: string, exponent: number): readonly [Fraction, Decision] => {
  const evidence = given.sellingPrice;
  const bound = (text: string | undefined) => (text === undefined ? undefined : minorOf(text, exponent));
  const [low, high] = evidence?.method === 'residual' ? [bound(evidence.low), bound(evidence.high)] : [];
  const text = majorText(round(left, 'half-up'), exponent);
  const isBelow = compareFractions(left, low ?? ZERO) < 0 || left.num <= 0n;
  const isAbove = high !== undefined && compareFractions(left, high) > 0;
  const about = { on, rule: 'residual', paragraph: '606-10-32-34', about: given.id };
  if (!isBelow && !isAbove)
    return [left, { ...about, sentence: `The observable prices leave ${text} for ${given.id}: its selling price.` }];
  const instead = middle(low ?? ZERO, high ?? ZERO);
  const sentence = `The observable prices would leave ${text} for ${given.id}, which is no faithful price (32-35): ${majorText(round(instead, 'half-up'), exponent)}, the middle of its range, counts instead.`;
  return [instead, { ...about, sentence }];
};

/**
 * The selling price of every obligation. `price` is what there is to allocate to all of them; only the residual approach asks for it. An
 * obligation without evidence, which a contract may have one of, has 0.
 */
export const sellingPricesOf = (given: readonly ObligationGiven[], price: Fraction, on: string, exponent: number): Priced => {
  const sellingPrices = new Map<string, Fraction>();
  const decisions: Decision[] = [];
  let left = price;
  for (const { id, quantity, sellingPrice } of given) {
    if (sellingPrice === undefined || sellingPrice.method === 'residual') continue;
    const value = of(quantity, sellingPrice.per, evidenced(sellingPrice, exponent));
    const [paragraph, says] = SAYS[sellingPrice.method];
    const text = majorText(round(value, 'half-up'), exponent);
    decisions.push({ on, rule: 'selling-price', paragraph, about: id, sentence: `The selling price of ${id} is ${text}, ${says}.` });
    sellingPrices.set(id, value);
    left = subFractions(left, value);
  }
  for (const one of given) {
    if (one.sellingPrice?.method === 'residual') {
      const [value, decision] = residualOf(one, left, on, exponent);
      sellingPrices.set(one.id, value);
      decisions.push(decision);
    } else if (one.sellingPrice === undefined) sellingPrices.set(one.id, ZERO);
  }
  return { sellingPrices, decisions };
};
