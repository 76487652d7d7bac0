import { expect, test } from 'vitest';
import { fnv1a32 } from '../../functions/platform/ids.ts';

test('texts are spread by FNV-1a, as it is published', () => {
  // Published vectors: '' → 0x811c9dc5, 'a' → 0xe40c292c, 'foobar' → 0xbf9cf968
  expect([fnv1a32(''), fnv1a32('a'), fnv1a32('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

test('customers are spread evenly over the shards of a list', () => {
  const counts = new Map<number, number>();
  for (let index = 0; index < 6_400; index += 1) {
    const shard = fnv1a32(`stripe.main.cus_${index}`) % 32;
    counts.set(shard, (counts.get(shard) ?? 0) + 1);
  }
  expect(counts.size).toBe(32);
  expect(Math.max(...counts.values())).toBeLessThan(260); // 6,400 ÷ 32 = 200 on average
});
