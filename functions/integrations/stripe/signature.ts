import { createHmac, timingSafeEqual } from 'node:crypto';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';

/**
 * Stripe's webhook signature. Header: `t=<unix seconds>,v1=<hex>[,v1=<hex>…][,v0=<hex>]`;
 * `v1 = hex(HMAC-SHA256(whole secret, "<t>.<raw body bytes>"))`. `v0` belongs to test mode and is ignored.
 * Stricter than Stripe's own SDK in two points: `t` must be digits only (the SDK skips the age test for `t=abc`), and a
 * time too far in the future is refused like one too far in the past.
 */
export const TOLERANCE_SECONDS = 300;
/** A header holds one signature for each live secret of the endpoint; more are never sent. */
const MAX_SIGNATURES = 16;
const MAX_HEADER_LENGTH = 4_096;
const SIGNATURE_HEX_LENGTH = 64;

export type SignatureProblem = Problem<
  'signature-missing' | 'signature-malformed' | 'signature-mismatch' | 'signature-too-old' | 'signature-in-future'
>;

interface Header {
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

const parseHeader = (header: string | undefined): Result<Header, SignatureProblem> => {
  if (header === undefined || header === '')
    return fail('signature-missing', 'The header Stripe-Signature is missing or empty.', 'Stripe-Signature');
  if (header.length > MAX_HEADER_LENGTH)
    return fail('signature-malformed', `The header Stripe-Signature is longer than ${MAX_HEADER_LENGTH} characters.`, 'Stripe-Signature');
  let timestamp: string | undefined;
  const signatures: string[] = [];
  for (const part of header.split(',')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0));
    const value = part.slice(equals + 1);
    if (name === 't') timestamp = value;
    else if (name === 'v1') signatures.push(value);
  }
  if (timestamp === undefined || !/^\d{1,15}$/.test(timestamp))
    return fail('signature-malformed', 'The header Stripe-Signature needs t= with a time in whole epoch seconds.', 'Stripe-Signature');
  if (signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    return fail(
      'signature-malformed',
      `The header Stripe-Signature has ${signatures.length} v1 signatures; 1 to ${MAX_SIGNATURES} are allowed.`,
      'Stripe-Signature',
    );
  }
  return ok({ timestamp, signatures });
};

/** Compares without telling by its duration where two texts differ; only the length, which is public, is compared first. */
const sameText = (a: string, b: Buffer): boolean =>
  a.length === SIGNATURE_HEX_LENGTH && timingSafeEqual(Buffer.from(a, 'latin1').subarray(0, SIGNATURE_HEX_LENGTH), b);

export interface SignedBody {
  /** The bytes as received: never a parsed and re-written text. */
  readonly rawBody: Uint8Array;
  readonly header: string | undefined;
  /** Every live signing secret of the endpoint: two during a rotation. */
  readonly secrets: readonly string[];
  readonly nowSeconds: number;
}

/**
 * Whether the body was signed with one of the secrets, at most 300 s ago or ahead. Checks, in this order: the header's form,
 * the signature, the time: a caller without the secret learns nothing about our clock. Answers the signed time in epoch seconds.
 */
export const verifySignature = ({
  rawBody,
  header,
  secrets,
  nowSeconds,
}: SignedBody): Result<{ readonly signedAt: number }, SignatureProblem> => {
  const parsed = parseHeader(header);
  if (!parsed.ok) return parsed;
  const { timestamp, signatures } = parsed.value;
  let matches = false;
  for (const secret of secrets) {
    if (secret.trim() === '') continue;
    const expected = Buffer.from(createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest('hex'), 'latin1');
    // No early exit: the duration does not tell which secret or which signature matched.
    for (const signature of signatures) matches = sameText(signature, expected) || matches;
  }
  if (!matches)
    return fail('signature-mismatch', 'No v1 signature in Stripe-Signature fits the body and a live signing secret.', 'Stripe-Signature');
  const age = nowSeconds - Number(timestamp);
  if (age > TOLERANCE_SECONDS)
    return fail('signature-too-old', `The signature is ${age} seconds old; at most ${TOLERANCE_SECONDS} are allowed.`, 'Stripe-Signature');
  if (age < -TOLERANCE_SECONDS)
    return fail(
      'signature-in-future',
      `The signature lies ${-age} seconds in the future; at most ${TOLERANCE_SECONDS} are allowed.`,
      'Stripe-Signature',
    );
  return ok({ signedAt: Number(timestamp) });
};
