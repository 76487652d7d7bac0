import { describe, expect, it } from 'vitest';
import { backTestsOf, ERRORS_KEPT, errorsNeeded } from '../../../functions/arr/forecast/back-tests.ts';
import { type Expected, forecastFrom, historyMonths } from '../../../functions/arr/forecast/model.ts';
import { METHODS, STREAMS, type Stream } from '../../../functions/arr/forecast/streams.ts';
import { CAUSES } from '../../../functions/arr/ledger/rows.ts';
import type { Cause } from '../../../functions/arr/movements/movements.ts';
import type { Told } from '../metrics/told.ts';
import { flowsTold, majorText, monthsTold, rowsBelow } from './told.ts';

/** The movements of docs/forecast.md. */
const EXAMPLE: readonly Told[] = rowsBelow('forecast.md', '## Worked example').map(
  ([on = '', customer = '', cause, amount, recordedOn]) => ({
    on,
    customer,
    cause: cause as Cause,
    major: Number(amount?.replace('−', '-')),
    ...(recordedOn === '' ? {} : { recordedOn: recordedOn ?? on }),
  }),
);
const WINDOW = { from: '2024-11', now: '2026-01', to: '2026-12' };

const of = (expected: Expected | undefined, stream: Stream): bigint => expected?.expectedMinor[STREAMS.indexOf(stream)] ?? -1n;
const sureOf = (flows: ReturnType<typeof flowsTold>, months: number): readonly Expected[] => {
  const forecast = forecastFrom(flows, flows.over - 1, months);
  if (forecast === undefined) throw new Error('there is history enough');
  return forecast;
};

/** So much new ARR on the tenth of each month, after a book of 1,000: a customer each. */
const steady = (months: readonly string[], major: (place: number) => number): readonly Told[] => [
  { on: `${months[0]}-05`, customer: 'book', cause: 'new', major: 1000 },
  ...months.slice(1).map((month, i): Told => ({ on: `${month}-10`, customer: `c${i}`, cause: 'new', major: major(i) })),
];
const monthsFrom = (from: string, to: string): readonly string[] => monthsTold(from, to).map(({ startsOn }) => startsOn.slice(0, 7));

describe('the forecast', () => {
  it('has each cause but renewals as a stream, and docs/forecast.md says how each is expected', () => {
    expect([...STREAMS].sort()).toEqual(CAUSES.filter((cause) => cause !== 'renewal').sort());
    const said = rowsBelow('forecast.md', '## The model').flatMap(([streams = '', method]) =>
      streams.split(', ').map((stream) => [stream.replaceAll('`', ''), method?.replaceAll('`', '')]),
    );
    expect(Object.fromEntries(said)).toEqual(METHODS);
  });

  it('comes out as docs/forecast.md works it out by hand', () => {
    const found = sureOf(flowsTold(EXAMPLE, WINDOW), 3).map((month, i) => [
      `2026-0${i + 1}`,
      majorText(month.openingMinor),
      ...(['new', 'expansion', 'contraction', 'churn'] as const).map((stream) => majorText(of(month, stream))),
      majorText(month.closingMinor),
    ]);
    expect(found).toEqual(rowsBelow('forecast.md', '## Worked example', 1));
  });

  it('says what it lacks: a month in which the book was loaded is no history, the twelve after it are enough', () => {
    const flows = flowsTold(EXAMPLE, WINDOW);
    // The book came in December 2024, the second month.
    expect([1, 2, 12, 13].map((origin) => historyMonths(flows, origin))).toEqual([0, 1, 11, 12]);
    expect([12, 13].map((origin) => forecastFrom(flows, origin, 1) !== undefined)).toEqual([false, true]);
  });

  it('knows of the month under way what has moved, and counts it only where it is more than the model says', () => {
    const more = (major: number): bigint =>
      of(sureOf(flowsTold([...EXAMPLE, { on: '2026-01-08', customer: 'd', cause: 'new', major }], WINDOW), 1)[0], 'new');
    expect(more(9.99)).toBe(1000n);
    expect(more(10.01)).toBe(1001n);
    expect(more(500)).toBe(50_000n);
  });

  it('counts FX and transfers only as far as they are recorded', () => {
    const told: readonly Told[] = [...EXAMPLE, { on: '2025-05-01', customer: 'a', cause: 'fx', major: 100 }];
    const [january] = sureOf(flowsTold([...told, { on: '2026-01-01', customer: 'a', cause: 'fx', major: -7 }], WINDOW), 1);
    expect([of(january, 'fx'), of(january, 'transfer')]).toEqual([-700n, 0n]);
  });
});

