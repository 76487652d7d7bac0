import { allClaimants, claimReader } from './claims-store.ts';
import type { Prepared } from './group.ts';
import { readBooks } from './store.ts';

/** What is found once facts were recorded: others may have come at the same time, whom they concern. */
export interface Afterwards {
  /** Whether nobody whom they concern has come beside the customers that were looked at, and these are as they were. */
  readonly isSettled: boolean;
  /** Names that say nothing, and may have linked customers until just now, these or others. */
  readonly tooCommon: ReadonlySet<string>;
}

export const UNSETTLED: Afterwards = { isSettled: false, tooCommon: new Set() };
const SETTLED: Afterwards = { isSettled: true, tooCommon: new Set() };

/** Asked after facts were recorded. Of a name that has long been far too common nobody looks whom it linked. */
export const lookAgain = async ({ asked, customerIds, tooCommon, unwritten }: Prepared): Promise<Afterwards> => {
  if (asked.length === 0) return SETTLED;
  const claims = claimReader();
  const found = await claims.ask(asked);
  const names = new Set([...claims.tooCommon()].filter((name) => !tooCommon.has(name) || claims.isWhole(name)));
  if (![...found].every((customerId) => customerIds.has(customerId))) return { isSettled: false, tooCommon: names };
  const books = await readBooks([...unwritten.keys()]);
  const isSettled = [...unwritten].every(([customerId, version]) => (books.get(customerId)?.version ?? 0) === version);
  return { isSettled, tooCommon: names };
};

/**
 * Customers in whose books others are decided, perhaps because of one of some names: among those that are one somebody claims it as an agreement
 * does, and somebody as what bills one does. A subscription makes no claim of its own id, so of such a name only agreements are asked.
 */
export const groupsMadeBy = async (names: ReadonlySet<string>): Promise<ReadonlySet<string>> => {
  const groups = await Promise.all([...names].map(groupsOfName));
  return new Set(groups.flat());
};

const groupsOfName = async (name: string): Promise<readonly string[]> => {
  const { agreement, billing } = await allClaimants(name);
  const sides = name.startsWith('billing ') ? [agreement] : [agreement, billing];
  const fewest = sides.reduce((least, side) => (side.length < least.length ? side : least));
  const fewer = await readBooks(fewest);
  const roots = new Set<string>();
  for (const [customerId, { place }] of fewer)
    if (place.movedTo !== undefined) roots.add(place.movedTo);
    else if (place.members !== undefined) roots.add(customerId);
  const bearers = sides.map((side) => new Set(side));
  return [...(await readBooks([...roots]))].flatMap(([customerId, { place }]) => {
    const group = [customerId, ...(place.members ?? [])];
    // One that has moved on meanwhile is found by its place.
    const isMade = place.movedTo !== undefined || bearers.every((side) => group.some((one) => side.has(one)));
    return isMade ? [customerId] : [];
  });
};
