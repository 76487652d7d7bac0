import { formatShortest, parseDecimal, pow10 } from './decimal.ts';
import { fail, ok, type Problem, type Result } from './result.ts';

/**
 * ISO 4217, list one, as code:numeric, grouped by exponent (minor units per major unit = 10^exponent).
 * Source: the maintainer's XML of 2024-06-25, plus XAD and XCG, added by ISO since. Withdrawn codes (ANG, CUC, BGN) stay: old
 * amounts keep their currency. The exponent never comes from `Intl.NumberFormat`: CLDR answers 0 for HUF, IQD, IDR and 13 others.
 * XCG took over ANG's numeric code, so the numeric code alone does not identify a currency.
 */
const EXPONENT_0 = `
BIF:108 CLP:152 DJF:262 GNF:324 ISK:352 JPY:392 KMF:174 KRW:410 PYG:600 RWF:646 UGX:800 UYI:940 VND:704 VUV:548 XAF:950 XOF:952
XPF:953`;
const EXPONENT_2 = `
AED:784 AFN:971 ALL:008 AMD:051 ANG:532 AOA:973 ARS:032 AUD:036 AWG:533 AZN:944 BAM:977 BBD:052 BDT:050 BGN:975 BMD:060 BND:096
BOB:068 BOV:984 BRL:986 BSD:044 BTN:064 BWP:072 BYN:933 BZD:084 CAD:124 CDF:976 CHE:947 CHF:756 CHW:948 CNY:156 COP:170 COU:970
CRC:188 CUC:931 CUP:192 CVE:132 CZK:203 DKK:208 DOP:214 DZD:012 EGP:818 ERN:232 ETB:230 EUR:978 FJD:242 FKP:238 GBP:826 GEL:981
GHS:936 GIP:292 GMD:270 GTQ:320 GYD:328 HKD:344 HNL:340 HTG:332 HUF:348 IDR:360 ILS:376 INR:356 IRR:364 JMD:388 KES:404 KGS:417
KHR:116 KPW:408 KYD:136 KZT:398 LAK:418 LBP:422 LKR:144 LRD:430 LSL:426 MAD:504 MDL:498 MGA:969 MKD:807 MMK:104 MNT:496 MOP:446
MRU:929 MUR:480 MVR:462 MWK:454 MXN:484 MXV:979 MYR:458 MZN:943 NAD:516 NGN:566 NIO:558 NOK:578 NPR:524 NZD:554 PAB:590 PEN:604
PGK:598 PHP:608 PKR:586 PLN:985 QAR:634 RON:946 RSD:941 RUB:643 SAR:682 SBD:090 SCR:690 SDG:938 SEK:752 SGD:702 SHP:654 SLE:925
SOS:706 SRD:968 SSP:728 STN:930 SVC:222 SYP:760 SZL:748 THB:764 TJS:972 TMT:934 TOP:776 TRY:949 TTD:780 TWD:901 TZS:834 UAH:980
USD:840 USN:997 UYU:858 UZS:860 VED:926 VES:928 WST:882 XAD:396 XCD:951 XCG:532 YER:886 ZAR:710 ZMW:967 ZWG:924`;
const EXPONENT_3 = 'BHD:048 IQD:368 JOD:400 KWD:414 LYD:434 OMR:512 TND:788';
const EXPONENT_4 = 'CLF:990 UYW:927';
/** Metals, bond market units, drawing rights, test codes: ISO publishes no minor unit, so no amount of money is possible in them. */
const NO_EXPONENT = 'XAG:961 XAU:959 XBA:955 XBB:956 XBC:957 XBD:958 XDR:960 XPD:964 XPT:962 XSU:994 XTS:963 XUA:965 XXX:999';

export interface Currency {
  readonly code: string;
  /** Three digits, leading zeros kept. */
  readonly numeric: string;
  /** Places of the minor unit; `none` where ISO 4217 has no minor unit. */
  readonly exponent: number | 'none';
}

const rows = (exponent: Currency['exponent'], text: string): Currency[] =>
  text
    .trim()
    .split(/\s+/)
    .map((row) => ({ code: row.slice(0, 3), numeric: row.slice(4), exponent }));

const CURRENCIES: ReadonlyMap<string, Currency> = new Map(
  [...rows(0, EXPONENT_0), ...rows(2, EXPONENT_2), ...rows(3, EXPONENT_3), ...rows(4, EXPONENT_4), ...rows('none', NO_EXPONENT)]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((currency) => [currency.code, currency]),
);

