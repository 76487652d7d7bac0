import { fractionOf } from '../../platform/decimal.ts';
import { partOf } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { ObligationGiven } from './obligation-schema.ts';
import type { Earned } from './occurrences.ts';
import type { State } from './state.ts';

/**
 * What the customer pays and is no revenue: an agent’s part that the supplier gets (ASC 606-10-55-36 to 55-40), and what is paid to the customer
 * (32-25 to 32-27). Both lower revenue as it is earned, in proportion.
 */

/** Whether the company is principal or agent, and why. */
export const roleDecision = ({ id, thirdParty }: ObligationGiven, on: string): readonly Decision[] => {
  if (thirdParty === undefined) return [];
  const { controls, supplierPercent, because } = thirdParty;
  const sentence = controls
    ? `${id} is controlled before it is transferred: the company is the principal, and revenue is gross.`
    : `${id} is never controlled: the company is an agent, and ${supplierPercent}% of the price is the supplier’s.`;
  return [
    {
      on,
      rule: 'principal',
      paragraph: controls ? '606-10-55-37B' : '606-10-55-38',
      about: id,
      sentence: because === undefined ? sentence : `${sentence} ${because}`,
    },
  ];
};

const stated = (earned: readonly Earned[], obligation: string | undefined) =>
  earned.filter((row) => row.class === 'stated' && (obligation === undefined || row.obligation === obligation));

/** What lowers the revenue of each row that the customer owes, by class. */
export const lowered = (earned: readonly Earned[], state: State): readonly Earned[] => [
  ...[...state.agents].flatMap(([id, share]) =>
    stated(earned, id).map(
      (row): Earned => ({
        ...row,
        class: 'passedOn',
        allocatedMinor: -partOf(row.allocatedMinor, share),
        earnedMinor: -partOf(row.earnedMinor, share),
      }),
    ),
  ),
  ...state.incentives.flatMap(({ share }) =>
    stated(earned, undefined).map(
      (row): Earned => ({
        ...row,
        class: 'incentive',
        allocatedMinor: -partOf(row.allocatedMinor, share),
        earnedMinor: -partOf(row.earnedMinor, share),
      }),
    ),
  ),
];

/** Shares of suppliers, by obligation of which the company is an agent. */
export const agentsOf = (given: readonly ObligationGiven[]) =>
  given.flatMap(({ id, thirdParty }) => {
    if (thirdParty === undefined || thirdParty.controls) return [];
    const { num, den } = fractionOf(thirdParty.supplierPercent ?? '0');
    return [[id, { num, den: den * 100n }] as const];
  });
