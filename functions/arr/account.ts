import type { Context } from './book.ts';
import { append, type Book, decideAll, emptyBook } from './decide.ts';
import type { Fact } from './facts.ts';
import type { Entry } from './movements.ts';

/** One customer whole in memory: its facts, its book, and every movement recorded so far. Used where history is replayed. */
export interface Account {
  book: Book;
  readonly facts: Fact[];
  readonly seen: Set<string>;
  readonly recorded: Entry[];
}

export const openAccount = (context: Context): Account => ({ book: emptyBook(context), facts: [], seen: new Set(), recorded: [] });

/** Records a fact and answers the movements that it appends; a fact that was seen before appends nothing. */
export const recordFact = (account: Account, fact: Fact, context: Context): readonly Entry[] => {
  const provenance = fact.data.provenance;
  const key = `${provenance.instance}/${provenance.eventId}/${fact.kind}`;
  if (account.seen.has(key)) return [];
  account.seen.add(key);
  account.facts.push(fact);
  const inOrder = append(account.book, fact, context);
  const decision = inOrder === 'late' ? decideAll(account.facts, account.recorded, context) : inOrder;
  account.book = decision.book;
  account.recorded.push(...decision.movements);
  return decision.movements;
};
