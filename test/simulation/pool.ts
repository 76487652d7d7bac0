import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Lived, Tasks } from './worker.ts';

/** A process that lives seeds. */
export interface Worker {
  readonly ask: <Task extends keyof Tasks>(task: Task, ...args: Parameters<Tasks[Task]>) => ReturnType<Tasks[Task]>;
  readonly end: () => void;
}

interface Reply {
  readonly id: number;
  readonly done?: unknown;
  readonly failed?: string;
}

const SEAMS = new URL('./seams.ts', import.meta.url).href;
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** It ends with whoever started it. */
export const startWorker = (): Worker => {
  const child = fork(WORKER, { execArgv: ['--import', SEAMS], serialization: 'advanced' });
  const waiting = new Map<number, { readonly resolve: (done: unknown) => void; readonly reject: (error: Error) => void }>();
  let asked = 0;
  let isEnded = false;
  child.on('message', ({ id, done, failed }: Reply) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (failed === undefined) resolve?.(done);
    else reject?.(new Error(failed));
  });
  child.once('exit', (code, signal) => {
    isEnded = true;
    for (const { reject } of waiting.values()) reject(new Error(`a process of the simulation ended by itself (${signal ?? code})`));
  });
  const ask = (task: keyof Tasks, ...args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (isEnded) return reject(new Error('the process of the simulation has ended'));
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.send({ id: asked, task, args });
    });
  return { ask: ask as Worker['ask'], end: () => child.disconnect() };
};

/** Seeds that one process lives between two reports. */
const CHUNK = 20;

export interface AllLived extends Omit<Lived, 'steps'> {
  readonly processes: number;
  readonly seconds: number;
}

const add = (sums: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
};

/** Lives so many seeds in as many processes as there are cores, until one fails. */
export const liveSeeds = async (first: number, seeds: number, said: (done: number) => void = () => undefined): Promise<AllLived> => {
  const startedMs = performance.now();
  const faults: Record<string, number> = {};
  const counts: Record<string, number> = {};
  let next = first;
  let done = 0;
  let failed: string | undefined;
  const lane = async (): Promise<void> => {
    const worker = startWorker();
    try {
      while (next < first + seeds && failed === undefined) {
        const from = next;
        // Up to a multiple, so that seeds of one life stay together.
        next = Math.min(first + seeds, CHUNK * (Math.floor(from / CHUNK) + 1));
        const lived = await worker.ask('seedsFrom', from, next - from);
        done += lived.seeds;
        failed ??= lived.failed;
        add(faults, lived.faults);
        add(counts, lived.counts);
        said(done);
      }
    } finally {
      worker.end();
    }
  };
  const processes = Math.min(availableParallelism(), Math.ceil(seeds / CHUNK));
  await Promise.all(Array.from({ length: processes }, lane));
  return {
    seeds: done,
    faults,
    counts,
    processes,
    seconds: (performance.now() - startedMs) / 1000,
    ...(failed === undefined ? {} : { failed }),
  };
};
