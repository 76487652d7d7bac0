import { newClaims, sharedAsked } from '../evidence/claims.ts';
import { byCustomer, decidingNames, namedBy } from '../evidence/members.ts';
import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import { type Bearing, claimReader } from './claims-store.ts';
import { type History, readBooks, readHistory, type StoredBook } from './store.ts';

/** More customers than this are not one: something stands where a name should. */
const MAX_CUSTOMERS = 80;
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

/** The customers of some facts, those that are one with them now, and all that may be by what facts say. */
export const gather = async ({ customerIds, facts, stored }: Arriving): Promise<Gathered> => {
  const arriving = byCustomer(facts);
  const recorded = new Map<string, Recorded>();
  const claims = claimReader();
  const deciding = new Set<string>();
  for (let open = [...customerIds]; ; ) {
    if (recorded.size + open.length > MAX_CUSTOMERS)
      throw new Error(`more than ${MAX_CUSTOMERS} customers would be one; the last named are ${open.slice(0, 5).join(', ')}`);
    const books = await readBooks(open.filter((customerId) => !stored.has(customerId)));
    await Promise.all(
      open.map(async (customerId) => {
        const book = stored.get(customerId) ?? books.get(customerId);
        recorded.set(customerId, { stored: book, history: book === undefined ? NOTHING_RECORDED : await readHistory(customerId) });
      }),
    );
    const members = new Map(
      [...recorded.keys()].map((customerId) => [customerId, memberOf(customerId, recorded, arriving.get(customerId) ?? [])]),
    );
    const isOpen = (customerId: string): boolean => !recorded.has(customerId);
    open = namedAmong(members).filter(isOpen);
    // What a customer has asked before is known once all are read with whom its facts stand.
    if (open.length > 0) continue;
    const bearing = bearingAmong(members);
    const own = factsIn(members);
    const asking = [...members.values()].flatMap(({ claiming }) => claiming.asked);
    open = [...(await claims.ask([...asking, ...sharedAsked(own, claims.tooCommon(bearing))], bearing))].filter(isOpen);
    if (open.length > 0) continue;
    // Whether a name that they bear says anything follows from all that claim it, not only from those that are looked at.
    const names = decidingNames(own, claims.tooCommon(bearing), claims.isTold);
    for (const name of names) deciding.add(name);
    open = [
      ...(await claims.ask(
        names.map((key) => ({ key, side: 'agreement' })),
        bearing,
      )),
    ].filter(isOpen);
    if (open.length === 0) return { members, tooCommon: claims.tooCommon(bearing), deciding };
  }
};
