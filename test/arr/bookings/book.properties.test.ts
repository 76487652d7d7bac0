import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookingsOn } from '../../../functions/arr/bookings/bookings.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { addDays, addMonths, toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement } from '../agreements.ts';
import { seats, testContext } from '../facts.ts';

/** One segment of a line: a quantity at a yearly price from one first of a month to another. */
interface Segment {
  readonly lineId: string;
  readonly quantity: number;
  readonly yearly: number;
  /** Months since the start of the term. */
  readonly from: number;
  readonly to: number;
  readonly bookedOn: string;
}

/** An agreement as a reading shows it. */
interface Shown {
  readonly segments: readonly Segment[];
  readonly isSigned: boolean;
  /** Months after which it ends before its time. */
  readonly endedAfter?: number;
  /** Once it was shown to end so, it goes on being so: also where its lines are shortened to that end. */
  readonly isCut?: boolean;
}

const START = '2026-06-01';
const monthAt = (months: number): string => addMonths(START, months);

const signed = (segments: readonly Segment[], from: number, quantity: number, bookedOn: string): readonly Segment[] =>
  segments.flatMap((one) => {
    if (one.to <= from) return [one];
    const kept = one.from < from ? [{ ...one, to: from }] : [];
    return [...kept, { ...one, from: Math.max(from, one.from), quantity, bookedOn }];
  });

/** What can happen to an agreement between two readings: of each, what it makes of the one before, on a day. */
const EDITS: Record<string, (shown: Shown, n: number, day: string) => Shown> = {
  'signs another quantity from some month on': (shown, n, day) => ({
    ...shown,
    isSigned: true,
    segments: signed(shown.segments, n, 1 + (n % 7), day),
  }),
  'signs a line more': (shown, n, day) => {
    const own: Segment = { lineId: `oi_${day}`, quantity: 1 + (n % 5), yearly: 10_001, from: n % 12, to: 24, bookedOn: day };
    return { ...shown, isSigned: true, segments: [...shown.segments, own] };
  },
  'is shorter without a signature': (shown, n) => ({
    ...shown,
    segments: shown.segments.filter(({ from }) => from < 1 + n).map((one) => ({ ...one, to: Math.min(one.to, 1 + n) })),
  }),
  'has another price without a signature': (shown, n) => ({
    ...shown,
    segments: shown.segments.map((one) => ({ ...one, yearly: 9_007 + n })),
  }),
  'is signed no more': (shown) => ({ ...shown, isSigned: false }),
  'is signed again': (shown) => ({ ...shown, isSigned: true }),
  'ends before its time': (shown, n) => ({ ...shown, endedAfter: n }),
  'ends before its time no more': ({ endedAfter: _, ...shown }) => shown,
};

const readingOf = ({ segments, isSigned, endedAfter }: Shown, day: string): Fact =>
  agreement(
    day,
    segments.map(({ lineId, quantity, yearly, from, to, bookedOn }) =>
      seats(lineId, quantity, yearly, { interval: 'year', startsOn: monthAt(from), endsOn: monthAt(to), bookedOn }),
    ),
    {
      evidence: isSigned ? 'signed' : 'claimed',
      startsOn: START,
      bookedOn: '2026-01-15',
      ...(endedAfter === undefined ? {} : { endedOn: monthAt(endedAfter) }),
    } satisfies Partial<SubscriptionFact>,
  );

/** Half away from zero; of what is not below zero. */
const rounded = (amount: number): number => Math.floor(amount + 0.5);

/** What is signed of an agreement as it is shown: each line rounded once. */
const bookOf = ({ segments, isSigned, endedAfter = 1_000 }: Shown): number => {
  if (!isSigned) return 0;
  const twelfths = new Map<string, number>();
  for (const { lineId, quantity, yearly, from, to } of segments)
    twelfths.set(lineId, (twelfths.get(lineId) ?? 0) + quantity * yearly * Math.max(0, Math.min(to, endedAfter) - from));
  return [...twelfths.values()].reduce((sum, one) => sum + rounded(one / 12), 0);
};

