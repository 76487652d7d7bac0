import { mulFractions, round } from '../../platform/decimal.ts';
import { ZERO } from './amounts.ts';
import { NOTHING_DONE } from './measure.ts';
import type { PartClass, PricePart, State } from './state.ts';

/** What is earned as it occurs, without an allocation over time: units with a price each, royalties, changes for what was transferred. */

/** Minor units of one class of the price that an obligation has, and how much of it is earned. */
export interface Earned {
  readonly obligation: string;
  readonly class: PartClass;
  readonly allocatedMinor: bigint;
  readonly earnedMinor: bigint;
}

const whole = (obligation: string, partClass: PartClass, minor: bigint): Earned => ({
  obligation,
  class: partClass,
  allocatedMinor: minor,
  earnedMinor: minor,
});

/** Units that each have a price of their own (55-18, 32-40): earned as they pass, less what a volume is expected to give back. */
const ofUnits = (state: State): readonly Earned[] =>
  state.unitPrices.flatMap(({ obligation, stated, expected }) => {
    const units = state.done.get(obligation)?.units ?? ZERO;
    const statedMinor = round(mulFractions(stated, units), 'half-up');
    const differenceMinor = round(mulFractions(expected, units), 'half-up') - statedMinor;
    const rows = [whole(obligation, 'stated', statedMinor)];
    if (differenceMinor !== 0n) rows.push(whole(obligation, differenceMinor < 0n ? 'reduction' : 'contingent', differenceMinor));
    return rows;
  });

/** A royalty of one licence alone: earned with the sales, once the licence can be used (55-65). */
const isOfOneLicence = ({ kind, allocateTo }: PricePart): boolean => kind === 'royalty' && allocateTo?.length === 1;

/** Whether a part is earned as it occurs, and takes no part in an allocation. */
export const occursAtOnce = (part: PricePart): boolean => part.transferred !== undefined || isOfOneLicence(part);

const hasBegun = (state: State, id: string, bound: number): boolean => {
  const measure = state.generations.flatMap(({ obligations }) => obligations).find((one) => one.id === id)?.measure;
  const done = state.done.get(id) ?? NOTHING_DONE;
  if (measure?.kind === 'point') return done.transferred;
  return measure?.kind !== 'time' || bound >= measure.from;
};

/** All of it before a bound. */
export const earnedAsItOccurs = (state: State, bound: number): readonly Earned[] => [
  ...ofUnits(state),
  ...state.parts.filter(occursAtOnce).map((part): Earned => {
    const obligation = part.transferred ?? part.allocateTo?.[0] ?? '';
    const row = whole(obligation, part.class, part.amountMinor);
    return part.transferred !== undefined || hasBegun(state, obligation, bound) ? row : { ...row, earnedMinor: 0n };
  }),
];
