import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import { agreementIdsOf, agreementsOf } from './members.ts';

const isWord = (fact: Fact): fact is Extract<Fact, { readonly kind: 'pair' | 'lapse' }> =>
  fact.kind === 'pair' || (fact.kind === 'lapse' && fact.data.byHand !== undefined);

/** Whether a fact is a word of two people: a ruling that was approved. */
export const isByHand = (fact: Fact): boolean => fact.kind === 'link' || isWord(fact);

/**
 * The events of words that are recorded now and say something of some customers, each once. A link says it of both of its customers, also where
 * these come apart by it.
 */
export const wordsOn = (customerIds: ReadonlySet<string>, arriving: readonly Fact[]): readonly string[] => {
  const isOnThem = (fact: Fact): boolean =>
    customerIds.has(customerIdOf(fact)) || (fact.kind === 'link' && customerIds.has(fact.data.otherId));
  return [...new Set(arriving.filter((fact) => isByHand(fact) && isOnThem(fact)).map(({ data }) => data.provenance.eventId))];
};

/**
 * A word of two people follows its agreement: words on agreements that stand with some customers now, and were said while they stood with others
 * (`elsewhere`), as said of whose they are now. None that these know already.
 */
export const wordsThatFollow = (facts: readonly Fact[], elsewhere: readonly Fact[]): readonly Fact[] => {
  const words = elsewhere.filter(isWord);
  if (words.length === 0) return [];
  const ownerOf = new Map<string, string>();
  for (const data of agreementsOf(facts))
    for (const id of [data.subscriptionId, ...agreementIdsOf(data)]) ownerOf.set(id, customerIdOf({ kind: 'subscription', data }));
  const known = new Set(facts.map(factKeyOf));
  return words.flatMap((word): Fact[] => {
    const customerId = ownerOf.get(word.data.agreementId);
    return customerId === undefined || known.has(factKeyOf(word)) ? [] : [{ ...word, data: { ...word.data, customerId } } as Fact];
  });
};
