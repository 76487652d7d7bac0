import { tableText } from '../../bench/report.ts';
import { type AllLived, liveSeeds } from '../../test/simulation/pool.ts';
import type { Proof } from './proof.ts';

const PROGRESS_EVERY_MS = 10_000;

const count = (n: number): string => n.toLocaleString('en');

const rowsOf = (title: string, counts: Readonly<Record<string, number>>): readonly (readonly [string, string])[] => [
  [title, ''],
  ...Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => [`  ${name}`, count(times)] as const),
];

/** What befell the functions, and what they came through. */
const tableOf = ({ faults, counts }: AllLived): string =>
  tableText(['what', 'times'], [...rowsOf('faults', faults), ...rowsOf('invocations by function, and what else happened', counts)]);

export const simulation: Proof = {
  name: 'simulation',
  proves: 'the functions, unchanged, lose and double nothing under killed, failing, repeated and late calls and deliveries',
  run: async ({ runs, first }) => {
    const startedMs = performance.now();
    let saidMs = startedMs;
    const lived = await liveSeeds(first, runs, (done) => {
      const nowMs = performance.now();
      if (nowMs - saidMs < PROGRESS_EVERY_MS) return;
      saidMs = nowMs;
      const seconds = (nowMs - startedMs) / 1000;
      const leftSeconds = (seconds / done) * (runs - done);
      console.error(
        `simulation: ${count(done)} of ${count(runs)} seeds in ${seconds.toFixed(0)} s, about ${leftSeconds.toFixed(0)} s left`,
      );
    });
    const { seeds, failed, faults, processes, seconds } = lived;
    const befell = Object.values(faults).reduce((sum, times) => sum + times, 0);
    const share = ((seconds * processes * 1000) / Math.max(1, seeds)).toFixed(0);
    return {
      holds: failed === undefined,
      sentence: `${count(seeds)} seeds, from ${count(first)} on, end with the books, totals and answers of their faultless runs, under ${count(befell)} faults, in ${seconds.toFixed(0)} s on ${processes} cores (${share} ms a seed and core).`,
      table: failed ?? tableOf(lived),
    };
  },
};
