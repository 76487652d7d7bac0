import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { unpackBook, unpackFacts } from '../../../functions/arr/records/codec.ts';

/** A recording as it was packed when the format was new. The table holds such ones for ever: nothing of the format may ever change. */
const sample = JSON.parse(readFileSync('test/contracts/recordings/v1.json', 'utf8')) as {
  readonly packed: string;
  readonly facts: readonly Fact[];
};

it('what was ever packed tells its facts', () => {
  expect(unpackFacts(Buffer.from(sample.packed, 'base64'))).toEqual(sample.facts);
});

it('what was packed under other rules tells so: its book is decided again', () => {
  expect(unpackBook(Buffer.from(sample.packed, 'base64'))).toBeUndefined();
});
