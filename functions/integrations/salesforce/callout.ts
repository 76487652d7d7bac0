import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { recordId } from './record-id.ts';
import { type ChangedRecord, fullRecords, toldRecords } from './signal.ts';

/**
 * A callout that an org's own Apex makes when records were changed: `{"organizationId":"00D…","records":[{"entity":"Contract","id":"800…"}]}`,
 * with `X-Timestamp` (epoch milliseconds, as `System.currentTimeMillis()` gives them) and `X-Signature`, the HMAC-SHA256 of
 * `<timestamp>.<body>` in base64, as `Crypto.generateMac('hmacSHA256', …)` and `EncodingUtil.base64Encode` make it.
 */
export const TOLERANCE_MS = 300_000;
/** 32 bytes in base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;

export type CalloutProblem = Problem<
  'signature-missing' | 'signature-malformed' | 'signature-mismatch' | 'signature-too-old' | 'signature-in-future'
>;

export interface SignedCallout {
  /** The bytes as received. */
  readonly rawBody: Uint8Array;
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
  /** Every live secret: two during a rotation. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

/**
 * Whether the body was signed with one of the secrets, at most five minutes ago or ahead. Checks, in this order: the headers' form, the
 * signature, the time: a caller without the secret learns nothing about our clock. Answers the signed time in epoch milliseconds.
 */
export const verifyCallout = ({ rawBody, signature, timestamp, secrets, nowMs }: SignedCallout): Result<number, CalloutProblem> => {
  if (!signature) return fail('signature-missing', 'The header X-Signature is missing or empty.', 'X-Signature');
  if (timestamp === undefined || !/^\d{13}$/.test(timestamp))
    return fail('signature-malformed', 'The header X-Timestamp needs a time in epoch milliseconds, 13 digits.', 'X-Timestamp');
  if (!SIGNATURE.test(signature))
    return fail('signature-malformed', 'The header X-Signature needs the 32 bytes of an HMAC-SHA256 in base64.', 'X-Signature');
  const given = Buffer.from(signature, 'base64');
  let matches = false;
  // No early exit: the duration does not tell which secret matched.
  for (const secret of secrets)
    matches = timingSafeEqual(createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest(), given) || matches;
  if (!matches) return fail('signature-mismatch', 'X-Signature fits no live secret over `<X-Timestamp>.<body>`.', 'X-Signature');
  const ageMs = nowMs - Number(timestamp);
  if (ageMs > TOLERANCE_MS)
    return fail('signature-too-old', `The signature is ${Math.floor(ageMs / 1000)} seconds old; at most 300 are allowed.`, 'X-Timestamp');
  if (ageMs < -TOLERANCE_MS)
    return fail(
      'signature-in-future',
      `The signature lies ${Math.floor(-ageMs / 1000)} seconds in the future; at most 300 are allowed.`,
      'X-Timestamp',
    );
  return ok(Number(timestamp));
};

const calloutBody = z.strictObject({ organizationId: z.string(), records: toldRecords });

export interface Callout {
  /** 18 characters. */
  readonly organizationId: string;
  readonly records: readonly ChangedRecord[];
}

const parsed = (raw: Buffer): unknown => {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    // The parser's message would repeat the body.
    return undefined;
  }
};

/** Reads the body of a callout whose signature holds. */
export const openCallout = (raw: Buffer): Result<Callout, Problem<'event-unreadable'>> => {
  const read = calloutBody.safeParse(parsed(raw));
  const organizationId = read.success ? recordId(read.data.organizationId) : undefined;
  if (!read.success || organizationId === undefined)
    return fail(
      'event-unreadable',
      'The body is not {"organizationId":"00D…","records":[{"entity":"…","id":"…"}]} with 1 to 200 records.',
      'body',
    );
  return ok({ organizationId, records: fullRecords(read.data.records) });
};
