import type { Rated } from '../lines/dated.ts';
import { add, annualValue, type Fraction, type Line, roundHalfAway, ZERO } from '../lines/rating.ts';
import type { Profile } from '../profiles/profile.ts';

/** Why billing differs from the signed line: another price, quantity or discount; the right one of another day; or nothing is billed. */
export type DifferenceKind = 'price' | 'quantity' | 'discount' | 'date' | 'missing';

/** A part of a difference, in minor units of the lines' currency; above zero where more is billed than was signed. */
export interface Part {
  readonly kind: DifferenceKind;
  readonly amountMinor: bigint;
}

/** The line at its list price: nothing taken off. */
const atList = ({ listUnitMinor, ...line }: Line): Line => ({
  ...line,
  discounts: [],
  ...(listUnitMinor === undefined ? {} : { pricing: { model: 'per-unit', unitMinor: listUnitMinor } }),
});

const minus = (a: Fraction, b: Fraction): Fraction => add(a, { num: -b.num, den: b.den });

/** a × b ÷ c */
const scaled = (a: Fraction, b: Fraction, c: Fraction): Fraction => {
  const num = a.num * b.num * c.den;
  const den = a.den * b.den * c.num;
  return den < 0n ? { num: -num, den: -den } : { num, den };
};

const listWorth = (lines: readonly Rated[], on: string, profile: Profile, quantity?: string): Fraction =>
  lines.reduce(
    (sum, { line }) => add(sum, annualValue({ ...atList(line), ...(quantity === undefined ? {} : { quantity }) }, on, profile)),
    ZERO,
  );

/** Quantities can be compared where one line stands against one. */
const quantityBilled = (signed: readonly Rated[], billed: readonly Rated[]): string | undefined =>
  signed.length === 1 && billed.length === 1 ? billed[0]?.line.quantity : undefined;

/**
 * Takes a difference between what is signed and what is billed apart, one after another: the quantity at the signed price, list prices at the
 * signed discount, and what is left, the discount. A quantity and a price that go against each other mean that units are counted otherwise: the
 * price takes both. The parts sum to the difference of the rounded amounts.
 */
export const partsOf = (
  signed: readonly Rated[],
  billed: readonly Rated[],
  differenceMinor: bigint,
  on: string,
  profile: Profile,
): Part[] => {
  const net = signed.reduce((sum, { exact }) => add(sum, exact), ZERO);
  const list = listWorth(signed, on, profile);
  const listAtBilled = listWorth(signed, on, profile, quantityBilled(signed, billed));
  const listBilled = listWorth(billed, on, profile);
  const netBilled = billed.reduce((sum, { exact }) => add(sum, exact), ZERO);
  const byQuantity = scaled(minus(listAtBilled, list), net, list);
  const byPrice = scaled(minus(listBilled, listAtBilled), net, list);
  const isOpposed = (byQuantity.num > 0n && byPrice.num < 0n) || (byQuantity.num < 0n && byPrice.num > 0n);
  const exact: readonly (readonly [DifferenceKind, Fraction])[] = [
    ['quantity', isOpposed ? ZERO : byQuantity],
    ['price', isOpposed ? add(byQuantity, byPrice) : byPrice],
    ['discount', minus(netBilled, scaled(listBilled, net, list))],
  ];
  const found = exact.filter(([, value]) => value.num !== 0n);
  let left = differenceMinor;
  return found.flatMap(([kind, value], i) => {
    const amountMinor = i === found.length - 1 ? left : roundHalfAway(value);
    left -= amountMinor;
    return amountMinor === 0n ? [] : [{ kind, amountMinor }];
  });
};
