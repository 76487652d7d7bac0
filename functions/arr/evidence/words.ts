import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import { agreementIdsOf, agreementsOf } from './members.ts';

const isWord = (fact: Fact): fact is Extract<Fact, { readonly kind: 'pair' | 'lapse' }> =>
  fact.kind === 'pair' || (fact.kind === 'lapse' && fact.data.byHand !== undefined);

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
