import { addDays } from '../../platform/calendar.ts';
import { batchCommit } from '../../platform/table.ts';
import type { Question } from '../evidence/claims.ts';
import { firstDueOn } from '../evidence/ends.ts';
import { lapsesOf } from '../evidence/lapses.ts';
import { groupsOf, type Link, linksOf, newestName } from '../evidence/members.ts';
import { isByHand, wordsOn, wordsThatFollow } from '../evidence/words.ts';
import { type Fact, factKeyOf } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { type Book, decideAll, emptyBook } from '../movements/decide.ts';
import type { Entry } from '../movements/movements.ts';
import { difference } from '../movements/restatement.ts';
import { claimWrite } from './claims-store.ts';
import { toEntry } from './codec.ts';
import { type Arriving, factsIn, factsOf, gather, isMovedTo, type Member, placeIn } from './gather.ts';
import { customerWrite, type Place } from './store.ts';
import { type Draft, putBefore, type Writes, writesOfParts } from './writes.ts';

/** More customers than this are not one: something stands where a name should. */
const MAX_CUSTOMERS = 80;

/**
 * Customers that are one are decided in one book, that of the first by rank: the books of the others are empty, and say where they are
 * decided. A fact is recorded with the book that it decides. Who is one with whom follows from the facts of all, so it is decided anew with
 * them, in the same transaction: a link that a fact makes or undoes moves ARR from book to book, and the movements of both say so.
 */

/**
 * What facts are decided under, asked for after the book was read, and after a new customer was listed: rates that are loaded later find the
 * customer and decide it again, and a book is never decided under older rates than it was before.
 */
export type ContextNow = () => Promise<Context>;

export interface Prepared extends Writes {
  /** Whom the decision looked at, and what is to be asked once it is recorded. */
  readonly customerIds: ReadonlySet<string>;
  readonly asked: readonly Question[];
  /** Names that said nothing, because too many claim them. */
  readonly tooCommon: ReadonlySet<string>;
  /** Versions of the books that it looked at and leaves as they are: 0 of one that is not there. */
  readonly unwritten: ReadonlyMap<string, number>;
}

/** Lists customers that have no book yet, or finds them listed; answers those for which neither was possible. */
export const list = async (customerIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const results = await batchCommit(customerIds.map((customerId) => [customerWrite(customerId)]));
  const isListed = (result: (typeof results)[number] | undefined): boolean => result?.ok === true || result?.problem.code === 'conflict';
  return new Set(customerIds.filter((_, i) => !isListed(results[i])));
};

/** One of a group, where it is to be decided. */
interface Placed extends Member {
  readonly place: Place;
  readonly isMoved: boolean;
}

const placed = (group: readonly string[], members: ReadonlyMap<string, Member>): readonly Placed[] =>
  group.map((customerId) => {
    const member = members.get(customerId) as Member;
    const place = placeIn(group, customerId);
    return { ...member, place, isMoved: isMovedTo(member, place) };
  });

/** Of names on which it depends who is one, those by which a group comes to be: whoever claims them meanwhile may make them too common. */
const movedBy = (group: readonly Placed[], links: readonly Link[], deciding: ReadonlySet<string>): readonly Question[] => {
  if (group.length === 1 || !group.some(({ isMoved }) => isMoved)) return [];
  const ids = new Set(group.map(({ customerId }) => customerId));
  return links.flatMap(({ name = '', customers: [one] }) => (deciding.has(name) && ids.has(one) ? [{ key: name, side: 'agreement' }] : []));
};

/** Whether there is something to record, under whatever rates. */
const isChanged = (group: readonly Placed[]): boolean => group.some(({ fresh, isMoved }) => isMoved || fresh.length > 0);

/**
 * Throws where more customers would be one than can be, whatever else was looked at. What arrives is claimed nevertheless: a name that so many
 * bear says nothing once all have come, and what was refused can be recorded then.
 */
const refuseTooLarge = async (groups: readonly (readonly Placed[])[]): Promise<void> => {
  const large = groups.find((group) => group.length > MAX_CUSTOMERS && isChanged(group));
  if (large === undefined) return;
  const claims = groups.flatMap((group) => group.flatMap(claimsMade));
  await batchCommit(claims.map((claim) => [claimWrite(claim)]));
  const last = large.filter(({ isMoved }) => isMoved).slice(-5);
  throw new Error(`more than ${MAX_CUSTOMERS} customers would be one; among them ${last.map(({ customerId }) => customerId).join(', ')}`);
};

/**
 * From the whole timeline: late, duplicate and tied facts, books decided under other rates or rules, and customers that are one with others.
 * Undefined where a new customer could not be listed, or a claim not be made.
 */
