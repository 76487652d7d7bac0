import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { countsFromBooking } from '../lines/chosen.ts';
import type { LapseFact, PairFact } from '../lines/facts.ts';
import type { Line } from '../lines/rating.ts';
import { type Stretch, type Subscription, stretchFrom } from '../lines/stretches.ts';
import type { Context } from '../lines/values.ts';
import { endOf, type Watch } from './ends.ts';
import { type Group, holds, type Interval, servedDays } from './groups.ts';
import { isOfOneProduct, type Pair, type Paired, pairsOf, START_DAYS } from './pairs.ts';
import type { Chain } from './terms.ts';

export type { Watch } from './ends.ts';

/** What evidence of several sources comes to. */
export interface Settlement extends Paired {
  /** Signed and billed lines as they count. */
  readonly subscriptions: readonly Subscription[];
  readonly chains: readonly Chain[];
  /** First day on which a chain's line does not count any more; a line that is not there goes on. */
  readonly endDays: ReadonlyMap<Group, number>;
  readonly watches: readonly Watch[];
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Precedence of evidence (`arr-rules`, row A14). Within its term a signed line decides price, quantity and term, and what bills it adds
 * nothing. After the term billing counts where it goes on; when the line ends without it is decided in `ends.ts`. A signed line that may be a
 * billed one counts only on days on which that is not in service.
 */
export const settle = (
  chains: readonly Chain[],
  billed: readonly Subscription[],
  { pairs: words, lapses }: { readonly pairs: readonly PairFact[]; readonly lapses: readonly LapseFact[] },
  context: Context,
): Settlement => {
  const paired = pairsOf(chains, billed, words, context);
  const ownerOf = new Map(billed.map((subscription) => [subscription.subscriptionId, subscription]));
  const served = new Map<Group, readonly Interval[]>();
  for (const group of paired.billed) served.set(group, servedDays(group, ownerOf.get(group.ownerId) as Subscription, context));
  const servedOf = (group: Group): readonly Interval[] => served.get(group) ?? [];
  const endDays = new Map<Group, number>();
  const watches: Watch[] = [];
  for (const chain of chains)
    for (const group of paired.signed.filter(({ ownerId }) => ownerId === chain.chainId)) {
      const own = paired.pairs.filter(({ signed }) => signed === group).map((pair) => servedOf(pair.billed));
      const following = followingOf(chain, group, paired).map(servedOf);
      const end = endOf(chain, group, { own, following }, lapses, context.profile);
      if (end.day !== undefined) endDays.set(group, end.day);
      for (const watch of end.watches) if (!watches.some((other) => isSameWatch(other, watch))) watches.push(watch);
    }
  const keys = sharedKeys(paired.pairs);
  const origins = originsOf(paired.pairs, ownerOf);
  const fromBooking = countsFromBooking(context.profile);
  const hiddenBilled = hiddenBy(paired.pairs, endDays, (signed) => (fromBooking ? firstDayOf(signed, chains) : signed.startDay));
  const hiddenSigned = new Map<Group, readonly Interval[]>();
  for (const { signed, billed: own } of paired.duplicates) {
    // Both began at about the same time: a signed one that counts from its service waits for the billed one from its first day on.
    const days = servedOf(own).map((interval, i) => (i === 0 && !fromBooking ? { ...interval, from: Number.NEGATIVE_INFINITY } : interval));
    hiddenSigned.set(signed, [...(hiddenSigned.get(signed) ?? []), ...days]);
  }
  const subscriptions = [
    ...chains.map((chain) => {
      const groups = paired.signed.filter(({ ownerId }) => ownerId === chain.chainId);
      const stretches = chainStretches(chain, groups, endDays, origins);
      return { subscriptionId: chain.chainId, observedAt: observedAtOf(chain), stretches: settled(stretches, groups, hiddenSigned, keys) };
    }),
    ...billed.map((subscription) => {
      const groups = paired.billed.filter(({ ownerId }) => ownerId === subscription.subscriptionId);
      return { ...subscription, stretches: settled(subscription.stretches, groups, hiddenBilled, keys) };
    }),
  ];
  return { ...paired, subscriptions, chains, endDays, watches };
};

const isSameWatch = (a: Watch, b: Watch): boolean => a.agreementId === b.agreementId && a.of === b.of && a.on === b.on;

/** Billed lines of a line's product that bill nothing else, and begin about when its last term ends: whoever does not renew may buy them instead. */
export const followingOf = ({ terms }: Chain, group: Group, { billed, pairs }: Paired): readonly Group[] => {
  const endDay = terms[terms.length - 1]?.endDay;
  if (endDay === undefined) return [];
  return billed.filter(
    (one) => Math.abs(one.startDay - endDay) <= START_DAYS && isOfOneProduct(group, one) && !pairs.some((pair) => pair.billed === one),
  );
};

const observedAtOf = ({ terms }: Chain): number => Math.max(...terms.map(({ fact }) => fact.provenance.observedAt));

/** A chain's stretches, one a term, their lines ended or kept as was decided. */
const chainStretches = (
  { terms }: Chain,
  groups: readonly Group[],
  endDays: ReadonlyMap<Group, number>,
  origins: ReadonlyMap<Group, NonNullable<Line['origin']>>,
): readonly Stretch[] =>
  terms.map((term) => {
    const termEnd = term.endDay === undefined ? undefined : fromEpochDay(term.endDay);
    const lines = term.fact.lines.flatMap((line): Line[] => {
      const group = groups.find(({ lineIds }) => lineIds.get(term.startDay) === line.lineId);
      const origin = line.origin ?? (group === undefined ? undefined : origins.get(group));
      return endedOn(origin === undefined ? line : { ...line, origin }, termEnd, group && endDays.get(group));
    });
    return { ...stretchFrom({ ...term.fact, lines }, term.startDay, term.startDay), fact: term.fact };
  });

/** A line that ends with its term goes on until the next term, or until it is decided to have ended. */
const endedOn = (line: Line, termEnd: string | undefined, endDay: number | undefined): Line[] => {
  const { endsOn: own, ...open } = line;
  const until = endDay === undefined ? undefined : fromEpochDay(endDay);
  if (until !== undefined && line.startsOn !== undefined && line.startsOn >= until) return [];
  const endsOn = own === undefined || own === termEnd ? until : until !== undefined && until < own ? until : own;
  return [endsOn === undefined ? open : { ...open, endsOn }];
};

/** How signed lines came about, where what bills them tells it of its first state. */
const originsOf = (pairs: readonly Pair[], ownerOf: ReadonlyMap<string, Subscription>): ReadonlyMap<Group, NonNullable<Line['origin']>> => {
  const origins = new Map<Group, NonNullable<Line['origin']>>();
  for (const { signed, billed, isFurther } of pairs) {
    const stretch = ownerOf.get(billed.ownerId)?.stretches.find(({ fromDay }) => billed.lineIds.has(fromDay));
    const lineId = stretch === undefined ? undefined : billed.lineIds.get(stretch.fromDay);
    const origin = stretch?.lines.find((line) => line.lineId === lineId)?.origin;
    if (!isFurther && origin !== undefined && !origins.has(signed)) origins.set(signed, origin);
  }
  return origins;
};

/**
 * Both sides of a pair bear the key of the one that was heard of first, so that nothing moves when the other is found. A line of another product,
 * currency or legal entity is another one: what takes its place moves its ARR there.
 */
const sharedKeys = (pairs: readonly Pair[]): ReadonlyMap<Group, string> => {
  const keys = new Map<Group, string>();
  for (const { signed, billed, isFurther } of pairs) {
    if (isFurther || signed.productId !== billed.productId || !isOfOneProduct(signed, billed)) continue;
    if ([...keys.keys()].some((group) => group === signed || group === billed)) continue;
    if (billed.heardAt < signed.heardAt) {
      keys.set(signed, billed.key);
      keys.set(billed, billed.key);
    } else keys.set(billed, signed.key);
  }
  return keys;
};

/** Days on which billed lines add nothing: from before the signed line begins, where both began together, until it ends. */
const hiddenBy = (
  pairs: readonly Pair[],
  endDays: ReadonlyMap<Group, number>,
  firstDay: (signed: Group) => number,
): ReadonlyMap<Group, readonly Interval[]> => {
  const hidden = new Map<Group, Interval[]>();
  for (const { signed, billed } of pairs) {
    const from = billed.startDay >= signed.startDay - START_DAYS ? Number.NEGATIVE_INFINITY : firstDay(signed);
    hidden.set(billed, [...(hidden.get(billed) ?? []), { from, to: endDays.get(signed) ?? NEVER }]);
  }
  return hidden;
};

/** The day from which on a signed line counts, where that is its signature. */
const firstDayOf = ({ ownerId, startDay, lineIds }: Group, chains: readonly Chain[]): number => {
  const term = chains.find(({ chainId }) => chainId === ownerId)?.terms.find((one) => lineIds.has(one.startDay));
  const line = term?.fact.lines.find(({ lineId }) => lineId === lineIds.get(term.startDay));
  const bookedOn = line?.bookedOn ?? term?.fact.bookedOn;
  return bookedOn === undefined ? startDay : Math.min(startDay, toEpochDay(bookedOn));
};

/** A line that is told in another currency from some day on, or by another entity, is another one from then on. */
const isOfOneMoney = (group: Group, { currency, legalEntity }: Stretch): boolean =>
  group.currency === currency && group.legalEntity === legalEntity;

/** Stretches cut where lines begin or cease to be hidden. */
const settled = (
  stretches: readonly Stretch[],
  groups: readonly Group[],
  hiddenDays: ReadonlyMap<Group, readonly Interval[]>,
  keys: ReadonlyMap<Group, string>,
): readonly Stretch[] => {
  const touched = groups.filter((group) => hiddenDays.has(group) || keys.has(group));
  if (touched.length === 0) return stretches;
  const edges = touched.flatMap((group) => (hiddenDays.get(group) ?? []).flatMap(({ from, to }) => [from, to])).filter(Number.isFinite);
  return stretches.flatMap((stretch, i) => {
    const next = stretches[i + 1]?.fromDay ?? NEVER;
    const cuts = [...new Set(edges.filter((day) => day > stretch.fromDay && day < next))].sort((a, b) => a - b);
    return [stretch.fromDay, ...cuts].map((fromDay): Stretch => {
      const own = touched.flatMap((group) => {
        const lineId = group.lineIds.get(stretch.fromDay);
        return lineId === undefined ? [] : [{ group, lineId }];
      });
      const hidden = new Set(own.flatMap(({ group, lineId }) => (holds(hiddenDays.get(group) ?? [], fromDay) ? [lineId] : [])));
      const named = new Map(
        own.flatMap(({ group, lineId }) => (keys.has(group) && isOfOneMoney(group, stretch) ? [[lineId, keys.get(group) as string]] : [])),
      );
      const breakDays = fromDay === stretch.fromDay ? stretch.breakDays : stretch.breakDays.filter((day) => day > fromDay);
      return { ...stretch, fromDay, breakDays, settled: { hidden, keys: named } };
    });
  });
};
