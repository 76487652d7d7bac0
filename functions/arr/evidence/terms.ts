import { addMonths, fromEpochDay, monthOf, toEpochDay, yearOf } from '../../platform/calendar.ts';
import type { SubscriptionFact } from '../lines/facts.ts';
import type { Line } from '../lines/rating.ts';

/**
 * One term of a signed agreement: what its newest reading says of it, by its own dates. A reading is the whole agreement as it is now, so the
 * newest decides the whole history, also back.
 */
export interface Term {
  readonly agreementId: string;
  /** The reading, with the lines of this term only. */
  readonly fact: SubscriptionFact;
  readonly startDay: number;
  /** First day after it; undefined where a line has no end, and where the next term of its chain begins too late to go on from there. */
  readonly endDay: number | undefined;
  /** It was ended on `endDay` by those who signed it. */
  readonly isTerminated: boolean;
  /** Its lines would have gone on: it was ended before its time. */
  readonly isCut: boolean;
}

/** An agreement and what renewed it, in the order of their terms: one commercial history. */
export interface Chain {
  /** Of its first agreement. */
  readonly chainId: string;
  readonly terms: readonly Term[];
  /** All ids under which a billing system may know any of its agreements. */
  readonly agreementIds: ReadonlySet<string>;
  /** `<system>/<instance>/<subscription>` that its agreements name as what bills them. */
  readonly billedBy: ReadonlySet<string>;
  /** The source's second in which each line was first shown. */
  readonly heardAt: ReadonlyMap<string, number>;
}

type IsNewer = (a: SubscriptionFact, b: SubscriptionFact) => boolean;

/** Order of two readings of an agreement: the source's second, then the event id, which carries the milliseconds. */
const isNewer: IsNewer = (a, b) =>
  a.provenance.observedAt === b.provenance.observedAt
    ? a.provenance.eventId > b.provenance.eventId
    : a.provenance.observedAt > b.provenance.observedAt;

/**
 * Among what customers that are one know last of an agreement: the reading that shows it with one of them also takes it from another one, in the
 * same second, and goes before that.
 */
const isNewerOfAnother: IsNewer = (a, b) =>
  a.provenance.observedAt === b.provenance.observedAt && (a.status === 'canceled') !== (b.status === 'canceled')
    ? b.status === 'canceled'
    : isNewer(a, b);

const newestBy = (
  facts: Iterable<SubscriptionFact>,
  nameOf: (fact: SubscriptionFact) => string,
  isLater: IsNewer,
): ReadonlyMap<string, SubscriptionFact> => {
  const newest = new Map<string, SubscriptionFact>();
  for (const fact of facts) {
    const known = newest.get(nameOf(fact));
    if (known === undefined || isLater(fact, known)) newest.set(nameOf(fact), fact);
  }
  return newest;
};

/** The newest reading of each agreement, whether signed or claimed, by its id. */
export const newestReadings = (facts: readonly SubscriptionFact[]): ReadonlyMap<string, SubscriptionFact> => {
  const ofEach = newestBy(facts, ({ subscriptionId, customerId }) => `${subscriptionId} ${customerId}`, isNewer);
  return newestBy(ofEach.values(), ({ subscriptionId }) => subscriptionId, isNewerOfAnother);
};

/**
 * Chains of all signed agreements among readings of agreements, oldest first. What an agreement says that it renews goes before what products and
 * dates tell; a reference to what is not signed, is not known or begins later is none. A renewal may begin `graceDays` after the term that it renews.
 */
export const chainsOf = (readings: readonly SubscriptionFact[], graceDays: number): readonly Chain[] => {
  const signed = [...newestReadings(readings).values()].filter(({ evidence, status }) => evidence === 'signed' && status === 'active');
  const { terms, nextOf } = linked(signed.map(termsOf).filter((own) => own.length > 0));
  const said = new Map([...nextOf].map(([before, after]) => [after, before]));
  const chains: Term[][] = [];
  for (const term of terms) {
    const before = said.get(term);
    const chain = chains.find((own) => {
      const last = own[own.length - 1] as Term;
      return before === undefined ? !nextOf.has(last) && isRenewedBy(last, term, graceDays) : last === before;
    });
    if (chain === undefined) chains.push([term]);
    else chain.push(term);
  }
  return chains.map((chain) =>
    chainFrom(
      chain.map((term, i) => endedBefore(term, chain[i + 1], graceDays)),
      readings,
    ),
  );
};

