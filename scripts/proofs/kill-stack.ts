import { type ChildProcess, spawn } from 'node:child_process';
import { type Random, seeded } from '../../demo/random.ts';
import { loadDeclaredSamples } from '../../local/declared-samples.ts';
import type { Befallen } from '../../local/observe.ts';
import { type LocalStackOptions, startLocalStack } from '../../local/stack.ts';

/** What a stack in a process of its own is started with. */
export interface KillableOptions extends Pick<LocalStackOptions, 'assemblyDir' | 'dataDir' | 'clock' | 'secrets'> {
  /** Of a thousand calls that functions make of AWS's services so many fail; which ones, chance says, and no seed: what runs at once is in no order. */
  readonly faultsPerMille?: number;
}

/** `stack`: its process alone, so that the DynamoDB emulator outlives it; `group`: the emulator dies in the same moment. */
export type Victims = 'stack' | 'group';

/** A local stack in a process of its own, so that it can be killed without a word. */
export interface KillableStack {
  readonly url: string;
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

/** Rejects with what the process said where it does not come up. */
export const startKillable = async (options: KillableOptions): Promise<KillableStack> => {
  // A process group of its own, which the emulator shares.
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(options)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4_000);
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the stack did not start (${signal ?? code}): ${said}`)));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the stack has no process');
  return {
    url,
    kill: (victims) => goneAfter(child, () => process.kill(victims === 'group' ? -pid : pid, 'SIGKILL')),
    stop: () => goneAfter(child, () => child.stdin.end()),
  };
};

const BEFALLEN: readonly Befallen[] = ['throttled', 'failed-before', 'failed-after'];

/** The process: it lives as long as its input is open, so none is left behind whatever becomes of who started it. */
const run = async ({ faultsPerMille = 0, ...options }: KillableOptions): Promise<void> => {
  const random: Random = seeded(Date.now());
  const befalls = (): Befallen | undefined => (random.chance(faultsPerMille) ? random.pick(BEFALLEN) : undefined);
  const stack = await startLocalStack({ ...options, port: 0, samples: await loadDeclaredSamples(), observer: { befalls } });
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
