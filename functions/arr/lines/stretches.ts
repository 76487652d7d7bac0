import { toEpochDay } from '../../platform/calendar.ts';
import type { Profile } from '../profiles/profile.ts';
import { counts } from './counts.ts';
import type { SubscriptionFact } from './facts.ts';
import { extended } from './lists.ts';
import type { Discount, Line } from './rating.ts';

/** A subscription's state from one day on, until its next stretch begins; what is often asked of its fact stands beside it. */
export interface Stretch {
  readonly fromDay: number;
  readonly fact: SubscriptionFact;
  /** First day of service. */
  readonly startDay: number;
  /** Later days on which its value may change by itself: service start, edges of discounts and of dated lines. Ascending; plan rates have days of their own. */
  readonly breakDays: readonly number[];
  readonly eventId: string;
  readonly legalEntity: string;
  readonly currency: string;
  /** All that it ever has; on a day those that are in force, where lines have days of their own (dated.ts). */
  readonly lines: readonly Line[];
  readonly hasDatedLines: boolean;
  readonly discounts: readonly Discount[];
  /** What another source's evidence of the same lines makes of them, where there is any. */
  readonly settled: Settled | undefined;
}

/** By ids of lines. */
export interface Settled {
  /** Another source's evidence counts instead. */
  readonly hidden: ReadonlySet<string>;
  /** Keys of lines that two sources tell of: both sides bear the same one. */
  readonly keys: ReadonlyMap<string, string>;
}

/** One subscription, or the terms of one agreement and what renewed it. */
export interface Subscription {
  readonly subscriptionId: string;
  /** The source's second of the newest fact. */
  readonly observedAt: number;
  /** The stretch in force at the opening of a book, and all later ones; ascending by day. */
  readonly stretches: readonly Stretch[];
}

const NO_DAYS: readonly number[] = [];

/** What a fact says by itself. */
export const stretchOf = (fact: SubscriptionFact): Stretch => stretchStarting(fact, toEpochDay(fact.startsOn));

/** The stretch of a fact that comes after another one of its subscription: mostly its service started on the same day. */
export const stretchAfter = (newest: Stretch | undefined, fact: SubscriptionFact): Stretch =>
  newest !== undefined && newest.fact.startsOn === fact.startsOn ? stretchStarting(fact, newest.startDay) : stretchOf(fact);

const stretchStarting = (fact: SubscriptionFact, startDay: number): Stretch =>
  stretchFrom(fact, effectiveDay(fact, toEpochDay(fact.observedOn), startDay), startDay);

export const stretchFrom = (fact: SubscriptionFact, fromDay: number, startDay: number): Stretch => {
  const { legalEntity, currency, lines, discounts } = fact;
  const firstBreak = startDay > fromDay ? startDay : undefined;
  const hasDatedLines = isAnyDated(lines);
  const own = breakDaysAfter(fromDay, firstBreak, lines, discounts);
  const breakDays = hasDatedLines ? withLineDays(own, fromDay, lines) : own;
  return {
    fromDay,
    fact,
    startDay,
    breakDays,
    eventId: fact.provenance.eventId,
    legalEntity,
    currency,
    lines,
    hasDatedLines,
    discounts,
    settled: undefined,
  };
};

/**
 * Stretches of a subscription, from all of its facts in their order; ascending by day. Two things reach back. A service start that the source
 * states, and does not merely derive, holds for the whole subscription once its newest fact states it: a start that was put right later moves
 * the beginning (but not by a whole term: that is a later term's start). And what was being set up or on trial since its creation, and is found in service after the start, has been so since then.
 */
export const stretchesOf = (facts: readonly SubscriptionFact[], profile: Profile): readonly Stretch[] => {
  const newest = facts[facts.length - 1];
  const stated = newest?.startsOnStated === true && !isOfLaterTerm(newest, facts) ? toEpochDay(newest.startsOn) : undefined;
  let isBeginning = facts[0]?.lifecycle === 'created';
  let wasBeginning = isBeginning;
  let previous: SubscriptionFact | undefined;
  const stretches: Stretch[] = [];
  let last: Stretch | undefined;
  for (const fact of facts) {
    const own = stretchAfter(last, fact);
    last = own;
    const startDay = stated ?? own.startDay;
    // A state that is stated anew takes the place of its first statement in this, too.
    if (previous !== undefined && isSameState(previous, fact)) isBeginning = wasBeginning;
    wasBeginning = isBeginning;
    previous = fact;
    const isFirstInService = isBeginning && counts(fact, profile);
    const fromDay = isFirstInService ? Math.min(own.fromDay, startDay) : own.fromDay;
    putStretch(stretches, fromDay === own.fromDay && startDay === own.startDay ? own : stretchFrom(fact, fromDay, startDay));
    isBeginning = isBeginning && !isFirstInService && mayBecomeLive(fact);
  }
  return stretches;
};

