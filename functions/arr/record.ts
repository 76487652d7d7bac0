import { domainEvent } from '../platform/envelope.ts';
import type { EventData } from '../platform/events.ts';
import { errorFields, log } from '../platform/log.ts';
import { outboxWrite } from '../platform/outbox.ts';
import { batchCommit, commit, type Write } from '../platform/table.ts';
import type { Context } from './book.ts';
import { type Recording, toMovement } from './codec.ts';
import { append, type Book, type Decision, decideAll, emptyBook } from './decide.ts';
import { arrEvents, arrMovementsRecorded, subscriptionTieFound } from './events.ts';
import type { Fact } from './facts.ts';
import type { Entry } from './movements.ts';
import {
  bookWrite,
  customerIdOf,
  customerWrite,
  factKeyOf,
  factWrite,
  movementWrite,
  readBooks,
  readEntries,
  readFacts,
  type StoredBook,
} from './store.ts';

/** Attempts at one customer while other writers are in the way. */
const MAX_ATTEMPTS = 8;
/** Movements of one commit: with the book, the outbox item and up to ten facts it stays below a transaction's 100 writes. */
const MAX_MOVEMENTS = 40;
/** Version of plan rates that no set has: a book that carries it is decided again from all facts. */
const UNFINISHED = -1;

interface Prepared {
  readonly customerId: string;
  readonly writes: readonly Write[];
  /** Movements that are left for a further commit, because one transaction cannot hold them all. */
  readonly more: boolean;
}

/** Records facts of any customers; answers the keys of the facts that could not be recorded and are to be delivered again. */
export const recordFacts = async (facts: readonly Fact[], context: Context, recordedAt: string): Promise<ReadonlySet<string>> => {
  const byCustomer = groupByCustomer(facts);
  const stored = await readBooks([...byCustomer.keys()]);
  const failed = new Set<string>();
  const prepared: Prepared[] = [];
  for (const [customerId, own] of byCustomer) {
    const ready = await alone(customerId, () => prepare(customerId, own, stored.get(customerId), context, recordedAt));
    if (ready !== undefined) prepared.push(ready);
    else for (const fact of own) failed.add(factKeyOf(fact));
  }
  const results = await together(prepared);
  for (const [i, { customerId, more }] of prepared.entries()) {
    if (results[i] && !more) continue;
    const own = byCustomer.get(customerId) ?? [];
    const isRecorded = await alone(customerId, () => recordAgain(customerId, own, context, recordedAt));
    if (isRecorded !== true) for (const fact of own) failed.add(factKeyOf(fact));
  }
  return failed;
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
const alone = async <T>(customerId: string, work: () => Promise<T>): Promise<T | undefined> => {
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

/** One transaction for all where it can be; where DynamoDB refuses the request as a whole, each customer is tried by itself. */
const together = async (prepared: readonly Prepared[]): Promise<readonly boolean[]> => {
  const all = await alone(prepared.map(({ customerId }) => customerId).join(' '), () => batchCommit(prepared.map(({ writes }) => writes)));
  return all === undefined ? prepared.map(() => false) : all.map((result) => result.ok);
};

/** Decides a customer again from all of its facts, e.g. under other plan rates. False where others were in the way throughout. */
export const recordAgain = async (customerId: string, facts: readonly Fact[], context: Context, recordedAt: string): Promise<boolean> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const stored = (await readBooks([customerId])).get(customerId);
    const prepared = await prepareAll(customerId, facts, stored, context, recordedAt);
    if (prepared.writes.length === 0) return true;
    const result = await commit(prepared.writes);
    if (result.ok && !prepared.more) return true;
  }
  log.warn('a customer could not be recorded: other writers were in the way', { customerId, attempt: MAX_ATTEMPTS });
  return false;
};

/** The customer's name changes nothing in its ARR; the newest fact that carries one wins. */
const nameOf = (facts: readonly Fact[], stored: StoredBook | undefined): string =>
  facts.reduce((name, fact) => (fact.kind === 'customer' && fact.data.name !== '' ? fact.data.name : name), stored?.name ?? '');

/** In order where possible: the facts are appended to the book without reading the customer's history. */
const prepare = async (
  customerId: string,
  facts: readonly Fact[],
  stored: StoredBook | undefined,
  context: Context,
  recordedAt: string,
): Promise<Prepared> => {
  if (stored !== undefined && stored.book === undefined) return prepareAll(customerId, facts, stored, context, recordedAt);
  let book: Book = stored?.book ?? emptyBook(context);
  const movements: Entry[] = [];
  const inOrder = [...facts].sort((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt);
  for (const fact of inOrder) {
    const decision = append(book, fact, context);
    if (decision === 'late') return prepareAll(customerId, facts, stored, context, recordedAt);
    book = decision.book;
    movements.push(...decision.movements);
  }
  const recording = { customerId, recordedAt, version: (stored?.version ?? 0) + 1 };
  return writesOf(recording, facts, nameOf(inOrder, stored), { book, movements, ambiguous: [] }, context);
};

/** From the whole timeline: late, duplicate and tied facts, and books decided under other rates or rules. */
const prepareAll = async (
  customerId: string,
  facts: readonly Fact[],
  stored: StoredBook | undefined,
  context: Context,
  recordedAt: string,
): Promise<Prepared> => {
  const known = stored === undefined ? { facts: [], keys: new Set<string>() } : await readFacts(customerId);
  const fresh = facts.filter((fact) => !known.keys.has(factKeyOf(fact)));
  const isDecided = stored?.book !== undefined && stored.book.ratesVersion === context.rates.version;
  if (fresh.length === 0 && (isDecided || stored === undefined)) return { customerId, writes: [], more: false };
  const recorded = stored === undefined ? [] : await readEntries(customerId);
  const decision = decideAll([...known.facts, ...fresh], recorded, context);
  const recording = { customerId, recordedAt, version: (stored?.version ?? 0) + 1 };
  return writesOf(recording, fresh, nameOf(fresh, stored), decision, context);
};

const writesOf = (recording: Recording, facts: readonly Fact[], name: string, decision: Decision, context: Context): Prepared => {
  const { customerId, recordedAt, version } = recording;
  const more = decision.movements.length > MAX_MOVEMENTS;
  const movements = decision.movements.slice(0, MAX_MOVEMENTS).map((entry, i) => toMovement(entry, i, recording));
  // What is left over is found again as the difference of all facts to the movements recorded by then.
  const book: Book = more ? { ...decision.book, ratesVersion: UNFINISHED } : decision.book;
  const writes: Write[] = [
    ...(more ? [] : facts.map((fact) => factWrite(customerId, fact, recordedAt))),
    bookWrite(customerId, name, book, version),
    ...(version === 1 ? [customerWrite(customerId)] : []),
    ...movements.map((movement, i) => movementWrite(movement, version, i)),
  ];
  if (movements.length > 0) {
    const data = { customerId, planCurrency: context.rates.planCurrency, profile: context.profile.name, movements };
    writes.push(
      outboxWrite(
        domainEvent(arrMovementsRecorded, { id: `arr:${customerId}:${version}`, recordedAt, subject: customerId, data }),
        arrEvents,
      ),
    );
  }
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
