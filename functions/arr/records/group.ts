import { addDays } from '../../platform/calendar.ts';
import { batchCommit } from '../../platform/table.ts';
import { newClaims, type Question, sharedAsked } from '../evidence/claims.ts';
import { firstDueOn } from '../evidence/ends.ts';
import { lapsesOf } from '../evidence/lapses.ts';
import { byCustomer, groupsOf, linksOf, namedBy, newestName } from '../evidence/members.ts';
import { wordsThatFollow } from '../evidence/words.ts';
import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { type Book, decideAll, emptyBook } from '../movements/decide.ts';
import type { Entry } from '../movements/movements.ts';
import { difference } from '../movements/restatement.ts';
import { claimants, claimWrite } from './claims-store.ts';
import { toEntry } from './codec.ts';
import { ALONE, customerWrite, type History, type Place, readBooks, readHistory, type StoredBook } from './store.ts';
import { type Draft, type Writes, writesOf } from './writes.ts';

/**
 * Customers that are one are decided in one book, that of the first by rank: the books of the others are empty, and say where they are
 * decided. A fact is recorded with the book that it decides. Who is one with whom follows from the facts of all, so it is decided anew with
 * them, in the same transaction: a link that a fact makes or undoes moves ARR from book to book, and the movements of both say so.
 */

/** More customers than this are not one: something stands where a name should. */
const MAX_CUSTOMERS = 80;
/** More claims than this are made before what makes them is recorded, beside which a transaction would not have room for them. */
const MAX_CLAIMS_BESIDE = 8;
const CLAIMS_AT_ONCE = 50;
/** Facts of a customer that has no book yet. */
const NOTHING_RECORDED: History = { facts: [], keys: new Set(), movements: [] };

/**
 * What facts are decided under, asked for after the book was read, and after a new customer was listed: rates that are loaded later find the
 * customer and decide it again, and a book is never decided under older rates than it was before.
 */
export type ContextNow = () => Promise<Context>;

export interface Prepared extends Writes {
  /** Whom the decision looked at, and what is to be asked once it is recorded. */
  readonly customerIds: ReadonlySet<string>;
  readonly asked: readonly Question[];
  /** Versions of the books that it looked at and leaves as they are: 0 of one that is not there. */
  readonly unwritten: ReadonlyMap<string, number>;
}

/** Lists customers that have no book yet, or finds them listed; answers those for which neither was possible. */
export const list = async (customerIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const results = await batchCommit(customerIds.map((customerId) => [customerWrite(customerId)]));
  const isListed = (result: (typeof results)[number] | undefined): boolean => result?.ok === true || result?.problem.code === 'conflict';
  return new Set(customerIds.filter((_, i) => !isListed(results[i])));
};

/** A claim whose fact was never recorded only says whom to look at. False where one could not be made. */
const claimedBefore = async (claims: NonNullable<Draft['claims']>): Promise<boolean> => {
  const chunks: (typeof claims)[] = [];
  for (let from = 0; from < claims.length; from += CLAIMS_AT_ONCE) chunks.push(claims.slice(from, from + CLAIMS_AT_ONCE));
  const results = await batchCommit(chunks.map((chunk) => chunk.map(claimWrite)));
  return results.every(({ ok }) => ok);
};

/** Drafts whose claims one transaction has room for; undefined where those that it has not could not be made before. */
const withFewClaims = async (drafts: readonly Draft[]): Promise<readonly Draft[] | undefined> => {
  const claims = drafts.flatMap((draft) => draft.claims ?? []);
  if (claims.length <= MAX_CLAIMS_BESIDE) return drafts;
  return (await claimedBefore(claims)) ? drafts.map(({ claims: _, ...draft }) => draft) : undefined;
};

interface Arriving {
  /** Those that were listed already, or have a book. */
  readonly customerIds: ReadonlySet<string>;
  readonly facts: readonly Fact[];
  /** Books that were read just now. */
  readonly stored: ReadonlyMap<string, StoredBook>;
}

/** One customer as it is recorded, and what arrives of it. */
interface Member {
  readonly customerId: string;
  readonly stored: StoredBook | undefined;
  /** Of its own book. */
  readonly movements: History['movements'];
  /** All facts about it, each once, wherever they stand. */
  readonly known: readonly Fact[];
  /** Customers with whose recordings a fact stands, by its key. */
  readonly homes: ReadonlyMap<string, readonly string[]>;
  readonly fresh: readonly Fact[];
  readonly claiming: ReturnType<typeof newClaims>;
}

