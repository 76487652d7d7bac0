import { formatShortest } from '../../platform/decimal.ts';
import { ok, type Result } from '../../platform/result.ts';
import { present } from '../present.ts';
import { exactDecimal, minorText } from './amounts.ts';
import { configuredText } from './configured.ts';
import type { MappingContext } from './context.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import type { SubscriptionFact } from './reading.ts';
import { type Reduction, segmentsOf } from './reductions.ts';
import { pricedTermOf, type Service, serviceOf, startOf } from './service.ts';
import type { OrderItemSnapshot, OrderSnapshot, Read, SellingModelSnapshot } from './snapshots.ts';

type Line = SubscriptionFact['lines'][number];

export const MAX_LINES = 200;

/** An order that counts, and the day of the last signature under it; `undefined` where nobody has signed. */
export interface BookedOrder {
  readonly order: OrderSnapshot;
  readonly bookedOn: string | undefined;
}

/** The items of an agreement's orders with all that they are read by. */
export interface Sold {
  /** Of orders that count, none of the recycle bin. */
  readonly items: readonly OrderItemSnapshot[];
  readonly orders: ReadonlyMap<string, BookedOrder>;
  readonly products: ReadonlyMap<string, Read<unknown>>;
  readonly sellingModels: ReadonlyMap<string, SellingModelSnapshot>;
  readonly contractEndsOn: string | undefined;
  readonly currency: string;
  readonly warnings: string[];
}

