import { fromEpochDay } from '../../platform/calendar.ts';
import { leavesAsTold } from '../lines/chosen.ts';
import type { Profile } from '../profiles/profile.ts';
import { isAdjustment } from './adjustments.ts';
import type { DecidedDay } from './day.ts';
import { type Cause, type Closing, type Entry, NOTHING } from './movements.ts';
import { plus, proRata } from './stock.ts';

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
  const kept = profile.sameMonth === 'net' ? withoutVisits(days) : days;
  const isFree = (day: number): boolean => profile.freeCustomer === 'contraction' && isServed(day);
  let leftOn: number | undefined;
  return kept.map((decided) => {
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

/** A day of a visit that never was: of what moved on it, what adjustments moved is left. */
const withoutVisit = ({ day, closing, entries }: DecidedDay, before: Closing): DecidedDay => {
  let { stock } = before;
  const left = entries.flatMap((entry): Entry[] => {
    const lines = entry.lines.filter(isAdjustment);
    if (lines.length === 0) return [];
    const moved = entry.fromAttributes === undefined ? lines.reduce((sum, { planDeltaMinor }) => sum + planDeltaMinor, 0n) : 0n;
    const taken = proRata(stock, moved);
    stock = plus(stock, taken);
    return [{ ...entry, lines, stock: taken }];
  });
  return { day, closing: { ...before, lines: closing.lines.filter(isAdjustment), stock }, entries: left };
};

const monthOf = (day: number): string => fromEpochDay(day).slice(0, 7);

/** Days without the visits that began and ended within one month: the customer had no ARR then, and whoever comes later may be new. */
const withoutVisits = (days: readonly DecidedDay[]): readonly DecidedDay[] => {
  const kept: DecidedDay[] = [];
  let before: Closing = NOTHING;
  for (let i = 0; i < days.length; i += 1) {
    const decided = days[i] as DecidedDay;
    const end = isEmpty(before) && !isEmpty(decided.closing) ? days.findIndex(({ closing }, at) => at > i && isEmpty(closing)) : -1;
    if (end >= 0 && monthOf((days[end] as DecidedDay).day) === monthOf(decided.day)) {
      for (; i <= end; i += 1) {
        const left = withoutVisit(days[i] as DecidedDay, before);
        kept.push(left);
        before = left.closing;
      }
      i = end;
      continue;
    }
    const isFirst = !before.had && causeOf(decided.entries, 'reactivation');
    const had = before.had || !isEmpty(decided.closing);
    const entries = isFirst ? decided.entries.map((entry) => renamed(entry, 'new')) : decided.entries;
    const same = entries === decided.entries && had === decided.closing.had;
    kept.push(same ? decided : { day: decided.day, closing: { ...decided.closing, had }, entries });
    before = (kept[kept.length - 1] as DecidedDay).closing;
  }
  return kept;
};
