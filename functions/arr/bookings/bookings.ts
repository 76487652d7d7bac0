import { toEpochDay } from '../../platform/calendar.ts';
import { type Amount, amountOf, type Scope } from '../beside/amounts.ts';
import { bookedOnOf, signedBy } from '../beside/contracted.ts';
import { type Chain, chainsOf, newestReadings, type Term } from '../evidence/terms.ts';
import { linesUntil } from '../lines/chosen.ts';
import type { Fact, SubscriptionFact } from '../lines/facts.ts';
import { add } from '../lines/rating.ts';
import { type Stretch, stretchFrom } from '../lines/stretches.ts';
import { type Contracted, fullRate, spanOf, valuesOf } from './values.ts';

/**
 * What a signature is: the first of an agreement, of a later term of it, a change within a term, or the word that it ends before its time
 * (`termination`), or that it is signed no more (`cancellation`).
 */
export const BOOKING_KINDS = ['contract', 'renewal', 'amendment', 'termination', 'cancellation'] as const;
export type BookingKind = (typeof BOOKING_KINDS)[number];

/** What one signature adds to what is contracted of one product (row A16); below zero it is a debooking. Amounts at the plan rate of its day. */
export interface Booking {
  readonly agreementId: string;
  readonly kind: BookingKind;
  /** Day of the last signature, or on which an end was first told. */
  readonly bookedOn: string;
  /** First day on which it changes anything. */
  readonly startsOn: string;
  /** First day on which it changes nothing more; absent where it has no end. */
  readonly endsOn?: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly tcv: Amount;
  readonly acv: Amount;
  readonly firstYear: Amount;
  readonly netNewArr: Amount;
  /** The reading that shows it. */
  readonly eventId: string;
}

/** What the readings of one agreement say of it that was signed once. */
interface Told {
  /** The last of them that shows it signed, as if it had no end before its time. */
  readonly signed: SubscriptionFact;
  /** It ends before its time: the first reading that says so, and the first day without. */
  readonly ended?: { readonly by: SubscriptionFact; readonly on: string };
  /** It is signed no more: the first reading after the last signed one. */
  readonly cancelledBy?: SubscriptionFact;
}

const inOrder = (a: SubscriptionFact, b: SubscriptionFact): number =>
  a.provenance.observedAt - b.provenance.observedAt || (a.provenance.eventId < b.provenance.eventId ? -1 : 1);

const isSigned = ({ evidence, status }: SubscriptionFact): boolean => evidence === 'signed' && status === 'active';

const toldOf = (own: readonly SubscriptionFact[], newest: SubscriptionFact | undefined): Told | undefined => {
  const readings = own.toSorted(inOrder);
  const at = readings.findLastIndex(isSigned);
  const last = readings[at];
  if (last === undefined || newest === undefined) return undefined;
  const { endedOn, ...signed } = last;
  const noticedBy = readings.find((one) => isSigned(one) && one.endedOn === endedOn);
  const cancelledBy = isSigned(newest) ? undefined : (readings[at + 1] ?? newest);
  return {
    signed,
    ...(endedOn === undefined || noticedBy === undefined ? {} : { ended: { by: noticedBy, on: endedOn } }),
    ...(cancelledBy === undefined ? {} : { cancelledBy }),
  };
};

/** A signature, or a word that undoes some: what was contracted of a term before and after. */
interface Signature extends Contracted {
  readonly kind: BookingKind;
  readonly bookedOn: string;
  readonly fact: SubscriptionFact;
}

const cutOn = (stretch: Stretch, day: string): Stretch =>
  stretchFrom({ ...stretch.fact, lines: stretch.lines.flatMap((line) => [...linesUntil(line, day)]) }, stretch.fromDay, stretch.startDay);

const signaturesOf = (term: Term, isFirst: boolean, { ended, cancelledBy }: Told): readonly Signature[] => {
  const { fact } = term;
  const days = [...new Set(fact.lines.map((line) => bookedOnOf(line, fact)))].sort();
  const signatures: Signature[] = [];
  let before: Stretch | undefined;
  for (const [i, bookedOn] of days.entries()) {
    const after = signedBy(term, bookedOn);
    signatures.push({ kind: i > 0 ? 'amendment' : isFirst ? 'contract' : 'renewal', bookedOn, fact, before, after });
    before = after;
  }
  const lastOn = days.at(-1) ?? '';
  const since = (on: string): string => (on > lastOn ? on : lastOn);
  if (ended !== undefined && before !== undefined) {
    const after = cutOn(before, ended.on);
    signatures.push({ kind: 'termination', bookedOn: since(ended.by.observedOn), fact: ended.by, before, after });
    before = after;
  }
  if (cancelledBy !== undefined)
    signatures.push({ kind: 'cancellation', bookedOn: since(cancelledBy.observedOn), fact: cancelledBy, before, after: undefined });
  return signatures;
};

