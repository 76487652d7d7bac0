import fc from 'fast-check';
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { pricingOf } from '../../../functions/integrations/stripe/prices.ts';
import { priceSnapshot } from '../../../functions/integrations/stripe/snapshots.ts';
import { emptyCatalogue, type Json, sample } from '../samples.ts';

const unitOf = (decimal: unknown): string => {
  const price = priceSnapshot.parse({
    ...sample<Json>('objects/price.fractional_cents.json'),
    unit_amount: null,
    unit_amount_decimal: decimal,
  });
  const pricing = pricingOf(price, 'usd', emptyCatalogue);
  if (pricing.kind !== 'read' || pricing.value.model !== 'per-unit') throw new Error(JSON.stringify(pricing));
  return pricing.value.unitMinor;
};

test('an amount is the same as text, as the SDK’s Decimal writes it, and as a number that tells it exactly [C7]', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 99_999_999n }), fc.integer({ min: 0, max: 12 }), (digits, places) => {
      const padded = digits.toString().padStart(places + 1, '0');
      const text = places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`;
      const written = JSON.parse(JSON.stringify({ amount: Stripe.Decimal.from(text) })) as { amount: unknown };
      expect(unitOf(written.amount)).toBe(unitOf(text));
      // A number below 0.000001 is written with an exponent, which no vendor sends.
      if (Number(text) >= 1e-6) expect(unitOf(Number(text))).toBe(unitOf(text));
    }),
  );
  // 0.1250 is 0.125, however it is written
  expect([unitOf('0.1250'), unitOf('0.125'), unitOf(0.125), unitOf(Stripe.Decimal.from('0.125').toString())]).toEqual([
    '0.125',
    '0.125',
    '0.125',
    '0.125',
  ]);
});
