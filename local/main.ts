import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadDeclaredSamples } from './declared-samples.ts';
import type { LogEntry } from './lambda/logs.ts';
import { parseStartOptions, START_HELP, type StartOptions } from './options.ts';
import { type LocalStack, startLocalStack } from './stack.ts';
import { synthesise } from './synth.ts';

/** What `npm start` runs: bundles and synthesises the CDK app, then runs what came out of it on this machine. */
const WORK = resolve('.ascent');

/** Errors and warnings reach the terminal; everything else is at /local and by `node local/cli.ts logs`. */
const printLog = ({ level, source, line }: LogEntry): void => {
  if (level === 'error' || level === 'warn') console.error(`${level === 'error' ? 'error' : 'warning'}  ${source}: ${line}`);
};

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

export const startAll = async (options: StartOptions): Promise<LocalStack> => {
  mkdirSync(WORK, { recursive: true });
  const assemblyDir = join(WORK, 'cdk.out');
  rmSync(assemblyDir, { recursive: true, force: true });
  const synthStartedMs = performance.now();
  await synthesise(assemblyDir);
  console.log(`bundled and synthesised in ${seconds(synthStartedMs)}`);
  const startedMs = performance.now();
  const stack = await startLocalStack({
    assemblyDir,
    dataDir: resolve(options.dataDir),
    port: options.port,
    fresh: options.fresh,
    auth: options.auth,
    samples: await loadDeclaredSamples(),
    onLog: printLog,
  });
  console.log(`local stack up in ${seconds(startedMs)}: ${stack.url} (pages for operators: ${stack.url}/local)`);
  return stack;
};

/** Stops once, on the first of the signals; a second one ends the process at once. */
const stopOnSignal = (stack: LocalStack): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    stack.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
};

const run = async (): Promise<void> => {
  const options = parseStartOptions(process.argv.slice(2));
  if (options.help) {
    console.log(START_HELP);
    return;
  }
  stopOnSignal(await startAll(options));
};

if (import.meta.main) {
  run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
