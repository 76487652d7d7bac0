import { ok, type Result } from '../../platform/result.ts';
import { present } from '../present.ts';
import { decimalText, minorText } from './amounts.ts';
import type { MappingContext } from './context.ts';
import { MAX_LINES, productOf } from './order-items.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import type { SubscriptionFact } from './reading.ts';
import type { OpportunityItemSnapshot, Read } from './snapshots.ts';

type Line = SubscriptionFact['lines'][number];

/** A line item of an opportunity, in exact decimals. */
export interface OpportunityItem extends Pick<Line, 'productId' | 'unmapped'> {
  readonly itemId: string;
  readonly quantity: string;
  /** Of one, before the discount; where only the total is told, of all. */
  readonly unitMinor: string;
  readonly isTotalOnly: boolean;
  /** Percent off, where there is one. */
  readonly discount: string | undefined;
  /** Of the whole quantity, after the discount. */
  readonly amountMinor: string;
  readonly startsOn: string | undefined;
}

const itemOf = (
  item: OpportunityItemSnapshot,
  currency: string,
  products: ReadonlyMap<string, Read<unknown>>,
  context: MappingContext,
): Result<OpportunityItem, MappingProblem> => {
  const { Id, Product2Id, Quantity, UnitPrice, TotalPrice, Discount, ServiceDate } = item;
  const quantity = decimalText(Quantity, 'OpportunityLineItem.Quantity');
  if (!quantity.ok) return quantity;
  const unit = minorText(UnitPrice ?? TotalPrice, currency, 'OpportunityLineItem.UnitPrice');
  if (!unit.ok) return unit;
  const amount = minorText(TotalPrice, currency, 'OpportunityLineItem.TotalPrice');
  if (!amount.ok) return amount;
  const discount = decimalText(Discount ?? 0, 'OpportunityLineItem.Discount');
  if (!discount.ok) return discount;
  return ok({
    ...(Product2Id == null ? { productId: Id, unmapped: true } : productOf(Product2Id, products, context)),
    itemId: Id,
    quantity: quantity.value,
    unitMinor: unit.value,
    isTotalOnly: UnitPrice == null,
    discount: discount.value === '0' || UnitPrice == null ? undefined : discount.value,
    amountMinor: amount.value,
    startsOn: ServiceDate ?? undefined,
  });
};

/** Those that are not in the recycle bin, by id. Problems: of amounts, then `too-many-lines`. */
export const opportunityItems = (
  items: readonly Read<OpportunityItemSnapshot>[],
  currency: string,
  products: ReadonlyMap<string, Read<unknown>>,
  context: MappingContext,
): Result<readonly OpportunityItem[], MappingProblem> => {
  const standing = items.filter(({ is }) => !is.IsDeleted).sort((a, b) => (a.is.Id < b.is.Id ? -1 : 1));
  if (standing.length > MAX_LINES)
    return unmapped(
      'too-many-lines',
      `The opportunity has ${standing.length} line items; at most ${MAX_LINES} are read.`,
      'OpportunityLineItem',
    );
  const read: OpportunityItem[] = [];
  for (const { is } of standing) {
    const item = itemOf(is, currency, products, context);
    if (!item.ok) return item;
    read.push(item.value);
  }
  return ok(read);
};

/** As a claimed line: priced by the year, unless the org prices by the month. An opportunity tells no end of service, so none is claimed. */
export const claimedLine = (item: OpportunityItem, closesOn: string, { instance }: MappingContext): Line => ({
  lineId: item.itemId,
  productId: item.productId,
  ...present('unmapped', item.unmapped),
  priceId: item.itemId,
  usage: 'licensed',
  interval: instance.prices === 'per-month' ? 'month' : 'year',
  intervalCount: 1,
  quantity: item.isTotalOnly ? '1' : item.quantity,
  pricing: { model: 'per-unit', unitMinor: item.unitMinor },
  discounts:
    item.discount === undefined
      ? []
      : [{ discountId: `${item.itemId}/discount`, kind: 'percent', value: item.discount, duration: 'forever' }],
  startsOn: item.startsOn ?? closesOn,
});
