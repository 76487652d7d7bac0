import { beforeEach, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { readBooks } from '../../../functions/arr/records/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { A, agreement, another, billers, recordEach, standing } from './one-name.ts';

useDynamoDB();
beforeEach(() => {
  another();
});

const orders: readonly [string, (facts: readonly Fact[]) => readonly Fact[]][] = [
  ['the agreement first', (own) => [agreement(), ...own]],
  ['those that bill it first', (own) => [...own, agreement()]],
  ['the agreement in between', (own) => [...own.slice(0, 20), agreement(), ...own.slice(20)]],
  ['the agreement last but one', (own) => [...own.slice(0, -1), agreement(), ...own.slice(-1)]],
];
// The account's agreement and 38, 39, 40 or 41 customers that bill it; $1,200,000 and $1,000 of each.
const results = [
  [39, { account: 123_800_000n, payers: 0n, moved: 38 }],
  [40, { account: 123_900_000n, payers: 0n, moved: 39 }],
  [41, { account: 120_000_000n, payers: 4_000_000n, moved: 0 }],
  [42, { account: 120_000_000n, payers: 4_100_000n, moved: 0 }],
] as const;
for (const [order, inOrder] of orders)
  for (const [count, expected] of results)
    it(`links ${count} customers up to forty and none beyond, ${order}`, async () => {
      await recordEach(inOrder(billers(0, count - 1)));
      expect(await standing(count - 1)).toEqual(expected);
      expect((await readBooks([A()])).get(A())?.place.members?.length ?? 0).toBe(expected.moved);
    });
