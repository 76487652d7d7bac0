import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { type Random, seeded } from '../../demo/random.ts';
import { loadDeclaredSamples } from '../../local/declared-samples.ts';
import type { Befallen } from '../../local/observe.ts';
import { type LocalStackOptions, startLocalStack } from '../../local/stack.ts';

/** What a stack in a process of its own is started with. */
export interface KillableOptions extends Pick<LocalStackOptions, 'assemblyDir' | 'dataDir' | 'clock' | 'secrets'> {
  /** Other values for variables of the functions. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of a thousand calls that functions make of AWS's services so many fail; which ones, chance says, and no seed: what runs at once is in no order. */
  readonly faultsPerMille?: number;
}

/** `stack`: its process alone, so that the DynamoDB emulator outlives it; `group`: the emulator dies in the same moment. */
export type Victims = 'stack' | 'group';

/** A local stack in a process of its own, so that it can be killed without a word. */
export interface KillableStack {
  readonly url: string;
  /** How long it took to start, without the time in which its code was loaded. */
  readonly startedInMs: number;
  /** SIGKILL; resolves when the process is gone. */
  readonly kill: (victims: Victims) => Promise<void>;
  /** As Ctrl-C does; resolves when everything is in its files and the process is gone. */
  readonly stop: () => Promise<void>;
}

const goneAfter = (child: ChildProcess, end: () => void): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    return end();
  });

/** What the process says before it begins to start; next comes its url. */
const STARTING = 'starting';

interface Spawned {
  /** When it begins to start, by `performance.now()`. */
  readonly starting: Promise<number>;
  readonly up: Promise<string>;
  readonly kill: KillableStack['kill'];
  readonly stop: KillableStack['stop'];
}

const spawned = (options: KillableOptions): Spawned => {
  // A process group of its own, which the emulator shares.
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(options)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the stack has no process');
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4_000);
  });
  const starting = Promise.withResolvers<number>();
  const up = Promise.withResolvers<string>();
  const fail = (error: Error): void => {
    starting.reject(error);
    up.reject(error);
  };
  // Whoever kills it asks for neither.
  starting.promise.catch(() => undefined);
  up.promise.catch(() => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === STARTING) starting.resolve(performance.now());
    else up.resolve(line);
  });
  child.once('error', fail);
  child.once('exit', (code, signal) => fail(new Error(`the stack did not start (${signal ?? code}): ${said}`)));
  return {
    starting: starting.promise,
    up: up.promise,
    kill: (victims) => goneAfter(child, () => process.kill(victims === 'group' ? -pid : pid, 'SIGKILL')),
    stop: () => goneAfter(child, () => child.stdin.end()),
  };
};

/** Rejects with what the process said where it does not come up. */
export const startKillable = async (options: KillableOptions): Promise<KillableStack> => {
  const { starting, up, kill, stop } = spawned(options);
  const sinceMs = await starting;
  const url = await up;
  return { url, startedInMs: performance.now() - sinceMs, kill, stop };
};

/** Kills one that has been starting for so long; false where it was up by then. Rejects where it ended by itself. */
export const killStarting = async (options: KillableOptions, afterMs: number, victims: Victims): Promise<boolean> => {
  const { starting, up, kill } = spawned(options);
  await starting;
  const isUp = await Promise.race([up.then(() => true), wait(afterMs, false)]);
  await kill(victims);
  return !isUp;
};

const BEFALLEN: readonly Befallen[] = ['throttled', 'failed-before', 'failed-after'];

/** The process: it lives as long as its input is open, so none is left behind whatever becomes of who started it. */
const run = async ({ faultsPerMille = 0, ...options }: KillableOptions): Promise<void> => {
  const random: Random = seeded(Date.now());
  const befalls = (): Befallen | undefined => (random.chance(faultsPerMille) ? random.pick(BEFALLEN) : undefined);
  const samples = await loadDeclaredSamples();
  console.log(STARTING);
  const stack = await startLocalStack({ ...options, port: 0, samples, observer: { befalls } });
  process.stdin.once('close', () => {
    stack.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.stdin.resume();
  console.log(stack.url);
};

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? '{}') as KillableOptions);
