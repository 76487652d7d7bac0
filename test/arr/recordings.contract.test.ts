import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unpackBook, unpackFacts } from '../../functions/arr/codec.ts';
import type { Fact } from '../../functions/arr/facts.ts';

/** A recording as it was packed when the format was new. The table holds such ones for ever: nothing of the format may ever change. */
const sample = JSON.parse(readFileSync('test/contracts/recordings/v1.json', 'utf8')) as {
  readonly packed: string;
  readonly facts: readonly Fact[];
};

it('what was ever packed tells its facts', () => {
  expect(unpackFacts(Buffer.from(sample.packed, 'base64'))).toEqual(sample.facts);
});

it('what was ever packed tells its book, or that it was decided under other rules', () => {
  const book = unpackBook(Buffer.from(sample.packed, 'base64'));
  // Raising RULES_VERSION makes it undefined for good; then this line goes.
  expect(book?.attributes.map(({ attributes }) => attributes)).toEqual([{ segment: 'Enterprise', region: 'EMEA' }]);
});
