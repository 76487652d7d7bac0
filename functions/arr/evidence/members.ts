import { type CustomerFact, customerIdOf, type Fact, type LinkFact, type SubscriptionFact } from '../lines/facts.ts';
import { newestReadings } from './terms.ts';

/**
 * Which customers of several sources are one (`identity` in docs/concepts.md): what one source says of the other, or what two people say. Names
 * never link. Everything follows from facts, so that the order of their arrival is nothing, and a link is undone by what undoes its evidence.
 */

/** That two customers are one, and what says so. */
export interface Link {
  readonly customers: readonly [string, string];
  /** `customer`: one names the other; `subscription`: an agreement names what bills it; `agreement`: what bills it names the agreement. */
  readonly by: 'by-hand' | 'customer' | 'subscription' | 'agreement';
  /** The customer that is named, the subscription or the agreement, or the event of the word by hand. */
  readonly id: string;
  /** The name that both bear, by which it follows: `agreement <id>`, or `billing <system>/<instance>/<subscription>`. */
  readonly name?: string;
}

/** Where a customer is known by several systems, the first of these is whose id its book bears: where it is sold to before where it is billed. */
const SYSTEMS = ['manual', 'salesforce', 'hubspot', 'netsuite', 'stripe'];

const rankOf = (customerId: string): number => {
  const rank = SYSTEMS.indexOf(customerId.slice(0, customerId.indexOf('.')));
  return rank < 0 ? SYSTEMS.length : rank;
};

/** Orders customers that are one: the first leads, and its attributes win. */
export const byRank = (a: string, b: string): number => rankOf(a) - rankOf(b) || (a < b ? -1 : a > b ? 1 : 0);

/** `<system>/<instance>/<subscription>`, as agreements name what bills them. */
export const billingKey = ({ provenance: { system, instance }, subscriptionId }: SubscriptionFact): string =>
  `${system}/${instance}/${subscriptionId}`;

interface Said {
  readonly provenance: { readonly observedAt: number; readonly eventId: string };
}

const newest = <T extends Said>(said: readonly T[]): T | undefined => {
  let last: T | undefined;
  for (const one of said) {
    if (last !== undefined && one.provenance.observedAt < last.provenance.observedAt) continue;
    if (last?.provenance.observedAt === one.provenance.observedAt && one.provenance.eventId < last.provenance.eventId) continue;
    last = one;
  }
  return last;
};

/** The customers that a customer's source says it is, by the newest of its facts; what it said before it was deleted stands. */
const sameAs = (facts: readonly Fact[]): readonly string[] => {
  const told = facts.flatMap((fact) => (fact.kind === 'customer' && !fact.data.deleted ? [fact.data] : []));
  return (newest(told)?.sameAs ?? []).map((one) => `${one.system}.${one.instance}.${one.customerId}`);
};

/** Parents that the newest fact of each source names, by their whole ids. */
export const parentsOf = (facts: readonly Fact[]): readonly string[] => {
  const told = facts.flatMap((fact) => (fact.kind === 'customer' ? [fact.data] : []));
  const bySource = Map.groupBy(told, ({ provenance: { system, instance }, customerId }) => `${system}.${instance}.${customerId}`);
  const parents = [...bySource.values()].flatMap((own) => {
    const { parentId, provenance } = newest(own) as CustomerFact;
    return parentId === undefined ? [] : [`${provenance.system}.${provenance.instance}.${parentId}`];
  });
  return [...new Set(parents)].sort();
};

/** The parent of a customer: the one that its own system names, before those of systems that it is one with. */
export const parentOf = (customerId: string, facts: readonly Fact[]): string | undefined => {
  const [system, instance] = customerId.split('.');
  const parents = parentsOf(facts);
  return parents.find((parent) => parent.startsWith(`${system}.${instance}.`)) ?? parents[0];
};

/** Customers that the facts of one name directly, with words by hand: they are to be looked at with it. */
export const namedBy = (facts: readonly Fact[]): readonly string[] => [
  ...sameAs(facts),
  ...facts.flatMap((fact) => (fact.kind === 'link' ? [fact.data.customerId, fact.data.otherId] : [])),
];

