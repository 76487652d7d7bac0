import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from '../../demo/random.ts';
import type { Answer, ServiceError, ServiceName } from '../../functions/platform/clients/transport.ts';

/** One run of a handler. What a killed one still asks for never happens, and is refused. */
export interface Invocation {
  readonly name: string;
  /** The function that it runs. */
  readonly fn: string;
  /** Of its own waits and of whatever it leaves to chance. */
  readonly random: Random;
  /** By how much its machine's clock is off. */
  readonly skewMs: number;
  /** When it is killed because its time is over. */
  readonly endsAtMs: number;
  killed: boolean;
  readonly kill: (why: string) => void;
  /** What waits for an answer that a kill takes away. */
  readonly waiting: Set<(error: Error) => void>;
}

/** What a handler reads of an answer to `fetch`. */
export type Fetched = Pick<Response, 'status' | 'headers' | 'text'>;

/** The world behind the gate: what becomes of each call that a handler makes. */
export interface Gate {
  readonly call: (by: Invocation | undefined, target: string, body: string) => Promise<Answer | ServiceError>;
  readonly fetch: (by: Invocation, url: URL, init: RequestInit) => Promise<Fetched>;
  readonly sleep: (by: Invocation, ms: number) => Promise<void>;
  readonly nowMs: () => number;
}

class Killed extends Error {
  override readonly name = 'Killed';
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

/** Ends an invocation: whatever it waits for does not come. */
export const endOf = (invocation: Invocation): void => {
  invocation.killed = true;
  for (const refuse of invocation.waiting) refuse(new Killed(invocation.name));
  invocation.waiting.clear();
};

/** A wait of an invocation, until `start` calls back or the invocation is killed. */
export const waitOf = <T>(by: Invocation, start: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    if (by.killed) return reject(new Killed(by.name));
    by.waiting.add(reject);
    return start(
      (value) => {
        by.waiting.delete(reject);
        resolve(value);
      },
      (error) => {
        by.waiting.delete(reject);
        reject(error);
      },
    );
  });

/** In the place of platform/clients/transport.ts. */
export const signedPost = (_service: ServiceName, target: string, body: string): Promise<Answer | ServiceError> =>
  opened().call(running.getStore(), target, body);

/** In the place of node:timers/promises. */
export const setTimeout = async (ms = 0): Promise<void> => {
  const invocation = running.getStore();
  if (invocation === undefined) await new Promise((resolve) => void globalThis.setTimeout(resolve, ms));
  else await opened().sleep(invocation, ms);
};

/** The platform's clock reads the time from here (functions/platform/clock.ts): each invocation by its own machine's clock. */
const clock = new BigInt64Array(1);
Object.defineProperty(globalThis, Symbol.for('ascent.test-clock'), {
  get: () => {
    if (gate === undefined) return undefined;
    Atomics.store(clock, 0, BigInt(gate.nowMs() + (running.getStore()?.skewMs ?? 0)));
    return clock;
  },
});

const fetchOutside = globalThis.fetch;
const fetchInside = (input: string | URL | Request, init: RequestInit = {}): Promise<Fetched | Response> => {
  const invocation = running.getStore();
  return invocation === undefined ? fetchOutside(input, init) : opened().fetch(invocation, new URL(String(input)), init);
};

const timeoutOutside = AbortSignal.timeout;
const timeoutInside = (ms: number): AbortSignal => {
  const invocation = running.getStore();
  if (invocation === undefined) return timeoutOutside(ms);
  const controller = new AbortController();
  const expire = (): void => controller.abort(new DOMException('the time is over', 'TimeoutError'));
  opened()
    .sleep(invocation, ms)
    .then(expire, () => undefined);
  return controller.signal;
};

const PARTS = 1_000_000;
const chanceOutside = Math.random;
const chanceInside = (): number => {
  const invocation = running.getStore();
  return invocation === undefined ? chanceOutside() : invocation.random.below(PARTS) / PARTS;
};

/** What handlers take from their surroundings, time-outs, chance and the net, is the world's as long as it runs; everybody else's stays. */
export const withGateClosed = async <T>(run: () => Promise<T>): Promise<T> => {
  // Faults make errors by the thousand, and nobody reads where.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  Object.assign(globalThis, { fetch: fetchInside });
  Object.assign(AbortSignal, { timeout: timeoutInside });
  Math.random = chanceInside;
  try {
    return await run();
  } finally {
    Math.random = chanceOutside;
    Object.assign(AbortSignal, { timeout: timeoutOutside });
    Object.assign(globalThis, { fetch: fetchOutside });
    Error.stackTraceLimit = stackTraceLimit;
  }
};