/** Whether two facts tell of one state: of one second, and with the same fingerprint, which what is merely inherited does not change. */
const isSameState = (a: SubscriptionFact, b: SubscriptionFact): boolean =>
  a.provenance.observedAt === b.provenance.observedAt && a.fingerprint !== undefined && a.fingerprint === b.fingerprint;

/** A start as far behind the first one as this, in days, begins a later term, and says nothing of the earlier ones. */
const LATER_TERM_DAYS = 330;

const isOfLaterTerm = (newest: SubscriptionFact, facts: readonly SubscriptionFact[]): boolean => {
  let first = newest.startsOn;
  for (const { startsOn } of facts) if (startsOn < first) first = startsOn;
  return toEpochDay(newest.startsOn) - toEpochDay(first) >= LATER_TERM_DAYS;
};

/** Not in service yet, and nothing says that service was kept back. */
const mayBecomeLive = ({ status }: SubscriptionFact): boolean => status === 'trialing' || status === 'incomplete';

/** Whether a fact that comes after the newest one changes what is before it: see `stretchesOf`. */
export const reachesBack = (newest: SubscriptionFact, fact: SubscriptionFact, profile: Profile): boolean => {
  const isStated = newest.startsOnStated === true || fact.startsOnStated === true;
  if (isStated && (newest.startsOnStated !== fact.startsOnStated || newest.startsOn !== fact.startsOn)) return true;
  return mayBecomeLive(newest) && fact.startsOn < fact.observedOn && !counts(newest, profile) && counts(fact, profile);
};

/** A newer state replaces all that begins on its day or later. */
const putStretch = (stretches: Stretch[], stretch: Stretch): void => {
  while (stretches.length > 0 && (stretches[stretches.length - 1] as Stretch).fromDay >= stretch.fromDay) stretches.pop();
  stretches.push(stretch);
};

/** First day on which a fact counts: the service start for a creation, the end for a cancellation, otherwise the day that it was observed. */
const effectiveDay = (fact: SubscriptionFact, observedDay: number, startDay: number): number => {
  if (fact.status === 'canceled' && fact.endedOn !== undefined) return Math.min(observedDay, toEpochDay(fact.endedOn));
  return startDay < observedDay && fact.lifecycle === 'created' ? startDay : observedDay;
};

const breakDaysAfter = (
  fromDay: number,
  startDay: number | undefined,
  lines: readonly Line[],
  discounts: readonly Discount[],
): readonly number[] => {
  let days: number[] | undefined = startDay === undefined ? undefined : [startDay];
  days = withEdges(days, fromDay, discounts);
  for (const line of lines) if (line.discounts.length > 0) days = withEdges(days, fromDay, line.discounts);
  return days === undefined ? NO_DAYS : ascending(days);
};

/** Whether the source states days of its own for any line: see dated.ts. */
const isAnyDated = (lines: readonly Line[]): boolean => {
  for (const { startsOn, endsOn } of lines) if (startsOn !== undefined || endsOn !== undefined) return true;
  return false;
};

/** With the later days on which a line begins or ends. */
const withLineDays = (days: readonly number[], fromDay: number, lines: readonly Line[]): readonly number[] => {
  const edges = lines.flatMap(({ startsOn, endsOn }) => [startsOn, endsOn]);
  return ascending([...days, ...edges.flatMap((edge) => (edge === undefined ? [] : toEpochDay(edge))).filter((day) => day > fromDay)]);
};

const withEdges = (noted: number[] | undefined, fromDay: number, discounts: readonly Discount[]): number[] | undefined => {
  let days = noted;
  for (const { duration, startsOn, endsOn } of discounts) {
    if (duration === 'once') continue;
    for (const edge of [startsOn, endsOn]) {
      const day = edge === undefined ? fromDay : toEpochDay(edge);
      if (day > fromDay) days = extended(days ?? [], day);
    }
  }
  return days;
};

/** Sorts days in place and drops those that are there twice. */
export const ascending = (days: number[]): number[] => {
  if (days.length < 2) return days;
  if (!isAscending(days)) days.sort((a, b) => a - b);
  let unique = 1;
  for (let i = 1; i < days.length; i += 1) if (days[i] !== days[i - 1]) days[unique++] = days[i] as number;
  days.length = unique;
  return days;
};

const isAscending = (days: readonly number[]): boolean => {
  for (let i = 1; i < days.length; i += 1) if ((days[i] as number) < (days[i - 1] as number)) return false;
  return true;
};
