import type { Busy, LambdaInvoker } from '../service.ts';
import type { LocalFunction } from './functions.ts';
import { type Instance, type InstanceSurroundings, type Outcome, startInstance } from './instance.ts';

/** What the admin pages show of a function. */
export interface FunctionStatus {
  readonly name: string;
  readonly construct: string;
  readonly workers: number;
  readonly running: number;
  readonly waiting: number;
  readonly invocations: number;
  readonly errors: number;
  /** Sum of the run times of all invocations, milliseconds. */
  readonly totalMs: number;
  /** CPU time of its invocations, milliseconds of one core. */
  readonly cpuMs: number;
}

export interface FunctionPool extends LambdaInvoker, Busy {
  readonly status: () => readonly FunctionStatus[];
  /** Starts a worker ahead of the first call, so that the first webhook does not wait for it. */
  readonly warm: (functionArn: string) => void;
  /** Called whenever an invocation of the function has ended: there is room for another. */
  readonly onRoom: (functionArn: string, listener: () => void) => void;
  readonly stop: () => Promise<void>;
}

interface Waiting {
  readonly payload: unknown;
  readonly answer: (outcome: Outcome) => void;
}

interface Runner {
  readonly fn: LocalFunction;
  readonly idle: Instance[];
  readonly all: Set<Instance>;
  readonly waiting: Waiting[];
  readonly roomListeners: (() => void)[];
  running: number;
  invocations: number;
  errors: number;
  totalMs: number;
  cpuMs: number;
}

export const openPool = (functions: readonly LocalFunction[], surroundings: InstanceSurroundings): FunctionPool => {
  const runners = new Map<string, Runner>();
  for (const fn of functions) {
    const runner: Runner = {
      fn,
      idle: [],
      all: new Set(),
      waiting: [],
      roomListeners: [],
      running: 0,
      invocations: 0,
      errors: 0,
      totalMs: 0,
      cpuMs: 0,
    };
    runners.set(fn.arn, runner).set(fn.name, runner);
  }
  let stopped = false;

  const find = (functionArn: string): Runner => {
    const runner = runners.get(functionArn);
    if (runner === undefined) throw new Error(`no function ${functionArn} in the template`);
    return runner;
  };

  const start = (runner: Runner): Instance => {
    const instance = startInstance(runner.fn, surroundings);
    runner.all.add(instance);
    return instance;
  };

  /** A running count that is higher than the idle workers by at most the limit: callers checked it. */
  const runOn = async (runner: Runner, instance: Instance, { payload, answer }: Waiting): Promise<void> => {
    const startedMs = performance.now();
    const outcome = await instance.run(payload);
    runner.totalMs += performance.now() - startedMs;
    runner.running -= 1;
    runner.invocations += 1;
    if (outcome.ok) runner.cpuMs += outcome.cpuMs ?? 0;
    else runner.errors += 1;
    if (instance.alive()) runner.idle.push(instance);
    else runner.all.delete(instance);
    answer(outcome.ok ? { ok: true, payload: outcome.payload } : outcome);
    next(runner);
    for (const listener of runner.roomListeners) listener();
  };

  const next = (runner: Runner): void => {
    while (!stopped && runner.running < runner.fn.maxConcurrency) {
      const waiting = runner.waiting.shift();
      if (waiting === undefined) return;
      runner.running += 1;
      void runOn(runner, takeIdle(runner) ?? start(runner), waiting);
    }
  };

  const takeIdle = (runner: Runner): Instance | undefined => {
    for (let instance = runner.idle.pop(); instance !== undefined; instance = runner.idle.pop()) {
      if (instance.alive()) return instance;
      // It died while it had nothing to do, e.g. by an uncaught error in the background.
      runner.all.delete(instance);
    }
    return undefined;
  };

  const each = (): readonly Runner[] => [...new Set(runners.values())];

  return {
    name: 'functions',
    invoke: (functionArn, payload) => {
      const runner = find(functionArn);
      return new Promise((resolve) => {
        if (stopped) return resolve({ ok: false, error: 'the local stack is stopping' });
        runner.waiting.push({ payload, answer: resolve });
        return next(runner);
      });
    },
    room: (functionArn) => {
      const runner = find(functionArn);
      return Math.max(0, runner.fn.maxConcurrency - runner.running - runner.waiting.length);
    },
    onRoom: (functionArn, listener) => find(functionArn).roomListeners.push(listener),
    warm: (functionArn) => {
      const runner = find(functionArn);
      if (runner.all.size === 0 && !stopped) runner.idle.push(start(runner));
    },
    pending: () => each().reduce((sum, { running, waiting }) => sum + running + waiting.length, 0),
    status: () =>
      each().map(({ fn, all, running, waiting, invocations, errors, totalMs, cpuMs }) => ({
        name: fn.name,
        construct: fn.construct,
        workers: all.size,
        running,
        waiting: waiting.length,
        invocations,
        errors,
        totalMs: Math.round(totalMs),
        cpuMs: Math.round(cpuMs),
      })),
    stop: async () => {
      stopped = true;
      const instances = each().flatMap(({ all, waiting }) => {
        for (const { answer } of waiting.splice(0)) answer({ ok: false, error: 'the local stack is stopping' });
        return [...all];
      });
      await Promise.all(instances.map((instance) => instance.stop()));
    },
  };
};
