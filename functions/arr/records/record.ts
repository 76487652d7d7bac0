import { domainEvent } from '../../platform/envelope.ts';
import type { EventData } from '../../platform/events.ts';
import { errorFields, log } from '../../platform/log.ts';
import { outboxWrite } from '../../platform/outbox.ts';
import { batchCommit, commit, type Write } from '../../platform/table.ts';
import { arrEvents, subscriptionTieFound } from '../events.ts';
import type { Fact } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { append, type Book, type Decision, decideAll, emptyBook } from '../movements/decide.ts';
import type { Entry } from '../movements/movements.ts';
import { toEntry, toMovement } from './codec.ts';
import { firstPortion } from './portions.ts';
import { customerIdOf, customerWrite, factKeyOf, type History, readBooks, readHistory, recordingWrites, type StoredBook } from './store.ts';

/** Attempts at one customer while other writers are in the way. */
const MAX_ATTEMPTS = 8;
/** Version of plan rates that no set has: a book that carries it is decided again from all facts. */
const UNFINISHED = -1;

interface Prepared {
  readonly customerId: string;
  readonly writes: readonly Write[];
  /** Movements that are left for a further commit, because one transaction cannot hold them all. */
  readonly more: boolean;
}

/**
 * What facts are decided under, asked for after the book was read, and after a new customer was listed: rates that are loaded later find the
 * customer and decide it again, and a book is never decided under older rates than it was before.
 */
type ContextNow = () => Promise<Context>;

/** Facts of one customer that are to be recorded, what is stored of it, and under what it is decided. */
interface Arrival {
  readonly customerId: string;
  readonly facts: readonly Fact[];
  readonly stored: StoredBook | undefined;
  readonly context: Context;
  readonly recordedAt: string;
}

/** Records facts of any customers; answers the keys of the facts that could not be recorded and are to be delivered again. */
export const recordFacts = async (facts: readonly Fact[], contextNow: ContextNow, recordedAt: string): Promise<ReadonlySet<string>> => {
  const byCustomer = groupByCustomer(facts);
  const stored = await readBooks([...byCustomer.keys()]);
  const unlisted = await list([...byCustomer.keys()].filter((customerId) => !stored.has(customerId)));
  const context = await contextNow();
  const failed = new Set<string>();
  const fail = (customerId: string): void => {
    for (const fact of byCustomer.get(customerId) ?? []) failed.add(factKeyOf(fact));
  };
  const prepared: Prepared[] = [];
  for (const [customerId, own] of byCustomer) {
    const ready = unlisted.has(customerId)
      ? undefined
      : await alone(customerId, () => prepare({ customerId, facts: own, stored: stored.get(customerId), context, recordedAt }));
    if (ready !== undefined) prepared.push(ready);
    else fail(customerId);
  }
  const results = await batchCommit(prepared.map(({ writes }) => writes));
  for (const [i, { customerId, more }] of prepared.entries()) {
    if (results[i]?.ok === true && !more) continue;
    const own = byCustomer.get(customerId) ?? [];
    const isRecorded = await alone(customerId, () => recordAgain(customerId, own, contextNow, recordedAt));
    if (isRecorded !== true) fail(customerId);
  }
  return failed;
};

/** Lists customers that have no book yet, or finds them listed; answers those for which neither was possible. */
const list = async (customerIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const results = await batchCommit(customerIds.map((customerId) => [customerWrite(customerId)]));
  const isListed = (result: (typeof results)[number] | undefined): boolean => result?.ok === true || result?.problem.code === 'conflict';
  return new Set(customerIds.filter((_, i) => !isListed(results[i])));
};

/** Each fact once, with the others of its customer. */
const groupByCustomer = (facts: readonly Fact[]): Map<string, Fact[]> => {
  const byCustomer = new Map<string, Fact[]>();
  for (const fact of facts) {
    const own = byCustomer.get(customerIdOf(fact)) ?? [];
    if (!own.some((other) => factKeyOf(other) === factKeyOf(fact))) own.push(fact);
    byCustomer.set(customerIdOf(fact), own);
  }
  return byCustomer;
};

/** What one customer's facts make impossible (a book beyond an item's size, say) fails that customer, and no other of the batch. */
export const alone = async <T>(customerId: string, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    log.error('a customer cannot be recorded; its facts are delivered again and then kept as dead letters', {
      ...errorFields(error),
      customerId,
    });
    return undefined;
  }
};

/**
 * Decides a customer again from all of its facts, e.g. under other plan rates. False where others were in the way throughout, and where there
 * is neither a book nor a fact: the first book is about to be written.
 */
