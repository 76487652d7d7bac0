import { fromEpochDay } from '../../platform/calendar.ts';
import { bookedOnOf, signedOf } from '../beside/contracted.ts';
import { type Term, termsOf } from '../evidence/terms.ts';
import { linesUntil } from '../lines/chosen.ts';
import type { SubscriptionFact } from '../lines/facts.ts';
import { type Stretch, stretchFrom } from '../lines/stretches.ts';

/**
 * What a signature is: the first of an agreement, of a later term of it, a change within a term; or without a new signature: what a later reading
 * shows otherwise (`correction`), the word that it ends before its time, later or not after all (`termination`), or that it is signed no more
 * (`cancellation`).
 */
export const BOOKING_KINDS = ['contract', 'renewal', 'amendment', 'correction', 'termination', 'cancellation'] as const;
export type BookingKind = (typeof BOOKING_KINDS)[number];

/** What is contracted of an agreement: nothing, or what its readings say by then. */
export interface State {
  readonly stretch: Stretch | undefined;
  /** It ends before its time: nothing of it goes on. */
  readonly isEnded: boolean;
}

export const NOTHING: State = { stretch: undefined, isEnded: false };

/** One signature, or word that changes what was signed: what is contracted of an agreement before and after. */
export interface Signature {
  readonly kind: BookingKind;
  readonly bookedOn: string;
  /** The reading that shows it. */
  readonly fact: SubscriptionFact;
  readonly before: State;
  readonly after: State;
}

/** An agreement in the history that it is part of. */
export interface Place {
  /** It renews no other agreement. */
  readonly isFirst: boolean;
  /** First day from which on another agreement has taken the place of its later terms. */
  readonly untilDay: number | undefined;
}

/** In one second, the reading that takes an agreement from one customer goes before that which shows it with another. */
const inOrder = (a: SubscriptionFact, b: SubscriptionFact): number => {
  if (a.provenance.observedAt !== b.provenance.observedAt) return a.provenance.observedAt - b.provenance.observedAt;
  if (a.customerId !== b.customerId && (a.status === 'canceled') !== (b.status === 'canceled')) return a.status === 'canceled' ? -1 : 1;
  return a.provenance.eventId < b.provenance.eventId ? -1 : 1;
};

/** Of one agreement, oldest first: the last reading of each day, the newest of all at the end. */
export const readingsByDay = (own: readonly SubscriptionFact[], newest: SubscriptionFact): readonly SubscriptionFact[] => {
  const others = own.filter((one) => one !== newest).toSorted(inOrder);
  return [...new Map([...others, newest].map((one) => [one.observedOn, one])).values()];
};

export const isSigned = ({ evidence, status }: SubscriptionFact): boolean => evidence === 'signed' && status === 'active';

/** A reading as if it had no end before its time. */
export const withoutEnd = ({ endedOn: _, ...signed }: SubscriptionFact): SubscriptionFact => signed;

const isEarly = ({ lines }: Stretch, day: string): boolean => lines.some(({ endsOn }) => endsOn === undefined || endsOn > day);

const cutOn = ({ fact, lines, fromDay, startDay }: Stretch, day: string): Stretch =>
  stretchFrom({ ...fact, lines: lines.flatMap((line) => [...linesUntil(line, day)]) }, fromDay, startDay);

const later = (a: string, b: string): string => (a > b ? a : b);

const signedOnOf = ({ fact }: Term): readonly string[] => fact.lines.map((line) => bookedOnOf(line, fact));

/** Whether a signature is the first of a later term, which nothing of before reaches into. */
const isOfLaterTerm = (terms: readonly Term[], days: readonly string[], { lines }: Stretch): boolean =>
  terms.some((term, i) => {
    const startsOn = fromEpochDay(term.startDay);
    const signedOn = signedOnOf(term);
    return i > 0 && signedOn.some((day) => days.includes(day)) && lines.every(({ endsOn = '9999-12-31' }) => endsOn <= startsOn);
  });

