import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { tableText } from '../../bench/report.ts';
import type { Proof } from './proof.ts';

const ROOT = join(import.meta.dirname, '../..');
const TEST = 'test/simulation/simulation.slow.test.ts';
const LIVES = 'nothing is lost or doubled';
/** Seeds of one process: often enough to see progress. */
const CHUNK = 200;

interface Round {
  readonly passed: boolean;
  readonly output: string;
}

/** The test's own lives, from a seed on. A failure prints its seed and the shortest history. */
const round = (first: number, seeds: number): Promise<Round> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', TEST, '-t', LIVES], {
      cwd: ROOT,
      env: { ...process.env, ASCENT_FIRST_SEED: String(first), ASCENT_SEEDS: String(seeds), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });

const count = (n: number): string => n.toLocaleString('en');

export const simulation: Proof = {
  name: 'simulation',
  proves: 'the functions, unchanged, lose and double nothing under killed, failing, repeated and late calls and deliveries',
  run: async ({ runs }) => {
    const startedMs = performance.now();
    const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(0);
    let next = 1;
    let done = 0;
    let failure = '';
    const work = async (): Promise<void> => {
      while (next <= runs && failure === '') {
        const first = next;
        const seeds = Math.min(CHUNK, runs - first + 1);
        next += seeds;
        const { passed, output } = await round(first, seeds);
        if (passed) done += seeds;
        else failure = output;
        console.error(
          `simulation: seeds ${first} to ${first + seeds - 1} ${passed ? 'hold' : 'FAIL'}; ${count(done)} of ${count(runs)} in ${seconds()} s`,
        );
      }
    };
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
    return {
      holds: failure === '',
      sentence: `${count(done)} seeds give the books and totals of their faultless runs, in ${seconds()} s.`,
      table:
        failure === ''
          ? tableText(
              ['property', 'seeds'],
              [
                ['movements by customer, day and cause, closing ARR and totals as without faults', String(done)],
                ['every fact recorded once, no item written twice', String(done)],
                ['nothing left in a queue or a stream, no dead letter', String(done)],
              ],
            )
          : failure,
    };
  },
};
