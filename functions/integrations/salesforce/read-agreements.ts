import { ok, type Result } from '../../platform/result.ts';
import { type AgreementRecords, agreementFact, agreementIdOf } from './agreements.ts';
import type { MappingContext } from './context.ts';
import { idsIn, type OrgReading, type ReadProblem, type Records, readWhere } from './read-in.ts';
import type { SalesforceRecord } from './reader.ts';
import { recordId } from './record-id.ts';
import { gone, one, type RootReading } from './told.ts';

/** What the ids of Salesforce's own orders begin with; those of contracts with 800. */
const ORDER_PREFIX = '801';

export const isOrderId = (id: string): boolean => id.startsWith(ORDER_PREFIX);

type Parts = Pick<AgreementRecords, 'orders' | 'items' | 'products' | 'sellingModels'> & {
  readonly contracts: readonly SalesforceRecord[];
};

const none: Records = ok([]);

/** All records of the agreements, those in the recycle bin too: one query for up to 200 of each object. */
const readParts = async (
  contractIds: readonly string[],
  orderIds: readonly string[],
  org: OrgReading,
): Promise<Result<Parts, ReadProblem>> => {
  const contracts = await readWhere('Contract', 'Id', contractIds, org);
  if (!contracts.ok) return contracts;
  const orders = new Map<string, SalesforceRecord>();
  for (const [field, ids] of [
    ['ContractId', contractIds],
    ['Id', orderIds],
    ['OriginalOrderId', orderIds],
  ] as const) {
    const found = await readWhere('Order', field, ids, org);
    if (!found.ok) return found;
    for (const order of found.value) orders.set(idOf(order), order);
  }
  const items = await readWhere('OrderItem', 'OrderId', orders.keys(), org);
  if (!items.ok) return items;
  const products = await readWhere('Product2', 'Id', idsIn(items.value, 'Product2Id'), org);
  if (!products.ok) return products;
  const sellingModels = org.instance.sellingModels
    ? await readWhere('ProductSellingModel', 'Id', idsIn(items.value, 'ProductSellingModelId'), org)
    : none;
  if (!sellingModels.ok) return sellingModels;
  return ok({
    contracts: contracts.value,
    orders: [...orders.values()],
    items: items.value,
    products: products.value,
    sellingModels: sellingModels.value,
  });
};

const idOf = (record: SalesforceRecord, field = 'Id'): string => recordId(String(record[field])) ?? '';

const byId = (records: readonly SalesforceRecord[], field = 'Id'): ReadonlyMap<string, readonly SalesforceRecord[]> =>
  Map.groupBy(records, (record) => idOf(record, field));

/** As an agreement of its own, an order that has a contract by now, or reduces another, is gone. */
const asMoved = (order: SalesforceRecord): SalesforceRecord => ({ ...order, IsDeleted: true, ContractId: null, OriginalOrderId: null });

/**
 * Agreements with all that they are told by. `ids` are contracts and orders; an order that belongs to another agreement gives a fact that takes
 * back what was recorded of it when it was one itself.
 */
export const readAgreements = async (
  ids: readonly string[],
  org: OrgReading,
  context: MappingContext,
): Promise<Result<readonly RootReading[], ReadProblem>> => {
  const orderIds = ids.filter(isOrderId);
  const read = await readParts(
    ids.filter((id) => !isOrderId(id)),
    orderIds,
    org,
  );
  if (!read.ok) return read;
  const contracts = byId(read.value.contracts);
  const orders = byId(read.value.orders);
  const byAgreement = Map.groupBy(read.value.orders, (order) => agreementIdOf(order) ?? '');
  const items = byId(read.value.items, 'OrderId');
  const products = byId(read.value.products);
  const sellingModels = byId(read.value.sellingModels);

  const recordsOf = (agreementId: string, own: readonly SalesforceRecord[]): AgreementRecords => {
    const [contract] = contracts.get(agreementId) ?? [];
    const ownItems = own.flatMap((order) => items.get(idOf(order)) ?? []);
    return {
      agreementId,
      ...(contract === undefined ? {} : { contract }),
      orders: own,
      items: ownItems,
      products: idsIn(ownItems, 'Product2Id').flatMap((id) => products.get(id) ?? []),
      sellingModels: idsIn(ownItems, 'ProductSellingModelId').flatMap((id) => sellingModels.get(id) ?? []),
    };
  };
  const readingOf = (id: string): RootReading => {
    const object = isOrderId(id) ? 'Order' : 'Contract';
    const own = byAgreement.get(id) ?? [];
    const [order] = orders.get(id) ?? [];
    const hasMoved = order !== undefined && agreementIdOf(order) !== id;
    if (own.length === 0 && !hasMoved && !contracts.has(id)) return gone(object, id);
    const records = recordsOf(id, hasMoved ? [asMoved(order)] : own);
    return {
      id,
      object,
      told: () =>
        one(agreementFact(records, context), (mapped) => ({
          kind: 'subscription',
          objectId: id,
          ...mapped,
          ...(hasMoved ? { takesBack: true } : {}),
        })),
    };
  };
  return ok(ids.map(readingOf));
};
