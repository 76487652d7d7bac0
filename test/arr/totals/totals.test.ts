import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../functions/arr/movements/movements.ts';
import { Tally } from '../../../functions/arr/totals/tally.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';

const entry = (day: string, deltaMinor: bigint, planDeltaMinor: bigint, more: Partial<Entry> = {}, currency = 'USD'): Entry => ({
  day: toEpochDay(day),
  cause: 'expansion',
  attributes: { segment: 'Enterprise' },
  lines: [{ key: 'k', productId: 'p1', legalEntity: 'acme', currency, cause: 'new', deltaMinor, planDeltaMinor }],
  stock: [0n, planDeltaMinor, 0n],
  eventIds: [],
  ...more,
});

const counted = (...entries: Entry[]): Record<string, bigint> => {
  const tally = new Tally('USD');
  for (const each of entries) tally.add(each);
  return Object.fromEntries([...tally.counters()].flatMap(([month, sums]) => [...sums].map(([name, sum]) => [`${month} ${name}`, sum])));
};

describe('totals of movements', () => {
  it('count a line in every cut, products by the line’s own class', () => {
    expect(counted(entry('2026-03-31', 500n, 500n), entry('2026-03-31', 70n, 70n))).toEqual({
      '2026-03 31|total||expansion|USD': 570n,
      '2026-03 31|segment|Enterprise|expansion|USD': 570n,
      '2026-03 31|product|p1|new|USD': 570n,
      '2026-03 31|entity|acme|expansion|USD': 570n,
      '2026-03 31|origin|expanded|stock|USD': 570n,
    });
  });

  it('count another currency twice: its own, and at plan rate', () => {
    const sums = counted(entry('2026-03-01', 500n, 550n, {}, 'EUR'));
    expect(sums['2026-03 01|total||expansion|EUR']).toBe(500n);
    expect(sums['2026-03 01|total||expansion|EUR=']).toBe(550n);
    expect(sums['2026-03 01|origin|expanded|stock|USD']).toBe(550n);
  });

  it('leave out what nets to zero, and keep days and months apart', () => {
    expect(counted(entry('2026-03-01', 5n, 5n), entry('2026-03-01', -5n, -5n))).toEqual({});
    const sums = counted(entry('2026-03-31', 5n, 5n), entry('2026-04-01', 7n, 7n), entry('2026-03-31', 1n, 1n));
    expect([sums['2026-03 31|total||expansion|USD'], sums['2026-04 01|total||expansion|USD']]).toEqual([6n, 7n]);
  });

  it('move ARR between attribute values, and nothing in total', () => {
    const moved = entry('2026-03-01', 5n, 5n, { cause: 'transfer', fromAttributes: { segment: 'Starter' }, stock: [0n, 0n, 0n] });
    expect(counted(moved)).toEqual({
      '2026-03 01|segment|Starter|transfer|USD': -5n,
      '2026-03 01|segment|Enterprise|transfer|USD': 5n,
    });
  });

  it('stay exact beyond 64 bits, on the way and in the sum', () => {
    // 2^63 − 1 is the largest 64-bit integer
    const most = 9_223_372_036_854_775_807n;
    const huge = 123_456_789_012_345_678_901_234_567_890n;
    const total = (...amounts: bigint[]): bigint | undefined =>
      counted(...amounts.map((amount) => entry('2026-03-01', amount, amount)))['2026-03 01|total||expansion|USD'];
    expect(total(most, most, 3n)).toBe(18_446_744_073_709_551_617n); // 2 × (2^63 − 1) + 3
    expect(total(huge, 1n, huge)).toBe(246_913_578_024_691_357_802_469_135_781n); // 2 × huge + 1
    expect(total(huge, -huge, 4n)).toBe(4n);
    expect(total(-most, -most)).toBe(-18_446_744_073_709_551_614n);
  });

  it('grow with what they count: 100 customers’ segments, in 24 months', () => {
    const entries = Array.from({ length: 2_400 }, (_, i) =>
      entry(`20${25 + Math.floor((i % 24) / 12)}-${String((i % 12) + 1).padStart(2, '0')}-15`, 1n, 1n, {
        attributes: { segment: `s${i % 100}` },
      }),
    );
    const sums = counted(...entries);
    // 2,400 entries over 24 months: 100 each
    expect(sums['2025-01 15|total||expansion|USD']).toBe(100n);
    expect(Object.entries(sums).reduce((sum, [name, n]) => (name.includes('|segment|') ? sum + n : sum), 0n)).toBe(2_400n);
  });
});