const linesOf = (stretch: Stretch | undefined) => stretch?.lines ?? [];

/** A signature by product; of a renewal, what it adds to the rate that the term before it ended with. */
const bookingsBy = (signature: Signature, renewed: Stretch | undefined, agreementId: string, scope: Scope): readonly Booking[] => {
  const { kind, bookedOn, fact, before, after } = signature;
  const { profile } = scope.context;
  const span = spanOf(signature, [...new Set([...linesOf(before), ...linesOf(after)].map(({ lineId }) => lineId))], profile);
  if (span === undefined) return [];
  const dated: Scope = { ...scope, day: toEpochDay(bookedOn), on: bookedOn };
  const { currency, legalEntity } = (after ?? before) as Stretch;
  const products = Map.groupBy([...linesOf(before), ...linesOf(after), ...linesOf(renewed)], ({ productId }) => productId);
  return [...products].flatMap(([productId, lines]): readonly Booking[] => {
    const lineIds = [...new Set(lines.map(({ lineId }) => lineId))];
    const values = valuesOf(signature, lineIds, span.startsOn, profile);
    const rateBefore = fullRate(renewed, new Set(lineIds), profile);
    const netNew = add(values.netNew, { num: -rateBefore.num, den: rateBefore.den });
    if ([values.tcv, values.acv, values.firstYear, netNew].every(({ num }) => num === 0n)) return [];
    const amount = (exact: typeof netNew): Amount => amountOf(exact, currency, dated);
    const amounts = { tcv: amount(values.tcv), acv: amount(values.acv), firstYear: amount(values.firstYear), netNewArr: amount(netNew) };
    return [{ agreementId, kind, bookedOn, ...span, productId, legalEntity, currency, ...amounts, eventId: fact.provenance.eventId }];
  });
};

/** The term before, as it stands once all was signed and ended: what a renewal renews. */
const renewedBy = (chain: Chain, place: number, told: ReadonlyMap<string, Told>): Stretch | undefined => {
  const before = chain.terms[place - 1];
  if (before === undefined) return undefined;
  const { ended, cancelledBy } = told.get(before.agreementId) as Told;
  const stretch = stretchFrom(before.fact, before.startDay, before.startDay);
  const isEnded = ended !== undefined && endsEarly(stretch, ended.on);
  return cancelledBy !== undefined || isEnded ? undefined : stretch;
};

const endsEarly = ({ lines }: Stretch, day: string): boolean => lines.some(({ endsOn }) => endsOn === undefined || endsOn > day);

/**
 * All bookings of a customer's signed agreements by the end of a day, in the order of their days. A renewal adds to TCV its whole term, and to net new ARR
 * what it signs above the rate that the term before ended with. What ends with its term and is not renewed is no debooking: nothing of what was signed
 * is taken back. What is signed again after it was signed no more counts as if nothing had been.
 */
export const bookingsOn = (facts: readonly Fact[], scope: Scope): readonly Booking[] => {
  const readings = facts.flatMap((fact) => (fact.kind === 'subscription' && fact.data.evidence !== 'billed' ? [fact.data] : []));
  if (readings.length === 0) return [];
  const newest = newestReadings(readings);
  const told = new Map<string, Told>();
  for (const [agreementId, own] of Map.groupBy(readings, ({ subscriptionId }) => subscriptionId)) {
    const one = toldOf(own, newest.get(agreementId));
    if (one !== undefined) told.set(agreementId, one);
  }
  const chains = chainsOf(
    [...told.values()].map(({ signed }) => signed),
    scope.context.profile.renewalGraceDays,
  );
  return chains
    .flatMap((chain) =>
      chain.terms.flatMap((term, place) =>
        signaturesOf(term, place === 0, told.get(term.agreementId) as Told).flatMap((signature) =>
          bookingsBy(signature, signature.kind === 'renewal' ? renewedBy(chain, place, told) : undefined, term.agreementId, scope),
        ),
      ),
    )
    .filter(({ bookedOn }) => bookedOn <= scope.on)
    .sort((a, b) => (a.bookedOn < b.bookedOn ? -1 : a.bookedOn > b.bookedOn ? 1 : 0));
};
