import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BUNDLES, bundle, bundleName, bundleSizes } from '../lib/bundles.ts';

/** Size of a function's bundle, and what its first load costs in a process of its own, as Lambda's start does. */
export interface FunctionStart {
  readonly entry: string;
  readonly bytes: number;
  /** Medians, milliseconds from before the bundle is loaded until its handler is there. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

const SCRIPT = `
const [file] = process.argv.slice(1);
const cpu = process.cpuUsage();
const started = performance.now();
const { handler } = require(file);
const wallMs = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
if (typeof handler !== 'function') throw new Error(file + ' has no handler');
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs }));
process.exit(0);
`;

const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  TABLE_NAME: 'ascent',
  POWERTOOLS_SERVICE_NAME: 'bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export const measureStarts = (samples: number): readonly FunctionStart[] => {
  bundle();
  return [...bundleSizes()].map(([entry, bytes]) => {
    const file = join(BUNDLES, bundleName(entry), 'index.cjs');
    const runs = Array.from({ length: samples }, () => {
      const output = execFileSync(process.execPath, ['-e', SCRIPT, file], { env: ENVIRONMENT, encoding: 'utf8' });
      return JSON.parse(output) as { readonly cpuMs: number; readonly wallMs: number };
    });
    return { entry, bytes, cpuMs: median(runs.map(({ cpuMs }) => cpuMs)), wallMs: median(runs.map(({ wallMs }) => wallMs)) };
  });
};
