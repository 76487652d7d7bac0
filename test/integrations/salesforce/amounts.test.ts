import { describe, expect, test } from 'vitest';
import { decimalText, minorText } from '../../../functions/integrations/salesforce/amounts.ts';

/** As the REST API writes an amount and JSON reads it. */
const parsed = (text: string): number => JSON.parse(text) as number;
const minor = (text: string, currency = 'USD') => {
  const result = minorText(parsed(text), currency, 'OrderItem.UnitPrice');
  return result.ok ? result.value : result.problem.code;
};

describe('an amount of JSON', () => {
  test.each([
    ['1234.56', '123456'],
    ['0.1', '10'],
    ['0.07', '7'],
    ['1.1', '110'],
    ['4.35', '435'], // 4.35 × 100 is 434.99999999999994 in doubles
    ['1.005', '100.5'],
    ['0.0001', '0.01'],
    ['0.0000001', '0.00001'],
    ['-19.99', '-1999'],
    ['0', '0'],
    ['-0.0', '0'],
    ['1200.0', '120000'],
    ['9999999999999.99', '999999999999999'], // 13 digits and the cents: 15
    ['12345678901.2345', '1234567890123.45'],
  ])('%s USD is %s cents, exactly', (text, cents) => {
    expect(minor(text)).toBe(cents);
  });

  test.each([
    ['1234', 'JPY', '1234'],
    ['12.5', 'JPY', '12.5'],
    ['1.234', 'KWD', '1234'],
    ['7', 'KWD', '7000'],
    ['1', 'CLF', '10000'],
  ])('%s %s is %s of its minor units', (text, currency, units) => {
    expect(minor(text, currency)).toBe(units);
  });

  test.each([
    '10000000000000', // may have been …000.004
    '99999999999999.99',
    '123456789012.3456',
    '1234567890.123456',
    '1e21',
    '1e-13',
  ])('refuses %s, which a double may have changed', (text) => {
    expect(minor(text)).toBe('number-inexact');
  });

  test('refuses what JSON cannot write', () => {
    expect(minorText(Number.NaN, 'USD', 'Order.x').ok).toBe(false);
    expect(minorText(Number.POSITIVE_INFINITY, 'USD', 'Order.x').ok).toBe(false);
  });

  test('says what was received and what is allowed', () => {
    const result = minorText(12345678901234.56, 'USD', 'OrderItem.UnitPrice');
    expect(result).toEqual({
      ok: false,
      problem: {
        code: 'number-inexact',
        detail: 'OrderItem.UnitPrice is 12345678901234.56: a number is read exactly up to 15 significant digits, 2 of them decimal places.',
        field: 'OrderItem.UnitPrice',
      },
    });
  });

  test('refuses a currency that has no minor unit, by its own field', () => {
    expect(minorText(1, 'XAU', 'OrderItem.UnitPrice')).toMatchObject({
      problem: { code: 'currency-unknown', field: 'OrderItem.CurrencyIsoCode' },
    });
  });
});

test('every amount of cents below ten trillion is read as it was written', () => {
  // A walk over all magnitudes, with every ending: 13 digits × 100 cents × 7 leading digits.
  let count = 0;
  for (let digits = 1; digits <= 13; digits += 1)
    for (let cents = 0; cents < 100; cents += 1)
      for (const lead of ['1', '2', '3', '5', '7', '8', '9']) {
        const whole = lead + '9'.repeat(digits - 1);
        const text = `${whole}.${String(cents).padStart(2, '0')}`;
        expect(minor(text)).toBe(BigInt(text.replace('.', '')).toString());
        count += 1;
      }
  expect(count).toBe(9_100);
});

test('a quantity is the shortest decimal', () => {
  expect(decimalText(2.5, 'OrderItem.Quantity')).toEqual({ ok: true, value: '2.5' });
  expect(decimalText(100, 'OrderItem.Quantity')).toEqual({ ok: true, value: '100' });
});