/** Newest state of each billed subscription. */
export const billedOf = (facts: readonly Fact[]): readonly SubscriptionFact[] => {
  const bySubscription = Map.groupBy(
    facts.flatMap((fact) => (fact.kind === 'subscription' && fact.data.evidence === 'billed' ? [fact.data] : [])),
    ({ subscriptionId }) => subscriptionId,
  );
  return [...bySubscription.values()].flatMap((states) => newest(states) ?? []);
};

/** Agreements that stand, signed or not: a customer is the same before it has signed. */
export const agreementsOf = (facts: readonly Fact[]): readonly SubscriptionFact[] => {
  const readings = facts.flatMap((fact) => (fact.kind === 'subscription' && fact.data.evidence !== 'billed' ? [fact.data] : []));
  return [...newestReadings(readings).values()].filter(({ status }) => status === 'active');
};

export const agreementIdsOf = ({ agreementId, agreementIds }: SubscriptionFact): readonly string[] => [
  ...new Set([...(agreementIds ?? []), ...(agreementId === undefined ? [] : [agreementId])]),
];

export const billingKeysOf = ({ billedBy }: SubscriptionFact): readonly string[] =>
  (billedBy ?? []).map(({ system, instance, subscriptionId }) => `${system}/${instance}/${subscriptionId}`);

/** The customers whose standing agreements bear an id, or name what bills them, by `agreement <id>` and `billing <system>/<instance>/<id>`. */
const ownersIn = (factsOf: ReadonlyMap<string, readonly Fact[]>): ReadonlyMap<string, ReadonlySet<string>> => {
  const owners = new Map<string, Set<string>>();
  for (const [customerId, facts] of factsOf)
    for (const agreement of agreementsOf(facts)) {
      const named = agreementIdsOf(agreement).map((id) => `agreement ${id}`);
      const billing = billingKeysOf(agreement).map((key) => `billing ${key}`);
      for (const key of [...named, ...billing]) owners.set(key, (owners.get(key) ?? new Set()).add(customerId));
    }
  return owners;
};

/** Names that agreements of several customers bear: should these be one, whoever else bears them is one with them. */
export const sharedNames = (factsOf: ReadonlyMap<string, readonly Fact[]>): ReadonlySet<string> =>
  new Set([...ownersIn(factsOf)].flatMap(([key, customers]) => (customers.size > 1 ? [key] : [])));

/** The one customer that bears a name, the first of those that are one; a name that several bear says nothing. */
type OwnerOf = (key: string) => string | undefined;

const ownerAmong = (
  owners: ReturnType<typeof ownersIn>,
  groups: readonly (readonly string[])[],
  tooCommon: ReadonlySet<string>,
): OwnerOf => {
  const groupOf = new Map(groups.flatMap((group) => group.map((customerId) => [customerId, group])));
  return (key) => {
    if (tooCommon.has(key)) return undefined;
    const [first, ...others] = [...(owners.get(key) ?? [])].sort(byRank);
    const group = first === undefined ? undefined : groupOf.get(first);
    return others.every((other) => groupOf.get(other) === group) ? first : undefined;
  };
};

/** What a customer's source says of others. */
const linksBySource = (customerId: string, facts: readonly Fact[]): readonly Link[] =>
  sameAs(facts).flatMap((id): Link[] => (id === customerId ? [] : [{ customers: [customerId, id], by: 'customer', id }]));

/** What names that a customer's billing and the agreements of others bear say of them. */
const linksByName = (customerId: string, facts: readonly Fact[], ownerOf: OwnerOf): readonly Link[] =>
  billedOf(facts).flatMap((fact): readonly Link[] => {
    const { agreementId, subscriptionId } = fact;
    const linkBy = (by: 'subscription' | 'agreement', id: string, name: string): readonly Link[] => {
      const owner = ownerOf(name);
      return owner === undefined || owner === customerId ? [] : [{ customers: [owner, customerId], by, id, name }];
    };
    return [
      ...linkBy('subscription', subscriptionId, `billing ${billingKey(fact)}`),
      ...(agreementId === undefined ? [] : linkBy('agreement', agreementId, `agreement ${agreementId}`)),
    ];
  });

