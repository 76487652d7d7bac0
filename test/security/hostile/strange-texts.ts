import type { Chance } from './chance.ts';

export const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

export const STRANGE_TEXTS = [
  '',
  ' ',
  '\u0000',
  '%',
  "' OR 1=1 --",
  '${jndi:ldap://x}',
  '{"$gt":""}',
  '../../etc/passwd',
  '<script>',
  '\ud800',
  '𝒜',
  '１',
  'null',
  'NaN',
  '-1',
  '0x10',
  '1e309',
  '9'.repeat(400),
];

/** Half a character cannot be written as UTF-8: it goes out as the bytes that careless programs make of it. */
export const encoded = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80');

/** Brackets in brackets, so many. */
export const nested = (depth: number, chance: Chance): string =>
  chance.below(2) === 0 ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
