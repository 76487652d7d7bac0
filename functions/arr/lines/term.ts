import { addMonths, monthOf, yearOf } from '../../platform/calendar.ts';
import type { Profile } from '../profiles/profile.ts';
import type { SubscriptionFact } from './facts.ts';

/**
 * Whether a subscription's state is in a later commercial term than the one before it: a renewal. A state is in no term that counts where
 * its term is shorter than the profile watches, or where the source tells neither a term nor a billing period.
 */
export const isRenewed = (before: SubscriptionFact, after: SubscriptionFact, profile: Profile): boolean => {
  if (before.termStartsOn !== undefined && before.termStartsOn === after.termStartsOn) return false;
  const months = watchedMonths(before, profile);
  const monthsAfter = watchedMonths(after, profile);
  if (months === undefined || monthsAfter === undefined) return false;
  const from = before.termStartsOn ?? termFromPeriod(before, months);
  const fromAfter = after.termStartsOn ?? termFromPeriod(after, monthsAfter);
  return from !== undefined && fromAfter !== undefined && fromAfter > from;
};

/** Length of the commercial term, where the profile watches terms of that length. */
const watchedMonths = (fact: SubscriptionFact, profile: Profile): number | undefined => {
  const months = fact.termMonths ?? longestIntervalMonths(fact);
  return months === undefined || months < profile.renewalTermMonthsMin ? undefined : months;
};

/** Without a stated term: the anniversary of the service start at or before the latest billing period's start. */
const termFromPeriod = (fact: SubscriptionFact, months: number): string | undefined => {
  let period: string | undefined;
  for (const line of fact.lines) {
    if (line.usage === 'licensed' && line.periodStartsOn !== undefined && (period === undefined || line.periodStartsOn > period))
      period = line.periodStartsOn;
  }
  return period === undefined ? undefined : latestAnniversary(fact.startsOn, months, period);
};

const longestIntervalMonths = (fact: SubscriptionFact): number | undefined => {
  let longest: number | undefined;
  for (const line of fact.lines) {
    if (line.usage !== 'licensed') continue;
    const months = line.interval === 'year' ? 12 * line.intervalCount : line.interval === 'month' ? line.intervalCount : 0;
    if (longest === undefined || months > longest) longest = months;
  }
  return longest;
};

/** The latest `start + k × months` that is not after `on`, on the start's day of the month or the month's last; never before `start`. */
const latestAnniversary = (start: string, months: number, on: string): string => {
  const terms = Math.max(0, Math.floor((monthNumber(on) - monthNumber(start)) / months));
  const anniversary = addMonths(start, terms * months);
  return anniversary > on && terms > 0 ? addMonths(start, (terms - 1) * months) : anniversary;
};

const monthNumber = (date: string): number => yearOf(date) * 12 + monthOf(date);
