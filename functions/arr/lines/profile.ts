import type { SubscriptionFact } from './facts.ts';

/**
 * Definition profile: every choice on which definitions of ARR differ stands here, once, as a named switch.
 * A figure carries its profile's name. `enterprise` is the default: net of the discounts active on the day, for lines that only a billing
 * system knows.
 */
export interface Profile {
  readonly name: string;
  /** Weeks of a year: `52`, or the calendar's `365/7`. */
  readonly weekFactor: '52' | '365/7';
  readonly discounts: 'net' | 'gross';
  readonly metered: 'excluded';
  readonly pastDue: 'counted' | 'excluded';
  /** A subscription on trial before its service starts. */
  readonly trial: 'excluded' | 'counted';
  /** A trial that was given to a service already running: the service goes on, and only its charging pauses. */
  readonly freePeriod: 'counted' | 'excluded';
  /** A subscription whose collection is paused, while the source still calls it active. */
  readonly collectionPaused: 'counted' | 'excluded';
  readonly unpaid: 'counted' | 'excluded';
  /** Shortest commercial term, in months, whose renewal is a movement of its own; shorter ones renew silently. */
  readonly renewalTermMonthsMin: number;
  /** A step that a contract or schedule fixed in advance: told apart from expansion, or part of it. */
  readonly contractedSteps: 'separate' | 'expansion';
}

export const enterprise: Profile = {
  name: 'enterprise',
  weekFactor: '52',
  discounts: 'net',
  metered: 'excluded',
  pastDue: 'counted',
  trial: 'excluded',
  freePeriod: 'counted',
  collectionPaused: 'counted',
  unpaid: 'excluded',
  renewalTermMonthsMin: 12,
  contractedSteps: 'separate',
};

/** Whether the profile counts a subscription in this state at all. What is claimed only, without signature or billing, is never ARR. */
export const counts = (fact: SubscriptionFact, profile: Profile): boolean => {
  if (fact.evidence === 'claimed') return false;
  if (fact.collectionPaused && profile.collectionPaused === 'excluded') return false;
  switch (fact.status) {
    case 'active':
      return true;
    case 'past-due':
      return profile.pastDue === 'counted';
    case 'trialing':
      // A trial that a subscription begins with ends on the day that its service starts, unless the start is stated: then that holds.
      return fact.startsOnStated === true || fact.startsOn < fact.observedOn
        ? profile.freePeriod === 'counted'
        : profile.trial === 'counted';
    case 'unpaid':
      return profile.unpaid === 'counted';
    case 'paused':
    case 'incomplete':
    case 'incomplete-expired':
    case 'canceled':
      return false;
  }
};
