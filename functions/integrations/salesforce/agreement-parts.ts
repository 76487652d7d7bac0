import { addDays, addMonths } from '../../platform/calendar.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { MappingContext } from './context.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import type { SalesforceRecord } from './reader.ts';
import { recordId } from './record-id.ts';
import { contractSignature, isActivated, orderSignature, type Signature } from './signatures.ts';
import {
  type ContractSnapshot,
  contractSnapshot,
  type OrderItemSnapshot,
  type OrderSnapshot,
  orderItemSnapshot,
  orderSnapshot,
  productSnapshot,
  type Read,
  readRecord,
  readRecords,
  type SellingModelSnapshot,
  sellingModelSnapshot,
} from './snapshots.ts';

/** All records that one agreement is told by, as they were read, those in the recycle bin too (`queryAll`). */
export interface AgreementRecords {
  /** `agreementIdOf` its orders: the contract's id, or that of the order that has no contract. 18 characters. */
  readonly agreementId: string;
  /** The contract, where the agreement is one. */
  readonly contract?: SalesforceRecord;
  readonly orders: readonly SalesforceRecord[];
  readonly items: readonly SalesforceRecord[];
  /** `Product2` of the items; one that is missing leaves its items under the product's own id. */
  readonly products: readonly SalesforceRecord[];
  /** Only of an org with selling models. */
  readonly sellingModels: readonly SalesforceRecord[];
}

/** The agreement that an order belongs to: its contract; without one, the order that it reduces, or it is one itself. `undefined` for what is no order. */
export const agreementIdOf = ({ ContractId, OriginalOrderId, Id }: SalesforceRecord): string | undefined => {
  const id = ContractId ?? OriginalOrderId ?? Id;
  return typeof id === 'string' ? recordId(id) : undefined;
};

export interface Parts {
  readonly contract: Read<ContractSnapshot> | undefined;
  readonly orders: readonly Read<OrderSnapshot>[];
  readonly items: readonly Read<OrderItemSnapshot>[];
  readonly products: readonly Read<{ readonly Id: string; readonly SystemModstamp: number }>[];
  readonly sellingModels: readonly Read<SellingModelSnapshot>[];
}

export const partsOf = (records: AgreementRecords): Result<Parts, MappingProblem> => {
  const contract = records.contract === undefined ? ok(undefined) : readRecord(contractSnapshot, records.contract, 'Contract');
  if (!contract.ok) return contract;
  const orders = readRecords(orderSnapshot, records.orders, 'Order');
  if (!orders.ok) return orders;
  const items = readRecords(orderItemSnapshot, records.items, 'OrderItem');
  if (!items.ok) return items;
  const products = readRecords(productSnapshot, records.products, 'Product2');
  if (!products.ok) return products;
  const sellingModels = readRecords(sellingModelSnapshot, records.sellingModels, 'ProductSellingModel');
  if (!sellingModels.ok) return sellingModels;
  return ok({
    contract: contract.value,
    orders: orders.value,
    items: items.value,
    products: products.value,
    sellingModels: sellingModels.value,
  });
};

/** What the agreement itself is: the contract, or the one order. */
export interface Head {
  readonly object: 'Contract' | 'Order';
  readonly is: ContractSnapshot | OrderSnapshot;
  readonly raw: SalesforceRecord;
  readonly customerId: string;
  readonly signature: Signature | undefined;
  /** First day that it is of, where it says one, and first day without. */
  readonly startsOn: string | null | undefined;
  readonly endsOn: string | undefined;
  readonly termMonths: number | null | undefined;
}

export const headOf = (
  { agreementId }: AgreementRecords,
  { contract, orders }: Parts,
  context: MappingContext,
): Result<Head, MappingProblem> => {
  if (contract !== undefined) return ok(headOfContract(contract));
  const order = orders.find(({ is }) => is.Id === agreementId);
  if (order === undefined)
    return unmapped('record-missing', `Neither a contract nor an order ${agreementId} was found. May the integration user read it?`, 'Id');
  const { AccountId, EffectiveDate, EndDate } = order.is;
  if (AccountId == null) return unmapped('record-missing', `Order ${agreementId} has no account, so nobody bought it.`, 'Order.AccountId');
  const signature = orderSignature(order, context);
  if (!signature.ok) return signature;
  const endsOn = EndDate == null ? undefined : addDays(EndDate, 1);
  return ok({
    object: 'Order',
    ...order,
    customerId: AccountId,
    signature: signature.value,
    startsOn: EffectiveDate,
    endsOn,
    termMonths: null,
  });
};

const headOfContract = (contract: Read<ContractSnapshot>): Head => {
  const { AccountId, StartDate, EndDate, ContractTerm } = contract.is;
  const termEnd = StartDate != null && ContractTerm != null ? addMonths(StartDate, ContractTerm) : undefined;
  return {
    object: 'Contract',
    ...contract,
    customerId: AccountId,
    signature: contractSignature(contract.is),
    startsOn: StartDate,
    endsOn: EndDate == null ? termEnd : addDays(EndDate, 1),
    termMonths: ContractTerm,
  };
};

/** What counts of its orders: activated, and not in the recycle bin. A draft is no evidence of anything. */
export const countedOf = ({ orders, items }: Parts): Pick<Parts, 'orders' | 'items'> => {
  const counted = orders.filter(({ is }) => !is.IsDeleted && isActivated(is));
  const ids = new Set(counted.map(({ is }) => is.Id));
  return { orders: counted, items: items.filter(({ is }) => !is.IsDeleted && ids.has(is.OrderId)) };
};