const endOf = (segments: readonly Segment[]): number => Math.max(0, ...segments.map(({ to }) => to));

/** Its annual value at the end of its term; nothing where it ends before. */
const rateOf = ({ segments, isSigned, isCut }: Shown): number => {
  const end = endOf(segments);
  if (!isSigned || isCut === true) return 0;
  return segments.reduce((sum, { quantity, yearly, to }) => sum + (to === end ? quantity * yearly : 0), 0);
};

const FIRST: Shown = {
  segments: [{ lineId: 'oi_1', quantity: 3, yearly: 12_001, from: 0, to: 24, bookedOn: '2026-01-15' }],
  isSigned: true,
};

const history = fc
  .array(fc.tuple(fc.constantFrom(...Object.keys(EDITS)), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 40 })), {
    maxLength: 9,
  })
  .map((edits) => {
    let day = '2026-01-15';
    const course = [{ day, shown: FIRST }];
    for (const [name, n, days] of edits) {
      day = addDays(day, days);
      const edit = EDITS[name] as (typeof EDITS)[string];
      const before = (course.at(-1) as { shown: Shown }).shown;
      const { isCut: _, ...shown } = edit(before, n, day);
      const wasCut = before.isCut === true && before.isSigned;
      const isCut = shown.isSigned && shown.endedAfter !== undefined && (wasCut || shown.endedAfter < endOf(shown.segments));
      course.push({ day, shown: { ...shown, isCut } });
    }
    return course;
  });

const scopeOn = (facts: readonly Fact[], on: string) => ({ customerId: 'c', facts, day: toEpochDay(on), on, context: testContext });

describe('the signed book', () => {
  it('at the end is that at the start, and what was booked and debooked in between: of every two days, to the minor unit', () => {
    fc.assert(
      fc.property(history, (course) => {
        const facts = course.map(({ shown, day }) => readingOf(shown, day));
        const bookings = bookingsOn(facts, scopeOn(facts, '2040-01-01'));
        let [start, from] = [0, ''];
        for (const { day, shown } of course) {
          const within = bookings.filter(({ bookedOn }) => bookedOn > from && bookedOn <= day);
          const [booked, debooked] = [1n, -1n].map((sign) =>
            within.reduce((sum, { tcv }) => (tcv.amountMinor * sign > 0n ? sum + Number(tcv.amountMinor * sign) : sum), 0),
          ) as [number, number];
          expect([day, start + booked - debooked]).toEqual([day, bookOf(shown)]);
          [start, from] = [bookOf(shown), day];
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has as net new ARR what is contracted a year at the end of its term', () => {
    fc.assert(
      fc.property(history, (course) => {
        const facts = course.map(({ shown, day }) => readingOf(shown, day));
        for (const [i, { day, shown }] of course.entries()) {
          const known = facts.slice(0, i + 1);
          const netNew = bookingsOn(known, scopeOn(known, day)).reduce((sum, { netNewArr }) => sum + Number(netNewArr.amountMinor), 0);
          expect([day, netNew]).toEqual([day, rateOf(shown)]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is not restated by what is read later', () => {
    const contentOf = (facts: readonly Fact[], on: string) =>
      Object.entries(Object.groupBy(bookingsOn(facts, scopeOn(facts, on)), ({ bookedOn }) => bookedOn)).map(([day, own = []]) => [
        day,
        own.reduce((sum, { tcv }) => sum + tcv.amountMinor, 0n),
      ]);
    fc.assert(
      fc.property(history, (course) => {
        const facts = course.map(({ shown, day }) => readingOf(shown, day));
        for (const [i, { day }] of course.entries()) expect(contentOf(facts, day)).toEqual(contentOf(facts.slice(0, i + 1), day));
      }),
      { numRuns: 300 },
    );
  });
});
