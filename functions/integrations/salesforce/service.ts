import { addDays, addMonths, daysBetween, monthOf, yearOf } from '../../platform/calendar.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { MappingContext } from './context.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import type { OrderItemSnapshot, OrderSnapshot, SellingModelSnapshot } from './snapshots.ts';

/** First day of an item's service, and first day without; without an end, until it is ended. */
export interface Service {
  readonly startsOn: string;
  readonly endsOn?: string;
}

/** Of what a price is the price: so many years, months or days. */
export interface PricedTerm {
  readonly interval: 'year' | 'month' | 'day';
  readonly intervalCount: number;
}

/** What an item inherits from. */
export interface Within {
  readonly order: OrderSnapshot;
  /** First day after the contract, where there is one that ends. */
  readonly contractEndsOn: string | undefined;
  readonly sellingModel: SellingModelSnapshot | undefined;
}

const dayAfter = (lastDay: string | null | undefined): string | undefined => (lastDay == null ? undefined : addDays(lastDay, 1));

/** Its first day: its own, or its order's. Problem: `date-missing`. */
export const startOf = (item: OrderItemSnapshot, order: OrderSnapshot): Result<string, MappingProblem> => {
  const startsOn = item.ServiceDate ?? order.EffectiveDate;
  return startsOn == null
    ? unmapped('date-missing', `Order item ${item.Id} has no ServiceDate, and its order no EffectiveDate.`, 'OrderItem.ServiceDate')
    : ok(startsOn);
};

/**
 * The days of an item's service. Salesforce's ends are last days: its own, else its order's, else the contract's; what is sold as evergreen has
 * none but its own. `undefined` where what it inherits ends before it begins, so that it is never in force. Problems: `date-missing`,
 * `dates-crossed` where its own dates cross.
 */
export const serviceOf = (
  item: OrderItemSnapshot,
  { order, contractEndsOn, sellingModel }: Within,
): Result<Service | undefined, MappingProblem> => {
  const startsOn = startOf(item, order);
  if (!startsOn.ok) return startsOn;
  const isEvergreen = sellingModel?.SellingModelType === 'Evergreen';
  const endsOn = dayAfter(item.EndDate) ?? (isEvergreen ? undefined : (dayAfter(order.EndDate) ?? contractEndsOn));
  if (endsOn === undefined)
    return isEvergreen
      ? ok({ startsOn: startsOn.value })
      : unmapped(
          'date-missing',
          `Order item ${item.Id} has no EndDate, and neither has its order or contract: its last day is not known.`,
          'OrderItem.EndDate',
        );
  if (endsOn > startsOn.value) return ok({ startsOn: startsOn.value, endsOn });
  return item.EndDate != null && endsOn < startsOn.value
    ? unmapped('dates-crossed', `Order item ${item.Id} begins on ${startsOn.value}, after its EndDate.`, 'OrderItem.EndDate')
    : ok(undefined);
};

/** Whole months from one date to another; `undefined` where days are left over. */
export const wholeMonths = (startsOn: string, endsOn: string): number | undefined => {
  const months = (yearOf(endsOn) - yearOf(startsOn)) * 12 + monthOf(endsOn) - monthOf(startsOn);
  return months > 0 && addMonths(startsOn, months) === endsOn ? months : undefined;
};

const ofMonths = (months: number): PricedTerm =>
  months % 12 === 0 ? { interval: 'year', intervalCount: months / 12 } : { interval: 'month', intervalCount: months };

/** Months of a selling model's unit, by the letters of its name. */
const UNIT_MONTHS: ReadonlyMap<string, number> = new Map([
  ['months', 1],
  ['quarterly', 3],
  ['semiannual', 6],
  ['annual', 12],
]);

const ofSellingModel = (term: number, unit: string, model: SellingModelSnapshot): Result<PricedTerm, MappingProblem> => {
  const months = UNIT_MONTHS.get(unit.toLowerCase().replace(/[^a-z]/g, ''));
  return months === undefined || term < 1
    ? unmapped(
        'selling-model-unknown',
        `Selling model ${model.Id} prices by ${term} "${unit.slice(0, 20)}"; known are Months, Quarterly, Semi-Annual and Annual.`,
        'ProductSellingModel.PricingTermUnit',
      )
    : ok(ofMonths(months * term));
};

/**
 * Of what an item's price is the price: its selling model's pricing term, else what the configuration says. The whole service counts in months,
 * and in days where they are not whole. Problems: `selling-model-unknown`, `date-missing` for the whole of a service without end.
 */
export const pricedTermOf = (
  item: OrderItemSnapshot,
  { startsOn, endsOn }: Service,
  sellingModel: SellingModelSnapshot | undefined,
  { instance }: Pick<MappingContext, 'instance'>,
): Result<PricedTerm, MappingProblem> => {
  if (sellingModel?.PricingTerm != null && sellingModel.PricingTermUnit != null)
    return ofSellingModel(sellingModel.PricingTerm, sellingModel.PricingTermUnit, sellingModel);
  switch (instance.prices) {
    case 'per-year':
      return ok({ interval: 'year', intervalCount: 1 });
    case 'per-month':
      return ok({ interval: 'month', intervalCount: 1 });
    case 'per-term': {
      if (endsOn === undefined)
        return unmapped('date-missing', `Order item ${item.Id} is priced for its whole service, which has no end.`, 'OrderItem.EndDate');
      const months = wholeMonths(startsOn, endsOn);
      return ok(months === undefined ? { interval: 'day', intervalCount: daysBetween(startsOn, endsOn) } : ofMonths(months));
    }
  }
};