/** What the readings of an agreement say of it, in their order. */
class Course {
  readonly signatures: Signature[] = [];
  readonly #place: Place;
  /** Days of signatures that were shown since it was signed last. */
  readonly #known = new Set<string>();
  #state = NOTHING;
  /** What it was told to end on before its time. */
  #end: string | undefined;
  #bookedOn = '';
  /** A signature of this day or an earlier one was taken back. */
  #cancelledOn = '';

  constructor(place: Place) {
    this.#place = place;
  }

  read(fact: SubscriptionFact): void {
    const { untilDay = Number.POSITIVE_INFINITY } = this.#place;
    const terms = isSigned(fact) ? termsOf(withoutEnd(fact)).filter(({ startDay }) => startDay < untilDay) : [];
    if (terms.length === 0) {
      this.#cancel(fact);
      return;
    }
    const shown = [...new Set(terms.flatMap(signedOnOf))].filter((day) => !this.#known.has(day));
    const on = (day: string): string => (day > this.#cancelledOn ? day : later(fact.observedOn, this.#cancelledOn));
    for (const [bookedOn, days] of [...Map.groupBy(shown, on)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (const day of days) this.#known.add(day);
      this.#put(this.#kindOf(terms, days), bookedOn, fact, this.#signedOf(terms));
    }
    if (shown.length === 0) this.#put('correction', later(fact.observedOn, this.#bookedOn), fact, this.#signedOf(terms));
    if (fact.endedOn === this.#end) return;
    this.#end = fact.endedOn;
    this.#put('termination', later(fact.observedOn, this.#bookedOn), fact, this.#signedOf(terms));
  }

  #cancel(fact: SubscriptionFact): void {
    if (this.#state.stretch === undefined) return;
    this.#put('cancellation', later(fact.observedOn, this.#bookedOn), fact, NOTHING);
    this.#cancelledOn = this.#bookedOn;
    this.#end = undefined;
    this.#known.clear();
  }

  #kindOf(terms: readonly Term[], days: readonly string[]): BookingKind {
    const { stretch } = this.#state;
    if (stretch === undefined) return this.#place.isFirst ? 'contract' : 'renewal';
    return isOfLaterTerm(terms, days, stretch) ? 'renewal' : 'amendment';
  }

  #signedOf(terms: readonly Term[]): State {
    const { fact, startDay } = terms[0] as Term;
    const lines = terms.flatMap((term) => signedOf(term, (line) => this.#known.has(bookedOnOf(line, term.fact))).lines);
    const stretch = stretchFrom({ ...fact, lines }, startDay, startDay);
    if (this.#end === undefined) return { stretch, isEnded: false };
    // What was ended stays so where its lines are shortened to that end afterwards.
    return isEarly(stretch, this.#end) ? { stretch: cutOn(stretch, this.#end), isEnded: true } : { stretch, isEnded: this.#state.isEnded };
  }

  #put(kind: BookingKind, bookedOn: string, fact: SubscriptionFact, after: State): void {
    const before = this.#state;
    this.#state = after;
    if (isSame(before, after)) return;
    this.#bookedOn = later(this.#bookedOn, bookedOn);
    this.signatures.push({ kind, bookedOn, fact, before, after });
  }
}

const contentOf = ({ lines, discounts, currency, legalEntity, startDay }: Stretch): string =>
  JSON.stringify([lines, discounts, currency, legalEntity, startDay]);

const isSame = (a: State, b: State): boolean =>
  a.stretch !== undefined && b.stretch !== undefined && a.isEnded === b.isEnded && contentOf(a.stretch) === contentOf(b.stretch);

/**
 * All signatures under an agreement, from its readings by day. A signature counts on its own day; what is changed without one, ended or signed no more
 * on the day on which a reading first says so, and what is signed again after that likewise. A reading that shows a new signature explains all that it
 * changes by it.
 */
export const signaturesOf = (readings: readonly SubscriptionFact[], place: Place): readonly Signature[] => {
  const course = new Course(place);
  for (const fact of readings) course.read(fact);
  return course.signatures;
};
