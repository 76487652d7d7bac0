import type { DiscountSnapshot } from './snapshots.ts';

/** A discount of a customer, as it was shown last. Seconds are whole epoch seconds of the source, or of our clock for a reading. */
export interface KnownDiscount {
  readonly snapshot: DiscountSnapshot;
  /** Last second at which it was seen in force; its start, where only its end was heard of. */
  readonly seenAt: number;
  /** Second at which an event said that it ended, the earliest of them. */
  readonly endedAt?: number;
}

/** Which discount a customer was seen with, or none. */
export interface DiscountSeen {
  readonly at: number;
  readonly discountId: string | null;
}

/**
 * All that was heard of a customer's discounts, in no order: only ever added to, so that what follows from it depends on what was heard and
 * never on what came first.
 */
export interface CustomerDiscounts {
  /** False where the discount changed, or may have, since the customer was read. */
  readonly known: boolean;
  readonly discounts: readonly KnownDiscount[];
  readonly seen: readonly DiscountSeen[];
}

/** A discount with the seconds in which it was in force: from the first one to the one before `until`. */
export interface DiscountWindow {
  readonly discount: DiscountSnapshot;
  readonly from: number;
  readonly until: number;
}

/** The newest that are kept of one customer. */
const MAX_DISCOUNTS = 50;
const MAX_SEEN = 300;

export const NOTHING_HEARD: CustomerDiscounts = { known: true, discounts: [], seen: [] };

const startOf = ({ start }: DiscountSnapshot): number => start ?? 0;
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byStart = (a: KnownDiscount, b: KnownDiscount): number =>
  startOf(a.snapshot) - startOf(b.snapshot) || compareText(a.snapshot.id, b.snapshot.id);
const bySecond = (a: DiscountSeen, b: DiscountSeen): number => a.at - b.at || compareText(a.discountId ?? '', b.discountId ?? '');

/** The later showing tells best; of two of one second the greater text, so that neither order of arrival is special. */
const together = (a: KnownDiscount, b: KnownDiscount): KnownDiscount => {
  const [older, newer] = [a, b].sort(
    (one, other) => one.seenAt - other.seenAt || compareText(JSON.stringify(one.snapshot), JSON.stringify(other.snapshot)),
  ) as [KnownDiscount, KnownDiscount];
  const endedAt = Math.min(older.endedAt ?? Number.POSITIVE_INFINITY, newer.endedAt ?? Number.POSITIVE_INFINITY);
  return { snapshot: newer.snapshot, seenAt: newer.seenAt, ...(Number.isFinite(endedAt) ? { endedAt } : {}) };
};

/** Everything that either heard of; the same in whatever order, and however often, parts are put together. */
export const heardTogether = (a: CustomerDiscounts, b: CustomerDiscounts): CustomerDiscounts => {
  const byId = new Map<string, KnownDiscount>();
  for (const one of [...a.discounts, ...b.discounts]) {
    const other = byId.get(one.snapshot.id);
    byId.set(one.snapshot.id, other === undefined ? one : together(other, one));
  }
  const seen = new Map([...a.seen, ...b.seen].map((one) => [`${one.at}/${one.discountId}`, one]));
  return {
    known: a.known || b.known,
    discounts: [...byId.values()].sort(byStart).slice(-MAX_DISCOUNTS),
    seen: [...seen.values()].sort(bySecond).slice(-MAX_SEEN),
  };
};

/** A discount that the customer had at a second. */
export const shownDiscount = (snapshot: DiscountSnapshot, at: number): CustomerDiscounts => ({
  known: false,
  discounts: [{ snapshot, seenAt: at }],
  seen: [{ at, discountId: snapshot.id }],
});

/** A discount that ended at a second. */
export const endedDiscount = (snapshot: DiscountSnapshot, at: number): CustomerDiscounts => ({
  known: false,
  discounts: [{ snapshot, seenAt: Math.min(startOf(snapshot), at), endedAt: at }],
  seen: [],
});

/** The customer had none at a second. */
export const shownNone = (at: number): CustomerDiscounts => ({ known: false, discounts: [], seen: [{ at, discountId: null }] });

/**
 * First second without a discount: its own end, or the second of the event that said so, which is exact and final. Without such an event, the
 * first second after it was last seen at which the customer had another one or none.
 */
const untilOf = ({ snapshot, seenAt, endedAt }: KnownDiscount, seen: readonly DiscountSeen[]): number => {
  const own = snapshot.end ?? Number.POSITIVE_INFINITY;
  if (endedAt !== undefined) return Math.min(own, endedAt);
  const last = Math.max(seenAt, startOf(snapshot));
  return Math.min(own, seen.find(({ at, discountId }) => at > last && discountId !== snapshot.id)?.at ?? Number.POSITIVE_INFINITY);
};

/** All discounts that the customer is known to have had, to have, or to get; ascending by start. */
export const discountWindows = ({ discounts, seen }: CustomerDiscounts): readonly DiscountWindow[] =>
  discounts
    .map((one) => ({ discount: one.snapshot, from: startOf(one.snapshot), until: untilOf(one, seen) }))
    .filter(({ from, until }) => from < until);

/** Those that hold at a second or later: what the state of that second inherits, for as long as it lasts. */
export const windowsFrom = (customer: CustomerDiscounts, at: number): readonly DiscountWindow[] =>
  discountWindows(customer).filter(({ until }) => until > at);

/** Names windows with their coupons, so that two sets of them compare as text. */
export const windowsKey = (windows: readonly DiscountWindow[]): string =>
  windows
    .map(({ discount, from, until }) => {
      const coupon = discount.source?.coupon;
      const couponId = typeof coupon === 'object' ? coupon?.id : coupon;
      return `${discount.id}/${couponId ?? ''}/${from}-${Number.isFinite(until) ? until : ''}`;
    })
    .join(' ');

/** What of a name of windows lies before a second. */
export const keyUntil = (key: string, second: number): string =>
  key
    .split(' ')
    .flatMap((part) => {
      const at = part.lastIndexOf('/');
      const [from = '', until = ''] = part.slice(at + 1).split('-');
      if (part === '' || Number(from) >= second) return [];
      return [`${part.slice(0, at)}/${from}-${until !== '' && Number(until) < second ? until : ''}`];
    })
    .join(' ');

/** Ids of the discounts in a name of windows. */
export const idsInKey = (key: string): readonly string[] => (key === '' ? [] : key.split(' ').map((part) => part.split('/')[0] ?? ''));
