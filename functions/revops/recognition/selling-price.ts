import {
  addFractions,
  compareFractions,
  divFractions,
  type Fraction,
  fraction,
  fractionOf,
  mulFractions,
  round,
  subFractions,
  sumFractions,
} from '../../platform/decimal.ts';
import { majorText, minorOf, ZERO } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { ObligationGiven, SellingPriceGiven } from './obligation-schema.ts';
import type { ContractGiven } from './request.ts';

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
    case 'discountOption': {
      const discount = subFractions(fractionOf(evidence.discountPercent), fractionOf(evidence.generalDiscountPercent ?? '0'));
      const incremental = { num: discount.num > 0n ? discount.num : 0n, den: discount.den * 100n };
      return mulFractions(mulFractions(minor(evidence.averagePurchase), incremental), fractionOf(evidence.likelihood));
    }
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
  discountOption: ['606-10-55-44', 'what its discount is worth to those who will probably use it'],
} as const;

type BundleGiven = NonNullable<ContractGiven['bundles']>[number];

/** What is allocated: exact minor units, on a day. */
interface Allocating {
  readonly price: Fraction;
  readonly bundles?: readonly BundleGiven[] | undefined;
  readonly on: string;
  readonly exponent: number;
}

export interface Priced {
  readonly sellingPrices: ReadonlyMap<string, Fraction>;
  readonly decisions: readonly Decision[];
}

const of = (quantity: string | undefined, per: 'obligation' | 'unit' | undefined, price: Fraction): Fraction =>
  per === 'unit' ? mulFractions(price, fractionOf(quantity ?? '1')) : price;

/** What all observable prices leave of `price`, where it lies within the range; otherwise the middle of the range (55-270 to 55-279). */
const residualOf = (given: ObligationGiven, left: Fraction, on: string, exponent: number): readonly [Fraction, Decision, boolean] => {
  const evidence = given.sellingPrice;
  const bound = (text: string | undefined) => (text === undefined ? undefined : minorOf(text, exponent));
  const [low, high] = evidence?.method === 'residual' ? [bound(evidence.low), bound(evidence.high)] : [];
  const text = majorText(round(left, 'half-up'), exponent);
  const isBelow = compareFractions(left, low ?? ZERO) < 0 || left.num <= 0n;
  const isAbove = high !== undefined && compareFractions(left, high) > 0;
  const about = { on, rule: 'residual', paragraph: '606-10-32-34', about: given.id };
  if (!isBelow && !isAbove)
    return [left, { ...about, sentence: `The observable prices leave ${text} for ${given.id}: its selling price.` }, true];
  const instead = middle(low ?? ZERO, high ?? ZERO);
  const sentence = `The observable prices would leave ${text} for ${given.id}, which is no faithful price (32-35): ${majorText(round(instead, 'half-up'), exponent)}, the middle of its range, counts instead.`;
  return [instead, { ...about, sentence }, false];
};

/** The discount of a bundle that is regularly sold together, taken off its members in proportion (32-37). */
const withBundles = (
  prices: ReadonlyMap<string, Fraction>,
  bundles: readonly BundleGiven[],
  exponent: number,
): ReadonlyMap<string, Fraction> => {
  const reduced = new Map(prices);
  for (const { obligations, price } of bundles) {
    const total = sumFractions(obligations.map((id) => prices.get(id) ?? ZERO));
    if (total.num <= 0n) continue;
    const share = divFractions(minorOf(price, exponent), total);
    for (const id of obligations) reduced.set(id, mulFractions(prices.get(id) ?? ZERO, share));
  }
  return reduced;
};

const BUNDLED = { rule: 'discount', paragraph: '606-10-32-37' } as const;

/**
 * The selling price of every obligation. `price` is what there is to allocate to all of them; only residuals and bundles ask for it. Where
 * bundles explain the whole discount, or a residual is left after them, their members count with what the bundle sells for. An obligation
 * without evidence has 0: its units have prices of their own, or it is alone.
 */
export const sellingPricesOf = (given: readonly ObligationGiven[], { price, bundles = [], on, exponent }: Allocating): Priced => {
  const observable = new Map<string, Fraction>();
  const decisions: Decision[] = [];
  for (const { id, quantity, sellingPrice } of given) {
    if (sellingPrice === undefined || sellingPrice.method === 'residual') continue;
    const value = of(quantity, 'per' in sellingPrice ? sellingPrice.per : undefined, evidenced(sellingPrice, exponent));
    const [paragraph, says] = SAYS[sellingPrice.method];
    const text = majorText(round(value, 'half-up'), exponent);
    decisions.push({ on, rule: 'selling-price', paragraph, about: id, sentence: `The selling price of ${id} is ${text}, ${says}.` });
    observable.set(id, value);
  }
  const reduced = withBundles(observable, bundles, exponent);
  const totalOf = (prices: ReadonlyMap<string, Fraction>) => sumFractions([...prices.values()]);
  const residual = given.find((one) => one.sellingPrice?.method === 'residual');
  if (residual !== undefined) {
    const [value, decision, isFaithful] = residualOf(residual, subFractions(price, totalOf(reduced)), on, exponent);
    const prices = new Map(isFaithful ? reduced : observable).set(residual.id, value);
    return { sellingPrices: prices, decisions: [...decisions, decision] };
  }
  const explains = bundles.length > 0 && compareFractions(totalOf(reduced), price) === 0;
  if (bundles.length > 0) {
    const sentence = explains
      ? 'The discount of the bundles explains the whole discount of the contract: it belongs to their obligations alone.'
      : 'The discount of the bundles does not explain the whole discount of the contract: it belongs to all obligations.';
    decisions.push({ on, ...BUNDLED, sentence });
  }
  return { sellingPrices: explains ? reduced : observable, decisions };
};
