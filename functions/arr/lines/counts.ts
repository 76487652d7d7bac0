import type { Profile } from '../profiles/profile.ts';
import type { SubscriptionFact } from './facts.ts';

/** Shorter signed terms are pilots. */
const PILOT_MONTHS = 12;

/** Whether a trial is one that a subscription begins with: it ends on the day that service starts, unless the start is stated: then that holds. */
export const isFirstTrial = ({ status, startsOn, startsOnStated, observedOn }: SubscriptionFact): boolean =>
  status === 'trialing' && startsOnStated !== true && startsOn >= observedOn;

/** Whether the profile counts a subscription in this state at all. What is claimed only, without signature or billing, is never ARR. */
export const counts = (fact: SubscriptionFact, profile: Profile): boolean => {
  if (fact.evidence !== 'billed' && !countsAgreement(fact, profile)) return false;
  if (fact.collectionPaused && profile.pause === 'excluded') return false;
  switch (fact.status) {
    case 'active':
      return true;
    case 'past-due':
      return profile.pastDue === 'counted';
    case 'trialing':
      return isFirstTrial(fact) ? profile.trial === 'counted' : profile.freePeriod === 'counted';
    case 'unpaid':
      return profile.unpaid === 'counted';
    case 'paused':
    case 'incomplete':
    case 'incomplete-expired':
    case 'canceled':
      return false;
  }
};

const countsAgreement = ({ evidence, termMonths }: SubscriptionFact, { pilots }: Profile): boolean =>
  evidence === 'signed' && (pilots === 'counted' || termMonths === undefined || termMonths >= PILOT_MONTHS);
