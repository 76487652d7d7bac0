import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { tableText } from '../../bench/report.ts';
import type { Proof } from './proof.ts';

const ROOT = join(import.meta.dirname, '../..');
const TEST = 'test/arr/movements/order.properties.test.ts';
/** Histories of one process: below the test's own time limit on a slow machine, and often enough to see progress. */
const CHUNK = 1_000;

interface Round {
  readonly passed: boolean;
  readonly output: string;
}

/** The test's own properties with so many histories; fast-check draws a new seed in each process and names it where one fails. */
const round = (histories: number): Promise<Round> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', TEST], {
      cwd: ROOT,
      env: { ...process.env, ASCENT_HISTORIES: String(histories), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });

export const order: Proof = {
  name: 'order',
  proves: 'random histories give the same movements, totals and closings in order, shuffled and duplicated, and A3 holds every day',
  run: async ({ runs }) => {
    const startedMs = performance.now();
    let done = 0;
    let failure = '';
    while (done < runs && failure === '') {
      const histories = Math.min(CHUNK, runs - done);
      const { passed, output } = await round(histories);
      if (passed) done += histories;
      else failure = output;
      console.error(`order: ${done.toLocaleString('en')} of ${runs.toLocaleString('en')} histories hold`);
    }
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    return {
      holds: failure === '',
      sentence: `${done.toLocaleString('en')} random histories hold each property, in ${seconds} s.`,
      table:
        failure === ''
          ? tableText(
              ['property', 'histories'],
              [
                ['same totals and closings in order, shuffled and duplicated', String(done)],
                ['opening + movements = closing on every day, in every cut (A3)', String(done)],
              ],
            )
          : failure,
    };
  },
};
