import { addMonths } from '../functions/platform/calendar.ts';
import { divFractions, type Fraction, fraction, mulFractions, round } from '../functions/platform/decimal.ts';
import { ADJUSTMENT, INSIGHTS, negotiated, newItem, PLATFORM, SUPPORT, tieredKey, unitFor } from './catalogue.ts';
import { arrOn, dateOf, type Item, intervalsPerYear, keptShare, type Price, pricePerInterval, type Subscription } from './model.ts';
import { centsPerStripeMinor, unitStep } from './rates.ts';
import { type CurrencyCode, SEAT_PRICE, SEATS, type Tier } from './targets.ts';
import type { World } from './world.ts';

/** How a contract is changed so that its ARR moves by a given amount of the plan currency, as closely as whole seats and unit prices allow. */

type Billing = Pick<Price, 'interval' | 'intervalCount'>;
export const ANNUAL: Billing = { interval: 'year', intervalCount: 1 };

/** Cents a year as cents per interval and unit. */
const perUnit = (arr: bigint, quantity: bigint, billing: Billing): bigint =>
  round(divFractions(fraction(arr), mulFractions(fraction(quantity), intervalsPerYear({ ...billing } as Price))), 'half-up');

const clamp = (value: bigint, [min, max]: readonly [bigint, bigint]): bigint => (value < min ? min : value > max ? max : value);

const seatsFor = (arr: bigint, tier: Tier): bigint => clamp(arr / SEAT_PRICE[tier], SEATS[tier]);

const itemOf = (
  world: World,
  at: number,
  productId: string,
  nickname: string,
  currency: CurrencyCode,
  billing: Billing,
  arr: bigint,
  quantity: bigint,
  origin?: Item['origin'],
): Item => {
  const unit = unitFor(perUnit(arr, quantity, billing), currency);
  return newItem(world, at, negotiated(world, at, { productId, currency, nickname, ...billing }, unit), quantity, origin);
};

export const seatItem = (
  world: World,
  at: number,
  tier: Tier,
  currency: CurrencyCode,
  billing: Billing,
  arr: bigint,
  origin?: Item['origin'],
): Item => itemOf(world, at, PLATFORM[tier], `${tier} seat`, currency, billing, arr, seatsFor(arr, tier), origin);

/** The three items of an imported contract: how its ARR came about is known for the book as a whole, 30 / 50 / 20. */
export const importedItems = (
  world: World,
  at: number,
  tier: Tier,
  currency: CurrencyCode,
  billing: Billing,
  arr: bigint,
): readonly Item[] => {
  const landed = (arr * 3n) / 10n;
  const expanded = arr / 2n;
  const seats = seatItem(world, at, tier, currency, billing, landed, 'landed');
  return [
    seats,
    itemOf(world, at, INSIGHTS, 'Insights seat', currency, billing, expanded, seats.quantity, 'expanded'),
    itemOf(world, at, ADJUSTMENT, 'Annual adjustment', currency, billing, arr - landed - expanded, 1n, 'renewal-uplift'),
  ];
};

/** The number of seats at a tiered list price that comes closest to an ARR. */
export const tieredItem = (world: World, at: number, tier: Tier, currency: CurrencyCode, arr: bigint): Item | undefined => {
  const price = world.tieredPrices.get(tieredKey(tier, currency, Number(dateOf(at).slice(0, 4))));
  if (price === undefined) return undefined;
  const wanted = round(divFractions(fraction(arr), centsPerStripeMinor(currency)), 'half-up');
  let low = 1n;
  let high = 5000n;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (pricePerInterval(price, middle) < wanted) low = middle + 1n;
    else high = middle;
  }
  return newItem(world, at, price, low);
};

/** The imported book's note of origin goes when an item first changes: from then on movements tell it. */
export const withoutOrigin = ({ origin: _, ...item }: Item): Item => item;
const settled = (items: readonly Item[]): readonly Item[] => items.map(withoutOrigin);

const replaced = (items: readonly Item[], index: number, item: Item): readonly Item[] =>
  items.map((other, at) => (at === index ? item : other));