interface Recorded {
  readonly stored: StoredBook | undefined;
  readonly history: History;
}

/** A customer among those whose recordings were read: facts about it may stand with any that it is one with, or was. */
const memberOf = (customerId: string, recorded: ReadonlyMap<string, Recorded>, arriving: readonly Fact[]): Member => {
  const known: Fact[] = [];
  const homes = new Map<string, string[]>();
  for (const [home, { history }] of recorded)
    for (const fact of history.facts) {
      if (customerIdOf(fact) !== customerId) continue;
      const key = factKeyOf(fact);
      if (!homes.has(key)) known.push(fact);
      homes.set(key, [...(homes.get(key) ?? []), home]);
    }
  const { stored, history } = recorded.get(customerId) as Recorded;
  const fresh = arriving.filter((fact) => !homes.has(factKeyOf(fact)));
  return { customerId, stored, movements: history.movements, known, homes, fresh, claiming: newClaims(arriving, known) };
};

const factsOf = ({ known, fresh }: Member): readonly Fact[] => [...known, ...fresh];
const factsIn = (members: ReadonlyMap<string, Member>): ReadonlyMap<string, readonly Fact[]> =>
  new Map([...members].map(([customerId, member]) => [customerId, factsOf(member)]));

/** The customers of some facts, those that are one with them now, and all that may be by what facts say. */
const membersOf = async ({ customerIds, facts, stored }: Arriving): Promise<ReadonlyMap<string, Member>> => {
  const arriving = byCustomer(facts);
  const recorded = new Map<string, Recorded>();
  let members = new Map<string, Member>();
  for (let open = [...customerIds]; open.length > 0; ) {
    if (recorded.size + open.length > MAX_CUSTOMERS)
      throw new Error(`more than ${MAX_CUSTOMERS} customers would be one; the last named are ${open.slice(0, 5).join(', ')}`);
    const books = await readBooks(open.filter((customerId) => !stored.has(customerId)));
    await Promise.all(
      open.map(async (customerId) => {
        const book = stored.get(customerId) ?? books.get(customerId);
        recorded.set(customerId, { stored: book, history: book === undefined ? NOTHING_RECORDED : await readHistory(customerId) });
      }),
    );
    members = new Map(
      [...recorded.keys()].map((customerId) => [customerId, memberOf(customerId, recorded, arriving.get(customerId) ?? [])]),
    );
    const named = [...members.values()].flatMap(({ stored: book, known, fresh }) => [
      ...(book?.place.members ?? []),
      ...(book?.place.movedTo === undefined ? [] : [book.place.movedTo]),
      ...namedBy([...known, ...fresh]),
    ]);
    const asking = open.flatMap((customerId) => members.get(customerId)?.claiming.asked ?? []);
    const found = await claimants([...asking, ...sharedAsked(factsIn(members))]);
    open = [...new Set([...named, ...found])].filter((customerId) => !recorded.has(customerId));
  }
  return members;
};

/** One of a group, where it is to be decided. */
interface Placed extends Member {
  readonly place: Place;
  readonly isMoved: boolean;
}

const isSamePlace = (a: Place, b: Place): boolean => a.movedTo === b.movedTo && (a.members ?? []).join() === (b.members ?? []).join();

const placed = (group: readonly Member[]): readonly Placed[] => {
  const [root, ...others] = group as [Member, ...Member[]];
  return group.map((member) => {
    const place =
      others.length === 0
        ? ALONE
        : member === root
          ? { members: others.map(({ customerId }) => customerId) }
          : { movedTo: root.customerId };
    return { ...member, place, isMoved: !isSamePlace(member.stored?.place ?? ALONE, place) };
  });
};

/** Whether there is something to record, under whatever rates. */
const isChanged = (group: readonly Placed[]): boolean => group.some(({ fresh, isMoved }) => isMoved || fresh.length > 0);

/**
 * From the whole timeline: late, duplicate and tied facts, books decided under other rates or rules, and customers that are one with others.
 * Undefined where a new customer could not be listed, or a claim not be made.
 */
