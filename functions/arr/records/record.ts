import { errorFields, log } from '../../platform/log.ts';
import { batchCommit, commit } from '../../platform/table.ts';
import { claimsOf, type Question } from '../evidence/claims.ts';
import { newestName } from '../evidence/members.ts';
import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { append, type Book, emptyBook } from '../movements/decide.ts';
import type { Entry } from '../movements/movements.ts';
import { groupsMadeBy, lookAgain, UNSETTLED } from './afterwards.ts';
import { type ContextNow, list, type Prepared, prepareGroup } from './group.ts';
import { ALONE, type Place, readBooks, type StoredBook } from './store.ts';
import { writesOf } from './writes.ts';

/** Attempts at one customer while other writers are in the way. */
const MAX_ATTEMPTS = 8;
const NO_QUESTIONS: readonly Question[] = [];

/** Facts that are recorded together: of one customer, or of several that are one. */
interface Arrival {
  readonly customerIds: ReadonlySet<string>;
  readonly facts: readonly Fact[];
}

/** Records facts of any customers; answers those that could not be recorded and are to be delivered again. */
export const recordFacts = async (facts: readonly Fact[], contextNow: ContextNow, recordedAt: string): Promise<ReadonlySet<Fact>> => {
  const stored = await booksOf(facts);
  const arrivals = arrivalsOf(facts, stored);
  const unlisted = await list(arrivals.flatMap(({ customerIds }) => [...customerIds].filter((customerId) => !stored.has(customerId))));
  const context = await contextNow();
  const prepared = await Promise.all(
    arrivals.map((arrival) =>
      alone(arrival, async () => {
        if ([...arrival.customerIds].some((customerId) => unlisted.has(customerId))) return undefined;
        const { customerIds, facts: own } = arrival;
        return (
          prepareInOrder(arrival, stored, context, recordedAt) ?? prepareGroup({ customerIds, facts: own, stored }, contextNow, recordedAt)
        );
      }),
    ),
  );
  const results = await batchCommit(prepared.map((one) => one?.writes ?? []));
  const after = await Promise.all(
    arrivals.map((arrival, i) =>
      alone(arrival, async () => {
        const own = prepared[i];
        if (own === undefined) return undefined;
        return results[i]?.ok === true && !own.more ? lookAgain(own) : UNSETTLED;
      }),
    ),
  );
  const failed = new Set<string>();
  // One after another: facts of several customers that come to be one are in each other's way, and so are groups that fall apart.
  for (const [i, arrival] of arrivals.entries()) {
    const own = after[i];
    const isRecorded = await alone(arrival, async () => {
      if (own === undefined) return false;
      const { isSettled, tooCommon } = own;
      return isSettled ? fallApart(tooCommon, contextNow, recordedAt) : recordGroup(arrival, contextNow, recordedAt, tooCommon);
    });
    if (isRecorded !== true) for (const fact of arrival.facts) failed.add(keyOf(fact));
  }
  return new Set(facts.filter((fact) => failed.has(keyOf(fact))));
};

/** Books of the customers of some facts, and those in which they are decided. */
const booksOf = async (facts: readonly Fact[]): Promise<ReadonlyMap<string, StoredBook>> => {
  const own = await readBooks([...new Set(facts.map(customerIdOf))]);
  const elsewhere = [...own.values()].flatMap(({ place: { movedTo } }) => (movedTo === undefined || own.has(movedTo) ? [] : [movedTo]));
  return elsewhere.length === 0 ? own : new Map([...own, ...(await readBooks([...new Set(elsewhere)]))]);
};

const keyOf = (fact: Fact): string => `${customerIdOf(fact)} ${factKeyOf(fact)}`;

/** Each fact once, with the others of its customer, and of those that are decided in the same book. */
const arrivalsOf = (facts: readonly Fact[], stored: ReadonlyMap<string, StoredBook>): readonly Arrival[] => {
  const once = new Map<string, Fact>();
  for (const fact of facts) if (!once.has(keyOf(fact))) once.set(keyOf(fact), fact);
  const byBook = Map.groupBy(once.values(), (fact) => {
    const customerId = customerIdOf(fact);
    return stored.get(customerId)?.place.movedTo ?? customerId;
  });
  return [...byBook.values()].map((own) => ({ customerIds: new Set(own.map(customerIdOf)), facts: own }));
};

/** What one customer's facts make impossible (a book beyond an item's size, say) fails that customer, and no other of the batch. */
const alone = async <T>({ customerIds }: Arrival, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    log.error('a customer cannot be recorded; its facts are delivered again and then kept as dead letters', {
      ...errorFields(error),
      customerId: [...customerIds].join(' '),
    });
    return undefined;
  }
};

/**
 * Decides a customer again from all of its facts, e.g. under other plan rates. False where others were in the way throughout, and where there
 * is neither a book nor a fact: the first book is about to be written. One that is decided in another's book is decided there.
 */
