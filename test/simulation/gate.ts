import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from '../../demo/random.ts';
import type { Answer, ServiceError, ServiceName } from '../../functions/platform/clients/transport.ts';

/** One run of a handler. What a killed one still asks for never happens, and never gets an answer. */
export interface Invocation {
  readonly name: string;
  /** The function that it runs. */
  readonly fn: string;
  /** Of its own waits and of whatever it leaves to chance. */
  readonly random: Random;
  killed: boolean;
  readonly kill: () => void;
}

/** The world behind the gate: what becomes of each call that a handler makes. */
export interface Gate {
  readonly call: (by: Invocation | undefined, target: string, body: string) => Promise<Answer | ServiceError>;
  readonly sleep: (by: Invocation, ms: number) => Promise<void>;
}

const running = new AsyncLocalStorage<Invocation>();
let gate: Gate | undefined;

export const openGate = (to: Gate): void => {
  gate = to;
};

const opened = (): Gate => {
  if (gate === undefined) throw new Error('a handler calls a service, and no world is simulated');
  return gate;
};

export const runAs = <T>(invocation: Invocation, run: () => Promise<T>): Promise<T> => running.run(invocation, run);

/** In the place of platform/clients/transport.ts. */
export const signedPost = (_service: ServiceName, target: string, body: string): Promise<Answer | ServiceError> =>
  opened().call(running.getStore(), target, body);

/** In the place of node:timers/promises. */
export const setTimeout = async (ms = 0): Promise<void> => {
  const invocation = running.getStore();
  if (invocation === undefined) await new Promise((resolve) => void globalThis.setTimeout(resolve, ms));
  else await opened().sleep(invocation, ms);
};

const PARTS = 1_000_000;
const chance = Math.random;
/** Whatever a handler leaves to chance is its invocation's; everybody else's stays as it is. */
export const withSeededChance = async <T>(run: () => Promise<T>): Promise<T> => {
  Math.random = () => {
    const invocation = running.getStore();
    return invocation === undefined ? chance() : invocation.random.below(PARTS) / PARTS;
  };
  // Faults make errors by the thousand, and nobody reads where.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    Math.random = chance;
    Error.stackTraceLimit = stackTraceLimit;
  }
};
