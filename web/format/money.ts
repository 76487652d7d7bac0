import { exponentOf } from '../../functions/platform/currencies.ts';

/** The reader's language and region, as the browser has them. */
export const LOCALE = typeof navigator === 'undefined' ? 'en-US' : navigator.language;

/** Digits that `Intl` formats without a float in between. */
type Digits = `${number}`;

/** `-1234567` with two places is `-12345.67`, exactly. */
export const digitsOf = (amount: string, places: number): Digits => {
  const sign = amount.startsWith('-') ? '-' : '';
  const digits = amount.slice(sign.length).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${sign}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}` as Digits;
};

/** Places of a currency by ISO 4217, not by `Intl`: CLDR has others for display. The API tells no amount in a currency without any. */
const placesOf = (currency: string): number => {
  const places = exponentOf(currency);
  if (!places.ok) throw new Error(places.problem.detail);
  return places.value;
};

/**
 * Whole minor units of an amount as somebody writes it, `-1200.5` or `1200.50`; undefined where it is no number, has more places than the currency,
 * or the currency is none.
 */
export const minorOf = (written: string, currency: string): string | undefined => {
  const places = exponentOf(currency.trim().toUpperCase());
  const parts = /^([+-]?)(\d{1,15})(?:\.(\d+))?$/.exec(written.trim().replace('−', '-'));
  if (!places.ok || parts === null) return undefined;
  const [, sign, whole = '', fraction = ''] = parts;
  if (fraction.length > places.value) return undefined;
  return String(BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction.padEnd(places.value, '0')}`));
};

export interface MoneyOptions {
  readonly locale?: string;
  /** To three or four digits, as `$943.6M`; otherwise to the last minor unit. */
  readonly isShort?: boolean;
  /** A plus sign before gains. */
  readonly isChange?: boolean;
}

/** Whole minor units of a currency, as the API tells them, in the reader's language. */
export const money = (
  amountMinor: string,
  currency: string,
  { locale = LOCALE, isShort = false, isChange = false }: MoneyOptions = {},
): string => {
  const places = placesOf(currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    signDisplay: isChange ? 'exceptZero' : 'auto',
    ...(isShort
      ? { notation: 'compact', maximumFractionDigits: 1, minimumFractionDigits: 0 }
      : { minimumFractionDigits: places, maximumFractionDigits: places }),
  });
  return format.format(digitsOf(amountMinor, places));
};

/** Basis points as a percentage: 9,436 is 94.4%. */
export const percent = (
  bps: number,
  { locale = LOCALE, isChange = false }: { readonly locale?: string; readonly isChange?: boolean } = {},
): string =>
  new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: isChange ? 'exceptZero' : 'auto',
  }).format(digitsOf(String(bps), 4));

/** Difference of two shares in percentage points: 250 basis points are 2.5. */
export const points = (bps: number, { locale = LOCALE }: { readonly locale?: string } = {}): string =>
  `${new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(digitsOf(String(bps), 2))} pts`;

/** A part of 1 as decimal text, as metrics tell it: `1.156824` is 115.7%. */
export const share = (
  value: string,
  { locale = LOCALE, places = 1 }: { readonly locale?: string; readonly places?: number } = {},
): string =>
  new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    // What rounds to nothing has no sign.
    signDisplay: 'negative',
  }).format(value as Digits);

/** A difference of parts of 1, told with six places, in percentage points: `-0.001040` is −0.10 pts. */
export const sharePoints = (value: string, { locale = LOCALE }: { readonly locale?: string } = {}): string => {
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero' });
  return `${format.format(digitsOf(String(BigInt(value.replace('.', ''))), 4))} pts`;
};

/** Decimal text with a plus sign before gains: `0.5` is +0.5. */
export const signed = (value: string, locale: string = LOCALE): string =>
  new Intl.NumberFormat(locale, { signDisplay: 'exceptZero', maximumFractionDigits: 6 }).format(value as Digits);

export const count = (value: number, locale: string = LOCALE): string => new Intl.NumberFormat(locale).format(value);

/** For the height of a bar or a point alone, never to be summed: major units as a float. */
export const height = (amountMinor: string, currency: string): number => Number(digitsOf(amountMinor, placesOf(currency)));
