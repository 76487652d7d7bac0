import { compareFractions, divFractions, type Fraction, mulFractions, round, subFractions } from '../../platform/decimal.ts';
import { partOf, WHOLE, ZERO } from './amounts.ts';
import { NOTHING_DONE } from './measure.ts';
import type { Earned } from './occurrences.ts';
import type { Obligation, Returns, State } from './state.ts';

/** Goods that come back, ASC 606-10-55-22 to 55-29: no revenue for those that are expected back, a refund liability, and the right to recover them. */

const atLeast = (value: Fraction, least: Fraction): Fraction => (compareFractions(value, least) < 0 ? least : value);
const atMost = (value: Fraction, most: Fraction): Fraction => (compareFractions(value, most) > 0 ? most : value);

/** Units that were handed over. */
const handedOver = (state: State, { id, measure, goods }: Obligation): Fraction => {
  const done = state.done.get(id) ?? NOTHING_DONE;
  if (measure.kind === 'units') return done.units;
  return measure.kind === 'point' && done.transferred ? (goods?.quantity ?? WHOLE) : ZERO;
};

/** Units of `units` that are expected back; all where nobody knows, never fewer than came. */
const expectedBack = (returns: Returns | undefined, units: Fraction): Fraction => {
  if (returns === undefined) return ZERO;
  return returns.expected === 'unknown' ? units : atMost(atLeast(returns.expected, returns.returned), units);
};

/** Every obligation there ever was, as it is or last was. */
export const allObligations = (state: State): readonly Obligation[] => [
  ...new Map(state.generations.flatMap(({ obligations }) => obligations.map((one) => [one.id, one] as const))).values(),
];

/** What is not earned because it is expected back, in proportion to units: a reduction of what the rows say. */
export const givenBack = (earned: readonly Earned[], state: State): readonly Earned[] =>
  allObligations(state).flatMap((obligation) => {
    const returns = state.returns.get(obligation.id);
    const { measure, goods } = obligation;
    const sold = measure.kind === 'units' ? (measure.quantity ?? handedOver(state, obligation)) : (goods?.quantity ?? WHOLE);
    const back = expectedBack(returns, sold);
    if (back.num === 0n || sold.num === 0n) return [];
    const share = divFractions(back, sold);
    const own = earned.filter((row) => row.obligation === obligation.id && row.class === 'stated');
    const allocatedMinor = -partOf(
      own.reduce((sum, row) => sum + row.allocatedMinor, 0n),
      share,
    );
    const earnedMinor = -partOf(
      own.reduce((sum, row) => sum + row.earnedMinor, 0n),
      share,
    );
    return [{ obligation: obligation.id, class: 'reduction' as const, allocatedMinor, earnedMinor }];
  });

/** Obligations of which nobody knows how much comes back: no right to payment is unconditional yet (55-202 to 55-204). */
export const unknownReturns = (state: State): ReadonlySet<string> =>
  new Set([...state.returns].filter(([, { expected }]) => expected === 'unknown').map(([id]) => id));

/** Cost of what was sold and not expected back, and the goods that are expected; minor units of one obligation. */
export interface CostOfGoods {
  readonly obligation: string;
  readonly costOfSalesMinor: bigint;
  readonly rightToRecoverMinor: bigint;
}

export const costsOfGoods = (state: State): readonly CostOfGoods[] =>
  allObligations(state).flatMap((obligation) => {
    const { id, goods } = obligation;
    if (goods === undefined) return [];
    const units = handedOver(state, obligation);
    const returns = state.returns.get(id);
    const awaited = subFractions(expectedBack(returns, units), returns?.returned ?? ZERO);
    const kept = subFractions(subFractions(units, awaited), returns?.returned ?? ZERO);
    const recovery = round(mulFractions(goods.recoveryCost, awaited), 'half-up');
    return [
      {
        obligation: id,
        costOfSalesMinor: round(mulFractions(goods.unitCost, kept), 'half-up') + recovery,
        rightToRecoverMinor: round(mulFractions(goods.unitCost, awaited), 'half-up') - recovery,
      },
    ];
  });
