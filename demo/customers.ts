import type { Customer } from './model.ts';
import { CURRENCY_SHARES, type CurrencyCode, type Tier } from './targets.ts';
import type { World } from './world.ts';

type Place = readonly [region: string, country: string, city: string];
const NORTH_AMERICA: readonly Place[] = [
  ['North America', 'US', 'New York'],
  ['North America', 'US', 'Chicago'],
  ['North America', 'US', 'Dallas'],
  ['North America', 'US', 'Atlanta'],
  ['North America', 'US', 'Seattle'],
];
const ELSEWHERE_IN_DOLLARS: readonly Place[] = [
  ['LATAM', 'MX', 'Mexico City'],
  ['LATAM', 'BR', 'São Paulo'],
  ['APAC', 'IN', 'Bengaluru'],
  ['EMEA', 'IL', 'Tel Aviv'],
];
const PLACES: Readonly<Record<Exclude<CurrencyCode, 'USD'>, readonly Place[]>> = {
  EUR: [
    ['EMEA', 'DE', 'Munich'],
    ['EMEA', 'FR', 'Lyon'],
    ['EMEA', 'NL', 'Utrecht'],
    ['EMEA', 'ES', 'Valencia'],
  ],
  GBP: [
    ['EMEA', 'GB', 'Leeds'],
    ['EMEA', 'GB', 'London'],
  ],
  JPY: [['APAC', 'JP', 'Osaka']],
  AUD: [['APAC', 'AU', 'Melbourne']],
  CAD: [['North America', 'CA', 'Toronto']],
  CHF: [['EMEA', 'CH', 'Basel']],
  KWD: [['EMEA', 'KW', 'Kuwait City']],
  SGD: [['APAC', 'SG', 'Singapore']],
  ISK: [['EMEA', 'IS', 'Reykjavík']],
};

/** The currency that is furthest below its share of all ARR; the Fortune 500 pay in dollars, but for one in five; small ones take small contracts. */
export const currencyFor = (world: World, arr: bigint, fortune500: boolean): CurrencyCode => {
  const choose = (): CurrencyCode => {
    if (fortune500 && !world.random.chance(220)) return 'USD';
    let total = arr;
    for (const amount of world.byCurrency.values()) total += amount;
    let best: CurrencyCode = 'USD';
    let largest = -(10n ** 30n);
    for (const [code, perMille] of Object.entries(CURRENCY_SHARES) as [CurrencyCode, number][]) {
      const gap = (total * BigInt(perMille)) / 1000n - (world.byCurrency.get(code) ?? 0n);
      const fits = perMille > 10 || (!fortune500 && arr <= gap + gap / 2n);
      if (fits && gap > largest) {
        largest = gap;
        best = code;
      }
    }
    return best;
  };
  const currency = choose();
  world.byCurrency.set(currency, (world.byCurrency.get(currency) ?? 0n) + arr);
  return currency;
};

export const newCustomer = (world: World, at: number, tier: Tier, fortune500: boolean, currency: CurrencyCode): Customer => {
  const { name, industry, slug } = world.name();
  const abroad = currency === 'USD' && !fortune500 && world.random.chance(250);
  const [region, country, city] = world.random.pick(
    currency === 'USD' ? (abroad ? ELSEWHERE_IN_DOLLARS : NORTH_AMERICA) : PLACES[currency],
  );
  return {
    id: world.id('cus'),
    name,
    slug,
    email: `ap@${slug}.example`,
    industry,
    tier,
    fortune500,
    currency,
    region,
    country,
    city,
    channel: tier !== 'Strategic' && world.random.chance(220) ? 'partner' : 'direct',
    createdAt: at,
  };
};
