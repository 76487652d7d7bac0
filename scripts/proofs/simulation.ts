import { fork } from 'node:child_process';
import { tableText } from '../../bench/report.ts';
import type { Proof } from './proof.ts';

const SIMULATION = 'test/simulation/main.ts';

/** What became of all seeds. */
interface AllLived {
  readonly seeds: number;
  /** The first seed that failed, its story, and how to see it again. */
  readonly failed?: string;
  readonly faults: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly processes: number;
  readonly seconds: number;
}

const liveSeeds = (first: number, seeds: number, said: (done: number) => void): Promise<AllLived> =>
  new Promise((resolve, reject) => {
    const child = fork(SIMULATION, [String(first), String(seeds)]);
    let all: AllLived | undefined;
    child.on('message', ({ done, lived }: { readonly done?: number; readonly lived?: AllLived }) => {
      if (done !== undefined) said(done);
      all ??= lived;
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      all === undefined ? reject(new Error(`the simulation ended by itself (${signal ?? code})`)) : resolve(all),
    );
  });

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
