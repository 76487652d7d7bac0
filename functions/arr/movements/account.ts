import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { append, type Book, decideAll, emptyBook } from './decide.ts';
import type { Entry } from './movements.ts';

const NO_MOVEMENTS: readonly Entry[] = [];

/** One customer whole in memory: its facts, its book, and every movement recorded so far. Used where history is replayed. */
export interface Account {
  book: Book;
  readonly facts: Fact[];
  readonly recorded: Entry[];
}

export const openAccount = (context: Context): Account => ({ book: emptyBook(context), facts: [], recorded: [] });

/** Records a fact and answers the movements that it appends; a fact that was seen before appends nothing. */
export const recordFact = (account: Account, fact: Fact, context: Context): readonly Entry[] => {
  // What a customer of several systems is like follows from what all of them say of it.
  const isShared = fact.kind === 'customer' && account.facts.some((known) => customerIdOf(known) !== customerIdOf(fact));
  const inOrder = isShared ? 'late' : append(account.book, fact, context);
  // One that is newer than all of its object cannot have been seen.
  if (inOrder === 'late' && account.facts.some((known) => factKeyOf(known) === factKeyOf(fact))) return NO_MOVEMENTS;
  account.facts.push(fact);
  const decision = inOrder === 'late' ? decideAll(account.facts, account.recorded, context) : inOrder;
  account.book = decision.book;
  for (const entry of decision.movements) account.recorded.push(entry);
  return decision.movements;
};
