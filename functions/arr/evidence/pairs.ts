import type { PairFact } from '../lines/facts.ts';
import type { Subscription } from '../lines/stretches.ts';
import type { Context } from '../lines/values.ts';
import { billedGroups, type Group, signedGroups, stretchOfTerm, worthOn } from './groups.ts';
import type { Chain } from './terms.ts';

/** Signed and billed evidence of one commercial line. */
export interface Pair {
  readonly signed: Group;
  readonly billed: Group;
  /** What says so: a key that one system carries about the other, likeness (rule 2), or two people. */
  readonly by: 'key' | 'likeness' | 'by-hand';
  /** A further billed line of an agreement whose own lines are of products that are not mapped: the agreement counts, and this one is in it. */
  readonly isFurther: boolean;
}

/** A signed and a billed line that may be one: only the billed one counts until somebody says which (rule 3). */
export interface PossibleDuplicate {
  readonly signed: Group;
  readonly billed: Group;
}

export interface Paired {
  readonly signed: readonly Group[];
  readonly billed: readonly Group[];
  readonly pairs: readonly Pair[];
  readonly duplicates: readonly PossibleDuplicate[];
}

/** Service may begin this many days apart. */
export const START_DAYS = 31;
/** Annual values may differ by one part in fifty: 2%. */
const WORTH_PARTS = 50n;

interface Side<Owner> {
  readonly owner: Owner;
  readonly groups: readonly Group[];
}

/**
 * Which signed and which billed lines of one customer are the same (`identity` in docs/concepts.md): by a key, by likeness with exactly one
 * candidate on each side, or perhaps. Depends on the set of facts only.
 */
export const pairsOf = (
  chains: readonly Chain[],
  subscriptions: readonly Subscription[],
  words: readonly PairFact[],
  context: Context,
): Paired => {
  const signedSides = chains.map((chain) => ({ owner: chain, groups: signedGroups(chain) }));
  const billedSides = subscriptions.map((subscription) => ({ owner: subscription, groups: billedGroups(subscription, context) }));
  const both = billedSides.flatMap((billed) => signedSides.map((signed) => ({ signed, billed })));
  const keyed = both.flatMap(({ signed, billed }) => {
    const by = keyBetween(signed.owner, billed.owner, words);
    return by === undefined ? [] : keyedPairs(signed, billed, by);
  });
  const isFree = ({ signed, billed }: PossibleDuplicate, pairs: readonly Pair[]): boolean =>
    !pairs.some((pair) => pair.signed === signed || pair.billed === billed);
  const alike = both
    .filter(({ signed, billed }) => wordOn(signed.owner, billed.owner, words) !== false)
    .flatMap(({ signed, billed }) => alikeOf(signed, billed, context))
    .filter((one) => isFree(one, keyed));
  const close = alike.filter(({ isClose }) => isClose);
  const likely = close
    .filter((one) => close.every((other) => other === one || (other.signed !== one.signed && other.billed !== one.billed)))
    .map(({ signed, billed }): Pair => ({ signed, billed, by: 'likeness', isFurther: false }));
  const pairs = [...keyed, ...likely];
  return {
    signed: signedSides.flatMap(({ groups }) => groups),
    billed: billedSides.flatMap(({ groups }) => groups),
    pairs,
    duplicates: alike.filter((one) => isFree(one, pairs)).map(({ signed, billed }) => ({ signed, billed })),
  };
};

/** Lines that may be one, and whether they are worth the same within two percent. */
const alikeOf = (
  signed: Side<Chain>,
  billed: Side<Subscription>,
  context: Context,
): readonly (PossibleDuplicate & { readonly isClose: boolean })[] =>
  signed.groups.flatMap((a) =>
    billed.groups
      .filter((b) => isAlike(a, b))
      .map((b) => {
        const day = Math.max(a.startDay, b.startDay);
        const worth = worthOn(a, signed.owner.terms.map(stretchOfTerm), day, context);
        return { signed: a, billed: b, isClose: !a.unmapped && isWithin(worth, worthOn(b, billed.owner.stretches, day, context)) };
      }),
  );

/** What people said last of an agreement and a subscription; undefined where nobody did. */
const wordOn = ({ agreementIds }: Chain, { subscriptionId }: Subscription, words: readonly PairFact[]): boolean | undefined => {
  let newest: PairFact | undefined;
  for (const word of words) {
    if (word.subscriptionId !== subscriptionId || !agreementIds.has(word.agreementId)) continue;
    const { observedAt, eventId } = word.provenance;
    const known = newest?.provenance;
    if (known === undefined || observedAt > known.observedAt || (observedAt === known.observedAt && eventId > known.eventId)) newest = word;
  }
  return newest?.isSame;
};

const keyBetween = (chain: Chain, subscription: Subscription, words: readonly PairFact[]): 'key' | 'by-hand' | undefined => {
  const word = wordOn(chain, subscription, words);
  if (word !== undefined) return word ? 'by-hand' : undefined;
  const newest = subscription.stretches[subscription.stretches.length - 1]?.fact;
  if (newest === undefined) return undefined;
  if (newest.agreementId !== undefined && chain.agreementIds.has(newest.agreementId)) return 'key';
  const { system, instance } = newest.provenance;
  return chain.billedBy.has(`${system}/${instance}/${subscription.subscriptionId}`) ? 'key' : undefined;
};

/**
 * The lines of a subscription that bills an agreement: each takes the agreement's line of its product that begins nearest. What is left over
 * is a line of its own (bought without the contract), unless the agreement's products are not mapped: then nothing tells it apart.
 */
const keyedPairs = (signed: Side<Chain>, billed: Side<Subscription>, by: Pair['by']): readonly Pair[] => {
  const free = new Set(signed.groups);
  const pairs: Pair[] = [];
  for (const b of billed.groups) {
    const candidates = [...free].filter((a) => a.productId === b.productId || a.unmapped);
    const a = candidates.sort(
      (x, y) => Number(x.unmapped) - Number(y.unmapped) || Math.abs(x.startDay - b.startDay) - Math.abs(y.startDay - b.startDay),
    )[0];
    if (a !== undefined) free.delete(a);
    const further = a === undefined ? signed.groups.find(({ unmapped }) => unmapped) : undefined;
    if (a !== undefined) pairs.push({ signed: a, billed: b, by, isFurther: false });
    else if (further !== undefined) pairs.push({ signed: further, billed: b, by, isFurther: true });
  }
  return pairs;
};

/** Whether two lines are of one product, as far as it is mapped, in the same money for the same entity. */
export const isOfOneProduct = (signed: Group, billed: Group): boolean =>
  signed.currency === billed.currency &&
  signed.legalEntity === billed.legalEntity &&
  (signed.productId === billed.productId || signed.unmapped);

/** Whether two lines may be one, whatever they are worth. */
const isAlike = (signed: Group, billed: Group): boolean =>
  isOfOneProduct(signed, billed) && Math.abs(signed.startDay - billed.startDay) <= START_DAYS;

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const isWithin = (worth: bigint, other: bigint): boolean => worth !== 0n && magnitude(worth - other) * WORTH_PARTS <= magnitude(worth);
