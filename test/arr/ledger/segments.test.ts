import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sectionOf } from '../../../functions/arr/ledger/build.ts';
import { ByteReader, ByteWriter } from '../../../functions/arr/ledger/bytes.ts';
import { periodOf, unchanged } from '../../../functions/arr/ledger/periods.ts';
import { Dictionary, freshOf, sectionFrom, segmentsOf } from '../../../functions/arr/ledger/segments.ts';
import { moved, movementsFrom } from './moved.ts';

const at = (instant: string): number => Date.parse(instant) / 1000;

describe('rows as bytes', () => {
  it('are read as they were written, up to the largest amounts', () => {
    const most = 2n ** 63n - 1n;
    const movements = [
      moved('a', '2026-01-01', 1, {
        amounts: [most, -most - 1n, 0n, 2n ** 51n, 1n - 2n ** 52n],
        planMinors: [-most - 1n, most, most, -1n, 5n],
      }),
    ];
    expect(sectionFrom(segmentsOf(sectionOf(movements), new Dictionary()))).toEqual(sectionOf(movements));
  });

  it('numbers and amounts of any size come back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -(2 ** 34), max: 2 ** 34 })),
        fc.array(fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n })),
        (numbers, amounts) => {
          const writer = new ByteWriter();
          for (const number of numbers) writer.number(number);
          for (const amount of amounts) writer.amount(amount);
          const reader = new ByteReader(writer.bytes());
          expect(numbers.map(() => reader.number())).toEqual(numbers.map((number) => number + 0));
          expect(amounts.map(() => reader.amount())).toEqual(amounts);
          expect(reader.isAtEnd()).toBe(true);
        },
      ),
    );
  });

  it('behind other segments name only what is new, and are read with all before them', () => {
    const [first, second] = [
      movementsFrom(1, 50),
      movementsFrom(2, 50).map((one) => ({ ...one, movementId: one.movementId.replace(/~\d+$/, '~9') })),
    ];
    const dictionary = new Dictionary();
    const before = segmentsOf(sectionOf(first), dictionary);
    const after = segmentsOf(sectionOf(second), dictionary);
    expect(freshOf(after[0] as Uint8Array).customers).toEqual([]);
    expect(sectionFrom([...before, ...after], before.length).rows.length).toBe(sectionOf(second).rows.length);
    // Who knows the names of the segments before gives the same bytes.
    const again = new Dictionary();
    for (const bytes of before) again.take(freshOf(bytes));
    expect(segmentsOf(sectionOf(second), again)).toEqual(after);
  });
});

describe('periods of recording', () => {
  it('are months, days of the month that goes on, and hours of the day', () => {
    const through = at('2026-11-05T13:20:00Z');
    expect(
      ['2026-10-31T23:59:59Z', '2026-11-04T23:59:59Z', '2026-11-05T00:00:00Z', '2026-11-05T13:10:00Z'].map((instant) =>
        periodOf(at(instant), through),
      ),
    ).toEqual(['2026-10', '2026-11-04', '2026-11-05T00', '2026-11-05T13']);
  });

  it('stand unchanged in front of the first that gains rows or becomes part of a longer one', () => {
    const periods = ['2026-10', '2026-11-03', '2026-11-04', '2026-11-05T09', '2026-11-05T13'];
    const before = at('2026-11-05T13:20:00Z');
    expect(unchanged(periods, before, at('2026-11-05T13:40:00Z'))).toBe(4); // the hour goes on
    expect(unchanged(periods, before, at('2026-11-05T14:00:00Z'))).toBe(4);
    expect(unchanged(periods, before, at('2026-11-06T00:00:00Z'))).toBe(3); // the hours become a day
    expect(unchanged(periods, before, at('2026-12-01T00:00:00Z'))).toBe(1); // the days become a month
  });
});
