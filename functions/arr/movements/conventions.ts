import { fromEpochDay } from '../../platform/calendar.ts';
import { leavesAsTold } from '../lines/chosen.ts';
import type { Profile } from '../profiles/profile.ts';
import { isAdjustment } from './adjustments.ts';
import type { DecidedDay } from './day.ts';
import type { Cause, Closing, Entry } from './movements.ts';

/**
 * What a profile calls movements that only the whole of a customer's history tells apart: whether a customer that came and went ever was one,
 * whether one that came back is new, and whether one that pays nothing has left.
 */

/** Whether a profile's decisions rest on more of the history than a book carries: then every fact is decided with all others. */
export const isDecidedWhole = (profile: Profile): boolean =>
  hasConventions(profile) || profile.metered === 'included' || profile.basis !== 'live' || !leavesAsTold(profile);

export const hasConventions = ({ sameMonth, reactivationDays, freeCustomer }: Profile): boolean =>
  sameMonth !== 'both' || reactivationDays !== 'any' || freeCustomer !== 'churn';

/** The days of a whole history under a profile's conventions; `isServed`: whether the customer is in service at the end of a day, at whatever price. */
export const conventional = (days: readonly DecidedDay[], profile: Profile, isServed: (day: number) => boolean): DecidedDay[] => {
  const isFree = (day: number): boolean => profile.freeCustomer === 'contraction' && isServed(day);
  let leftOn: number | undefined;
  return days.map((decided) => {
    const { day, entries, closing } = decided;
    let cause: Cause | undefined;
    if (causeOf(entries, 'churn')) {
      leftOn = day;
      cause = isFree(day) ? 'contraction' : undefined;
    } else if (causeOf(entries, 'reactivation')) {
      const isNew = profile.reactivationDays !== 'any' && leftOn !== undefined && day - leftOn > profile.reactivationDays;
      cause = isFree(day - 1) ? 'expansion' : isNew ? 'new' : undefined;
    }
    return cause === undefined ? decided : { day, closing, entries: entries.map((entry) => renamed(entry, cause)) };
  });
};

const causeOf = (entries: readonly Entry[], cause: Cause): boolean => entries.some((entry) => entry.cause === cause);

/** The day's coming, going or return under another name; each line of it likewise, but of one that goes to nothing each product is gone still. */
const renamed = (entry: Entry, cause: Cause): Entry => {
  if (entry.cause !== 'churn' && entry.cause !== 'reactivation') return entry;
  const ofLine: Cause = cause === 'contraction' ? 'churn' : 'new';
  return { ...entry, cause, lines: entry.lines.map((line) => ({ ...line, cause: ofLine })) };
};

/** Adjustments neither make a customer nor keep it. */
const isEmpty = ({ lines }: Closing): boolean => lines.every(isAdjustment);

const monthOf = (day: number): string => fromEpochDay(day).slice(0, 7);

/** From the first day to the last one, both included. */
export interface Visit {
  readonly from: number;
  readonly to: number;
}

/** Visits of a whole history that never were, by the profile: those that began and ended within one month. Whoever comes later may be new. */
export const visitsLeftOut = (days: readonly DecidedDay[], { sameMonth }: Profile): readonly Visit[] => {
  const visits: Visit[] = [];
  if (sameMonth !== 'net') return visits;
  let from: number | undefined;
  for (const { day, closing } of days) {
    if (isEmpty(closing)) {
      if (from !== undefined && monthOf(from) === monthOf(day)) visits.push({ from, to: day });
      from = undefined;
    } else from ??= day;
  }
  return visits;
};