export const prepareGroup = async (arriving: Arriving, contextNow: ContextNow, recordedAt: string): Promise<Prepared | undefined> => {
  const { members, tooCommon, deciding, asked: askedBefore } = await gather(arriving);
  const facts = factsIn(members);
  const links = linksOf(facts, tooCommon);
  const groups = groupsOf(members.keys(), links).map((group) => placed(group, members));
  await refuseTooLarge(groups);
  const appearing = groups.filter(isChanged).flatMap((group) => group.filter(({ stored }) => stored === undefined));
  const unlisted = await list(appearing.map(({ customerId }) => customerId).filter((customerId) => !arriving.customerIds.has(customerId)));
  if (unlisted.size > 0) return undefined;
  const context = await contextNow();
  const decided = groups.map((group) => ({ group, drafts: draftsOf(group, members, context, recordedAt) }));
  const drafts = await putBefore(
    decided.flatMap((one) => one.drafts),
    recordedAt,
  );
  if (drafts === undefined) return undefined;
  const asked = [...askedBefore, ...groups.flatMap((group) => movedBy(group, links, deciding))];
  const writes = writesOfParts(partsOf(drafts), context, recordedAt);
  // Who comes to a group writes the book of its first, so where that is written nothing has changed of any.
  const unwritten = new Map(
    decided.flatMap(({ group: [root], drafts: own }) =>
      root === undefined || own.length > 0 ? [] : [[root.customerId, root.stored?.version ?? 0] as const],
    ),
  );
  return { ...writes, asked, tooCommon, unwritten, customerIds: new Set(members.keys()) };
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
  // Not those that follow an agreement: what moves then, moves because it does.
  const ruledBy = wordsOn(
    ids,
    [...members.values()].flatMap(({ fresh }) => fresh),
  );
  const said = new Set([...own, ...elsewhere].filter(isByHand).map(({ data }) => data.provenance.eventId));
  const name = group.map((member) => newestName(factsOf(member))).find((own) => own !== undefined);
  const facts = [...group.flatMap((member) => [...strandedOf(member, ids), ...member.fresh]), ...words, ...lapses];
  const claims = group.flatMap(claimsMade);
  return [
    {
      ...draftOf(root, book),
      movements: naming(ruledBy, said, movements),
      ambiguous,
      facts,
      claims,
      dueOn: firstDueOn(watches, context.profile),
      name: name ?? root.stored?.name ?? '',
    },
    ...others.flatMap((other): Draft[] => {
      const undone = difference(other.movements.map(toEntry), []);
      return other.isMoved || undone.length > 0
        ? [{ ...draftOf(other, emptyBook(context)), facts: [], movements: naming(ruledBy, said, undone) }]
        : [];
    }),
  ];
};

const claimsMade = ({ customerId, fresh, claiming }: Member) =>
  fresh.length === 0 ? [] : claiming.made.map((claim) => ({ ...claim, customerId }));

/** Drafts of those who come to be one or apart of each other are recorded together; others need not be. What a fact arrives with goes first. */
const partsOf = (drafts: readonly Draft[]): readonly (readonly Draft[])[] => {
  const edges = drafts.flatMap(({ customerId, stored, place }) =>
    [stored?.place ?? place, place].flatMap(({ movedTo, members = [] }) =>
      [...(movedTo === undefined ? [] : [movedTo]), ...members].map((other) => ({ customers: [customerId, other] as const })),
    ),
  );
  const own = new Map(drafts.map((draft) => [draft.customerId, draft]));
  const parts = groupsOf(own.keys(), edges).map((group) => group.flatMap((customerId) => own.get(customerId) ?? []));
  const facts = (part: readonly Draft[]): number => part.reduce((sum, draft) => sum + draft.facts.length, 0);
  return parts.toSorted((a, b) => Math.sign(facts(b)) - Math.sign(facts(a)));
};

/**
 * Movements name, among their events, the words by hand that are recorded with them: otherwise nothing would lead from them to whoever ruled.
 * What corrects an earlier movement leaves out the words that this one was recorded with.
 */
const naming = (ruledBy: readonly string[], said: ReadonlySet<string>, movements: readonly Entry[]): readonly Entry[] =>
  said.size === 0
    ? movements
    : movements.map((entry) => ({ ...entry, eventIds: [...entry.eventIds.filter((eventId) => !said.has(eventId)), ...ruledBy] }));

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
    const due = lapsesOf(facts, decision.watches, stating, context.profile).map((data): Fact => ({ kind: 'lapse', data }));
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
