import { createHash } from 'node:crypto';

/**
 * Deterministic identifiers and hashes. Nothing here is random: the same cause gives the same id, so that a decision
 * that is taken twice is recognised as one.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 32-bit FNV-1a over UTF-8 bytes (http://www.isthe.com/chongo/tech/comp/fnv): spreads keys over buckets; not for secrets. */
export const fnv1a32 = (text: string): number => {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
};

/** First `characters` of the SHA-256 in base64url; each character carries 6 bits. 22 characters are 132 bits. */
export const digest = (text: string, characters = 22): string => createHash('sha256').update(text).digest('base64url').slice(0, characters);

/** An id with its kind in front, from the parts that make it unique: `idOf('mov', customerId, day, cause)` → `mov_…`. Parts cannot run into each other. */
export const idOf = <Prefix extends string>(prefix: Prefix, ...parts: readonly string[]): `${Prefix}_${string}` =>
  `${prefix}_${digest(JSON.stringify(parts))}`;