describe('back-tests', () => {
  const MONTHS = monthsFrom('2022-01', '2024-12');
  const HISTORY = { from: '2022-01', now: '2025-01', to: '2026-12' };

  it('find no error where each month is as the others, and intervals of no width that always hold', () => {
    const flows = flowsTold(
      steady(MONTHS, () => 10),
      HISTORY,
    );
    const tests = backTestsOf(flows, 24);
    // Origins from January 2023 (the first with twelve months that began with ARR) to November 2024.
    expect(tests.accuracy(1, 0)).toMatchObject({ backTests: 23, error: { num: 0n } });
    expect(tests.accuracy(23, 0)?.backTests).toBe(1);
    expect(tests.accuracy(24, 0)).toBeUndefined();
    // Of 23 errors 19 are known after 19 months: from then on 95% can be told, 80% after 4.
    expect(tests.accuracy(1, 0)?.coverage).toEqual([
      { level: 80, told: 19, covered: 19 },
      { level: 95, told: 4, covered: 4 },
    ]);
    expect(tests.reach(1, 0)).toEqual({ 80: 0n, 95: 0n });
    expect(tests.reach(5, 0)).toEqual({ 80: 0n, 95: 0n });
    expect(tests.reach(6, 0)).toEqual({ 80: 0n, 95: undefined }); // 18 back-tests
    expect(tests.reach(21, 0)).toEqual({ 80: undefined, 95: undefined }); // 3 back-tests
    expect([errorsNeeded(80), errorsNeeded(95)]).toEqual([4, 19]);
  });

  it('make intervals of the newest errors alone: what the company was like long ago widens none', () => {
    const months = monthsFrom('2018-01', '2024-12');
    // Quarters that differ until the end of 2020: of 72 errors half are of that time, the newest 24 are none.
    const flows = flowsTold(
      steady(months, (i) => (i < 36 ? ([2, 5, 40][i % 3] ?? 0) : 10)),
      { from: '2018-01', now: '2025-01', to: '2026-12' },
    );
    const tests = backTestsOf(flows, 1);
    expect(tests.accuracy(1, 0)?.backTests).toBe(60);
    expect(tests.reach(1, 0)).toEqual({ 80: 0n, 95: 0n });
    expect(ERRORS_KEPT).toBe(24);
  });

  it('let intervals grow while they miss, and never tell one of a higher level as narrower', () => {
    const months = monthsFrom('2020-01', '2024-12');
    // From 2023 on each month brings half more than the one before: the interval that was told misses every time.
    const flows = flowsTold(
      steady(months, (i) => (i < 36 ? 10 : Math.round(10 * 1.5 ** (i - 35)))),
      { from: '2020-01', now: '2025-01', to: '2026-12' },
    );
    const tests = backTestsOf(flows, 1);
    const [eighty, ninetyFive] = tests.accuracy(1, 1 + STREAMS.indexOf('new'))?.coverage ?? [];
    expect([eighty?.told === eighty?.covered, ninetyFive?.told === ninetyFive?.covered]).toEqual([false, false]);
    // Of 24 errors the 20th would be that of 80%; 24 misses in turn leave nothing to be missed: the largest.
    const { 80: far, 95: farther } = tests.reach(1, 1 + STREAMS.indexOf('new'));
    expect(far).toBe(farther);
  });

  it('measure by hand: what never came before is missed by all of it, as part of the ARR of the origin', () => {
    // 10 a month, and 24 more in the last month, December 2024.
    const last = MONTHS.length - 2;
    const flows = flowsTold(
      steady(MONTHS, (i) => (i === last ? 34 : 10)),
      HISTORY,
    );
    const tests = backTestsOf(flows, 1);
    // ARR of the origins, January 2023 to November 2024: 1,120, 1,130, … 1,340: 23 × 1,230 = 28,290; missed: 24.
    expect(tests.accuracy(1, 0)?.error).toEqual({ num: 2_400n, den: 2_829_000n });
    // Stays: 22 × 10 + 34; goes on: the last month’s 10 is expected, so only 24 is missed.
    expect(tests.accuracy(1, 0)?.errorIfStays).toEqual({ num: 25_400n, den: 2_829_000n });
    expect(tests.accuracy(1, 0)?.errorIfGoesOn).toEqual({ num: 2_400n, den: 2_829_000n });
    // The interval that was told before it came did not hold it.
    expect(tests.accuracy(1, 0)?.coverage).toEqual([
      { level: 80, told: 19, covered: 18 },
      { level: 95, told: 4, covered: 3 },
    ]);
    // Of 23 errors the 20th is 0, the ⌈24 × 0.95⌉ = 23rd is 24 of 1,340; ARR is 1,374 now: 24 ÷ 1,340 × 1,374 = 24.6089…, rounded up.
    expect(tests.reach(1, 0)).toEqual({ 80: 0n, 95: 2_461n });
    expect(tests.reach(1, 1 + STREAMS.indexOf('new'))).toEqual({ 80: 0n, 95: 2_461n });
  });

  it('know only what had been recorded by the end of the origin', () => {
    const churn = (recordedOn: string): Told => ({ on: '2024-12-20', customer: 'c0', cause: 'churn', major: -10, recordedOn });
    const errorOf = (recordedOn: string): bigint | undefined => {
      const told = [...steady(MONTHS, () => 10), churn(recordedOn)];
      return backTestsOf(flowsTold(told, HISTORY), 1).accuracy(1, 1 + STREAMS.indexOf('churn'))?.error.num;
    };
    expect(errorOf('2024-11-30')).toBe(0n);
    expect(errorOf('2024-12-01')).toBe(1_000n);
    expect(errorOf('2025-03-01')).toBe(1_000n); // recorded afterwards: history as corrected has it all the same
  });
});
