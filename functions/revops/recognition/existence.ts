import type { Decision } from './decisions.ts';
import type { ContractGiven } from './request.ts';

/** Step 1: whether there is a contract, ASC 606-10-25-1 to 25-8. */

const CRITERIA = {
  approved: ['25-1a', 'the parties have not approved it'],
  rights: ['25-1b', 'rights are not identified'],
  paymentTerms: ['25-1c', 'payment terms are not identified'],
  commercialSubstance: ['25-1d', 'it lacks commercial substance'],
  collectible: ['25-1e', 'collection is not probable'],
} as const;

/** Whether all criteria are met on the day of signing, and which are not. */
export const existenceOf = ({ signedOn, criteria = {} }: ContractGiven): { readonly exists: boolean; readonly decision: Decision } => {
  const failed = (Object.keys(CRITERIA) as (keyof typeof CRITERIA)[]).filter((name) => criteria[name] === false);
  const reasons = failed.map((name) => `${CRITERIA[name][1]} (${CRITERIA[name][0]})`).join('; ');
  const sentence =
    failed.length === 0
      ? 'All criteria of a contract are met: revenue is recognised as obligations are satisfied.'
      : `No contract for revenue: ${reasons}. What is received is a liability until the criteria are met (25-8).`;
  return {
    exists: failed.length === 0,
    decision: { on: signedOn, rule: 'existence', paragraph: failed.length === 0 ? '606-10-25-1' : '606-10-25-6', sentence },
  };
};

/** The judgement of a later day. */
export const judgedAgain = (on: string, met: boolean, retained: boolean): Decision => ({
  on,
  rule: 'existence',
  paragraph: retained ? '606-10-25-7' : '606-10-25-6',
  sentence: met
    ? 'The criteria are met from now on: the contract is accounted for from here with all that was done so far.'
    : retained
      ? 'There is no contract, and nothing is owed for what was received and cannot be refunded: it is revenue (25-7).'
      : 'The criteria are no longer met: what was received is a liability.',
});
