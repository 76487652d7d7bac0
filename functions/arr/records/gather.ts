import { newClaims, type Question, sharedAsked } from '../evidence/claims.ts';
import { byCustomer, decidingNames, groupsOf, linksOf, namedBy } from '../evidence/members.ts';
import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import { type Bearing, claimReader } from './claims-store.ts';
import { ALONE, type History, type Place, readBooks, readHistory, type StoredBook } from './store.ts';

/** Facts of a customer that has no book yet. */
const NOTHING_RECORDED: History = { facts: [], keys: new Set(), movements: [] };

export interface Arriving {
  /** Those that were listed already, or have a book. */
  readonly customerIds: ReadonlySet<string>;
  readonly facts: readonly Fact[];
  /** Books that were read just now. */
  readonly stored: ReadonlyMap<string, StoredBook>;
}

/** One customer as it is recorded, and what arrives of it. */
export interface Member {
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

export interface Gathered {
  readonly members: ReadonlyMap<string, Member>;
  /** Names that say nothing, among those that were asked for. */
  readonly tooCommon: ReadonlySet<string>;
  /** Names that were asked for because it depends on them who is one. */
  readonly deciding: ReadonlySet<string>;
  /** What was asked for the facts that arrive, and for those who come to be one. */
  readonly asked: readonly Question[];
}

interface Recorded {
  readonly stored: StoredBook | undefined;
  readonly history: History;
}

/** Customers whose recordings were read: facts about one may stand with any that it is one with, or was. */
const membersOf = (
  recorded: ReadonlyMap<string, Recorded>,
  arriving: ReadonlyMap<string, readonly Fact[]>,
): ReadonlyMap<string, Member> => {
  const standing = new Map(
    [...recorded.keys()].map((customerId) => [customerId, { known: [] as Fact[], homes: new Map<string, string[]>() }]),
  );
  for (const [home, { history }] of recorded)
    for (const fact of history.facts) {
      const own = standing.get(customerIdOf(fact));
      const key = factKeyOf(fact);
      const homes = own?.homes.get(key);
      if (homes === undefined) own?.known.push(fact);
      own?.homes.set(key, [...(homes ?? []), home]);
    }
  return new Map(
    [...standing].map(([customerId, { known, homes }]): [string, Member] => {
      const { stored, history } = recorded.get(customerId) as Recorded;
      const arrived = arriving.get(customerId) ?? [];
      const fresh = arrived.filter((fact) => !homes.has(factKeyOf(fact)));
      return [customerId, { customerId, stored, movements: history.movements, known, homes, fresh, claiming: newClaims(arrived, known) }];
    }),
  );
};

export const factsOf = ({ known, fresh }: Member): readonly Fact[] => [...known, ...fresh];
export const factsIn = (members: ReadonlyMap<string, Member>): ReadonlyMap<string, readonly Fact[]> =>
  new Map([...members].map(([customerId, member]) => [customerId, factsOf(member)]));

/** Members by the names that they claim with what arrives: nobody finds these claims yet. */
const bearingAmong = (members: ReadonlyMap<string, Member>): Bearing => {
  const claims = [...members.values()].flatMap(({ customerId, claiming }) => claiming.made.map(({ key }) => ({ key, customerId })));
  const byKey = Map.groupBy(claims, ({ key }) => key);
  return (key) => (byKey.get(key) ?? []).map(({ customerId }) => customerId);
};

/** Customers that facts of some name directly, and those that they are one with now. */
const namedAmong = (members: ReadonlyMap<string, Member>): readonly string[] => {
  const named = [...members.values()].flatMap(({ stored, known, fresh }) => [
    ...(stored?.place.members ?? []),
    ...(stored?.place.movedTo === undefined ? [] : [stored.place.movedTo]),
    ...namedBy([...known, ...fresh]),
  ]);
  return [...new Set(named)];
};

/** Where customers are decided that are one: all in the book of the first. */
export const placeIn = (group: readonly string[], customerId: string): Place => {
  const [root = '', ...others] = group;
  return others.length === 0 ? ALONE : customerId === root ? { members: others } : { movedTo: root };
};

/** Whether a customer is decided elsewhere than it is to be, or with others. */
export const isMovedTo = ({ stored }: Member, place: Place): boolean => {
  const now = stored?.place ?? ALONE;
  return now.movedTo !== place.movedTo || (now.members ?? []).join() !== (place.members ?? []).join();
};

/** Groups of whom a fact arrives or is decided again, or who come to be one or apart. The others are looked at, and stay as they are. */
const concernedOf = (
  groups: readonly (readonly string[])[],
  members: ReadonlyMap<string, Member>,
  customerIds: ReadonlySet<string>,
): readonly (readonly string[])[] =>
  groups.filter((group) => group.some((own) => customerIds.has(own) || isMovedTo(members.get(own) as Member, placeIn(group, own))));

/** Reads the books and histories of customers that are looked at for the first time. */
const readInto = async (recorded: Map<string, Recorded>, open: readonly string[], stored: Arriving['stored']): Promise<void> => {
  const books = await readBooks(open.filter((customerId) => !stored.has(customerId)));
  await Promise.all(
    open.map(async (customerId) => {
      const book = stored.get(customerId) ?? books.get(customerId);
      recorded.set(customerId, { stored: book, history: book === undefined ? NOTHING_RECORDED : await readHistory(customerId) });
    }),
  );
};

/**
 * The customers of some facts, those that are one with them now, and all that may be by what facts say. However many bear a name that arrives,
 * they are looked at, with those that they are one with; of those that stay as they are, nobody asks for further names.
 */
export const gather = async ({ customerIds, facts, stored }: Arriving): Promise<Gathered> => {
  const arriving = byCustomer(facts);
  const recorded = new Map<string, Recorded>();
  const claims = claimReader();
  const deciding = new Set<string>();
  for (let open = [...customerIds]; ; ) {
    await readInto(recorded, open, stored);
    const members = membersOf(recorded, arriving);
    const isOpen = (customerId: string): boolean => !recorded.has(customerId);
    open = namedAmong(members).filter(isOpen);
    // What a customer has asked before is known once all are read with whom its facts stand.
    if (open.length > 0) continue;
    const bearing = bearingAmong(members);
    const own = factsIn(members);
    const fresh = [...members.values()].flatMap(({ claiming }) => claiming.asked);
    open = [...(await claims.ask(fresh, bearing))].filter(isOpen);
    if (open.length > 0) continue;
    const tooCommon = claims.tooCommon(bearing);
    const links = linksOf(own, tooCommon);
    const concerned = concernedOf(groupsOf(members.keys(), links), members, customerIds);
    const shared = concerned.flatMap((group) => sharedAsked(new Map(group.map((one) => [one, own.get(one) ?? []])), tooCommon));
    open = [...(await claims.ask(shared, bearing))].filter(isOpen);
    if (open.length > 0) continue;
    // Whether a name that they bear says anything follows from all that claim it, not only from those that are looked at.
    const names = decidingNames(own, claims.tooCommon(bearing), new Set(concerned.flat()), claims.isTold);
    if (names.length === 0) return { members, tooCommon: claims.tooCommon(bearing), deciding, asked: [...fresh, ...shared] };
    for (const name of names) deciding.add(name);
    const asking = names.map((key): Question => ({ key, side: 'agreement' }));
    open = [...(await claims.ask(asking, bearing))].filter(isOpen);
  }
};