const inOrder = (a: Term, b: Term): number =>
  a.startDay - b.startDay || (a.agreementId < b.agreementId ? -1 : a.agreementId > b.agreementId ? 1 : 0);

/** All terms that are ever in force, in their order, and which comes right after which by what the agreements themselves say. */
interface Linked {
  readonly terms: readonly Term[];
  readonly nextOf: ReadonlyMap<Term, Term>;
}

/** Agreements by their own terms. From the first day of what renews it on, an agreement counts no more, even if its term is not over. */
const linked = (agreements: readonly (readonly Term[])[]): Linked => {
  const inForce = new Map(agreements.map((own) => [(own[0] as Term).agreementId, own]));
  const renewals = agreements.map((own) => own[0] as Term).sort(inOrder);
  const nextOf = new Map<Term, Term>();
  for (const renewal of renewals) {
    const renewed = inForce.get(renewal.fact.renewalOf ?? '');
    if (renewed === undefined || (renewed[0] as Term).startDay >= renewal.startDay) continue;
    const last = lastOf(renewed, nextOf, inForce);
    // Of several that renew one and the same, those that do not follow each other are agreements of their own.
    if (last !== renewed[renewed.length - 1] && (last.endDay === undefined || renewal.startDay < last.endDay)) continue;
    const own = (inForce.get(last.agreementId) ?? []).filter(({ startDay }) => startDay < renewal.startDay);
    inForce.set(last.agreementId, own);
    nextOf.set(own[own.length - 1] as Term, renewal);
  }
  for (const own of inForce.values()) for (const [i, term] of own.entries()) if (i > 0) nextOf.set(own[i - 1] as Term, term);
  return { terms: [...inForce.values()].flat().sort(inOrder), nextOf };
};

/** The last term of an agreement, or of what has been found to renew it. Each begins later than the one before, so it ends. */
const lastOf = (own: readonly Term[], nextOf: ReadonlyMap<Term, Term>, inForce: ReadonlyMap<string, readonly Term[]>): Term => {
  const last = own[own.length - 1] as Term;
  const next = nextOf.get(last);
  return next === undefined ? last : lastOf(inForce.get(next.agreementId) as readonly Term[], nextOf, inForce);
};

/** Nothing goes on over a gap of more days: the term before it has ended on its own days. */
const endedBefore = (term: Term, next: Term | undefined, graceDays: number): Term => {
  const isGap = next !== undefined && term.endDay !== undefined && next.startDay > term.endDay + graceDays;
  return isGap ? { ...term, endDay: undefined } : term;
};

const chainFrom = (terms: readonly Term[], readings: readonly SubscriptionFact[]): Chain => {
  const ids = new Set(terms.map(({ agreementId }) => agreementId));
  const heardAt = new Map<string, number>();
  for (const { subscriptionId, lines, provenance } of readings) {
    if (!ids.has(subscriptionId)) continue;
    for (const { lineId } of lines) heardAt.set(lineId, Math.min(heardAt.get(lineId) ?? provenance.observedAt, provenance.observedAt));
  }
  const facts = terms.map(({ fact }) => fact);
  return {
    chainId: (terms[0] as Term).agreementId,
    terms,
    agreementIds: new Set([...ids, ...facts.flatMap(({ agreementId, agreementIds }) => [...(agreementIds ?? []), agreementId ?? ''])]),
    billedBy: new Set(
      facts.flatMap(({ billedBy }) => (billedBy ?? []).map((one) => `${one.system}/${one.instance}/${one.subscriptionId}`)),
    ),
    heardAt,
  };
};

/** Whether a term goes on where another one ended, or at most some days later, with one of its products at least. */
const isRenewedBy = (before: Term, after: Term, graceDays: number): boolean =>
  before.endDay !== undefined &&
  after.startDay >= before.endDay &&
  after.startDay <= before.endDay + graceDays &&
  before.fact.currency === after.fact.currency &&
  before.fact.legalEntity === after.fact.legalEntity &&
  before.fact.lines.some(({ productId }) => after.fact.lines.some((line) => line.productId === productId));

