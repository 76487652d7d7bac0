import { compareFractions, type Fraction } from '../../platform/decimal.ts';
import { type Account, FEATURES, type FeatureName } from './features.ts';

/** What is done about an account so that it stays: who begins, and with what. Ids are stable: tasks and reports refer to them. */
export interface Playbook {
  readonly id: string;
  /** When it is chosen, in words: the first of the list whose trigger holds. */
  readonly trigger: string;
  readonly ownerRole: 'executive' | 'sales-manager' | 'revops';
  readonly firstStep: string;
}

interface Chosen extends Playbook {
  readonly holds: (account: Account, isAboveRate: boolean) => boolean;
}

/** The second band of a feature that has two: what the feature asks about is so. */
const has = ({ bands }: Account, name: FeatureName): boolean => bands[FEATURES.findIndex((feature) => feature.name === name)] === 1;
const isInFirstYear = ({ bands }: Account): boolean => bands[0] === 0;

const CHOSEN: readonly Chosen[] = [
  {
    id: 'save-offer',
    trigger: 'it is known to leave within twelve months',
    ownerRole: 'executive',
    firstStep: 'Call whoever decides there this week, ask what would have to change, and say what can be offered',
    holds: ({ isLeaving }) => isLeaving,
  },
  {
    id: 'shrinkage-review',
    trigger: 'it contracted within six months',
    ownerRole: 'sales-manager',
    firstStep: 'Ask what is no longer used and why, and agree which use is to be won back by when',
    holds: (account) => has(account, 'contraction'),
  },
  {
    id: 'early-renewal',
    trigger: 'a term ends within twelve months, and its probability is above the company’s rate',
    ownerRole: 'sales-manager',
    firstStep: 'Open the renewal 120 days before the term ends, with the value that was delivered in figures',
    holds: (account, isAboveRate) => isAboveRate && has(account, 'renewal'),
  },
  {
    id: 'onboarding-review',
    trigger: 'it has been a customer for less than a year, and its probability is above the company’s rate',
    ownerRole: 'sales-manager',
    firstStep: 'Hold what was agreed at the sale against what is in use, and plan the steps that are missing',
    holds: (account, isAboveRate) => isAboveRate && isInFirstYear(account),
  },
  {
    id: 'value-review',
    trigger: 'its probability is above the company’s rate, and it has not expanded for twelve months',
    ownerRole: 'sales-manager',
    firstStep: 'Invite to a review of what was delivered this year, and of what comes next',
    holds: (account, isAboveRate) => isAboveRate && !has(account, 'expansion'),
  },
  {
    id: 'regular-check',
    trigger: 'none of the others',
    ownerRole: 'revops',
    firstStep: 'Look again when its reasons change',
    holds: () => true,
  },
];

/** In the order in which they are chosen. */
export const PLAYBOOKS: readonly Playbook[] = CHOSEN.map(({ holds: _holds, ...playbook }) => playbook);

export const playbookFor = (account: Account, probability: Fraction, rate: Fraction): Playbook['id'] => {
  const isAboveRate = compareFractions(probability, rate) > 0;
  return (CHOSEN.find(({ holds }) => holds(account, isAboveRate)) as Chosen).id;
};
