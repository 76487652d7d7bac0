/**
 * What the demo company has to look like. All money is cents of the plan currency (USD) at plan rates; years are calendar years.
 * Year 1 (2025) runs from $640M to $800M, year 2 (2026, the plan year) from $800M to $1B. Year 1's flows are four fifths of year 2's.
 */
export const TIERS = ['Starter', 'Professional', 'Enterprise', 'Strategic'] as const;
export type Tier = (typeof TIERS)[number];
export type PerTier<T> = Readonly<Record<Tier, T>>;

const thousands = (amount: number): bigint => BigInt(amount) * 100_000n;
const perTier = <T>(starter: T, professional: T, enterprise: T, strategic: T): PerTier<T> => ({
  Starter: starter,
  Professional: professional,
  Enterprise: enterprise,
  Strategic: strategic,
});
const money = (...amounts: [number, number, number, number]): PerTier<bigint> => {
  const [starter, professional, enterprise, strategic] = amounts;
  return perTier(thousands(starter), thousands(professional), thousands(enterprise), thousands(strategic));
};

/** The day whose close is month 0; the book of that day is imported on it. */
export const IMPORT_DATE = '2024-12-31';
export const FIRST_YEAR = 2025;
export const MONTHS = 24;

/** Opening book, month 0. Fortune 500: 224 customers. */
export const OPENING = {
  customers: perTier(1750, 408, 110, 27),
  fortune500: perTier(43, 72, 82, 27),
  arr: money(126_000, 150_000, 184_000, 180_000),
  /** No customer of the tier is smaller. */
  smallest: money(30, 150, 850, 5050),
} as const;

export interface Year {
  /** ARR by tier at the end of the year. */
  readonly closing: PerTier<bigint>;
  readonly newArr: PerTier<bigint>;
  readonly newCustomers: PerTier<number>;
  readonly newFortune500: PerTier<number>;
  readonly smallestNew: PerTier<bigint>;
  readonly uplift: bigint;
  /** Lost customers and their ARR, by quarter. Fortune 500 customers stay. */
  readonly churned: PerTier<readonly [number, number, number, number]>;
  readonly churn: readonly [bigint, bigint, bigint, bigint];
  readonly contraction: readonly [bigint, bigint, bigint, bigint];
  /** Customers that move up, by the tier they leave; and those of them in the Fortune 500. */
  readonly upgrades: PerTier<number>;
  readonly upgradesFortune500: PerTier<number>;
  /** Net growth by quarter, share of the year in per mille. */
  readonly netByQuarter: readonly [number, number, number, number];
}

const quarters = (...amounts: [number, number, number, number]): readonly [bigint, bigint, bigint, bigint] => [
  thousands(amounts[0]),
  thousands(amounts[1]),
  thousands(amounts[2]),
  thousands(amounts[3]),
];

export const YEARS: readonly [Year, Year] = [
  {
    closing: money(145_000, 182_000, 238_000, 235_000),
    newArr: money(21_300, 18_300, 7960, 5000), // 52.56
    newCustomers: perTier(344, 61, 9, 1), // 415
    newFortune500: perTier(26, 20, 9, 1), // 56: 224 → 280
    smallestNew: money(30, 150, 700, 5000),
    uplift: thousands(35_040),
    churned: perTier([20, 25, 25, 30], [1, 1, 1, 2], [1, 0, 0, 0], [0, 0, 0, 0]), // 106
    churn: quarters(3560, 1910, 1920, 3010), // 10.4
    contraction: quarters(1640, 880, 890, 1390), // 4.8
    upgrades: perTier(44, 28, 6, 0),
    upgradesFortune500: perTier(16, 24, 6, 0),
    netByQuarter: [175, 235, 235, 355],
  },
  {
    // The last $50,000 make sure that the billion is reached on 31 December and not missed by a rounding.
    closing: money(169_000, 222_000, 306_000, 303_050),
    newArr: money(26_700, 23_000, 11_000, 5000), // 65.7
    newCustomers: perTier(430, 77, 11, 1), // 519
    newFortune500: perTier(33, 25, 11, 1), // 70: 280 → 350
    smallestNew: money(30, 150, 750, 5000),
    uplift: thousands(43_800),
    churned: perTier([25, 31, 31, 38], [1, 1, 1, 3], [1, 0, 0, 0], [0, 0, 0, 0]), // 132
    churn: quarters(4450, 2390, 2400, 3760), // 13.0
    contraction: quarters(2050, 1110, 1100, 1740), // 6.0
    upgrades: perTier(55, 36, 8, 0),
    upgradesFortune500: perTier(20, 30, 8, 0),
    netByQuarter: [175, 235, 235, 355], // 835, 882, 929, 1000
  },
];

/** Share of a quarter's gross adds by its month, percent; and of a year's by quarter. */
export const BY_MONTH_OF_QUARTER = [20, 25, 55] as const;
export const GROSS_BY_QUARTER = [19, 23, 23, 35] as const;

/** A tier begins at this ARR: what a customer that moves up reaches. */
export const TIER_FLOOR = money(50, 250, 1000, 5000);
export const NEXT_TIER: PerTier<Tier | undefined> = perTier('Professional', 'Enterprise', 'Strategic', undefined);

/** Typical size of one expansion, and the share of a tier's expansion that comes from the Fortune 500, percent. */
export const EXPANSION_SIZE = money(12, 55, 260, 700);
export const EXPANSION_FORTUNE500 = perTier(38, 48, 88, 100);

/** Contract terms in months, by share of the tier's ARR in percent: 45 / 15 / 40 over all. */
export const TERMS: PerTier<readonly (readonly [months: number, percent: number])[]> = perTier(
  [
    [12, 85],
    [24, 10],
    [36, 5],
  ],
  [
    [12, 60],
    [24, 20],
    [36, 20],
  ],
  [
    [12, 30],
    [24, 20],
    [36, 50],
  ],
  [
    [12, 24],
    [24, 10],
    [36, 66],
  ],
);

/** Per mille of ARR by currency. */
export const CURRENCY_SHARES = { USD: 640, EUR: 160, GBP: 90, JPY: 50, AUD: 25, CAD: 20, CHF: 7, KWD: 5, SGD: 2, ISK: 1 } as const;
export type CurrencyCode = keyof typeof CURRENCY_SHARES;

/** Seats of a tier, and what one costs a year (cents), before negotiation. */
export const SEAT_PRICE: PerTier<bigint> = perTier(120_000n, 95_000n, 68_000n, 46_000n);
export const SEATS: PerTier<readonly [min: bigint, max: bigint]> = perTier([10n, 99n], [100n, 999n], [1000n, 9999n], [10_000n, 60_000n]);
