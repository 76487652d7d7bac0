import { stripeExponent } from '../functions/platform/currencies.ts';
import { type Fraction, fraction, fractionOf, mulFractions, pow10, reduced } from '../functions/platform/decimal.ts';
import type { Rate } from '../functions/platform/fx.ts';
import type { CurrencyCode } from './targets.ts';

export const PLAN_CURRENCY = 'USD';
const PLAN_VERSION = '2025-01-01';

/** USD for one unit, fixed for the plan: figures at plan rates do not move with the market. */
const PLAN_RATES: Readonly<Record<CurrencyCode, string>> = {
  USD: '1',
  EUR: '1.10',
  GBP: '1.28',
  JPY: '0.0067',
  AUD: '0.66',
  CAD: '0.74',
  CHF: '1.12',
  KWD: '3.25',
  SGD: '0.75',
  ISK: '0.0073',
};

/**
 * The plan rates as rows to load. The version holds from before the imported contracts began, since the book of month 0 tells of ARR
 * that started years earlier.
 */
export const planRates = (): readonly Rate[] =>
  Object.entries(PLAN_RATES)
    .filter(([base]) => base !== PLAN_CURRENCY)
    .map(([base, rate]) => ({ base, quote: PLAN_CURRENCY, type: 'plan', on: '2015-01-01', rate, source: `plan of ${PLAN_VERSION}` }));

const factors = new Map<CurrencyCode, Fraction>();

/** Plan-currency cents for one of Stripe's minor units of a currency. */
export const centsPerStripeMinor = (currency: CurrencyCode): Fraction => {
  const known = factors.get(currency);
  if (known !== undefined) return known;
  const places = stripeExponent(currency);
  if (!places.ok) throw new TypeError(places.problem.detail);
  const factor = reduced(mulFractions(fractionOf(PLAN_RATES[currency]), fraction(100n, pow10(places.value))));
  factors.set(currency, factor);
  return factor;
};

/** Smallest step of a unit price in Stripe's minor units: three-decimal currencies end in 0, ISK in 00. */
export const unitStep = (currency: CurrencyCode): bigint => (currency === 'KWD' ? 10n : currency === 'ISK' ? 100n : 1n);
