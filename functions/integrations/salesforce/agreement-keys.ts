import { configuredId, configuredText, stripeIds } from './configured.ts';
import type { MappingContext } from './context.ts';
import type { SubscriptionFact } from './reading.ts';
import type { ContractSnapshot, OrderSnapshot, Read } from './snapshots.ts';

/** What ties an agreement to others: the ids that billing systems know it by, those that bill it, and the one that it renews. */

type Contract = Read<ContractSnapshot> | undefined;
type Orders = readonly Read<OrderSnapshot>[];

const MAX_IDS = 40;
const MAX_BILLED_BY = 20;

/** Those that are not in the recycle bin, in the order in which they were made. */
const standing = (orders: Orders): Orders =>
  orders.filter(({ is }) => !is.IsDeleted).sort((a, b) => a.is.CreatedDate - b.is.CreatedDate || (a.is.Id < b.is.Id ? -1 : 1));

const atMost = <T>(limit: number, all: Iterable<T>, what: string, warnings: string[]): T[] => {
  const list = [...all];
  if (list.length > limit) warnings.push(`the agreement has ${list.length} ${what}: ${list.length - limit} are left out`);
  return list.slice(0, limit);
};

/** Every id under which a billing system may know the agreement: the contract's own, its number, the company's name of it, and its orders' ids and numbers. */
export const agreementIdsOf = (contract: Contract, orders: Orders, { instance }: MappingContext, warnings: string[]): string[] => {
  const own = contract && [contract.is.Id, contract.is.ContractNumber, configuredText(contract, instance.fields.contract.agreementId)];
  const ids = [...(own ?? []), ...standing(orders).flatMap(({ is }) => [is.Id, is.OrderNumber])];
  return atMost(MAX_IDS, new Set(ids.filter((id): id is string => id != null && id !== '')), 'ids', warnings);
};

/** The Stripe subscriptions that its contract and orders name as what bills it. */
export const billedByOf = (
  contract: Contract,
  orders: Orders,
  { instance, stripeInstance }: MappingContext,
  warnings: string[],
): SubscriptionFact['billedBy'] => {
  const { fields } = instance;
  const named = new Set([
    ...(contract === undefined ? [] : stripeIds(contract, fields.contract.stripeSubscriptionId, 'sub', warnings)),
    ...standing(orders).flatMap((order) => stripeIds(order, fields.order.stripeSubscriptionId, 'sub', warnings)),
  ]);
  if (named.size === 0) return undefined;
  if (stripeInstance === undefined) {
    warnings.push('the agreement names subscriptions of Stripe, and stripeInstance is not configured: left out');
    return undefined;
  }
  const ids = atMost(MAX_BILLED_BY, named, 'subscriptions', warnings);
  return ids.map((subscriptionId) => ({ system: 'stripe', instance: stripeInstance, subscriptionId }));
};

/** The contract that it renews. */
export const renewalOf = (contract: Contract, { instance }: MappingContext, warnings: string[]): string | undefined =>
  contract && configuredId(contract, instance.fields.contract.renewalOf, warnings);