export const recordAgain = async (
  customerId: string,
  facts: readonly Fact[],
  contextNow: ContextNow,
  recordedAt: string,
): Promise<boolean> => {
  // What goes forward is no attempt: a restatement may take many portions.
  for (let refused = 0; refused < MAX_ATTEMPTS; ) {
    const stored = (await readBooks([customerId])).get(customerId);
    if (stored === undefined && facts.length === 0) return false;
    const prepared = await prepareAll({ customerId, facts, stored, context: await contextNow(), recordedAt });
    if (prepared.writes.length === 0) return true;
    const result = await commit(prepared.writes);
    if (result.ok && !prepared.more) return true;
    if (!result.ok) refused += 1;
  }
  log.warn('a customer could not be recorded: other writers were in the way', { customerId, attempt: MAX_ATTEMPTS });
  return false;
};

/** The customer's name changes nothing in its ARR; the newest of some facts that carries one wins, and without one it stays. */
const nameOf = (facts: readonly Fact[], before: string): string => {
  let name = before;
  let namedAt = Number.NEGATIVE_INFINITY;
  for (const fact of facts) {
    if (fact.kind !== 'customer' || fact.data.name === '' || fact.data.provenance.observedAt < namedAt) continue;
    name = fact.data.name;
    namedAt = fact.data.provenance.observedAt;
  }
  return name;
};

/** In order where possible: the facts are appended to the book without reading the customer's history. */
const prepare = async (arrival: Arrival): Promise<Prepared> => {
  const { facts, stored, context } = arrival;
  if (stored !== undefined && stored.book === undefined) return prepareAll(arrival);
  let book: Book = stored?.book ?? emptyBook(context);
  const movements: Entry[] = [];
  const inOrder = [...facts].sort((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt);
  for (const fact of inOrder) {
    const decision = append(book, fact, context);
    if (decision === 'late') return prepareAll(arrival);
    book = decision.book;
    movements.push(...decision.movements);
  }
  return preparedFrom(arrival, nameOf(inOrder, stored?.name ?? ''), { book, movements, ambiguous: [] });
};

const NOTHING_RECORDED: History = { facts: [], keys: new Set(), movements: [] };

/** From the whole timeline: late, duplicate and tied facts, and books decided under other rates or rules. */
const prepareAll = async (arrival: Arrival): Promise<Prepared> => {
  const { customerId, facts, stored, context } = arrival;
  const known = stored === undefined ? NOTHING_RECORDED : await readHistory(customerId);
  const fresh = facts.filter((fact) => !known.keys.has(factKeyOf(fact)));
  const isDecided = stored?.book !== undefined && stored.book.ratesVersion === context.rates.version;
  if (fresh.length === 0 && (isDecided || stored === undefined)) return { customerId, writes: [], more: false };
  const all = [...known.facts, ...fresh];
  const decision = decideAll(all, known.movements.map(toEntry), context);
  return preparedFrom({ ...arrival, facts: fresh }, nameOf(all, stored?.name ?? ''), decision);
};

const preparedFrom = ({ customerId, facts, stored, context, recordedAt }: Arrival, name: string, decision: Decision): Prepared => {
  const recording = { customerId, recordedAt, version: (stored?.version ?? 0) + 1 };
  const { entries, more } = firstPortion(decision.movements);
  const writes: Write[] = [
    ...recordingWrites(recording, {
      name,
      // What is left over is found again as the difference of all facts to the movements recorded by then.
      book: more ? { ...decision.book, ratesVersion: UNFINISHED } : decision.book,
      facts: more ? [] : facts,
      movements: entries.map((entry, i) => toMovement(entry, i, recording)),
      planCurrency: context.rates.planCurrency,
      profile: context.profile.name,
    }),
  ];
  for (const data of tiesOf(facts, decision)) {
    const id = `tie:${data.subscriptionId}:${data.observedAt}`;
    writes.push(outboxWrite(domainEvent(subscriptionTieFound, { id, recordedAt, subject: customerId, data }), arrEvents));
  }
  return { customerId, writes, more };
};

/** Only a fact that arrives now can make a tie; an older one has been told already. */
const tiesOf = (facts: readonly Fact[], decision: Decision): EventData<typeof subscriptionTieFound>[] =>
  decision.ambiguous.flatMap((subscriptionId) => {
    const observedAt = decision.book.subscriptions.find((subscription) => subscription.subscriptionId === subscriptionId)?.observedAt;
    const fact = facts.find(
      (f) => f.kind === 'subscription' && f.data.subscriptionId === subscriptionId && f.data.provenance.observedAt === observedAt,
    );
    if (fact === undefined) return [];
    const { system, instance } = fact.data.provenance;
    return [{ system, instance, subscriptionId, observedAt: fact.data.provenance.observedAt }];
  });
