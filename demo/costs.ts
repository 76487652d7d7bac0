import { addMonths, toEpochDay } from '../functions/platform/calendar.ts';
import { round } from '../functions/platform/decimal.ts';
import type { Figures } from './figures.ts';
import { DAY } from './model.ts';
import { split } from './opening.ts';
import { seeded } from './random.ts';
import { centsPerStripeMinor } from './rates.ts';
import { type CurrencyCode, FIRST_YEAR, type PerTier, YEARS } from './targets.ts';

/**
 * The profit and loss of the story and its cash, month by month, as the books say it once the month is closed: a file for each, which a person
 * in finance loads. Per mille of revenue; gross margin is 75 and 76%, contribution 39 and 42%, operating result 14.2 and 18.4%.
 */
const SHARES = [
  { cogs: 195, support: 55, sales: 230, marketing: 130, research: 168, general: 80, other: 4, cash: 200, capital: 28 },
  { cogs: 190, support: 50, sales: 220, marketing: 120, research: 160, general: 76, other: 4, cash: 215, capital: 25 },
] as const;

/** Revenue beside subscriptions (services, training), per mille of what subscriptions bring. */
const SERVICES = 56n;
/** Sales and marketing spent on new customers: tenths of a dollar for each dollar of their ARR, and how sales and marketing share it. */
const NEW_CUSTOMER_TENTHS = 22n;
const NEW_CUSTOMER_SHARES = [4n, 3n] as const;
/** Per mille of an amount that is booked in another currency; the rest is in dollars. */
const ABROAD: readonly (readonly [CurrencyCode, bigint])[] = [
  ['EUR', 160n],
  ['GBP', 90n],
];
/** A month is closed on the fourth day of the next, at eight. */
const CLOSED_AFTER = 3 * DAY + 8 * 3600;
const MONTHS_A_YEAR = 12;

/** What finance loads of a month, when it has closed. */
export interface CostFile {
  /** First day of the month. */
  readonly month: string;
  /** Epoch seconds. */
  readonly loadAt: number;
  /** As `PUT /api/v1/costs` takes it. */
  readonly csv: string;
}

/** Cents of the plan currency at plan rates, one for each month of a year. */
interface Line {
  readonly kind: string;
  readonly purpose: string;
  readonly cents: readonly bigint[];
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
const total = (amounts: PerTier<bigint>): bigint => sum(Object.values(amounts));

/** A twelfth of the mean of a month's opening and closing ARR, and services beside it. */
const revenues = (closings: readonly bigint[]): readonly bigint[] =>
  closings.slice(1).map((closing, at) => ((closing + (closings[at] ?? 0n)) * (1000n + SERVICES)) / (24n * 1000n));

/** Lines of a year; every cost is its share of the year's revenue to the cent, and moves with the months' revenue by up to 3%. */
const linesOf = (year: 0 | 1, revenue: readonly bigint[], seed: number): readonly Line[] => {
  const random = seeded(seed + year);
  const { cogs, support, sales, marketing, research, general, other, cash, capital } = SHARES[year];
  const ofYear = (perMille: number): bigint => (sum(revenue) * BigInt(perMille)) / 1000n;
  const line = (kind: string, cents: bigint, purpose = ''): Line => {
    const weights = revenue.map((month) => (month * BigInt(970 + random.below(61))) / 1000n);
    return { kind, purpose, cents: split(cents, weights) };
  };
  const onNew = split((total(YEARS[year].newArr) * NEW_CUSTOMER_TENTHS) / 10n, NEW_CUSTOMER_SHARES);
  const bought = [
    ['sales', ofYear(sales), onNew[0] ?? 0n],
    ['marketing', ofYear(marketing), onNew[1] ?? 0n],
  ] as const;
  return [
    { kind: 'revenue', purpose: '', cents: revenue },
    line('cogs', ofYear(cogs)),
    line('support', ofYear(support)),
    ...bought.flatMap(([kind, all, forNew]) => [line(kind, forNew, 'new-customers'), line(kind, all - forNew, 'existing-customers')]),
    line('research', ofYear(research)),
    line('general', ofYear(general)),
    line('other', ofYear(other)),
    line('operating-cash-flow', ofYear(cash)),
    line('capital-expenditure', ofYear(capital)),
  ];
};

/** An amount in the currencies in which it is booked; at plan rates, each rounded half up, they are the amount to the cent. */
const booked = (cents: bigint): readonly (readonly [string, bigint])[] => {
  let left = cents;
  const abroad = ABROAD.map(([currency, perMille]) => {
    const rate = centsPerStripeMinor(currency);
    const minor = (cents * perMille * rate.den) / (1000n * rate.num);
    left -= round({ num: minor * rate.num, den: rate.den }, 'half-up');
    return [currency, minor] as const;
  });
  return [['USD', left], ...abroad];
};

const fileOf = (month: string, lines: readonly Line[], at: number): CostFile => {
  const rows = lines.flatMap(({ kind, purpose, cents }) =>
    booked(cents[at] ?? 0n).map(
      ([currency, minor]) => `acme-inc,${month},${kind},${purpose},${currency},${minor},trial balance ${month.slice(0, 7)}`,
    ),
  );
  return {
    month,
    loadAt: toEpochDay(addMonths(month, 1)) * DAY + CLOSED_AFTER,
    csv: ['legalEntity,month,kind,purpose,currency,amountMinor,source', ...rows, ''].join('\n'),
  };
};

/** A file for each of the story's 24 months, from its month ends (month 0 to 24). The same seed gives the same files. */
export const costFiles = (monthEnds: readonly Figures[], seed: number): readonly CostFile[] =>
  ([0, 1] as const).flatMap((year) => {
    const closings = monthEnds.slice(year * MONTHS_A_YEAR, (year + 1) * MONTHS_A_YEAR + 1).map(({ arrMinor }) => arrMinor);
    const lines = linesOf(year, revenues(closings), seed);
    return Array.from({ length: MONTHS_A_YEAR }, (_, at) => fileOf(addMonths(`${FIRST_YEAR + year}-01-01`, at), lines, at));
  });