/** All of them, by code. */
export const currencies = (): readonly Currency[] => [...CURRENCIES.values()];

export type CurrencyProblem = Problem<'currency-unknown' | 'currency-without-minor-unit'>;

/** ISO 4217's exponent of an upper-case code. Checks in this order: known at all, then has a minor unit. */
export const exponentOf = (code: string, field?: string): Result<number, CurrencyProblem> => {
  const exponent = CURRENCIES.get(code)?.exponent;
  if (exponent === undefined)
    return fail('currency-unknown', `"${code.slice(0, 10)}" is not an ISO 4217 currency code in capitals, such as USD.`, field);
  if (exponent === 'none')
    return fail('currency-without-minor-unit', `${code} has no minor unit in ISO 4217, so no amount of money can be held in it.`, field);
  return ok(exponent);
};

/**
 * Stripe's own minor units where they differ from ISO 4217's (docs.stripe.com/currencies, read 2026-07-10): MGA is whole ariary there;
 * ISK and UGX lost their subunit but keep two decimals in the API, always 00. All others, three-decimal ones included, agree with ISO.
 */
const STRIPE_EXPONENTS: Readonly<Record<string, number>> = { MGA: 0, ISK: 2, UGX: 2 };

/** Smallest step of a Stripe amount in Stripe's minor units: three-decimal currencies end in 0, ISK and UGX in 00. */
const STRIPE_STEPS: Readonly<Record<string, bigint>> = { BHD: 10n, JOD: 10n, KWD: 10n, OMR: 10n, TND: 10n, ISK: 100n, UGX: 100n };

/** Payouts of HUF and TWD are whole units only, although charges in them have two decimals. */
const STRIPE_PAYOUT_STEPS: Readonly<Record<string, bigint>> = { ...STRIPE_STEPS, HUF: 100n, TWD: 100n };

/** Places of the minor unit that Stripe's API uses for a currency; Stripe writes codes in lower case, both are taken. */
export const stripeExponent = (code: string): Result<number, CurrencyProblem> => {
  const upper = code.toUpperCase();
  const iso = exponentOf(upper, 'currency');
  return iso.ok ? ok(STRIPE_EXPONENTS[upper] ?? iso.value) : iso;
};

/** Stripe's amount (a decimal string of Stripe's minor units) as ISO 4217 minor units, exact and shortest: `fromStripeMinor('500', 'isk')` → `5`. */
export const fromStripeMinor = (amount: string, code: string): Result<string, CurrencyProblem | Problem<'decimal-invalid'>> => {
  const upper = code.toUpperCase();
  const iso = exponentOf(upper, 'currency');
  if (!iso.ok) return iso;
  const decimal = parseDecimal(amount, 'amount');
  if (!decimal.ok) return decimal;
  const shift = iso.value - (STRIPE_EXPONENTS[upper] ?? iso.value);
  const { n, scale } = decimal.value;
  return ok(formatShortest(shift >= 0 ? { n: n * pow10(shift), scale } : { n, scale: scale - shift }));
};

/** Whole ISO 4217 minor units as the integer that Stripe's API takes; refuses what Stripe would, naming the two nearest amounts. */
export const toStripeMinor = (
  amountMinor: bigint,
  code: string,
): Result<bigint, CurrencyProblem | Problem<'stripe-amount-not-representable'>> => {
  const upper = code.toUpperCase();
  const iso = exponentOf(upper, 'currency');
  if (!iso.ok) return iso;
  const shift = (STRIPE_EXPONENTS[upper] ?? iso.value) - iso.value;
  const [num, den] = shift >= 0 ? [amountMinor * pow10(shift), 1n] : [amountMinor, pow10(-shift)];
  const step = (STRIPE_STEPS[upper] ?? 1n) * den;
  const rest = ((num % step) + step) % step;
  if (rest === 0n) return ok(num / den);
  const below = (num - rest) / den;
  const above = (num - rest + step) / den;
  return fail(
    'stripe-amount-not-representable',
    `Stripe cannot hold ${amountMinor} minor units of ${upper}; the nearest it can are ${below} and ${above} of its own.`,
    'amount',
  );
};

/** The largest payout of a balance, both in Stripe's minor units. */
export const maxStripePayout = (balance: bigint, code: string): bigint => {
  const step = STRIPE_PAYOUT_STEPS[code.toUpperCase()] ?? 1n;
  return balance < 0n ? 0n : balance - (balance % step);
};