/**
 * All links between customers, by the facts of each. Those that are one bear a name together, so links are looked for until there are no more.
 * Nothing follows from a name that more customers claim than a name of one has (`tooCommon`), whoever of them is looked at here.
 */
export const linksOf = (factsOf: ReadonlyMap<string, readonly Fact[]>, tooCommon: ReadonlySet<string>): readonly Link[] => {
  const words = [...factsOf.values()].flat().flatMap((fact) => (fact.kind === 'link' ? [fact.data] : []));
  const bySource = [...factsOf].flatMap(([customerId, facts]) => linksBySource(customerId, facts));
  const owners = ownersIn(factsOf);
  let links = withWords(bySource, words);
  for (let groups = groupsOf(factsOf.keys(), links); ; ) {
    const ownerOf = ownerAmong(owners, groups, tooCommon);
    const byName = [...factsOf].flatMap(([customerId, facts]) => linksByName(customerId, facts, ownerOf));
    links = withWords([...bySource, ...byName], words);
    const next = groupsOf(factsOf.keys(), links);
    if (next.length === groups.length) return links;
    groups = next;
  }
};

const pairName = ([a, b]: readonly [string, string]): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** Names on whose links it depends which of some customers are one, among those of which it is not told yet whether they are too common. */
export const decidingNames = (
  factsOf: ReadonlyMap<string, readonly Fact[]>,
  tooCommon: ReadonlySet<string>,
  customerIds: ReadonlySet<string>,
  isTold: (name: string) => boolean,
): readonly string[] => {
  if (factsOf.size < 2) return [];
  const links = linksOf(factsOf, tooCommon);
  const untold = new Set(
    links.flatMap(({ name, customers: [owner] }) => (name === undefined || !customerIds.has(owner) || isTold(name) ? [] : [name])),
  );
  if (untold.size === 0) return [];
  const without = linksOf(factsOf, new Set([...tooCommon, ...untold]));
  return groupsOf(factsOf.keys(), without).length === groupsOf(factsOf.keys(), links).length ? [] : [...untold];
};

/** What people said last of two customers stands against every source. */
const withWords = (links: readonly Link[], words: readonly LinkFact[]): readonly Link[] => {
  const byPair = Map.groupBy(words, ({ customerId, otherId }) => pairName([customerId, otherId]));
  const last = [...byPair.values()].flatMap((own) => newest(own) ?? []);
  const said = new Set(last.map(({ customerId, otherId }) => pairName([customerId, otherId])));
  return [
    ...last.flatMap(({ customerId, otherId, isSame, provenance }): Link[] =>
      isSame ? [{ customers: [customerId, otherId], by: 'by-hand', id: provenance.eventId }] : [],
    ),
    ...links.filter(({ customers }) => !said.has(pairName(customers))),
  ];
};

/** Customers that are one, each group in its order; every one that is given or linked stands in exactly one group. */
export const groupsOf = (customerIds: Iterable<string>, links: readonly Pick<Link, 'customers'>[]): readonly (readonly string[])[] => {
  const groupOf = new Map<string, Set<string>>();
  const groupFor = (customerId: string): Set<string> => {
    const known = groupOf.get(customerId) ?? new Set([customerId]);
    groupOf.set(customerId, known);
    return known;
  };
  for (const customerId of customerIds) groupFor(customerId);
  for (const { customers } of links) {
    const [a, b] = customers.map(groupFor) as [Set<string>, Set<string>];
    if (a === b) continue;
    for (const customerId of b) groupOf.set(customerId, a.add(customerId));
  }
  return [...new Set(groupOf.values())].map((group) => [...group].sort(byRank));
};

/** Facts by the customer that they are about. */
export const byCustomer = (facts: readonly Fact[]): Map<string, Fact[]> => Map.groupBy(facts, customerIdOf);

/** The newest name among some facts; one that is empty says nothing. */
export const newestName = (facts: readonly Fact[]): string | undefined => {
  let name: string | undefined;
  let namedAt = Number.NEGATIVE_INFINITY;
  for (const fact of facts) {
    if (fact.kind !== 'customer' || fact.data.name === '' || fact.data.provenance.observedAt < namedAt) continue;
    name = fact.data.name;
    namedAt = fact.data.provenance.observedAt;
  }
  return name;
};
