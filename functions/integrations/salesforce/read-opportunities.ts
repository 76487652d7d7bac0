import { ok, type Result } from '../../platform/result.ts';
import type { MappingContext } from './context.ts';
import { type Claim, opportunityFacts } from './opportunities.ts';
import { idsIn, type OrgReading, type ReadProblem, readWhere } from './read-in.ts';
import type { SalesforceRecord } from './reader.ts';
import { recordId } from './record-id.ts';
import { gone, type RootReading, type Told } from './told.ts';

const by = (records: readonly SalesforceRecord[], field: string): ReadonlyMap<string, readonly SalesforceRecord[]> =>
  Map.groupBy(records, (record) => recordId(String(record[field])) ?? '');

/** Apart from the opportunity, so that each has a newest reading. */
const claimed = (opportunityId: string, { isClaimed, fact }: Claim): Told => ({
  kind: 'subscription',
  objectId: `claim:${opportunityId}`,
  fact,
  warnings: [],
  ...(isClaimed ? {} : { takesBack: true }),
});

/** Opportunities with their line items and the history of their stages, which no event tells. */
export const readOpportunities = async (
  ids: readonly string[],
  org: OrgReading,
  context: MappingContext,
): Promise<Result<readonly RootReading[], ReadProblem>> => {
  const opportunities = await readWhere('Opportunity', 'Id', ids, org);
  if (!opportunities.ok) return opportunities;
  const history = await readWhere('OpportunityHistory', 'OpportunityId', ids, org);
  if (!history.ok) return history;
  const items = await readWhere('OpportunityLineItem', 'OpportunityId', ids, org);
  if (!items.ok) return items;
  const products = await readWhere('Product2', 'Id', idsIn(items.value, 'Product2Id'), org);
  if (!products.ok) return products;
  const opportunityOf = by(opportunities.value, 'Id');
  const historyOf = by(history.value, 'OpportunityId');
  const itemsOf = by(items.value, 'OpportunityId');
  const productOf = by(products.value, 'Id');
  const readingOf = (id: string): RootReading => {
    const [opportunity] = opportunityOf.get(id) ?? [];
    if (opportunity === undefined) return gone('Opportunity', id);
    const own = itemsOf.get(id) ?? [];
    const records = {
      opportunity,
      items: own,
      history: historyOf.get(id) ?? [],
      products: idsIn(own, 'Product2Id').flatMap((productId) => productOf.get(productId) ?? []),
    };
    return {
      id,
      object: 'Opportunity',
      told: () => {
        const facts = opportunityFacts(records, context);
        if (!facts.ok) return facts;
        const { opportunity: itself, claim } = facts.value;
        return ok([{ kind: 'opportunity', objectId: id, ...itself }, ...(claim === undefined ? [] : [claimed(id, claim)])]);
      },
    };
  };
  return ok(ids.map(readingOf));
};