export const recordAgain = async (customerId: string, contextNow: ContextNow, recordedAt: string): Promise<boolean> => {
  const arrival = { customerIds: new Set([customerId]), facts: [] };
  const isRecorded = await alone(arrival, async () => {
    const stored = (await readBooks([customerId])).get(customerId);
    if (stored === undefined) return false;
    return stored.place.movedTo !== undefined || recordGroup(arrival, contextNow, recordedAt);
  });
  return isRecorded === true;
};

/** Decides again, each by itself, the groups that names may have made which say nothing any more. */
const fallApart = async (names: ReadonlySet<string>, contextNow: ContextNow, recordedAt: string): Promise<boolean> => {
  for (const customerId of await groupsMadeBy(names))
    if (!(await recordGroup({ customerIds: new Set([customerId]), facts: [] }, contextNow, recordedAt))) return false;
  return true;
};

/** `tooCommon`: names that have been found to say nothing any more. */
const recordGroup = async (
  { customerIds, facts }: Arrival,
  contextNow: ContextNow,
  recordedAt: string,
  tooCommon: ReadonlySet<string> = new Set(),
): Promise<boolean> => {
  let names = tooCommon;
  // What goes forward is no attempt: a restatement may take many portions.
  for (let refused = 0; refused < MAX_ATTEMPTS; ) {
    const prepared = await prepareGroup({ customerIds, facts, stored: new Map() }, contextNow, recordedAt);
    if (prepared === undefined) return false;
    const result = prepared.writes.length === 0 ? undefined : await commit(prepared.writes);
    if (result?.ok === false) refused += 1;
    else if (!prepared.more) {
      const after = await lookAgain(prepared);
      names = new Set([...names, ...after.tooCommon]);
      if (after.isSettled) return fallApart(names, contextNow, recordedAt);
    }
  }
  log.warn('a customer could not be recorded: other writers were in the way', {
    customerId: [...customerIds].join(' '),
    attempt: MAX_ATTEMPTS,
  });
  return false;
};

/**
 * In order where possible: facts of one customer, or of some that are one, are appended to its book without reading its history. Undefined
 * where they need more.
 */
const prepareInOrder = (
  { customerIds, facts }: Arrival,
  stored: ReadonlyMap<string, StoredBook>,
  context: Context,
  recordedAt: string,
): Prepared | undefined => {
  const [first = ''] = customerIds;
  const customerId = stored.get(first)?.place.movedTo ?? first;
  const known = stored.get(customerId);
  const place = known?.place ?? ALONE;
  // Books are read one after another: one that led here may have been decided by itself again by the time this one was read.
  const isDecidedHere = (own: string): boolean => own === customerId || place.members?.includes(own) === true;
  if (place.movedTo !== undefined || ![...customerIds].every(isDecidedHere) || (known !== undefined && known.book === undefined))
    return undefined;
  // What has lapsed by now is stated with whatever comes.
  if (known?.dueOn !== undefined && known.dueOn <= recordedAt.slice(0, 10)) return undefined;
  let book: Book = known?.book ?? emptyBook(context);
  const movements: Entry[] = [];
  const asked: Question[] = [];
  const inOrder = facts.toSorted((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt);
  for (const fact of inOrder) {
    const questions = questionsOf(fact, book, place);
    const decision = questions === 'others' ? 'late' : append(book, fact, context);
    if (decision === 'late') return undefined;
    asked.push(...(questions as readonly Question[]));
    book = decision.book;
    movements.push(...decision.movements);
  }
  const name = newestName(inOrder) ?? known?.name ?? '';
  const draft = { customerId, stored: known, place, name, dueOn: known?.dueOn, facts, book, movements };
  const lookedAt = new Set([customerId, ...customerIds, ...(place.members ?? [])]);
  return { ...writesOf([draft], context, recordedAt), asked, tooCommon: new Set(), customerIds: lookedAt, unwritten: new Map() };
};

/**
 * What is to be asked after a fact was appended; `others` where it may name another customer, so that more is to be read first, where it lets go
 * an agreement by which a customer may be one with others, and where it says what such a customer is like.
 */
const questionsOf = (fact: Fact, { subscriptions }: Book, { members }: Place): readonly Question[] | 'others' => {
  if (fact.kind === 'customer') return fact.data.sameAs?.length || members !== undefined ? 'others' : NO_QUESTIONS;
  if (fact.kind !== 'subscription') return NO_QUESTIONS;
  const known = subscriptions.find(({ subscriptionId }) => subscriptionId === fact.data.subscriptionId);
  const newest = known?.stretches[known.stretches.length - 1]?.fact;
  const { agreementId } = fact.data;
  if (agreementId !== newest?.agreementId && (agreementId !== undefined || members !== undefined)) return 'others';
  return newest === undefined ? claimsOf(fact).asked : NO_QUESTIONS;
};
