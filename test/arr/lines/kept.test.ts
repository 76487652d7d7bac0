import { describe, expect, it } from 'vitest';
import { Kept } from '../../../functions/arr/lines/kept.ts';

describe('answers that are kept', () => {
  it('are made once for each text', () => {
    let made = 0;
    const kept = new Kept(10, (text) => ({ text, number: ++made }));
    expect([kept.get('a').number, kept.get('b').number, kept.get('a').number]).toEqual([1, 2, 1]);
  });

  it('are never more than the bound, and stay right when made again', () => {
    const kept = new Kept(3, (text) => ({ value: BigInt(text) }));
    for (let i = 0; i < 100; i += 1) {
      expect(kept.get(String(i % 7)).value).toBe(BigInt(i % 7));
      expect(kept.size).toBeLessThanOrEqual(3);
    }
  });
});
