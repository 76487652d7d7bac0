import { stripeExponent } from '../../functions/platform/currencies.ts';
import type { Item, Price } from '../model.ts';
import type { CurrencyCode } from '../targets.ts';

/** Whole units of a currency, of Stripe's minor ones. Prices have at most three places and nine digits: a double holds them exactly. */
export const units = (stripeMinor: bigint, currency: CurrencyCode): number => {
  const places = stripeExponent(currency);
  if (!places.ok) throw new TypeError(places.problem.detail);
  return Number(`${stripeMinor}e-${places.value}`);
};

/** Intervals a year of a price that is billed yearly or more often. */
export const timesAYear = ({ interval, intervalCount }: Price): bigint => (interval === 'year' ? 1n : 12n / BigInt(intervalCount));

/** In Stripe's minor units. */
export const yearOf = ({ price, quantity }: Item): bigint => price.unit * timesAYear(price) * quantity;
export const yearOfAll = (items: readonly Item[]): bigint => items.reduce((sum, item) => sum + yearOf(item), 0n);
