import type { Standing } from './standing.ts';

/** A customer with the parent that its source names. */
type Member = Pick<Standing, 'customerId' | 'others' | 'parentId'>;

/**
 * The company that a customer belongs to: the topmost of its parents, as they stand today. A parent that is one with a customer is that customer; one
 * that is none itself is known by its own id. Of parents that lead round in a circle, the smallest id is the topmost.
 */
export const companyOf = (members: readonly Member[]): ((customerId: string) => string) => {
  const customers = new Map(
    members.flatMap(({ customerId, others = [] }) => [customerId, ...others].map((id) => [id, customerId] as const)),
  );
  const parents = new Map(members.flatMap(({ customerId, parentId }) => (parentId === undefined ? [] : [[customerId, parentId] as const])));
  const customerOf = (id: string): string => customers.get(id) ?? id;
  const known = new Map<string, string>();
  return (asked) => {
    const path: string[] = [];
    let at = customerOf(asked);
    while (!known.has(at)) {
      const round = path.indexOf(at);
      if (round >= 0) {
        known.set(
          at,
          path.slice(round).reduce((a, b) => (a < b ? a : b)),
        );
        break;
      }
      path.push(at);
      const parent = parents.get(at);
      if (parent === undefined || customerOf(parent) === at) {
        known.set(at, at);
        break;
      }
      at = customerOf(parent);
    }
    const company = known.get(at) as string;
    for (const one of path) known.set(one, company);
    return company;
  };
};
