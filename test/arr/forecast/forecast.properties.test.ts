import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backTestsOf } from '../../../functions/arr/forecast/back-tests.ts';
import { forecastFrom } from '../../../functions/arr/forecast/model.ts';
import { STREAMS } from '../../../functions/arr/forecast/streams.ts';
import type { Told } from '../metrics/told.ts';
import { flowsTold, monthsTold } from './told.ts';

const MONTHS = monthsTold('2024-01', '2027-02').map(({ startsOn }) => startsOn.slice(0, 7));
const WINDOW = { from: '2024-01', now: '2026-03', to: '2028-02' };
const SEGMENTS = ['Enterprise', 'SMB'];
const book: Told = { on: '2024-01-02', customer: 'book', cause: 'new', minor: 1_000_003n, attributes: { segment: 'SMB' } };

const movement: fc.Arbitrary<Told> = fc.record({
  on: fc.tuple(fc.constantFrom(...MONTHS), fc.integer({ min: 10, max: 28 })).map(([month, day]) => `${month}-${day}`),
  customer: fc.constantFrom('a', 'b', 'c', 'd'),
  cause: fc.constantFrom(...STREAMS.filter((stream) => stream !== 'transfer')),
  minor: fc.bigInt({ min: -30_000n, max: 70_000n }),
  product: fc.constantFrom('p', 'q'),
  attributes: fc.constantFrom(...SEGMENTS).map((segment) => ({ segment })),
  recordedOn: fc.constantFrom(...MONTHS).map((month) => `${month}-15`),
});
const history = fc.array(movement, { maxLength: 60 });
const CUTS: readonly { readonly dimension?: string; readonly value?: string }[] = [
  {},
  { dimension: 'segment', value: 'SMB' },
  { dimension: 'product', value: 'p' },
];

it('streams sum to what ARR changes by in every month ahead, from every origin and in every cut', () => {
  fc.assert(
    fc.property(history, fc.constantFrom(...CUTS), (told, cut) => {
      const flows = flowsTold([book, ...told], { ...WINDOW, ...cut });
      let forecasts = 0;
      for (let origin = 0; origin < flows.over; origin += 1) {
        let before = flows.closing(origin);
        for (const { openingMinor, expectedMinor, closingMinor } of forecastFrom(flows, origin, 24) ?? []) {
          expect(openingMinor).toBe(before);
          expect(expectedMinor.reduce((sum, amount) => sum + amount, openingMinor)).toBe(closingMinor);
          before = closingMinor;
          forecasts += 1;
        }
        if (origin > 0)
          expect(flows.moved(origin).reduce((sum, amount) => sum + amount, flows.closing(origin - 1))).toBe(flows.closing(origin));
      }
      if (cut.value === undefined) expect(forecasts).toBeGreaterThan(0);
    }),
    { numRuns: 40 },
  );
});

it('is the same in whichever order movements come, and so are its back-tests', () => {
  const shuffled = history.chain((told) => fc.tuple(fc.constant(told), fc.shuffledSubarray([...told.keys()], { minLength: told.length })));
  const shown = (told: readonly Told[]): string => {
    const flows = flowsTold([book, ...told], WINDOW);
    const tests = backTestsOf(flows, 6);
    const all = [forecastFrom(flows, flows.over - 1, 24), [1, 6].map((lead) => [tests.accuracy(lead, 0), tests.reach(lead, 0)])];
    return JSON.stringify(all, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
  };
  fc.assert(
    fc.property(shuffled, ([told, order]) => {
      // A movement's id tells its place, so that only the order in which they are handed over changes.
      const named = told.map((one, i) => ({ ...one, customer: `${one.customer}${i}` }));
      expect(shown(order.map((place) => named[place] as Told))).toBe(shown(named));
    }),
    { numRuns: 30 },
  );
});

it('coverage counts no more than what was told, and what was told no more than there were back-tests', () => {
  fc.assert(
    fc.property(history, (told) => {
      const tests = backTestsOf(flowsTold([book, ...told], WINDOW), 6);
      for (let lead = 1; lead <= 6; lead += 1)
        for (const { told: times, covered } of tests.accuracy(lead, 0)?.coverage ?? []) {
          expect(covered).toBeLessThanOrEqual(times);
          const { 80: far, 95: farther } = tests.reach(lead, 0);
          if (farther !== undefined) expect(far).toBeLessThanOrEqual(farther);
          expect(times).toBeLessThan(tests.accuracy(lead, 0)?.backTests ?? 0);
        }
    }),
    { numRuns: 30 },
  );
});