export const prepareGroup = async (arriving: Arriving, contextNow: ContextNow, recordedAt: string): Promise<Prepared | undefined> => {
  const members = await membersOf(arriving);
  const facts = factsIn(members);
  const links = linksOf(facts);
  const groups = groupsOf(members.keys(), links).map((group) => placed(group.map((customerId) => members.get(customerId) as Member)));
  const appearing = groups.filter(isChanged).flatMap((group) => group.filter(({ stored }) => stored === undefined));
  const unlisted = await list(appearing.map(({ customerId }) => customerId).filter((customerId) => !arriving.customerIds.has(customerId)));
  if (unlisted.size > 0) return undefined;
  const context = await contextNow();
  const decided = groups.map((group) => ({ group, drafts: draftsOf(group, members, context, recordedAt) }));
  const drafts = await withFewClaims(decided.flatMap((one) => one.drafts));
  if (drafts === undefined) return undefined;
  const asked = [...[...members.values()].flatMap(({ claiming }) => claiming.asked), ...sharedAsked(facts)];
  const writes = drafts.length === 0 ? { writes: [], more: false } : writesOf(drafts, context, recordedAt);
  // Who comes to a group writes the book of its first, so where that is written nothing has changed of any.
  const unwritten = new Map(
    decided.flatMap(({ group: [root], drafts: own }) =>
      root === undefined || own.length > 0 ? [] : [[root.customerId, root.stored?.version ?? 0] as const],
    ),
  );
  return { ...writes, asked, unwritten, customerIds: new Set(members.keys()) };
};

/** What is to be recorded of customers that are one: nothing where nothing is new. */
const draftsOf = (
  group: readonly Placed[],
  members: ReadonlyMap<string, Member>,
  context: Context,
  recordedAt: string,
): readonly Draft[] => {
  const [root, ...others] = group as [Placed, ...Placed[]];
  const isDecided = root.stored?.book !== undefined && root.stored.book.ratesVersion === context.rates.version;
  if (!isChanged(group) && (isDecided || root.stored === undefined)) return [];
  const ids = new Set(group.map(({ customerId }) => customerId));
  const own = group.flatMap(factsOf);
  const elsewhere = [...members.values()].filter(({ customerId }) => !ids.has(customerId)).flatMap(factsOf);
  const words = wordsThatFollow(own, elsewhere);
  const all = [...own, ...words];
  const { book, movements, ambiguous, watches, lapses } = decidedWithLapses(all, root.movements.map(toEntry), context, recordedAt);
  const name = group.map((member) => newestName(factsOf(member))).find((own) => own !== undefined);
  const facts = [...group.flatMap((member) => [...strandedOf(member, ids), ...member.fresh]), ...words, ...lapses];
  const claims = group.flatMap(({ customerId, fresh, claiming }) =>
    fresh.length === 0 ? [] : claiming.made.map((claim) => ({ ...claim, customerId })),
  );
  return [
    { ...draftOf(root, book), movements, ambiguous, facts, claims, dueOn: firstDueOn(watches), name: name ?? root.stored?.name ?? '' },
    ...others.flatMap((other): Draft[] => {
      const undone = difference(other.movements.map(toEntry), []);
      return other.isMoved || undone.length > 0 ? [{ ...draftOf(other, emptyBook(context)), facts: [], movements: undone }] : [];
    }),
  ];
};

type Decided = ReturnType<typeof decideAll> & {
  /** What had lapsed when it was decided. */
  readonly lapses: readonly Fact[];
};

/**
 * What has lapsed long ago when its facts are recorded (an org's past, say) lapses with them; what lapses later, `task-lapses.ts` states. By the
 * day before, which is over in every zone.
 */
const decidedWithLapses = (facts: readonly Fact[], recorded: readonly Entry[], context: Context, recordedAt: string): Decided => {
  const stating = { on: addDays(recordedAt.slice(0, 10), -1), at: Math.floor(Date.parse(recordedAt) / 1000) };
  let lapses: readonly Fact[] = [];
  for (;;) {
    const decision = decideAll([...facts, ...lapses], recorded, context);
    const known = new Set([...facts, ...lapses].map(factKeyOf));
    const due = lapsesOf(facts, decision.watches, stating).map((data): Fact => ({ kind: 'lapse', data }));
    const further = due.filter((fact) => !known.has(factKeyOf(fact)));
    if (further.length === 0) return { ...decision, lapses };
    lapses = [...lapses, ...further];
  }
};

/** Facts about a customer that stand only with customers that it is not one with any more: they are recorded with it again. */
const strandedOf = ({ known, homes }: Member, group: ReadonlySet<string>): readonly Fact[] =>
  known.filter((fact) => !homes.get(factKeyOf(fact))?.some((home) => group.has(home)));

const draftOf = (member: Placed, book: Book): Omit<Draft, 'movements' | 'facts'> => ({
  customerId: member.customerId,
  stored: member.stored,
  place: member.place,
  name: newestName(factsOf(member)) ?? member.stored?.name ?? '',
  book,
});
