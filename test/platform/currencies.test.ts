import { describe, expect, it } from 'vitest';
import {
  currencies,
  exponentOf,
  fromStripeMinor,
  maxStripePayout,
  stripeExponent,
  toStripeMinor,
} from '../../functions/platform/currencies.ts';
import { fromMajor } from '../../functions/platform/money.ts';

const minor = (major: string, currency: string): bigint => {
  const amount = fromMajor(major, currency);
  if (!amount.ok) throw new Error(amount.problem.detail);
  return amount.value.amountMinor;
};

describe('ISO 4217', () => {
  it('has the 179 codes of list one of June 2024 and the two added since, each with a three-digit number', () => {
    const all = currencies();
    expect(all).toHaveLength(181);
    expect(new Set(all.map(({ code }) => code)).size).toBe(181);
    expect(all.every(({ code, numeric }) => /^[A-Z]{3}$/.test(code) && /^\d{3}$/.test(numeric))).toBe(true);
  });

  it('shares a numeric code only between ANG and its successor XCG', () => {
    const byNumber = new Map<string, string[]>();
    for (const { code, numeric } of currencies()) byNumber.set(numeric, [...(byNumber.get(numeric) ?? []), code]);
    expect([...byNumber.values()].filter((codes) => codes.length > 1)).toEqual([['ANG', 'XCG']]);
  });

  it('counts 17 currencies without places, 142 with 2, 7 with 3, 2 with 4, and 13 codes without a minor unit', () => {
    const counts = new Map<number | 'none', number>();
    for (const { exponent } of currencies()) counts.set(exponent, (counts.get(exponent) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ 0: 17, 2: 142, 3: 7, 4: 2, none: 13 });
  });

  // The published conversion cases: ISO minor units.
  it.each([
    ['10.00', 'USD', 1000n, 2],
    ['5.123', 'KWD', 5123n, 3],
    ['10.001', 'BHD', 10_001n, 3],
    ['0.001', 'IQD', 1n, 3],
    ['5', 'ISK', 5n, 0],
    ['5', 'UGX', 5n, 0],
    ['10.45', 'HUF', 1045n, 2],
    ['25000', 'VND', 25_000n, 0],
    ['1000', 'XOF', 1000n, 0],
    ['0.0001', 'UYW', 1n, 4],
  ])('holds %s %s as %d minor units', (major, currency, amountMinor, exponent) => {
    expect(minor(major, currency)).toBe(amountMinor);
    expect(exponentOf(currency)).toEqual({ ok: true, value: exponent });
  });

  it('does not follow Intl, which answers 0 places for HUF', () => {
    expect(new Intl.NumberFormat('en', { style: 'currency', currency: 'HUF' }).resolvedOptions().maximumFractionDigits).toBe(0);
    expect(exponentOf('HUF')).toEqual({ ok: true, value: 2 });
  });

  it('refuses a code that is not a currency, and gold, which has no minor unit', () => {
    expect(exponentOf('usd', 'currency')).toMatchObject({ ok: false, problem: { code: 'currency-unknown', field: 'currency' } });
    expect(exponentOf('constructor')).toMatchObject({ ok: false, problem: { code: 'currency-unknown' } });
    expect(exponentOf('XAU')).toMatchObject({ ok: false, problem: { code: 'currency-without-minor-unit' } });
  });
});

describe("Stripe's minor units", () => {
  // The published conversion cases: Stripe API integers.
  it.each([
    ['500', 'JPY', 500n],
    ['5', 'ISK', 500n],
    ['5.120', 'KWD', 5120n],
    ['5.130', 'KWD', 5130n],
  ])('writes %s %s as the API integer %d [C5]', (major, currency, expected) => {
    expect(toStripeMinor(minor(major, currency), currency)).toEqual({ ok: true, value: expected });
  });

  it('refuses 5.124 KWD and names the two nearest amounts', () => {
    const result = toStripeMinor(minor('5.124', 'KWD'), 'kwd');
    expect(result).toMatchObject({ ok: false, problem: { code: 'stripe-amount-not-representable' } });
    if (!result.ok) expect(result.problem.detail).toContain('5120 and 5130');
  });

  it('refuses half an ariary, which Stripe cannot hold', () => {
    const result = toStripeMinor(150n, 'MGA'); // 1.50 MGA lies between 1 and 2
    expect(result).toMatchObject({ ok: false, problem: { code: 'stripe-amount-not-representable' } });
    if (!result.ok) expect(result.problem.detail).toContain('1 and 2');
  });

  it('pays out at most whole Taiwan dollars and forints [C5]', () => {
    expect(maxStripePayout(80_045n, 'TWD')).toBe(80_000n); // 800.45 → 800.00
    expect(maxStripePayout(1045n, 'huf')).toBe(1000n); // 10.45 → 10.00
    expect(maxStripePayout(1045n, 'usd')).toBe(1045n);
    expect(maxStripePayout(-5n, 'usd')).toBe(0n);
  });

  it.each([
    ['500', 'isk', '5'],
    ['550', 'isk', '5.5'],
    ['5', 'mga', '500'],
    ['0.25', 'mga', '25'],
    ['12.340', 'usd', '12.34'],
    ['500', 'jpy', '500'],
    ['5120', 'kwd', '5120'],
    ['-0.5', 'ugx', '-0.005'],
  ])('reads %s %s as %s ISO minor units [C5]', (amount, currency, expected) => {
    expect(fromStripeMinor(amount, currency)).toEqual({ ok: true, value: expected });
  });

  it('uses zero places for the zero-decimal list and three for the three-decimal list', () => {
    const places = (codes: string): unknown[] => codes.split(' ').map((code) => stripeExponent(code));
    const zero = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF';
    expect(new Set(places(zero).map((result) => JSON.stringify(result)))).toEqual(new Set(['{"ok":true,"value":0}']));
    expect(new Set(places('BHD JOD KWD OMR TND').map((result) => JSON.stringify(result)))).toEqual(new Set(['{"ok":true,"value":3}']));
    expect(places('UGX ISK HUF TWD usd').every((result) => JSON.stringify(result) === '{"ok":true,"value":2}')).toBe(true);
  });

  it('refuses a currency or an amount that is none', () => {
    expect(fromStripeMinor('5', 'zzz')).toMatchObject({ ok: false, problem: { code: 'currency-unknown' } });
    expect(fromStripeMinor('five', 'usd')).toMatchObject({ ok: false, problem: { code: 'decimal-invalid' } });
    expect(toStripeMinor(5n, 'XAU')).toMatchObject({ ok: false, problem: { code: 'currency-without-minor-unit' } });
  });
});