/** An item that is served, whole. */
interface Served {
  readonly item: OrderItemSnapshot;
  readonly service: Service;
  readonly bookedOn: string | undefined;
  /** Of every segment of it. */
  readonly common: Omit<Line, 'lineId' | 'quantity' | 'startsOn' | 'endsOn' | 'bookedOn'>;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Our id of a product, where the configured field tells it; otherwise Salesforce's own. */
export const productOf = (
  product2Id: string,
  products: ReadonlyMap<string, Read<unknown>>,
  { instance }: Pick<MappingContext, 'instance'>,
): Pick<Line, 'productId' | 'unmapped'> => {
  const product = products.get(product2Id);
  const productId = product && configuredText(product, instance.fields.product.productId);
  return productId === undefined ? { productId: product2Id, unmapped: true } : { productId };
};

/** By the letters of what the configured field says: `One-Time` and `ONE TIME` are one. */
const chargeOf = (product2Id: string, { products }: Sold, { instance }: MappingContext): 'once' | 'metered' | 'licensed' => {
  const product = products.get(product2Id);
  const told =
    product &&
    configuredText(product, instance.fields.product.chargeType)
      ?.toLowerCase()
      .replace(/[^a-z]/g, '');
  if (told === 'onetime') return 'once';
  return told === 'usage' ? 'metered' : 'licensed';
};

const sellingModelOf = (
  { Id, ProductSellingModelId }: OrderItemSnapshot,
  { sellingModels }: Sold,
): Result<SellingModelSnapshot | undefined, MappingProblem> => {
  if (ProductSellingModelId == null) return ok(undefined);
  const model = sellingModels.get(ProductSellingModelId);
  if (model !== undefined) return ok(model);
  return unmapped(
    'record-missing',
    `Order item ${Id} names selling model ${ProductSellingModelId}, which was not found. May the integration user read it?`,
    'OrderItem.ProductSellingModelId',
  );
};

/** The price that was agreed, net of all discounts, and the list price where that is another one. A list price decides nothing: one that cannot be read is left out. */
const priceOf = (
  { Id, NetUnitPrice, UnitPrice, ListPrice }: OrderItemSnapshot,
  { currency, warnings }: Sold,
): Result<Pick<Line, 'pricing' | 'listUnitMinor'>, MappingProblem> => {
  const unit = minorText(NetUnitPrice ?? UnitPrice, currency, 'OrderItem.UnitPrice');
  if (!unit.ok) return unit;
  const list = minorText(ListPrice ?? UnitPrice, currency, 'OrderItem.ListPrice');
  if (!list.ok) warnings.push(`list price of order item ${Id} cannot be read exactly: left out`);
  const listUnitMinor = list.ok && list.value !== unit.value ? list.value : undefined;
  return ok({ pricing: { model: 'per-unit', unitMinor: unit.value }, ...present('listUnitMinor', listUnitMinor) });
};

/** `undefined` for what does not recur, and for what is never in force. */
const servedOf = (
  item: OrderItemSnapshot,
  { order, bookedOn }: BookedOrder,
  sold: Sold,
  context: MappingContext,
): Result<Served | undefined, MappingProblem> => {
  const model = sellingModelOf(item, sold);
  if (!model.ok) return model;
  const sellingModel = model.value;
  const charge = chargeOf(item.Product2Id, sold, context);
  if (charge === 'once' || sellingModel?.SellingModelType === 'OneTime') return ok(undefined);
  const service = serviceOf(item, { order, contractEndsOn: sold.contractEndsOn, sellingModel });
  if (!service.ok) return service;
  if (service.value === undefined) {
    sold.warnings.push(`order item ${item.Id} has no day of service before its order or contract ends: left out`);
    return ok(undefined);
  }
  const term = pricedTermOf(item, service.value, sellingModel, context);
  if (!term.ok) return term;
  const price = priceOf(item, sold);
  if (!price.ok) return price;
  const common = {
    ...productOf(item.Product2Id, sold.products, context),
    priceId: item.Id,
    usage: charge,
    ...term.value,
    ...price.value,
    discounts: [],
  };
  return ok({ item, service: service.value, bookedOn, common });
};

const reductionOf = (item: OrderItemSnapshot, { order, bookedOn }: BookedOrder): Result<Reduction, MappingProblem> => {
  const startsOn = startOf(item, order);
  if (!startsOn.ok) return startsOn;
  const quantity = exactDecimal(Math.abs(item.Quantity), 'OrderItem.Quantity');
  return quantity.ok ? ok({ startsOn: startsOn.value, quantity: quantity.value, bookedOn }) : quantity;
};

/** Reductions by the item that they lower. Each names one of the agreement's. */
const reductionsOf = (sold: Sold): Result<ReadonlyMap<string, readonly Reduction[]>, MappingProblem> => {
  const added = new Set(sold.items.filter((item) => !reduces(item, sold)).map(({ Id }) => Id));
  const reductions = new Map<string, Reduction[]>();
  for (const item of sold.items) {
    const booked = sold.orders.get(item.OrderId);
    if (booked === undefined || !reduces(item, sold)) continue;
    const original = item.OriginalOrderItemId ?? '';
    if (!added.has(original))
      return unmapped(
        'record-missing',
        `Order item ${item.Id} takes away from ${original === '' ? 'an item that it does not name' : `${original}, which is no item of this agreement`}.`,
        'OrderItem.OriginalOrderItemId',
      );
    const reduction = reductionOf(item, booked);
    if (!reduction.ok) return reduction;
    reductions.set(original, [...(reductions.get(original) ?? []), reduction.value]);
  }
  return ok(reductions);
};

const reduces = ({ OrderId, Quantity }: OrderItemSnapshot, { orders }: Sold): boolean =>
  Quantity < 0 || orders.get(OrderId)?.order.IsReductionOrder === true;

interface Chain {
  readonly lineId: string;
  readonly last: Served;
}

/** Whether an item may go on where a chain ends. */
const follows = ({ service, common }: Served, { last }: Chain): boolean =>
  last.common.productId === common.productId && last.service.endsOn !== undefined && last.service.endsOn <= service.startsOn;

/** Of several that it may follow: the one that ended last, then one that was signed with it. */
const closest = (item: Served, a: Chain, b: Chain): number =>
  compareText(b.last.service.endsOn ?? '', a.last.service.endsOn ?? '') ||
  Number(b.last.bookedOn === item.bookedOn) - Number(a.last.bookedOn === item.bookedOn);

/**
 * The line of each item, by the item's id: items of one product whose services follow each other without overlap are one line, that steps; it
 * bears the id of the first. An item that overlaps is a line of its own.
 */
const lineIdsOf = (items: readonly Served[]): ReadonlyMap<string, string> => {
  const lineIds = new Map<string, string>();
  const chains: Chain[] = [];
  for (const item of items) {
    const [before] = chains.filter((chain) => follows(item, chain)).sort((a, b) => closest(item, a, b));
    const lineId = before?.lineId ?? item.item.Id;
    lineIds.set(item.item.Id, lineId);
    const chain = { lineId, last: item };
    if (before === undefined) chains.push(chain);
    else chains[chains.indexOf(before)] = chain;
  }
  return lineIds;
};

const inOrder = (a: Served, b: Served): number =>
  compareText(a.service.startsOn, b.service.startsOn) ||
  compareText(a.service.endsOn ?? '9', b.service.endsOn ?? '9') ||
  compareText(a.item.Id, b.item.Id);

const linesOfItem = (
  { item, service, bookedOn, common }: Served,
  lineId: string,
  reductions: readonly Reduction[],
): Result<readonly Line[], MappingProblem> => {
  const quantity = exactDecimal(item.Quantity, 'OrderItem.Quantity');
  if (!quantity.ok) return quantity;
  const segments = segmentsOf(item.Id, { ...service, quantity: quantity.value, bookedOn }, reductions);
  if (!segments.ok) return segments;
  const isMetered = common.usage === 'metered';
  return ok(
    // A metered line says no quantity, so that of which nothing is left would look like what is in force.
    segments.value
      .filter(({ quantity: { n } }) => n !== 0n || !isMetered)
      .map((segment) => ({
        lineId,
        ...common,
        ...present('quantity', isMetered ? undefined : formatShortest(segment.quantity)),
        startsOn: segment.startsOn,
        ...present('endsOn', segment.endsOn),
        ...present('bookedOn', segment.bookedOn),
      })),
  );
};

/**
 * What is in force when: a dated line for each stretch of each item that recurs, item by item in the order of their first days. It depends on
 * the set of records only. Problems, in this order: `record-missing` (a reduction of nothing), then item by item those of dates,
 * prices and quantities, then `too-many-lines`.
 */
export const linesOf = (sold: Sold, context: MappingContext): Result<readonly Line[], MappingProblem> => {
  const reductions = reductionsOf(sold);
  if (!reductions.ok) return reductions;
  const served: Served[] = [];
  for (const item of sold.items) {
    const booked = sold.orders.get(item.OrderId);
    if (booked === undefined || reduces(item, sold)) continue;
    const one = servedOf(item, booked, sold, context);
    if (!one.ok) return one;
    if (one.value !== undefined) served.push(one.value);
  }
  served.sort(inOrder);
  const lineIds = lineIdsOf(served);
  const lines: Line[] = [];
  for (const one of served) {
    const { Id } = one.item;
    const own = linesOfItem(one, lineIds.get(Id) ?? Id, reductions.value.get(Id) ?? []);
    if (!own.ok) return own;
    lines.push(...own.value);
  }
  if (lines.length > MAX_LINES)
    return unmapped('too-many-lines', `The agreement has ${lines.length} dated lines; at most ${MAX_LINES} are read.`, 'OrderItem');
  return ok(lines);
};