/** Cents a year of one unit of an item, after discounts. */
const centsPerUnit = (subscription: Subscription, { price, quantity }: Item, date: string): Fraction => {
  const perSeat = price.tiers === undefined ? fraction(price.unit) : fraction(pricePerInterval(price, quantity), quantity);
  return mulFractions(
    mulFractions(mulFractions(perSeat, intervalsPerYear(price)), centsPerStripeMinor(price.currency)),
    keptShare(subscription, date),
  );
};

/** More (or fewer) seats of the contract's first item, or a new add-on. Keeps at least one seat. */
export const withSeats = (subscription: Subscription, change: bigint, date: string): Subscription => {
  const items = settled(subscription.items);
  const item = items[0];
  if (item === undefined) return subscription;
  const seats = round(divFractions(fraction(change), centsPerUnit(subscription, item, date)), 'half-up');
  const quantity = item.quantity + (seats === 0n ? (change < 0n ? -1n : 1n) : seats);
  return { ...subscription, items: replaced(items, 0, { ...item, quantity: quantity < 1n ? 1n : quantity }) };
};

export const withAddOn = (
  world: World,
  at: number,
  subscription: Subscription,
  arr: bigint,
  product: 'insights' | 'support',
): Subscription => {
  const items = settled(subscription.items);
  const billing = items[0]?.price ?? ANNUAL;
  const quantity = product === 'support' ? 1n : (items[0]?.quantity ?? 1n);
  const gross = round(divFractions(fraction(arr), keptShare(subscription, dateOf(at))), 'half-up');
  const [productId, nickname] = product === 'support' ? [SUPPORT, 'Premium support'] : [INSIGHTS, 'Insights seat'];
  const { interval, intervalCount } = billing;
  return {
    ...subscription,
    items: [...items, itemOf(world, at, productId, nickname, subscription.currency, { interval, intervalCount }, gross, quantity)],
  };
};

export const canAddOn = (subscription: Subscription): boolean =>
  subscription.items.length < 4 && !subscription.discounts.some(({ coupon }) => coupon.amountOff !== undefined);

/** All prices up by the same share; a tiered list price moves to the list of the year. */
export const withUplift = (world: World, at: number, subscription: Subscription, tier: Tier, share: Fraction): Subscription => {
  const step = unitStep(subscription.currency);
  const items = subscription.items.map((original) => {
    const item = withoutOrigin(original);
    const { price } = item;
    if (price.tiers !== undefined) {
      const next = world.tieredPrices.get(tieredKey(tier, price.currency, Number(dateOf(at).slice(0, 4))));
      return next === undefined || next.productId !== price.productId ? item : { ...item, price: next };
    }
    const steps = round(mulFractions(fraction(price.unit / step), { num: share.den + share.num, den: share.den }), 'half-up');
    return { ...item, price: negotiated(world, at, price, steps * step) };
  });
  return { ...subscription, items };
};

/** The first item becomes seats of the next tier, so that the contract as a whole reaches an ARR. */
export const withTier = (world: World, at: number, subscription: Subscription, tier: Tier, arr: bigint): Subscription => {
  const items = settled(subscription.items);
  const [first] = items;
  if (first === undefined) return subscription;
  const date = dateOf(at);
  const rest = arrOn({ ...subscription, items: items.slice(1) }, date);
  const kept = keptShare(subscription, date);
  const target = round(divFractions(fraction(arr - rest), kept), 'half-up');
  const seats = seatItem(
    world,
    at,
    tier,
    subscription.currency,
    { interval: first.price.interval, intervalCount: first.price.intervalCount },
    target,
  );
  return { ...subscription, items: replaced(items, 0, { ...seats, id: first.id, createdAt: first.createdAt }) };
};

/** Months of one billing interval. */
export const intervalMonths = ({ items: [first] }: Subscription): number =>
  first === undefined ? 12 : first.price.intervalCount * (first.price.interval === 'year' ? 12 : 1);

export const termEnd = ({ termStartsOn, termMonths, anchorAt }: Subscription): string =>
  addMonths(termStartsOn, termMonths, Number(dateOf(anchorAt).slice(8)));
