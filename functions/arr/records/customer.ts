import type { Movement } from '../events.ts';
import { byCustomer, type Link, linksOf, newestName } from '../evidence/members.ts';
import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import { claimReader } from './claims-store.ts';
import { type History, readBooks, readHistory } from './store.ts';

/** A customer with all that are one with it. */
export interface KnownCustomer {
  /** Of the one whose book is theirs. */
  readonly customerId: string;
  readonly name: string;
  /** All of them, that one first. */
  readonly members: readonly { readonly customerId: string; readonly name: string }[];
  readonly facts: readonly Fact[];
  /** In the order of day and recording. Of one that was a customer of its own before, with what took them back: they sum to nothing. */
  readonly movements: readonly Movement[];
}

/** Books that lead from one to another while they change hands. */
const MAX_MOVES = 5;

/** A customer by the id of any that are one with it; undefined where nothing was recorded. */
export const readCustomer = async (asked: string): Promise<KnownCustomer | undefined> => {
  let customerId = asked;
  for (let moves = 0; moves < MAX_MOVES; moves += 1) {
    const stored = (await readBooks([customerId])).get(customerId);
    if (stored === undefined) return undefined;
    if (stored.place.movedTo !== undefined) {
      customerId = stored.place.movedTo;
      continue;
    }
    return knownCustomer(customerId, stored.name, stored.place.members ?? []);
  }
  throw new Error(`the book of ${asked} changes hands while it is read`);
};

const knownCustomer = async (customerId: string, name: string, others: readonly string[]): Promise<KnownCustomer> => {
  const histories = await Promise.all([customerId, ...others].map(readHistory));
  const isMember = new Set([customerId, ...others]);
  const once = new Map<string, Fact>();
  for (const fact of histories.flatMap((history) => history.facts))
    if (isMember.has(customerIdOf(fact))) once.set(`${customerIdOf(fact)} ${factKeyOf(fact)}`, fact);
  const facts = [...once.values()];
  const byMember = byCustomer(facts);
  return {
    customerId,
    name,
    members: [{ customerId, name }, ...others.map((other) => ({ customerId: other, name: newestName(byMember.get(other) ?? []) ?? '' }))],
    facts,
    movements: others.length === 0 ? (histories[0] as History).movements : inOrder(histories.flatMap(({ movements }) => movements)),
  };
};

/** What says that a customer's members are one. */
export const readLinks = async ({ members, facts }: Pick<KnownCustomer, 'members' | 'facts'>): Promise<readonly Link[]> => {
  if (members.length < 2) return [];
  const own = byCustomer(facts);
  const links = linksOf(own, new Set());
  const claims = claimReader();
  await claims.ask(links.flatMap(({ name }) => (name === undefined ? [] : [{ key: name }])));
  const tooCommon = claims.tooCommon();
  return tooCommon.size === 0 ? links : linksOf(own, tooCommon);
};

/** Sorting is stable: movements of one day stay in the order of their recording. */
const inOrder = (movements: readonly Movement[]): readonly Movement[] =>
  movements.toSorted((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : 0));
