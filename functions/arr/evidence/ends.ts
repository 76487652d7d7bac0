import { addDays, fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import type { LapseFact } from '../lines/facts.ts';
import { decimalFraction } from '../lines/rating.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Group, Interval } from './groups.ts';
import type { Chain, Term } from './terms.ts';

/** Billing that stopped within a term is waited for as long as this. */
const BILLING_DAYS = 30;

/**
 * What ends when nothing has come in its place some days after a day: see `LapseFact`. A term's day may lie ahead: until then the line is
 * simply live, from then on it is `expired, renewing`.
 */
export interface Watch {
  readonly agreementId: string;
  readonly of: LapseFact['of'];
  /** First day without. */
  readonly on: string;
}

/** For how many days is waited. */
export const waitedDays = ({ of }: Watch, { renewalGraceDays }: Profile): number => (of === 'term' ? renewalGraceDays : BILLING_DAYS);

/** The first day on which a watch that nothing has settled has lapsed. */
export const dueOn = (watch: Watch, profile: Profile): string => addDays(watch.on, waitedDays(watch, profile));

/** The first day on which one of some watches is due. */
export const firstDueOn = (watches: readonly Watch[], profile: Profile): string | undefined =>
  watches.map((watch) => dueOn(watch, profile)).sort()[0];

/** When a chain's line ends. */
export interface End {
  /** First day on which the line does not count any more; absent while it goes on. */
  readonly day?: number;
  readonly watches: readonly Watch[];
}

/** Days on which billing is in service, a list for each billed line. */
export interface Billing {
  /** Of what bills the line. */
  readonly own: readonly (readonly Interval[])[];
  /** Of what was bought beside it about when its term ends, as if in its place. */
  readonly following: readonly (readonly Interval[])[];
}

/**
 * When a chain's line ends, and what is to be looked at again (`arr-rules`, row A14). Where billing stopped within a term, or a term is over, was
 * not terminated, and nothing renews it or bills on, the line is kept until a lapse is stated, and then it has ended on that first day without. One
 * whose billing ended with its term is not waited for.
 */
export const endOf = (
  { terms }: Chain,
  group: Group,
  { own, following }: Billing,
  lapses: readonly LapseFact[],
  { renewalGraceDays }: Profile,
): End => {
  const stop = stopOf(terms, group, own);
  const said = stop && wordOn(lapses, stop);
  if (stop !== undefined && said !== undefined && said.byHand === undefined) return { day: toEpochDay(stop.on), watches: [] };
  const watches = stop === undefined || said !== undefined ? [] : [stop];
  const last = terms[terms.length - 1] as Term;
  const { endDay } = last;
  if (endDay === undefined || !lineEndsOf(last, group).includes(fromEpochDay(endDay))) return { watches };
  const goesOn = last.isTerminated ? endDay : billedOnFrom([...own, ...following], endDay, renewalGraceDays);
  if (goesOn !== undefined) return { day: goesOn, watches };
  const over: Watch = { agreementId: last.agreementId, of: 'term', on: fromEpochDay(endDay) };
  const word = wordOn(lapses, over);
  if (word === undefined && (renewalGraceDays === 0 || endedWith(own, endDay))) return { day: endDay, watches: [] };
  if (word === undefined) return { watches: [...watches, over] };
  return word.byHand === undefined ? { day: endDay, watches } : { watches };
};

/** That nothing bills a line any more, within a term of it; who signs a renewal afterwards goes on, whatever billing did before. */
const stopOf = (terms: readonly Term[], group: Group, billing: readonly (readonly Interval[])[]): Watch | undefined => {
  const day = stoppedDay(billing);
  if (day === undefined || day < group.startDay) return undefined;
  const on = fromEpochDay(day);
  const own = terms.filter(({ startDay }) => group.lineIds.has(startDay));
  const ends = lineEndsOf(own[own.length - 1] as Term, group);
  if (ends.every((end) => end !== undefined && end <= on)) return undefined;
  if (own.some(({ fact, startDay }) => startDay > day && (fact.bookedOn ?? fact.startsOn) > on)) return undefined;
  const term = own.findLast(({ startDay }) => startDay <= day) ?? (own[0] as Term);
  return { agreementId: term.agreementId, of: 'billing', on };
};

/** The day since which nothing bills a line that was billed; undefined where it is billed still, or never was. */
const stoppedDay = (billing: readonly (readonly Interval[])[]): number | undefined => {
  let last: number | undefined;
  for (const days of billing) for (const { to } of days) last = Math.max(last ?? to, to);
  return last === Number.POSITIVE_INFINITY ? undefined : last;
};

/**
 * Whether what billed a line ended with its term, or a day before, as zones have it: it was given notice of, and nothing is waited for. A renewal
 * that comes all the same takes the end back.
 */
const endedWith = (billing: readonly (readonly Interval[])[], endDay: number): boolean => {
  const day = stoppedDay(billing);
  return day !== undefined && day >= endDay - 1;
};

/** The day from which on billing counts instead of a term that is over: at once, or as late as a renewal may come. */
const billedOnFrom = (billing: readonly (readonly Interval[])[], endDay: number, graceDays: number): number | undefined => {
  let first: number | undefined;
  for (const days of billing)
    for (const { from, to } of days) {
      const day = Math.max(from, endDay);
      if (day < to && day <= endDay + graceDays && (first === undefined || day < first)) first = day;
    }
  return first;
};

const isLater = ({ provenance: a }: LapseFact, { provenance: b }: LapseFact): boolean =>
  a.observedAt === b.observedAt ? a.eventId > b.eventId : a.observedAt > b.observedAt;

/** A controller's last word that it goes on stands against what time said, whichever came first; one that it does not leaves it to time. */
const wordOn = (lapses: readonly LapseFact[], watch: Watch): LapseFact | undefined => {
  const own = lapses.filter(({ agreementId, of, on }) => agreementId === watch.agreementId && of === watch.of && on === watch.on);
  const said = own.filter(({ byHand }) => byHand !== undefined);
  const last = said.reduce<LapseFact | undefined>((a, b) => (a === undefined || isLater(b, a) ? b : a), undefined);
  return last?.goesOn === true ? last : own.find(({ byHand }) => byHand === undefined);
};

/** First days after the segments of a line within a term; undefined where one has no end. One of quantity 0 is nothing that could end. */
const lineEndsOf = (term: Term, group: Group): readonly (string | undefined)[] => {
  const lineId = group.lineIds.get(term.startDay);
  const segments = term.fact.lines.filter((line) => line.lineId === lineId && decimalFraction(line.quantity ?? '1').num !== 0n);
  return segments.map(({ endsOn }) => endsOn);
};
