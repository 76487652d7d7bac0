import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { verifySignature } from '../../../functions/integrations/stripe/signature.ts';

const stripe = new Stripe('sk_test_x', { telemetry: false });
const NOW = 1_792_062_000;
const secret = fc.stringMatching(/^[a-zA-Z0-9]{8,40}$/).map((text) => `whsec_${text}`);
const body = fc
  .dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null)))
  .map((event) => JSON.stringify({ ...event, object: 'event' }));

const sdkAccepts = (payload: string, header: string, key: string): boolean => {
  try {
    stripe.webhooks.constructEvent(payload, header, key, 300, undefined, NOW * 1000);
    return true;
  } catch {
    return false;
  }
};
const weAccept = (payload: string, header: string, key: string): boolean =>
  verifySignature({ rawBody: Buffer.from(payload), header, secrets: [key], nowSeconds: NOW }).ok;

describe('compared with the vendor’s SDK', () => {
  test('what the SDK signs within 300 seconds is accepted by both', () => {
    fc.assert(
      fc.property(body, secret, fc.integer({ min: -300, max: 300 }), (payload, key, ageSeconds) => {
        const header = stripe.webhooks.generateTestHeaderString({ payload, secret: key, timestamp: NOW - ageSeconds });
        expect(weAccept(payload, header, key)).toBe(true);
        expect(sdkAccepts(payload, header, key)).toBe(true);
      }),
    );
  });

  test('one changed character of body, header or secret is refused by both', () => {
    fc.assert(
      fc.property(body, secret, fc.constantFrom('body', 'header', 'secret'), fc.nat(), (payload, key, where, at) => {
        const changed = (text: string): string => {
          const i = at % text.length;
          return `${text.slice(0, i)}${text[i] === '~' ? '!' : '~'}${text.slice(i + 1)}`;
        };
        const header = stripe.webhooks.generateTestHeaderString({ payload, secret: key, timestamp: NOW });
        // The digits of the signature itself: `t=…,v1=` is 16 characters.
        const other = where === 'header' ? `${header.slice(0, 16)}${changed(header.slice(16))}` : header;
        const arguments_ = [where === 'body' ? changed(payload) : payload, other, where === 'secret' ? changed(key) : key] as const;
        expect(weAccept(...arguments_)).toBe(false);
        expect(sdkAccepts(...arguments_)).toBe(false);
      }),
    );
  });

  test('we never accept what the SDK refuses, whatever the header', () => {
    fc.assert(
      fc.property(
        body,
        secret,
        fc.array(fc.constantFrom('t=', `${NOW}`, ',', 'v1=', 'v0=', ' ', 'abc', '0'.repeat(64), '=')),
        (payload, key, parts) => {
          const header = parts.join('');
          expect(weAccept(payload, header, key) && !sdkAccepts(payload, header, key)).toBe(false);
        },
      ),
    );
  });
});
