import { toEpochDay } from '../../platform/calendar.ts';
import { type Amount, amountOf, type Scope } from '../beside/amounts.ts';
import { chainsOf, newestReadings, termsOf } from '../evidence/terms.ts';
import type { Fact, SubscriptionFact } from '../lines/facts.ts';
import type { Stretch } from '../lines/stretches.ts';
import { type BookingKind, isSigned, NOTHING, readingsByDay, type Signature, type State, signaturesOf, withoutEnd } from './signatures.ts';
import { fullRate, spanOf, valuesOf } from './values.ts';

/** What one signature adds to what is contracted of one product (row A16); below zero it is a debooking. Amounts at the plan rate of its day. */
export interface Booking {
  readonly agreementId: string;
  readonly kind: BookingKind;
  /** Day of the last signature; of what changes without one, the day on which that was first read. */
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

const NO_LINES: Stretch['lines'] = [];
const linesOf = ({ stretch }: State): Stretch['lines'] => stretch?.lines ?? NO_LINES;

/** One where what is contracted stays in one currency and entity; otherwise what is taken back of the one, and what is signed of the other. */
const apart = (signature: Signature): readonly Signature[] => {
  const { before, after } = signature;
  const isOne =
    before.stretch === undefined ||
    after.stretch === undefined ||
    (before.stretch.currency === after.stretch.currency && before.stretch.legalEntity === after.stretch.legalEntity);
  return isOne
    ? [signature]
    : [
        { ...signature, after: NOTHING },
        { ...signature, before: NOTHING },
      ];
};

/** Where only that it goes on after its end changes: from that end on. */
const goingOn = (before: State, after: State): { readonly startsOn: string } | undefined => {
  const startsOn = linesOf(after)
    .flatMap(({ endsOn = [] }) => endsOn)
    .sort()
    .at(-1);
  return before.isEnded === after.isEnded || startsOn === undefined ? undefined : { startsOn };
};

/** A signature by product. `renewed` is the agreement that is renewed by this one: what is contracted takes the place of what it ends with. */
const bookingsBy = (signature: Signature, renewed: Stretch | undefined, agreementId: string, scope: Scope): readonly Booking[] => {
  const { kind, bookedOn, fact, before, after } = signature;
  const { profile } = scope.context;
  const contracted = { before: before.stretch, after: after.stretch };
  const lineIds = [...new Set([...linesOf(before), ...linesOf(after)].map(({ lineId }) => lineId))];
  const span = spanOf(contracted, lineIds, profile) ?? goingOn(before, after);
  if (span === undefined) return [];
  const dated: Scope = { ...scope, day: toEpochDay(bookedOn), on: bookedOn };
  const { currency, legalEntity } = (after.stretch ?? before.stretch) as Stretch;
  const products = Map.groupBy([...linesOf(before), ...linesOf(after), ...(renewed?.lines ?? NO_LINES)], ({ productId }) => productId);
  return [...products].flatMap(([productId, lines]): readonly Booking[] => {
    const own = new Set(lines.map(({ lineId }) => lineId));
    const values = valuesOf(contracted, [...own], span.startsOn, profile);
    const rateOf = (state: State): bigint =>
      (state.isEnded ? 0n : fullRate(state.stretch, own, profile)) - (linesOf(state).length === 0 ? 0n : fullRate(renewed, own, profile));
    const netNew = rateOf(after) - rateOf(before);
    if (values.tcv === 0n && netNew === 0n && values.acv.num === 0n && values.firstYear.num === 0n) return [];
    const whole = (minor: bigint): Amount => amountOf({ num: minor, den: 1n }, currency, dated);
    const amounts = {
      tcv: whole(values.tcv),
      acv: amountOf(values.acv, currency, dated),
      firstYear: amountOf(values.firstYear, currency, dated),
      netNewArr: whole(netNew),
    };
    return [{ agreementId, kind, bookedOn, ...span, productId, legalEntity, currency, ...amounts, eventId: fact.provenance.eventId }];
  });
};

/** An agreement that was signed once, after that which it renews. */
interface Signed {
  readonly agreementId: string;
  readonly signatures: readonly Signature[];
  /** As it stands once all was signed, unless it was ended or taken back: what a renewal of it renews. */
  readonly last: Stretch | undefined;
}

/** Agreements that were signed once, chain by chain. */
const signedOnce = (readings: readonly SubscriptionFact[], graceDays: number): readonly (readonly Signed[])[] => {
  const newest = newestReadings(readings);
  const byAgreement = new Map(
    [...Map.groupBy(readings, ({ subscriptionId }) => subscriptionId)].map(([agreementId, own]) => [
      agreementId,
      readingsByDay(own, newest.get(agreementId) as SubscriptionFact),
    ]),
  );
  const lastSigned = [...byAgreement.values()].flatMap((own) => own.findLast(isSigned) ?? []).map(withoutEnd);
  const termsBy = new Map(lastSigned.map((fact) => [fact.subscriptionId, termsOf(fact)]));
  return chainsOf(lastSigned, graceDays).map(({ terms }) =>
    [...Map.groupBy(terms, ({ agreementId }) => agreementId)].map(([agreementId, { length }], i): Signed => {
      const own = byAgreement.get(agreementId) as readonly SubscriptionFact[];
      const signatures = signaturesOf(own, { isFirst: i === 0, untilDay: termsBy.get(agreementId)?.[length]?.startDay });
      const { stretch, isEnded } = signatures.at(-1)?.after ?? NOTHING;
      return { agreementId, signatures, last: isEnded ? undefined : stretch };
    }),
  );
};

/**
 * All bookings of a customer's signed agreements by the end of a day, in the order of their days. They are never restated by what is read later: that is
 * a booking or debooking of its own. So where lines have ends, what bookings by a day sum to is what was signed by then, to the minor
 * unit: TCV, and as net new ARR the annual value at the end. A renewal adds to TCV its whole term, and to net new ARR what it signs above the rate
 * that the term before ended with. What ends with its term and is not renewed is no debooking: nothing of what was signed is taken back.
 */
export const bookingsOn = (facts: readonly Fact[], scope: Scope): readonly Booking[] => {
  const readings = facts.flatMap((fact) => (fact.kind === 'subscription' && fact.data.evidence !== 'billed' ? [fact.data] : []));
  if (readings.length === 0) return [];
  return signedOnce(readings, scope.context.profile.renewalGraceDays)
    .flatMap((chain) =>
      chain.flatMap(({ agreementId, signatures }, i) =>
        signatures.flatMap(apart).flatMap((signature) => bookingsBy(signature, chain[i - 1]?.last, agreementId, scope)),
      ),
    )
    .filter(({ bookedOn }) => bookedOn <= scope.on)
    .sort((a, b) => (a.bookedOn < b.bookedOn ? -1 : a.bookedOn > b.bookedOn ? 1 : 0));
};