/** The terms of one reading: it is cut where all lines end and others begin on an anniversary, under a later signature. */
export const termsOf = (fact: SubscriptionFact): readonly Term[] => {
  const cutDay = fact.endedOn === undefined ? undefined : toEpochDay(fact.endedOn);
  const lines = cutDay === undefined ? fact.lines : fact.lines.flatMap((line) => linesUntil(line, cutDay, fact.startsOn));
  const terms: Term[] = [];
  let rest = [...lines];
  while (rest.length > 0) {
    const startsOn = firstDayOf(rest, fact.startsOn);
    const endsOn = renewalOf(rest, startsOn) ?? undefined;
    const own = endsOn === undefined ? rest : rest.filter((line) => (line.startsOn ?? fact.startsOn) < endsOn);
    terms.push(termOf(fact, own, startsOn, cutDay));
    rest = endsOn === undefined ? [] : rest.filter((line) => !own.includes(line));
  }
  return terms;
};

const termOf = (fact: SubscriptionFact, lines: SubscriptionFact['lines'], startsOn: string, cutDay: number | undefined): Term => {
  const endsOn = lastDayOf(lines);
  const endDay = endsOn === undefined ? undefined : toEpochDay(endsOn);
  const months = endsOn === undefined ? fact.termMonths : monthsBetween(startsOn, endsOn);
  const { bookedOn = fact.bookedOn } = lines[0] ?? {};
  return {
    agreementId: fact.subscriptionId,
    fact: {
      ...fact,
      lines,
      startsOn,
      termStartsOn: startsOn,
      ...(months === undefined ? {} : { termMonths: months }),
      ...(bookedOn === undefined ? {} : { bookedOn }),
    },
    startDay: toEpochDay(startsOn),
    endDay,
    isTerminated: cutDay !== undefined && endDay === cutDay,
    isCut: cutDay !== undefined && endDay === cutDay && fact.lines.some((line) => endsAfter(line, cutDay)),
  };
};

const endsAfter = ({ endsOn }: Line, day: number): boolean => endsOn === undefined || toEpochDay(endsOn) > day;

const linesUntil = (line: Line, cutDay: number, startsOn: string): Line[] => {
  const cut = fromEpochDay(cutDay);
  if ((line.startsOn ?? startsOn) >= cut) return [];
  return [line.endsOn !== undefined && line.endsOn <= cut ? line : { ...line, endsOn: cut }];
};

const firstDayOf = (lines: readonly Line[], otherwise: string): string => {
  let first: string | undefined;
  for (const { startsOn = otherwise } of lines) if (first === undefined || startsOn < first) first = startsOn;
  return first ?? otherwise;
};

/** First day after all lines; undefined where one has no end. */
const lastDayOf = (lines: readonly Line[]): string | undefined => {
  let last: string | undefined = '';
  for (const { endsOn } of lines) if (last !== undefined) last = endsOn === undefined || endsOn > last ? endsOn : last;
  return last === '' ? undefined : last;
};

/** The first day after `startsOn` on which lines renew: undefined where none do. */
const renewalOf = (lines: readonly Line[], startsOn: string): string | undefined => {
  const booked = firstSignature(lines.filter((line) => (line.startsOn ?? startsOn) === startsOn));
  const days = [
    ...new Set(lines.flatMap((line) => (line.startsOn === undefined || line.startsOn <= startsOn ? [] : [line.startsOn]))),
  ].sort();
  return days.find((day) => {
    const spans = lines.some((line) => (line.startsOn ?? startsOn) < day && (line.endsOn === undefined || line.endsOn > day));
    const later = firstSignature(lines.filter((line) => line.startsOn === day));
    return !spans && booked !== undefined && later !== undefined && later > booked && isAnniversary(startsOn, day);
  });
};

const firstSignature = (lines: readonly Line[]): string | undefined => {
  let first: string | undefined;
  for (const { bookedOn } of lines) if (bookedOn !== undefined && (first === undefined || bookedOn < first)) first = bookedOn;
  return first;
};

const isAnniversary = (startsOn: string, day: string): boolean => {
  const years = yearOf(day) - yearOf(startsOn);
  return years > 0 && addMonths(startsOn, years * 12) === day;
};

/** Whole months from one day to another. */
export const monthsBetween = (startsOn: string, endsOn: string): number => {
  const months = (yearOf(endsOn) - yearOf(startsOn)) * 12 + monthOf(endsOn) - monthOf(startsOn);
  return addMonths(startsOn, months) <= endsOn ? months : months - 1;
};
