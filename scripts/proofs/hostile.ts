import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { tableText } from '../../bench/report.ts';
import type { Proof } from './proof.ts';

const ROOT = join(import.meta.dirname, '../..');
const TEST = 'test/security/hostile.slow.test.ts';
/** What the test says of a run that holds. */
interface Report {
  readonly seed: number;
  readonly requests: number;
  readonly operations: number;
  readonly grownBytes: number;
  readonly seconds: number;
  readonly rows: readonly { readonly kind: string; readonly requests: number }[];
}

/** The test itself with so many requests, by a seed of its own, in one process: so that what is remembered adds up. */
const attack = (requests: number): Promise<{ readonly passed: boolean; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', TEST], {
      cwd: ROOT,
      env: { ...process.env, ASCENT_HOSTILE_REQUESTS: String(requests), ASCENT_HOSTILE_SEED: String(seed), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });

const reportOf = (output: string): Report => {
  const line = /^hostile (\{.*\})$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`${TEST} passed and said nothing of its run`);
  return JSON.parse(line) as Report;
};

export const hostile: Proof = {
  name: 'hostile',
  proves: 'malformed, oversized, mis-signed and forged requests over all routes get a 4xx, store nothing and are not remembered',
  defaultRuns: 10_000,
  run: async ({ runs }) => {
    const { passed, output } = await attack(runs);
    if (!passed) return { holds: false, sentence: 'The test says what was answered, and by which seed.', table: output };
    const { seed, requests, operations, grownBytes, seconds, rows } = reportOf(output);
    return {
      holds: true,
      sentence: `${requests.toLocaleString('en')} requests of ${rows.length} kinds over ${operations} operations, seed ${seed}, in ${seconds.toFixed(0)} s: no 5xx, nothing stored, the heap ${(grownBytes / 1e6).toFixed(1)} MB larger than after the first tenth.`,
      table: tableText(
        ['kind', 'requests'],
        rows.map(({ kind, requests: of }) => [kind, String(of)]),
      ),
    };
  },
};
