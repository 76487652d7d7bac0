import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../../local/services/event-pattern.ts';
import { compileWildcard } from '../../../local/services/wildcard.ts';

/** Leaves as patterns compare them exactly. */
const leaf = fc.oneof(fc.string(), fc.constant(null), fc.boolean(), fc.integer({ min: -1_000_000, max: 1_000_000 }));
const event = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.oneof(leaf, fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), leaf, { minKeys: 1 })),
  { minKeys: 1 },
);

/** The pattern that asks for each leaf of an event. */
const patternOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, typeof inner === 'object' && inner !== null ? patternOf(inner) : [inner]]),
      )
    : [value];

describe('event patterns, whatever the event', () => {
  it('match the event that they were made of, and it with further fields', () => {
    fc.assert(
      fc.property(event, leaf, (original, more) => {
        fc.pre(JSON.stringify(patternOf(original)).length <= 2_048);
        expect(matchesPattern(patternOf(original), JSON.stringify(original))).toBe(true);
        expect(matchesPattern(patternOf(original), JSON.stringify({ ...original, 'further field': more }))).toBe(true);
      }),
    );
  });

  it('take either a text or everything but it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (wanted, given) => {
        const json = JSON.stringify({ a: given });
        expect(matchesPattern({ a: [wanted] }, json)).toBe(!matchesPattern({ a: [{ 'anything-but': wanted }] }, json));
      }),
    );
  });

  it('find wildcards where a regular expression finds them', () => {
    const part = fc.stringMatching(/^[ab.]{0,3}$/);
    fc.assert(
      fc.property(
        fc.array(
          part.filter((text) => text !== ''),
          { minLength: 1, maxLength: 4 },
        ),
        fc.stringMatching(/^[ab.]{0,12}$/),
        fc.boolean(),
        (parts, text, open) => {
          const pattern = parts.join('*') + (open ? '*' : '');
          const expected = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's').test(text);
          expect(compileWildcard(pattern)(text)).toBe(expected);
        },
      ),
    );
  });
});
