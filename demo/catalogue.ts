import { divFractions, fraction, fractionOf, mulFractions, round } from '../functions/platform/decimal.ts';
import { type Coupon, DAY, type Item, type Price, type PriceTier } from './model.ts';
import { centsPerStripeMinor, unitStep } from './rates.ts';
import { type CurrencyCode, SEAT_PRICE, TIERS, type Tier } from './targets.ts';
import type { World } from './world.ts';

/** One product a tier of the platform, and what is sold beside it. */
export const PLATFORM: Readonly<Record<Tier, string>> = {
  Starter: 'prod_PlatformStarter',
  Professional: 'prod_PlatformProfessional',
  Enterprise: 'prod_PlatformEnterprise',
  Strategic: 'prod_PlatformStrategic',
};
export const INSIGHTS = 'prod_Insights';
export const SUPPORT = 'prod_PremiumSupport';
export const ADJUSTMENT = 'prod_AnnualAdjustment';

export const PRODUCTS: readonly (readonly [id: string, name: string, unitLabel: string | null])[] = [
  ...TIERS.map((tier) => [PLATFORM[tier], `Platform ${tier}`, 'seat'] as const),
  [INSIGHTS, 'Insights add-on', 'seat'],
  [SUPPORT, 'Premium support', null],
  [ADJUSTMENT, 'Annual price adjustment', null],
];

/** Plan-currency cents as a unit price in Stripe's minor units, to the currency's step, at least one step. */
export const unitFor = (cents: bigint, currency: CurrencyCode): bigint => {
  const step = unitStep(currency);
  const steps = round(divFractions(fraction(cents), mulFractions(centsPerStripeMinor(currency), fraction(step))), 'half-up');
  return (steps > 0n ? steps : 1n) * step;
};

/** A negotiated price: made for one contract, as Stripe makes one from inline price data. */
export const negotiated = (
  world: World,
  at: number,
  like: Pick<Price, 'productId' | 'currency' | 'interval' | 'intervalCount' | 'nickname'>,
  unit: bigint,
): Price => ({
  id: world.id('price'),
  productId: like.productId,
  currency: like.currency,
  interval: like.interval,
  intervalCount: like.intervalCount,
  nickname: like.nickname,
  unit,
  createdAt: at,
});

export const newItem = (world: World, at: number, price: Price, quantity: bigint, origin?: Item['origin']): Item => ({
  id: world.id('si'),
  price,
  quantity,
  createdAt: at,
  ...(origin === undefined ? {} : { origin }),
});

/** Seats get cheaper by step; the list of a year is 8% above that of the year before. Amounts in percent of the tier's seat price. */
const LIST_YEARS = [2025, 2026] as const;
const STEPS: Readonly<Record<'graduated' | 'volume', readonly (readonly [upTo: bigint | null, percent: bigint])[]>> = {
  graduated: [
    [50n, 112n],
    [250n, 98n],
    [null, 88n],
  ],
  volume: [
    [50n, 105n],
    [250n, 100n],
    [null, 94n],
  ],
};

const tieredPrice = (world: World, tier: Tier, mode: 'graduated' | 'volume', currency: CurrencyCode, year: number, at: number): Price => {
  const uplift = year === 2026 ? fractionOf('1.08') : fractionOf('1');
  const amount = (percent: bigint): bigint =>
    unitFor(round(mulFractions(fraction(SEAT_PRICE[tier] * percent, 100n), uplift), 'half-up'), currency);
  const steps: PriceTier[] = STEPS[mode].map(([upTo, percent], index) => ({
    upTo,
    unit: amount(percent),
    flat: mode === 'graduated' && index === 0 ? amount(100n) : 0n,
  }));
  return {
    id: world.id('price'),
    productId: PLATFORM[tier],
    currency,
    unit: 0n,
    interval: 'year',
    intervalCount: 1,
    nickname: `${tier} ${mode} ${year}`,
    createdAt: at,
    tiers: { mode, steps },
  };
};

export const tieredKey = (tier: Tier, currency: CurrencyCode, year: number): string => `${tier} ${currency} ${year}`;

const COUPONS: readonly Omit<Coupon, 'createdAt'>[] = [
  { id: 'PARTNER10', name: 'Partner 10%', percentOff: 10, duration: 'forever' },
  { id: 'NONPROFIT25', name: 'Non-profit 25%', percentOff: 25, duration: 'forever' },
  { id: 'FIRSTYEAR15', name: '15% in the first year', percentOff: 15, duration: 'repeating', months: 12 },
  { id: 'ONBOARDING50', name: '50% off the first invoice', percentOff: 50, duration: 'once' },
  { id: 'LOYALTY5000', name: '$5,000 off a year', amountOff: 500_000n, duration: 'forever' },
];

/** Tells the products, list prices and coupons that are there from the start; coupons have no events of their own here. */
export const openCatalogue = (world: World, at: number): void => {
  let second = at;
  for (const [id, name, unitLabel] of PRODUCTS) world.acts.push({ at: second++, kind: 'product', id, name, unitLabel });
  for (const coupon of COUPONS) world.coupons.push({ ...coupon, createdAt: at - 30 * DAY });
  for (const year of LIST_YEARS) {
    for (const [tier, mode] of [
      ['Starter', 'graduated'],
      ['Professional', 'volume'],
    ] as const) {
      for (const currency of ['USD', 'EUR', 'GBP'] as const) {
        const price = tieredPrice(world, tier, mode, currency, year, second);
        world.tieredPrices.set(tieredKey(tier, currency, year), price);
        world.acts.push({ at: second++, kind: 'price', price });
      }
    }
  }
};
