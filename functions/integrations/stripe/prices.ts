import { fromStripeMinor } from '../../platform/currencies.ts';
import type { EventData } from '../../platform/events.ts';
import type { subscriptionRecorded } from '../events.ts';
import type { Catalogue } from './catalogue.ts';
import { incomplete, parked, type Reading, read } from './outcomes.ts';
import type { PriceSnapshot } from './snapshots.ts';

export type Line = EventData<typeof subscriptionRecorded>['lines'][number];
type Pricing = Line['pricing'];
type Tiers = NonNullable<PriceSnapshot['tiers']>;

/** The decimal field where there is one: the integer is null for parts of a cent. */
const decimalOf = (decimal: string | null | undefined, whole: number | null | undefined): string | undefined =>
  decimal ?? whole?.toString();

const minorOf = (stripeMinor: string, currency: string, field: string): Reading<string> => {
  const converted = fromStripeMinor(stripeMinor, currency);
  if (converted.ok) return read(converted.value);
  return converted.problem.code === 'decimal-invalid'
    ? parked('shape-unreadable', converted.problem.detail, field)
    : parked('currency-unknown', converted.problem.detail, field);
};

const tiersOf = (tiers: Tiers, currency: string): Reading<{ upTo: string | null; unitMinor: string; flatMinor: string }[]> => {
  const mapped: { upTo: string | null; unitMinor: string; flatMinor: string }[] = [];
  for (const [i, tier] of tiers.entries()) {
    const unit = minorOf(decimalOf(tier.unit_amount_decimal, tier.unit_amount) ?? '0', currency, `tiers.${i}.unit_amount_decimal`);
    if (unit.kind !== 'read') return unit;
    const flat = minorOf(decimalOf(tier.flat_amount_decimal, tier.flat_amount) ?? '0', currency, `tiers.${i}.flat_amount_decimal`);
    if (flat.kind !== 'read') return flat;
    mapped.push({ upTo: tier.up_to === null ? null : String(tier.up_to), unitMinor: unit.value, flatMinor: flat.value });
  }
  return read(mapped);
};

/** Amounts of a price in one currency. */
type Amounts = Pick<PriceSnapshot, 'unit_amount' | 'unit_amount_decimal' | 'tiers'>;

const notSupported = (detail: string, field: string): Reading<never> => parked('price-not-supported', detail, field);

const tieredPricing = (price: PriceSnapshot, amounts: Amounts, currency: string): Reading<Pricing> => {
  const mode = price.tiers_mode;
  if (mode !== 'graduated' && mode !== 'volume') {
    return notSupported(`Price ${price.id} has tiers_mode ${mode ?? 'null'}; graduated and volume are known.`, 'price.tiers_mode');
  }
  const tiers = tiersOf(amounts.tiers ?? [], currency);
  if (tiers.kind !== 'read') return tiers;
  return tiers.value.length === 0
    ? notSupported(`Price ${price.id} is tiered and has no tiers in ${currency.toUpperCase()}.`, 'price.tiers')
    : read({ model: mode, tiers: tiers.value });
};

const flatPricing = (price: PriceSnapshot, amounts: Amounts, currency: string): Reading<Pricing> => {
  const amount = decimalOf(amounts.unit_amount_decimal, amounts.unit_amount);
  if (price.billing_scheme !== 'per_unit' || amount === undefined) {
    const why = `billing_scheme ${price.billing_scheme}, or an amount that the customer chooses`;
    return notSupported(`Price ${price.id} has no fixed amount (${why}).`, 'price.unit_amount_decimal');
  }
  const unit = minorOf(amount, currency, 'price.unit_amount_decimal');
  if (unit.kind !== 'read') return unit;
  const transform = price.transform_quantity;
  if (!transform) return read({ model: 'per-unit', unitMinor: unit.value });
  if (transform.round !== 'up' && transform.round !== 'down') {
    return notSupported(`Price ${price.id} rounds packages "${transform.round}"; up and down are known.`, 'price.transform_quantity.round');
  }
  return read({ model: 'package', unitMinor: unit.value, size: transform.divide_by, round: transform.round });
};

/** Whether the price inside an event does not say enough: events never hold tiers, nor amounts in another currency than the price's own. */
const isLacking = (price: PriceSnapshot, currency: string): boolean =>
  (price.billing_scheme === 'tiered' && !price.tiers) || (price.currency !== currency && price.currency_options?.[currency] === undefined);

/**
 * How one unit or package is priced in the subscription's currency, in ISO 4217 minor units. What the event's price lacks comes from the
 * catalogue, or is asked for.
 */
export const pricingOf = (embedded: PriceSnapshot, currency: string, catalogue: Catalogue): Reading<Pricing> => {
  const price = isLacking(embedded, currency) ? catalogue.price(embedded.id) : embedded;
  if (price === undefined) return incomplete([{ kind: 'price', id: embedded.id }]);
  const amounts = price.currency === currency ? price : price.currency_options?.[currency];
  if (amounts === undefined) return notSupported(`Price ${price.id} has no amount in ${currency.toUpperCase()}.`, 'price.currency');
  return price.billing_scheme === 'tiered' ? tieredPricing(price, amounts, currency) : flatPricing(price, amounts, currency);
};
